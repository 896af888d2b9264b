#include "transpiler/text.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace nubpf {
namespace {

/// One character of a text, or one byte that is none.
struct Character {
  std::int32_t code = 0;  ///< the byte itself where is_valid is false
  std::size_t bytes = 1;
  bool is_valid = true;
};

Character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1, true};
  std::int32_t code = 0;
  const auto size =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4)), &code);
  if (size <= 0) return {first, 1, false};
  return {code, static_cast<std::size_t>(size), true};
}

/// How long the first character is; 0: it is none.
std::size_t valid_bytes(std::string_view text) {
  const auto character = first_character(text);
  return character.is_valid ? character.bytes : 0;
}

/// Whether a character from U+1000 up to U+CFFF comes first, as in the bars of histograms; quicker than to
/// decode it.
bool begins_with_three_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  return text.size() >= 3 && byte(0) >= 0xE1 && byte(0) <= 0xEC && (byte(1) & 0xC0) == 0x80 &&
         (byte(2) & 0xC0) == 0x80;
}

constexpr bool is_printable_ascii(char c) {
  return c >= 0x20 && c < 0x7F;
}

/// Must not reach a terminal as it is: controls, bidirectional overrides and other format characters, line
/// separators, code points without a character. The joiners stay: scripts and emoji need them.
bool is_unsafe(std::int32_t code) {
  if (code < 0x80) return code < 0x20 || code == 0x7F;
  constexpr std::int32_t kZeroWidthNonJoiner = 0x200C;
  constexpr std::int32_t kZeroWidthJoiner = 0x200D;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    case UTF8PROC_CATEGORY_CF:
      return code != kZeroWidthNonJoiner && code != kZeroWidthJoiner;
    default:
      return false;
  }
}

int appended_ascii(std::string& out, std::string_view text) {
  out += text;
  return static_cast<int>(text.size());
}

/// The escape that shows an unsafe character or a stray byte; answers its width.
int append_escape(std::string& out, const Character& character) {
  if (character.is_valid) {
    switch (character.code) {
      case '\n':
        return appended_ascii(out, "\\n");
      case '\r':
        return appended_ascii(out, "\\r");
      case '\t':
        return appended_ascii(out, "\\t");
      case 0x1B:
        return appended_ascii(out, "\\e");
      default:
        break;
    }
  }
  const auto before = out.size();
  if (character.is_valid && character.code >= 0x80) {
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", character.code);
  } else {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", character.code);
  }
  return static_cast<int>(out.size() - before);
}

void append_utf16_escape(std::string& out, std::int32_t code) {
  if (code < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    return;
  }
  const auto rest = code - 0x10000;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10),
                 0xDC00 + (rest & 0x3FF));
}

/// Appends the two-character escape that JSON and Nushell have in common.
bool append_short_escape(std::string& out, std::int32_t code) {
  switch (code) {
    case '"':
      out += "\\\"";
      return true;
    case '\\':
      out += "\\\\";
      return true;
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\t':
      out += "\\t";
      return true;
    default:
      return false;
  }
}

/// Appends `text` between quotation marks; `append_special` writes what is neither plain nor has a short
/// escape.
template <typename AppendSpecial>
void append_quoted(std::string& out, std::string_view text, AppendSpecial append_special) {
  out += '"';
  while (!text.empty()) {
    const auto plain_end = std::find_if(
        text.begin(), text.end(), [](char c) { return !is_printable_ascii(c) || c == '"' || c == '\\'; });
    const auto plain = static_cast<std::size_t>(plain_end - text.begin());
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto character = first_character(text);
    if (character.is_valid && !is_unsafe(character.code) && character.code >= 0x80) {
      out.append(text.data(), character.bytes);
    } else if (!character.is_valid || !append_short_escape(out, character.code)) {
      append_special(character);
    }
    text.remove_prefix(character.bytes);
  }
  out += '"';
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    while (text.size() >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & 0x8080808080808080U) != 0) break;
      text.remove_prefix(sizeof word);
    }
    if (text.empty()) break;
    const auto bytes = begins_with_three_bytes(text) ? std::size_t{3} : valid_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

ShownCharacter append_visible_character(std::string& out, std::string_view text) {
  if (is_printable_ascii(text.front())) {
    out += text.front();
    return {1, 1};
  }
  const auto character = first_character(text);
  if (!character.is_valid || is_unsafe(character.code))
    return {character.bytes, append_escape(out, character)};
  out.append(text.data(), character.bytes);
  return {character.bytes, utf8proc_charwidth(character.code)};
}

int append_visible(std::string& out, std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const auto plain_end = std::find_if_not(text.begin(), text.end(), is_printable_ascii);
    const auto plain = static_cast<std::size_t>(plain_end - text.begin());
    columns += appended_ascii(out, text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto shown = append_visible_character(out, text);
    columns += shown.columns;
    text.remove_prefix(shown.bytes);
  }
  return columns;
}

std::string visible(std::string_view text) {
  std::string out;
  append_visible(out, text);
  return out;
}

int display_width(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_printable_ascii)) return static_cast<int>(text.size());
  std::string scratch;
  return append_visible(scratch, text);
}

int append_cut(std::string& out, std::string_view text, int columns, std::string_view ellipsis) {
  const auto start = out.size();
  const int ellipsis_columns = display_width(ellipsis);
  auto cut_at = start;  // where the ellipsis would go
  int cut_columns = 0;
  int used = 0;
  while (!text.empty()) {
    const auto shown = append_visible_character(out, text);
    used += shown.columns;
    if (used > columns) {
      out.resize(cut_at);
      if (cut_columns + ellipsis_columns > columns) return cut_columns;
      out += ellipsis;
      return cut_columns + ellipsis_columns;
    }
    if (used + ellipsis_columns <= columns) {
      cut_at = out.size();
      cut_columns = used;
    }
    text.remove_prefix(shown.bytes);
  }
  return used;
}

int append_cut_front(std::string& out, std::string_view text, int columns, std::string_view ellipsis) {
  int width = display_width(text);
  if (width <= columns) return append_visible(out, text);
  const int ellipsis_columns = display_width(ellipsis);
  if (ellipsis_columns > columns) return 0;
  std::string skipped;
  while (width + ellipsis_columns > columns) {
    const auto shown = append_visible_character(skipped, text);
    width -= shown.columns;
    text.remove_prefix(shown.bytes);
  }
  out += ellipsis;
  return ellipsis_columns + append_visible(out, text);
}

void append_json_string(std::string& out, std::string_view text) {
  append_quoted(out, text, [&out](const Character& character) {
    if (character.is_valid) {
      append_utf16_escape(out, character.code);
    } else {
      fmt::format_to(std::back_inserter(out), "\\\\x{:02x}", character.code);
    }
  });
}

void append_nushell_string(std::string& out, std::string_view text) {
  append_quoted(out, text, [&out](const Character& character) {
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", character.code);
  });
}

}  // namespace nubpf
