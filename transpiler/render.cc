#include "transpiler/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

#include "transpiler/text.h"

namespace nubpf {
namespace {

constexpr int kTabStop = 4;
/// Source lines are cut to what fits, but never to less.
constexpr int kNarrowestSource = 20;
/// What stays visible of a cut line before its first label.
constexpr int kContext = 10;
/// A span of more lines than this is shown by its first and its last one.
constexpr std::uint32_t kMostLinesOfSpan = 4;

enum class Paint { error, warning, frame, bold, help };

std::string_view escape_of(Paint paint) {
  switch (paint) {
    case Paint::error:
      return "\x1b[1;31m";
    case Paint::warning:
      return "\x1b[1;33m";
    case Paint::frame:
      return "\x1b[1;34m";
    case Paint::bold:
      return "\x1b[1m";
    case Paint::help:
      return "\x1b[36m";
  }
  return {};
}

/// The part of a label that lies on one line, in bytes of that line.
struct Mark {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_primary = false;
  std::string text;  ///< on the last line of the label; visible form

  int from = 0;  ///< columns of the line as shown
  int to = 0;
};

/// A source line as it is shown: tabs expanded, control characters visible.
struct ShownLine {
  std::string text;
  std::vector<int> columns;             ///< of each byte of the source line, and of its end
  std::vector<std::size_t> text_bytes;  ///< where in `text` each byte of the source line went, and its end
};

ShownLine show(std::string_view line) {
  ShownLine shown;
  int column = 0;
  while (!line.empty()) {
    const auto offset = shown.text.size();
    ShownCharacter character;
    if (line.front() == '\t') {
      character = {1, kTabStop - column % kTabStop};
      shown.text.append(static_cast<std::size_t>(character.columns), ' ');
    } else {
      character = append_visible_character(shown.text, line);
    }
    shown.columns.insert(shown.columns.end(), character.bytes, column);
    shown.text_bytes.insert(shown.text_bytes.end(), character.bytes, offset);
    column += character.columns;
    line.remove_prefix(character.bytes);
  }
  shown.columns.push_back(column);
  shown.text_bytes.push_back(shown.text.size());
  return shown;
}

/// Where a byte of the file lies: its line and the bytes before it on that line.
struct Place {
  std::uint32_t line = 1;
  std::size_t byte = 0;
};

Place place_of(const File& file, std::size_t offset) {
  const auto before = std::string_view(file.text).substr(0, std::min(offset, file.text.size()));
  Place place;
  place.line += static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
  const auto line_begin = before.rfind('\n');
  place.byte = line_begin == std::string_view::npos ? before.size() : before.size() - line_begin - 1;
  return place;
}

std::size_t first_nonblank(std::string_view line) {
  const auto at = line.find_first_not_of(" \t");
  return at == std::string_view::npos ? 0 : at;
}

/// The marks of all labels by line. A label over several lines marks each of them, from its first to its last
/// character there.
std::map<std::uint32_t, std::vector<Mark>> marks_by_line(const Diagnostic& diagnostic, const File& file) {
  std::map<std::uint32_t, std::vector<Mark>> lines;
  bool is_primary = true;
  for (const auto& label : diagnostic.labels) {
    const auto begin = place_of(file, label.span.begin);
    auto end = place_of(file, std::max(label.span.begin, label.span.end));
    if (end.line > begin.line && end.byte == 0) {
      // A line end is part of the line before it.
      --end.line;
      end.byte = line_text(file, end.line).size();
    }
    for (auto line = begin.line; line <= end.line; ++line) {
      const bool is_left_out =
          end.line - begin.line >= kMostLinesOfSpan && line != begin.line && line != end.line;
      if (is_left_out) continue;
      const auto text = line_text(file, line);
      Mark mark;
      mark.begin = std::min(line == begin.line ? begin.byte : first_nonblank(text), text.size());
      mark.end = std::clamp(line == end.line ? end.byte : text.size(), mark.begin, text.size());
      mark.is_primary = is_primary;
      if (line == end.line) append_visible(mark.text, label.text);
      lines[line].push_back(std::move(mark));
    }
    is_primary = false;
  }
  return lines;
}

/// Draws the frame of one diagnostic.
class TextRenderer {
 public:
  TextRenderer(const Diagnostic& diagnostic, const File& file, const RenderOptions& options)
      : diagnostic_(diagnostic), file_(file), options_(options) {}

