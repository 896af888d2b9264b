#include "adapter/human.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>
#include <iterator>
#include <string_view>
#include <utility>

#include "adapter/writers.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

template <typename... Arguments>
void append_format(std::string& out, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
}

struct Unit {
  std::uint64_t size;
  std::string_view name;
};

constexpr std::array kShortUnits = {Unit{1, "ns"}, Unit{1'000, "us"}, Unit{1'000'000, "ms"},
                                    Unit{1'000'000'000, "sec"}};
constexpr std::array kLongUnits = {Unit{1, "sec"}, Unit{60, "min"}, Unit{3'600, "hr"}, Unit{86'400, "day"}};
constexpr std::array kSizeUnits = {Unit{1, "B"},
                                   Unit{1ULL << 10U, "KiB"},
                                   Unit{1ULL << 20U, "MiB"},
                                   Unit{1ULL << 30U, "GiB"},
                                   Unit{1ULL << 40U, "TiB"},
                                   Unit{1ULL << 50U, "PiB"},
                                   Unit{1ULL << 60U, "EiB"}};

/// The absolute value; well defined for the smallest one too.
std::uint64_t magnitude(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return number < 0 ? 0 - bits : bits;
}

constexpr std::uint64_t round_to(std::uint64_t number, std::uint64_t step) {
  return (number + step / 2) / step * step;
}

/// Three significant digits, four where the fourth is the last one that is not zero.
std::uint64_t round_to_digits(std::uint64_t number) {
  std::uint64_t step = 1;
  while (number / step >= 10'000) step *= 10;
  if (number % step == 0) return number;
  while (number / step >= 1'000) step *= 10;
  return round_to(number, step);
}

/// number / unit as a decimal fraction without trailing zeros.
void append_fraction(std::string& out, std::uint64_t number, std::uint64_t unit) {
  append_format(out, "{}", number / unit);
  auto rest = number % unit;
  if (rest != 0) out += '.';
  while (rest != 0) {
    unit /= 10;
    append_format(out, "{}", rest / unit);
    rest %= unit;
  }
}

}  // namespace

void append_human_duration(std::string& out, Duration duration) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  constexpr std::uint64_t kMinute = 60 * kSecond;
  const auto exact = magnitude(duration.nanoseconds);
  if (duration.nanoseconds < 0) out += '-';

  const auto rounded = round_to_digits(exact);
  if (rounded < kMinute) {
    auto unit = kShortUnits.begin();
    while (std::next(unit) != kShortUnits.end() && rounded >= std::next(unit)->size) ++unit;
    append_fraction(out, rounded, unit->size);
    out += unit->name;
    return;
  }

  auto seconds = round_to(exact, kSecond) / kSecond;
  std::size_t large = 1;
  while (large + 1 < kLongUnits.size() && seconds >= kLongUnits[large + 1].size) ++large;
  seconds = round_to(seconds, kLongUnits[large - 1].size);
  if (large + 1 < kLongUnits.size() && seconds >= kLongUnits[large + 1].size) ++large;
  append_format(out, "{}{}", seconds / kLongUnits[large].size, kLongUnits[large].name);
  const auto rest = seconds % kLongUnits[large].size / kLongUnits[large - 1].size;
  if (rest != 0) append_format(out, " {}{}", rest, kLongUnits[large - 1].name);
}

void append_human_filesize(std::string& out, Filesize size) {
  const auto exact = magnitude(size.bytes);
  if (size.bytes < 0) out += '-';
  if (exact < kSizeUnits[1].size) {
    append_format(out, "{} B", exact);
    return;
  }
  std::size_t unit = 1;
  while (unit + 1 < kSizeUnits.size() && exact >= kSizeUnits[unit + 1].size) ++unit;
  const auto tenths = [exact](std::uint64_t per) {
    return exact / per * 10 + (exact % per * 10 + per / 2) / per;
  };
  // 1023.96 KiB is 1.0 MiB.
  if (tenths(kSizeUnits[unit].size) >= 10'240 && unit + 1 < kSizeUnits.size()) ++unit;
  const auto number = tenths(kSizeUnits[unit].size);
  append_format(out, "{}.{} {}", number / 10, number % 10, kSizeUnits[unit].name);
}

void append_clock(std::string& out, Datetime time) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  auto seconds = static_cast<std::time_t>(time.unix_nanoseconds / kSecond);
  auto rest = time.unix_nanoseconds % kSecond;
  if (rest < 0) {
    rest += kSecond;
    --seconds;
  }
  std::tm local{};
  localtime_r(&seconds, &local);
  append_format(out, "{:02}:{:02}:{:02}.{:03}", local.tm_hour, local.tm_min, local.tm_sec, rest / 1'000'000);
}

void append_fixed(std::string& out, double number, int decimals) {
  constexpr double kTooLargeForDecimals = 1e15;
  if (!std::isfinite(number) || std::abs(number) >= kTooLargeForDecimals) {
    append_format(out, "{:.4g}", number);
  } else {
    append_format(out, "{:.{}f}", number, decimals);
  }
}

int decimals_of(double number) {
  constexpr int kMost = 3;
  double scaled = std::abs(number);
  if (!std::isfinite(scaled) || scaled >= 1e15) return 0;
  scaled = std::round(scaled * 1000);
  for (int decimals = kMost; decimals > 0; --decimals, scaled /= 10) {
    if (std::fmod(scaled, 10) != 0) return decimals;
  }
  return 0;
}

namespace {

struct HumanAppender {
  std::string& out;
  std::string_view separator;

  void operator()(Null) const {}
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { append_format(out, "{}", value); }
  void operator()(std::uint64_t value) const { append_format(out, "{}", value); }
  void operator()(double value) const { append_fixed(out, value, decimals_of(value)); }
  void operator()(Duration value) const { append_human_duration(out, value); }
  void operator()(Filesize value) const { append_human_filesize(out, value); }
  void operator()(Datetime value) const { append_clock(out, value); }
  void operator()(const std::string& value) const { append_visible(out, value); }
  void operator()(const Binary& value) const {
    out += "0x";
    append_hex(out, value.bytes);
  }
  void operator()(const List& list) const {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += separator;
      append_human(out, list[i]);
    }
  }
  void operator()(const Record& record) const {
    out += '{';
    for (std::size_t i = 0; i < record.size(); ++i) {
      if (i > 0) out += ", ";
      append_visible(out, record[i].name);
      out += ": ";
      append_human(out, record[i].value);
    }
    out += '}';
  }
};

}  // namespace

void append_human(std::string& out, const Value& value, std::string_view separator) {
  std::visit(HumanAppender{out, separator}, value.node);
}

}  // namespace nubpf
