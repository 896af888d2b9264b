#include <cmath>

#include "adapter/writers.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

/// Appends a field, quoted where RFC 4180 asks for it. CSV has no escapes of its own, so what would upset a
/// terminal or is not UTF-8 is written visibly; tabs and line feeds stay.
void append_field(std::string& out, std::string_view text) {
  const bool is_quoted = text.empty() || text.find_first_of(",\"\n") != std::string_view::npos ||
                         text.front() == ' ' || text.back() == ' ';
  if (is_quoted) out += '"';
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"') out += '"';
    if (c == '\n' || c == '\t') {
      out += c;
      text.remove_prefix(1);
    } else {
      text.remove_prefix(append_visible_character(out, text).bytes);
    }
  }
  if (is_quoted) out += '"';
}

/// A null is an empty field, an empty string a quoted one; lists and records are JSON; all else is the text
/// that JSON has for it, without quotation marks.
void append_cell(std::string& out, const Value& value, std::string& scratch) {
  if (std::holds_alternative<Null>(value.node)) return;
  if (const auto* number = std::get_if<double>(&value.node); number != nullptr && !std::isfinite(*number))
    return;
  if (const auto* text = std::get_if<std::string>(&value.node)) {
    append_field(out, *text);
  } else if (const auto* binary = std::get_if<Binary>(&value.node)) {
    out += "0x";
    append_hex(out, binary->bytes);
  } else if (const auto* time = std::get_if<Datetime>(&value.node)) {
    append_rfc3339(out, *time);
  } else if (std::holds_alternative<List>(value.node) || std::holds_alternative<Record>(value.node)) {
    scratch.clear();
    append_json(scratch, value);
    append_field(out, scratch);
  } else {
    append_json(out, value);
  }
}

/// Comma-separated values, lines ended by a line feed, under a header of the columns' names. A change of
/// shape is an empty line and a new header. A bare value is a column `value`, a bare record a row.
class CsvWriter final : public BufferedWriter {
 public:
  using BufferedWriter::BufferedWriter;

  void row(const OutputColumns& columns, std::span<const Value> cells) override {
    header(columns);
    auto& text = out();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text += ',';
      const auto before = text.size();
      append_cell(text, cells[i], scratch_);
      // An empty line would not be a row.
      if (cells.size() == 1 && text.size() == before) text += "\"\"";
    }
    text += '\n';
    commit();
  }

  void table(const OutputColumns& columns, const std::vector<std::vector<Value>>& rows) override {
    header(columns);
    for (const auto& cells : rows) row(columns, cells);
  }

  void value(const Value& value) override {
    if (const auto* record = std::get_if<Record>(&value.node)) {
      OutputColumns columns;
      std::vector<Value> cells;
      for (const auto& [name, cell] : *record) {
        columns.push_back({name, ColumnHint::other});
        cells.push_back(cell);
      }
      row(columns, cells);
    } else {
      static const OutputColumns columns = {{"value", ColumnHint::other}};
      row(columns, {&value, 1});
    }
  }

 private:
  void header(const OutputColumns& columns) {
    if (has_header_ && same_names(columns, names_)) return;
    auto& text = out();
    if (has_header_) text += '\n';
    names_.clear();
    for (const auto& column : columns) {
      if (!names_.empty()) text += ',';
      append_field(text, column.name);
      names_.push_back(column.name);
    }
    text += '\n';
    has_header_ = true;
  }

  bool has_header_ = false;
  std::vector<std::string> names_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<Writer> make_csv_writer(int fd) {
  return std::make_unique<CsvWriter>(fd);
}

}  // namespace nubpf
