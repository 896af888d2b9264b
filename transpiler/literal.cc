#include "transpiler/literal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <utility>

namespace nubpf {
namespace {

__extension__ using Wide = unsigned __int128;

/// More than any value in range, and small enough that a product with any unit fits a Wide.
constexpr Wide kManyDigits = 1'000'000'000'000'000'000u;

using Unit = std::pair<std::string_view, std::int64_t>;

constexpr std::array kDurationUnits = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\u00b5s", 1'000},
    Unit{"\u03bcs", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"sec", 1'000'000'000},
    Unit{"min", 60'000'000'000},
    Unit{"hr", 3'600'000'000'000},
    Unit{"day", 86'400'000'000'000},
    Unit{"wk", 604'800'000'000'000},
};

constexpr std::int64_t kExa = 1'000'000'000'000'000'000;
constexpr std::array kFilesizeUnits = {
    Unit{"kib", std::int64_t{1} << 10},
    Unit{"mib", std::int64_t{1} << 20},
    Unit{"gib", std::int64_t{1} << 30},
    Unit{"tib", std::int64_t{1} << 40},
    Unit{"pib", std::int64_t{1} << 50},
    Unit{"eib", std::int64_t{1} << 60},
    Unit{"kb", 1'000},
    Unit{"mb", 1'000'000},
    Unit{"gb", 1'000'000'000},
    Unit{"tb", 1'000'000'000'000},
    Unit{"pb", 1'000'000'000'000'000},
    Unit{"eb", kExa},
    Unit{"b", 1},
};

std::string without_separators(std::string_view text) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  return digits;
}

/// The decimal number times the unit, exactly, cut to an integer.
std::optional<std::int64_t> scaled(std::string_view number, std::int64_t unit) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const std::size_t exponent_at = number.find_first_of("eE");
  int exponent = 0;
  if (exponent_at != std::string_view::npos) {
    std::string digits = without_separators(number.substr(exponent_at + 1));
    if (digits.starts_with('+')) digits.erase(0, 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (error != std::errc{}) exponent = digits.starts_with('-') ? -100'000 : 100'000;
    number = number.substr(0, exponent_at);
  }

  Wide value = 0;
  bool in_fraction = false;
  for (const char c : number) {
    if (c == '.') in_fraction = true;
    if (c < '0' || c > '9') continue;
    if (value >= kManyDigits) {
      exponent += !in_fraction;
      continue;
    }
    value = value * 10 + static_cast<unsigned>(c - '0');
    exponent -= in_fraction;
  }

  value *= static_cast<Wide>(unit);
  const Wide limit = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) + negative;
  for (; exponent < 0 && value != 0; ++exponent) value /= 10;
  for (; exponent > 0 && value != 0; --exponent) {
    if (value > limit) return std::nullopt;
    value *= 10;
  }
  if (value > limit) return std::nullopt;
  const auto magnitude = static_cast<std::uint64_t>(value);
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

template <std::size_t N>
std::optional<std::int64_t> with_unit(std::string_view text, const std::array<Unit, N>& units) {
  for (const auto& [name, factor] : units) {
    if (text.ends_with(name)) return scaled(text.substr(0, text.size() - name.size()), factor);
  }
  return std::nullopt;
}

bool is_scalar(std::uint32_t code) {
  return code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

std::uint32_t hex_value(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

char simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'e':
      return '\x1b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '0':
      return '\0';
    default:
      return c;
  }
}

}  // namespace

std::optional<std::int64_t> integer_value(std::string_view text) {
  const std::string digits = without_separators(text);
  const char* begin = digits.data();
  const char* const end = begin + digits.size();
  if (digits.size() > 1 && digits[0] == '0' && std::isalpha(static_cast<unsigned char>(digits[1]))) {
    const int base = digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : 2;
    std::uint64_t bits = 0;
    const auto [last, error] = std::from_chars(begin + 2, end, bits, base);
    if (error != std::errc{} || last != end) return std::nullopt;
    return static_cast<std::int64_t>(bits);
  }
  if (digits.starts_with('+')) ++begin;
  std::int64_t value = 0;
  const auto [last, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || last != end) return std::nullopt;
  return value;
}

std::optional<std::int64_t> duration_value(std::string_view text) {
  return with_unit(text, kDurationUnits);
}

std::optional<std::int64_t> filesize_value(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return with_unit(lower, kFilesizeUnits);
}

bool has_loose_separator(std::string_view text) {
  for (std::size_t i = text.find('_'); i != std::string_view::npos; i = text.find('_', i + 1)) {
    const bool digit_follows =
        i + 1 < text.size() && (text[i + 1] == '_' || std::isxdigit(static_cast<unsigned char>(text[i + 1])));
    if (!digit_follows) return true;
  }
  return false;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t backslash = text.find('\\');
    out += text.substr(0, backslash);
    if (backslash == std::string_view::npos || backslash + 1 == text.size()) break;
    const char code = text[backslash + 1];
    text.remove_prefix(backslash + 2);
    if (code == 'x') {
      out += static_cast<char>(hex_value(text.substr(0, 2)));
      text.remove_prefix(std::min<std::size_t>(2, text.size()));
    } else if (code == 'u') {
      const std::size_t end = std::min(text.find('}'), text.size());
      const std::uint32_t value = hex_value(text.substr(0, end).substr(std::min<std::size_t>(1, end)));
      if (!is_scalar(value)) return std::nullopt;
      append_utf8(out, value);
      text.remove_prefix(std::min(end + 1, text.size()));
    } else {
      out += simple_escape(code);
    }
  }
  return out;
}

}  // namespace nubpf
