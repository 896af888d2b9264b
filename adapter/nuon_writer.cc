#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "adapter/nuon.h"
#include "adapter/writers.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

struct Unit {
  std::int64_t nanoseconds;
  std::string_view name;
};

constexpr std::array kUnits = {Unit{86'400'000'000'000, "day"}, Unit{3'600'000'000'000, "hr"},
                               Unit{60'000'000'000, "min"},     Unit{1'000'000'000, "sec"},
                               Unit{1'000'000, "ms"},           Unit{1'000, "us"}};

/// As a whole number of the largest unit that leaves no rest.
void append_duration(std::string& out, Duration duration) {
  const auto number = duration.nanoseconds;
  const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(), [number](const Unit& u) {
    return number != 0 && number % u.nanoseconds == 0;
  });
  if (unit == kUnits.end()) {
    fmt::format_to(std::back_inserter(out), "{}ns", number);
  } else {
    fmt::format_to(std::back_inserter(out), "{}{}", number / unit->nanoseconds, unit->name);
  }
}

/// Nushell reads a bare word as the name of a column, unless it is a literal of another kind (seen in 0.115).
bool is_plain_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.empty() || !is_letter(name.front())) return false;
  if (!std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); }))
    return false;
  constexpr std::array<std::string_view, 6> kLiterals = {"true", "false", "null", "nan", "inf", "infinity"};
  return std::none_of(kLiterals.begin(), kLiterals.end(), [name](std::string_view literal) {
    return std::equal(name.begin(), name.end(), literal.begin(), literal.end(),
                      [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
  });
}

void append_binary(std::string& out, std::string_view bytes) {
  out += "0x[";
  append_hex(out, bytes);
  out += ']';
}

void append_name(std::string& out, std::string_view name) {
  if (is_plain_name(name)) {
    out += name;
  } else if (is_utf8(name)) {
    append_nushell_string(out, name);
  } else {
    append_nushell_string(out, visible(name));
  }
}

struct NuonAppender {
  std::string& out;

  void operator()(Null) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
  /// A string of digits: Nushell's integers end at 2^63-1, and it would read a larger one as a float.
  void operator()(std::uint64_t value) const {
    const auto* const form = value > static_cast<std::uint64_t>(INT64_MAX) ? "\"{}\"" : "{}";
    fmt::format_to(std::back_inserter(out), fmt::runtime(form), value);
  }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      append_double(out, value);
    } else if (std::isnan(value)) {
      out += "NaN";
    } else {
      out += value < 0 ? "-inf" : "inf";
    }
  }
  void operator()(Duration value) const { append_duration(out, value); }
  void operator()(Filesize value) const { fmt::format_to(std::back_inserter(out), "{}b", value.bytes); }
  void operator()(Datetime value) const { append_rfc3339(out, value); }
  void operator()(const std::string& value) const {
    if (is_utf8(value)) {
      append_nushell_string(out, value);
    } else {
      append_binary(out, value);
    }
  }
  void operator()(const Binary& value) const { append_binary(out, value.bytes); }
  void operator()(const List& list) const {
    out += '[';
    std::string_view before;
    for (const auto& item : list) {
      out += before;
      append_nuon(out, item);
      before = ", ";
    }
    out += ']';
  }
  void operator()(const Record& record) const {
    out += '{';
    std::string_view before;
    for (const auto& [name, value] : record) {
      out += before;
      append_name(out, name);
      out += ": ";
      append_nuon(out, value);
      before = ", ";
    }
    out += '}';
  }
};

}  // namespace

void append_nuon(std::string& out, const Value& value) {
  std::visit(NuonAppender{out}, value.node);
}

namespace {

/// One NUON value: a list of all rows and values, an item a line; a value that stays the only result is that
/// value itself. Which of the two it is shows with the second result, so the first value waits for it.
class NuonWriter final : public BufferedWriter {
 public:
  using BufferedWriter::BufferedWriter;

  void row(const OutputColumns& columns, std::span<const Value> cells) override {
    const auto& keys = shapes_.get(columns, prepare);
    begin_item();
    auto& text = out();
    if (cells.empty()) text += '{';
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += keys[i];
      append_nuon(text, cells[i]);
    }
    text += '}';
    commit();
  }

  void value(const Value& value) override {
    if (state_ == State::empty) {
      append_nuon(waiting_, value);
      state_ = State::one_value;
      return;
    }
    begin_item();
    append_nuon(out(), value);
    commit();
  }

  [[nodiscard]] bool finish() override {
    switch (state_) {
      case State::empty:
        out() += "[]\n";
        break;
      case State::one_value:
        out() += waiting_ + "\n";
        break;
      case State::list:
        out() += "\n]\n";
        break;
      case State::finished:
        break;
    }
    state_ = State::finished;
    return flush();
  }

 private:
  enum class State { empty, one_value, list, finished };
  /// All that stands before each cell of a row: `{pid: `, `, comm: `.
  using Keys = std::vector<std::string>;

  static Keys prepare(const OutputColumns& columns) {
    Keys keys;
    for (const auto& column : columns) {
      auto& key = keys.emplace_back(keys.empty() ? "{" : ", ");
      append_name(key, column.name);
      key += ": ";
    }
    return keys;
  }

  void begin_item() {
    if (state_ == State::list) {
      out() += ",\n  ";
      return;
    }
    out() += "[\n  ";
    if (state_ == State::one_value) out() += waiting_ + ",\n  ";
    state_ = State::list;
  }

  State state_ = State::empty;
  std::string waiting_;
  ShapeCache<Keys> shapes_;
};

}  // namespace

std::unique_ptr<Writer> make_nuon_writer(int fd) {
  return std::make_unique<NuonWriter>(fd);
}

}  // namespace nubpf