  std::string render() {
    append_title();
    if (!diagnostic_.labels.empty()) append_source();
    for (std::size_t i = 0; i < diagnostic_.notes.size(); ++i) {
      append_remark(i == 0 ? "note: " : "      ", diagnostic_.notes[i], Paint::bold);
    }
    if (!diagnostic_.help.empty()) append_remark("help: ", diagnostic_.help, Paint::help);
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_error() const { return info(diagnostic_.kind).severity == Severity::error; }

  void paint(Paint paint, std::string_view text) {
    if (options_.color) out_ += escape_of(paint);
    out_ += text;
    if (options_.color) out_ += "\x1b[0m";
  }

  void blanks(int count) { out_.append(static_cast<std::size_t>(std::max(count, 0)), ' '); }

  void append_title() {
    const auto code = info(diagnostic_.kind).code;
    paint(is_error() ? Paint::error : Paint::warning,
          fmt::format("{}[{}]", is_error() ? "error" : "warning", code));
    paint(Paint::bold, ": " + visible(diagnostic_.message));
    out_ += '\n';
  }

  void append_source() {
    const auto lines = marks_by_line(diagnostic_, file_);
    gutter_ = static_cast<int>(fmt::formatted_size("{}", lines.rbegin()->first));

    const auto position = position_of(file_, diagnostic_.labels.front().span.begin);
    blanks(gutter_ + 1);
    paint(Paint::frame, "-->");
    out_ += ' ';
    append_visible(out_, file_.name);
    fmt::format_to(std::back_inserter(out_), "{}{}:{}\n", file_.name.empty() ? "" : ":", position.line,
                   position.column);
    append_bar_line();

    std::uint32_t previous = 0;
    for (const auto& [line, marks] : lines) {
      if (previous != 0 && line == previous + 2) append_line(previous + 1, {});
      if (previous != 0 && line > previous + 2) {
        paint(Paint::frame, "...");
        out_ += '\n';
      }
      append_line(line, marks);
      previous = line;
    }
  }

  /// The frame's left edge, then whatever follows.
  void append_edge() {
    blanks(gutter_ + 2);
    paint(Paint::frame, "|");
  }

  void append_bar_line() {
    append_edge();
    out_ += '\n';
  }

  /// Ends a line of the frame that is made of blanks and `text`.
  void append_frame_line(const std::string& text, const std::vector<Paint>& paints) {
    append_edge();
    const auto end = text.find_last_not_of(' ');
    if (end != std::string::npos) {
      out_ += ' ';
      append_painted(std::string_view(text).substr(0, end + 1), paints);
    }
    out_ += '\n';
  }

  /// `paints` has an entry for each byte of `text`; blanks are never painted.
  void append_painted(std::string_view text, const std::vector<Paint>& paints) {
    for (std::size_t i = 0; i < text.size();) {
      auto end = i + 1;
      if (text[i] == ' ') {
        out_ += ' ';
      } else {
        while (end < text.size() && paints[end] == paints[i] && text[end] != ' ') ++end;
        paint(paints[i], text.substr(i, end - i));
      }
      i = end;
    }
  }

  void append_line(std::uint32_t number, std::vector<Mark> marks) {
    const auto source = line_text(file_, number);
    auto shown = show(source);
    for (auto& mark : marks) {
      mark.from = shown.columns[mark.begin];
      mark.to = std::max(shown.columns[mark.end], mark.from + 1);
    }
    cut(shown, marks);

    out_ += ' ';
    paint(Paint::frame, fmt::format("{:>{}} |", number, gutter_));
    const auto end = shown.text.find_last_not_of(' ');
    if (end != std::string::npos) {
      out_ += ' ';
      out_.append(shown.text, 0, end + 1);
    }
    out_ += '\n';
    if (!marks.empty()) append_marks(std::move(marks));
  }

  /// The columns for source text.
  [[nodiscard]] int room() const {
    return options_.width <= 0 ? std::numeric_limits<int>::max()
                               : std::max(kNarrowestSource, options_.width - gutter_ - 4);
  }

  /// Cuts a line that is too long for the width and moves the marks along. The primary mark stays in sight,
  /// with some of what stands before it, and with space for its text where there is any.
  void cut(ShownLine& line, std::vector<Mark>& marks) const {
    const int room = this->room();
    const int whole = line.columns.back();
    if (whole <= room) return;

    int begin = 0;
    if (!marks.empty()) {
      const auto primary =
          std::find_if(marks.begin(), marks.end(), [](const Mark& m) { return m.is_primary; });
      const auto& mark = primary == marks.end() ? marks.front() : *primary;
      const int end = mark.to + 1 + display_width(mark.text);
      begin = std::clamp(end + 1 - room, 0, std::max(0, mark.from - kContext));
    }

    // From a whole character to a whole character, an ellipsis on each side that lacks something.
    const auto& columns = line.columns;
    auto first =
        static_cast<std::size_t>(std::lower_bound(columns.begin(), columns.end(), begin) - columns.begin());
    const int left = first > 0 ? 1 : 0;
    if (left == 1) {
      // One column goes to the ellipsis.
      first = static_cast<std::size_t>(std::lower_bound(columns.begin(), columns.end(), begin + 1) -
                                       columns.begin());
    }
    const int shift = left == 1 ? columns[first] - 1 : 0;
    const bool is_cut_right = whole - shift > room;
    const int limit = shift + room - (is_cut_right ? 1 : 0);
    const auto last =
        static_cast<std::size_t>(std::upper_bound(columns.begin(), columns.end(), limit) - columns.begin()) -
        1;

    std::string text = left == 1 ? "…" : "";
    const auto from = line.text_bytes[first];
    const auto to = is_cut_right ? line.text_bytes[last] : line.text.size();
    text.append(line.text, from, to - from);
    if (is_cut_right) text += "…";
    line.text = std::move(text);
    for (auto& mark : marks) {
      mark.from = std::clamp(mark.from - shift, 0, room - 1);
      mark.to = std::clamp(mark.to - shift, mark.from + 1, room);
    }
  }

  /// The row of `^` and `-`, and the labels' texts: the last one beside its mark, the others below theirs,
  /// from right to left, each at the end of a line that leads to it.
  void append_marks(std::vector<Mark> marks) {
    const auto primary_paint = is_error() ? Paint::error : Paint::warning;
    const auto paint_of = [primary_paint](const Mark& m) {
      return m.is_primary ? primary_paint : Paint::frame;
    };
    const auto put = [](std::string& row, std::vector<Paint>& paints, int at, std::string_view text,
                        Paint paint) {
      const auto begin = static_cast<std::size_t>(at);
      if (row.size() < begin + text.size()) {
        row.resize(begin + text.size(), ' ');
        paints.resize(row.size(), paint);
      }
      row.replace(begin, text.size(), text);
      std::fill_n(paints.begin() + at, text.size(), paint);
    };

    std::string row;
    std::vector<Paint> paints;
    std::stable_sort(marks.begin(), marks.end(),
                     [](const Mark& a, const Mark& b) { return a.is_primary < b.is_primary; });
    for (const auto& mark : marks) {
      const std::string line(static_cast<std::size_t>(mark.to - mark.from), mark.is_primary ? '^' : '-');
      put(row, paints, mark.from, line, paint_of(mark));
    }

    std::erase_if(marks, [](const Mark& mark) { return mark.text.empty(); });
    std::stable_sort(marks.begin(), marks.end(),
                     [](const Mark& a, const Mark& b) { return a.from < b.from; });
    const auto end_of_row = static_cast<int>(row.size());
    if (marks.size() == 1 && end_of_row + 1 + display_width(marks.front().text) > room()) {
      // Too long to stand beside its mark: below it, as far right as it fits.
      append_frame_line(row, paints);
      row.clear();
      paints.clear();
      const auto& mark = marks.front();
      put(row, paints, std::clamp(room() - display_width(mark.text), 0, mark.from), mark.text,
          paint_of(mark));
      marks.clear();
    }
    if (!marks.empty() && marks.back().to == end_of_row &&
        std::none_of(marks.begin(), std::prev(marks.end()),
                     [&](const Mark& mark) { return mark.from == marks.back().from; })) {
      put(row, paints, end_of_row + 1, marks.back().text, paint_of(marks.back()));
      marks.pop_back();
    }
    append_frame_line(row, paints);

    bool is_first = true;
    while (!marks.empty()) {
      for (const bool with_text : {false, true}) {
        if (!with_text && !is_first) continue;
        row.clear();
        paints.clear();
        for (const auto& mark : marks) put(row, paints, mark.from, "|", paint_of(mark));
        if (with_text) put(row, paints, marks.back().from, marks.back().text, paint_of(marks.back()));
        append_frame_line(row, paints);
      }
      is_first = false;
      marks.pop_back();
    }
  }

  /// `= help: …`; further lines of the text stand below the first one.
  void append_remark(std::string_view heading, std::string_view text, Paint style) {
    bool is_first = true;
    while (true) {
      const auto end = text.find('\n');
      const bool has_heading = is_first && heading.front() != ' ';
      blanks(gutter_ + 2);
      if (has_heading) {
        paint(Paint::frame, "=");
        out_ += ' ';
        paint(style, heading.substr(0, heading.size() - 1));
        out_ += ' ';
      } else {
        blanks(2 + static_cast<int>(heading.size()));
      }
      auto line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      append_visible(out_, line);
      out_.erase(out_.find_last_not_of(' ') + 1);
      out_ += '\n';
      if (end == std::string_view::npos || end + 1 == text.size()) return;
      text.remove_prefix(end + 1);
      is_first = false;
    }
  }

  const Diagnostic& diagnostic_;
  const File& file_;
  const RenderOptions& options_;
  int gutter_ = 0;  ///< columns of the longest line number
  std::string out_;
};

std::string render_json(const Diagnostic& diagnostic, const File& file) {
  const auto& kind = info(diagnostic.kind);
  std::string out = "{\"code\":";
  append_json_string(out, kind.code);
  out += ",\"severity\":";
  append_json_string(out, kind.severity == Severity::error ? "error" : "warning");
  out += ",\"message\":";
  append_json_string(out, diagnostic.message);
  out += ",\"help\":";
  if (diagnostic.help.empty()) {
    out += "null";
  } else {
    append_json_string(out, diagnostic.help);
  }
  out += ",\"notes\":[";
  for (std::size_t i = 0; i < diagnostic.notes.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, diagnostic.notes[i]);
  }
  out += "],\"labels\":[";
  for (std::size_t i = 0; i < diagnostic.labels.size(); ++i) {
    const auto& label = diagnostic.labels[i];
    const auto position = position_of(file, label.span.begin);
    if (i > 0) out += ',';
    out += "{\"text\":";
    append_json_string(out, label.text);
    fmt::format_to(std::back_inserter(out), ",\"start\":{},\"end\":{},\"line\":{},\"column\":{}}}",
                   std::uint64_t{file.offset} + label.span.begin, std::uint64_t{file.offset} + label.span.end,
                   position.line, position.column);
  }
  out += "],\"file\":";
  append_json_string(out, file.name);
  out += "}\n";
  return out;
}

}  // namespace

std::string render(const Diagnostic& diagnostic, const File& file, const RenderOptions& options) {
  if (options.format == ErrorFormat::json) return render_json(diagnostic, file);
  return TextRenderer(diagnostic, file, options).render();
}

}  // namespace nubpf
