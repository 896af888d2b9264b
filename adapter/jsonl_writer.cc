#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <type_traits>

#include "adapter/writers.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

void append_integer(std::string& out, std::int64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

struct JsonAppender {
  std::string& out;

  void operator()(Null) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { append_integer(out, value); }
  void operator()(std::uint64_t value) const {
    const fmt::format_int digits(value);
    out.append(digits.data(), digits.size());
  }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      append_double(out, value);
    } else {
      out += "null";
    }
  }
  void operator()(Duration value) const { append_integer(out, value.nanoseconds); }
  void operator()(Filesize value) const { append_integer(out, value.bytes); }
  void operator()(Datetime value) const {
    out += '"';
    append_rfc3339(out, value);
    out += '"';
  }
  void operator()(const std::string& value) const { append_json_string(out, value); }
  void operator()(const Binary& value) const {
    out += "\"0x";
    append_hex(out, value.bytes);
    out += '"';
  }
  void operator()(const List& list) const {
    char before = '[';
    for (const auto& item : list) {
      out += before;
      append_json(out, item);
      before = ',';
    }
    if (list.empty()) out += before;
    out += ']';
  }
  void operator()(const Record& record) const {
    char before = '{';
    for (const auto& [name, value] : record) {
      out += before;
      append_json_string(out, name);
      out += ':';
      append_json(out, value);
      before = ',';
    }
    if (record.empty()) out += before;
    out += '}';
  }
};

/// One JSON value a line.
class JsonlWriter final : public BufferedWriter {
 public:
  using BufferedWriter::BufferedWriter;

  void row(const OutputColumns& columns, std::span<const Value> cells) override {
    const auto& keys = shapes_.get(columns, prepare);
    auto& text = out();
    if (cells.empty()) text += '{';
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += keys[i];
      append_json(text, cells[i]);
    }
    text += "}\n";
    commit();
  }

  void value(const Value& value) override {
    append_json(out(), value);
    out() += '\n';
    commit();
  }

 private:
  /// All that stands before each cell of a row: `{"pid":`, `,"comm":`.
  using Keys = std::vector<std::string>;

  static Keys prepare(const OutputColumns& columns) {
    Keys keys;
    for (const auto& column : columns) {
      auto& key = keys.emplace_back(keys.empty() ? "{" : ",");
      append_json_string(key, column.name);
      key += ':';
    }
    return keys;
  }

  ShapeCache<Keys> shapes_;
};

}  // namespace

void append_json(std::string& out, const Value& value) {
  std::visit(JsonAppender{out}, value.node);
}

std::unique_ptr<Writer> make_jsonl_writer(int fd) {
  return std::make_unique<JsonlWriter>(fd);
}

}  // namespace nubpf
