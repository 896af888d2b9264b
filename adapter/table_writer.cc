#include "adapter/table_writer.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "adapter/human.h"
#include "adapter/table_layout.h"
#include "adapter/writers.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

constexpr int kIndent = 2;
/// A text column of a stream that is not the last one takes no more, so that what follows stays in sight.
constexpr int kWidestInnerText = 40;
constexpr int kNarrowestText = 6;
constexpr int kNarrowestProbe = 16;
constexpr int kWidestBar = 40;

/// Eighths of a column: what a bar can be drawn with.
constexpr int kEighths = 8;
/// The full scale of the bars that arrive: 24 columns.
constexpr int kBarScale = 24 * kEighths;

/// Text columns whose content has a known length.
struct KnownWidth {
  std::string_view name;
  int width;
};
constexpr std::array kKnownWidths = {KnownWidth{"comm", 16}, KnownWidth{"username", 12},
                                     KnownWidth{"addr", 18}};

/// First width of a column of a stream.
int stream_width(ColumnHint hint, std::string_view name, bool is_last, int terminal) {
  switch (hint) {
    case ColumnHint::number:
      return 8;
    case ColumnHint::duration:
      return 9;
    case ColumnHint::filesize:
      return 10;
    case ColumnHint::datetime:
      return 12;
    case ColumnHint::boolean:
      return 5;
    case ColumnHint::bar:
      return kWidestBar;
    case ColumnHint::text:
    case ColumnHint::stack:
    case ColumnHint::other:
      break;
  }
  for (const auto& known : kKnownWidths) {
    if (known.name == name) return known.width;
  }
  return is_last ? terminal : kWidestInnerText;
}

/// What a value is, for a column that nothing was said about.
ColumnHint hint_of(const Value& value) {
  struct Visitor {
    ColumnHint operator()(Null) const { return ColumnHint::other; }
    ColumnHint operator()(bool) const { return ColumnHint::boolean; }
    ColumnHint operator()(std::int64_t) const { return ColumnHint::number; }
    ColumnHint operator()(std::uint64_t) const { return ColumnHint::number; }
    ColumnHint operator()(double) const { return ColumnHint::number; }
    ColumnHint operator()(Duration) const { return ColumnHint::duration; }
    ColumnHint operator()(Filesize) const { return ColumnHint::filesize; }
    ColumnHint operator()(Datetime) const { return ColumnHint::datetime; }
    ColumnHint operator()(const std::string&) const { return ColumnHint::text; }
    ColumnHint operator()(const Binary&) const { return ColumnHint::other; }
    ColumnHint operator()(const List&) const { return ColumnHint::other; }
    ColumnHint operator()(const Record&) const { return ColumnHint::other; }
  };
  return std::visit(Visitor{}, value.node);
}

/// The length of a drawn bar in eighths of a column: U+2588 is a full block, U+2589 to U+258F are 7 to 1
/// eighths. Any other character counts as a full column.
int bar_eighths(std::string_view bar) {
  int eighths = 0;
  while (!bar.empty()) {
    if (bar.size() >= 3 && bar[0] == '\xE2' && bar[1] == '\x96' && bar[2] >= '\x88' && bar[2] <= '\x8F') {
      eighths += kEighths - (bar[2] - '\x88');
      bar.remove_prefix(3);
    } else {
      eighths += kEighths;
      bar.remove_prefix(1);
    }
  }
  return eighths;
}

/// A non-empty string of nothing but blocks.
bool is_bar(const Value& value) {
  const auto* text = std::get_if<std::string>(&value.node);
  return text != nullptr && !text->empty() && text->size() % 3 == 0 &&
         static_cast<std::size_t>(bar_eighths(*text)) <= text->size() / 3 * kEighths;
}

/// Draws a bar of `eighths` of kBarScale into a column of `width`; what is not empty is seen.
void append_bar(std::string& out, int eighths, int width, bool unicode) {
  if (eighths <= 0) return;
  const int scaled =
      std::min(std::max(1, (eighths * width * kEighths + kBarScale / 2) / kBarScale), width * kEighths);
  if (!unicode) {
    out.append(static_cast<std::size_t>(std::max(1, (scaled + kEighths / 2) / kEighths)), '#');
    return;
  }
  for (int i = 0; i < scaled / kEighths; ++i) out += "\u2588";
  const int rest = scaled % kEighths;
  if (rest == 0) return;
  out += "\xE2\x96";
  out += static_cast<char>(static_cast<unsigned char>('\x88') + kEighths - rest);
}

/// How far a column can be cut. Attach points differ at their ends, so those are kept.
void set_minimum(TableColumn& column, int heading) {
  column.keeps_end = column.heading == "event" || column.heading == "probe";
  const int narrowest = column.keeps_end ? kNarrowestProbe : kNarrowestText;
  column.minimum =
      can_be_cut(column.hint) ? std::min(column.natural, std::max(heading, narrowest)) : column.natural;
}

class TableWriter final : public BufferedWriter {
 public:
  TableWriter(const WriterOptions& options, int fd)
      : BufferedWriter(fd), width_(options.width), color_(options.color), unicode_(options.unicode) {}

  void row(const OutputColumns& columns, std::span<const Value> cells) override {
    if (last_ != Last::rows || !same_names(columns, names_)) {
      begin(Last::rows);
      begin_stream(columns, cells);
      append_header(stream_);
    }
    widen(stream_, cells);
    append_row(stream_, cells);
    commit();
  }

  void table(const OutputColumns& columns, const std::vector<std::vector<Value>>& rows) override {
    begin(Last::block);
    append_table(columns, rows);
  }

  void value(const Value& value) override {
    if (const auto* record = std::get_if<Record>(&value.node)) {
      begin(Last::block);
      append_record(*record);
    } else if (const auto* list = std::get_if<List>(&value.node)) {
      begin(Last::block);
      append_list(*list);
    } else {
      begin(Last::scalar);
      indent();
      append_human(out(), value);
      out() += '\n';
    }
    commit();
  }

 private:
  enum class Last { nothing, rows, scalar, block };

  struct Layout {
    std::vector<TableColumn> columns;
    int hidden = 0;
  };

  /// Sets a new piece of output apart from the one before it.
  void begin(Last next) {
    if (last_ != Last::nothing && !(last_ == Last::scalar && next == Last::scalar)) out() += '\n';
    last_ = next;
  }

  [[nodiscard]] int available() const { return width_ - indent_; }
  [[nodiscard]] std::string_view ellipsis() const { return unicode_ ? "…" : "~"; }
  void blanks(int count) { out().append(static_cast<std::size_t>(count), ' '); }
  void indent() { blanks(indent_); }

  void begin_stream(const OutputColumns& columns, std::span<const Value> cells) {
    names_.clear();
    stream_.columns.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      names_.push_back(columns[i].name);
      TableColumn column;
      column.heading = visible(columns[i].name);
      column.hint = columns[i].hint == ColumnHint::other ? hint_of(cells[i]) : columns[i].hint;
      const int heading = display_width(column.heading);
      column.natural =
          std::max(heading, stream_width(column.hint, columns[i].name, i + 1 == columns.size(), available()));
      if (columns[i].name == "event") {
        // The same in all rows of a shape, as a rule.
        column.natural = std::max(heading, cell_width(cells[i], column));
      }
      set_minimum(column, heading);
      stream_.columns.push_back(std::move(column));
    }
    stream_.hidden = fit_columns(stream_.columns, available());
  }

  void append_table(const OutputColumns& columns, const std::vector<std::vector<Value>>& rows) {
    Layout layout;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      TableColumn column;
      column.heading = visible(columns[i].name);
      column.hint = columns[i].hint;
      const int heading = display_width(column.heading);
      column.natural = heading;
      for (const auto& row : rows) {
        if (column.hint == ColumnHint::other) column.hint = hint_of(row[i]);
        if (const auto* number = std::get_if<double>(&row[i].node)) {
          column.decimals = std::max(column.decimals, decimals_of(*number));
        }
      }
      if (column.hint == ColumnHint::bar) {
        column.natural = std::max(heading, kWidestBar);
      } else {
        for (const auto& row : rows) column.natural = std::max(column.natural, cell_width(row[i], column));
      }
      set_minimum(column, heading);
      layout.columns.push_back(std::move(column));
    }
    layout.hidden = fit_columns(layout.columns, available());
    append_header(layout);
    for (const auto& row : rows) {
      append_row(layout, row);
      commit();
    }
    if (rows.empty()) {
      indent();
      out() += "(no rows)\n";
    }
  }

  void append_header(const Layout& layout) {
    indent();
    if (color_) out() += kBold;
    const auto start = out().size();
    bool is_marked = false;
    int pending = 0;
    for (const auto& column : layout.columns) {
      if (!column.is_shown) {
        append_hidden_mark(layout, column, is_marked, pending);
        continue;
      }
      cell_.clear();
      append_visible(cell_, column.heading);
      append_cell(column, display_width(cell_), pending);
    }
    trim(start);
    if (color_) out() += kReset;
    out() += '\n';
  }

  void append_row(const Layout& layout, std::span<const Value> cells) {
    indent();
    const auto start = out().size();
    bool is_marked = false;
    int pending = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto& column = layout.columns[i];
      if (!column.is_shown) {
        append_hidden_mark(layout, column, is_marked, pending);
        continue;
      }
      format_cell(cells[i], column);
      append_cell(column, display_width(cell_), pending);
    }
    trim(start);
    out() += '\n';
  }

  /// A number that does not fit makes its column wider for good.
  void widen(Layout& layout, std::span<const Value> cells) {
    bool is_changed = false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      auto& column = layout.columns[i];
      if (can_be_cut(column.hint) || column.hint == ColumnHint::bar) continue;
      const int width = cell_width(cells[i], column);
      if (width <= column.natural) continue;
      column.natural = width;
      column.minimum = width;
      is_changed = true;
    }
    if (is_changed) layout.hidden = fit_columns(layout.columns, available());
  }

  /// One mark stands for all columns that are hidden for lack of space.
  void append_hidden_mark(const Layout& layout, const TableColumn& column, bool& is_marked, int& pending) {
    if (layout.hidden == 0 || is_marked || column.hint == ColumnHint::bar) return;
    is_marked = true;
    blanks(pending);
    out() += ellipsis();
    pending = kColumnGap;
  }

  /// Puts the text in cell_ into its column; `pending` blanks stand before whatever comes next.
  void append_cell(const TableColumn& column, int width, int& pending) {
    const int space = std::max(0, column.width - width);
    if (is_right_aligned(column.hint)) {
      blanks(pending + space);
      out() += cell_;
      pending = kColumnGap;
      return;
    }
    blanks(pending);
    if (width <= column.width || !can_be_cut(column.hint)) {
      out() += cell_;
      pending = space + kColumnGap;
    } else {
      const auto cut = column.keeps_end ? append_cut_front : append_cut;
      pending = column.width - cut(out(), cell_, column.width, ellipsis()) + kColumnGap;
    }
  }

  int cell_width(const Value& value, const TableColumn& column) {
    format_cell(value, column);
    return display_width(cell_);
  }

  /// Writes the cell's text into cell_.
  void format_cell(const Value& value, const TableColumn& column) {
    cell_.clear();
    if (const auto* text = std::get_if<std::string>(&value.node);
        text != nullptr && column.hint == ColumnHint::bar) {
      append_bar(cell_, bar_eighths(*text), column.width, unicode_);
    } else if (const auto* number = std::get_if<double>(&value.node);
               number != nullptr && column.decimals >= 0) {
      append_fixed(cell_, *number, column.decimals);
    } else {
      append_human(cell_, value, column.hint == ColumnHint::stack ? " < " : ", ");
    }
  }

  void trim(std::size_t start) {
    auto& text = out();
    while (text.size() > start && text.back() == ' ') text.pop_back();
  }

  /// A heading on its own line.
  void append_heading(std::string_view name) {
    indent();
    if (color_) out() += kBold;
    append_visible(out(), name);
    if (color_) out() += kReset;
    if (!color_) out() += ':';
    out() += '\n';
  }

  /// Single values as aligned pairs; a table or a record below its name, set apart by empty lines.
  void append_record(const Record& record) {
    const auto is_nested = [](const Value& value) {
      return std::holds_alternative<List>(value.node) || std::holds_alternative<Record>(value.node);
    };
    int names = 0;
    for (const auto& [name, value] : record) {
      if (!is_nested(value)) names = std::max(names, display_width(name));
    }
    bool is_first = true;
    bool was_nested = false;
    for (const auto& [name, value] : record) {
      if (!is_first && (was_nested || is_nested(value))) out() += '\n';
      if (is_nested(value)) {
        append_heading(name);
        indent_ += kIndent;
        if (const auto* inner = std::get_if<Record>(&value.node)) {
          append_record(*inner);
        } else {
          append_list(std::get<List>(value.node));
        }
        indent_ -= kIndent;
      } else {
        indent();
        if (color_) out() += kBold;
        const int width = append_visible(out(), name);
        if (color_) out() += kReset;
        blanks(names - width + kColumnGap);
        append_human(out(), value);
        out() += '\n';
      }
      is_first = false;
      was_nested = is_nested(value);
    }
  }

  /// A list of records is a table, any other has an item a line.
  void append_list(const List& list) {
    const bool is_table = std::all_of(list.begin(), list.end(), [](const Value& item) {
      return std::holds_alternative<Record>(item.node);
    });
    if (list.empty()) {
      indent();
      out() += "(no rows)\n";
    } else if (is_table) {
      append_records(list);
    } else {
      for (const auto& item : list) {
        indent();
        append_human(out(), item);
        out() += '\n';
      }
    }
  }

  void append_records(const List& list) {
    OutputColumns columns;
    std::map<std::string_view, std::size_t> places;
    for (const auto& item : list) {
      for (const auto& [name, value] : std::get<Record>(item.node)) {
        if (places.emplace(name, columns.size()).second) columns.push_back({name, ColumnHint::other});
        auto& column = columns[places.at(name)];
        if (column.hint == ColumnHint::other && column.name == "bar" && is_bar(value))
          column.hint = ColumnHint::bar;
      }
    }
    std::vector<std::vector<Value>> rows;
    for (const auto& item : list) {
      auto& row = rows.emplace_back(columns.size());
      for (const auto& [name, value] : std::get<Record>(item.node)) row[places.at(name)] = value;
    }
    append_table(columns, rows);
  }

  int width_;
  bool color_;
  bool unicode_;
  int indent_ = 0;
  Last last_ = Last::nothing;
  std::vector<std::string> names_;
  Layout stream_;
  std::string cell_;
};

}  // namespace

std::unique_ptr<Writer> make_table_writer(const WriterOptions& options, int fd) {
  return std::make_unique<TableWriter>(options, fd);
}

}  // namespace nubpf
