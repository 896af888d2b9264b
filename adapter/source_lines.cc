#include "adapter/source_lines.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace nubpf {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view first_word(std::string_view line) {
  return line.substr(0, line.find_first_of(" ,"));
}

/// `tracepoint_syscalls_sys_enter_openat` for `tracepoint:syscalls:sys_enter_openat`.
std::string as_c_name(std::string_view attach_point) {
  std::string name(attach_point);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

}  // namespace

std::optional<Span> source_of_line(const Program& program, std::int64_t line) {
  const auto& map = program.source_map;
  const auto at =
      std::lower_bound(map.begin(), map.end(), line,
                       [](const SourceMapEntry& entry, std::int64_t l) { return entry.line < l; });
  if (at == map.end() || at->line != line || at->span == Span{}) return std::nullopt;
  return at->span;
}

std::string_view program_line(const Program& program, std::int64_t line) {
  std::string_view text = program.text;
  for (; line > 1 && !text.empty(); --line) take_line(text);
  return line == 1 ? take_line(text) : std::string_view();
}

std::int64_t line_of_only_attach_point(const Program& program) {
  std::string_view text = program.text;
  std::int64_t only = 0;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::string_view words = take_line(text);
    const bool is_attach_point =
        !words.empty() && std::string_view(" \t{}/").find(words[0]) == std::string_view::npos;
    if (!is_attach_point || !source_of_line(program, line)) continue;
    if (only != 0) return 0;
    only = line;
  }
  return only;
}

std::string_view attach_point_on_line(const Program& program, std::int64_t line) {
  return first_word(program_line(program, line));
}

std::int64_t line_of_text(const Program& program, std::string_view wanted) {
  std::string_view text = program.text;
  for (std::int64_t line = 1; !wanted.empty() && !text.empty(); ++line) {
    if (take_line(text).find(wanted) != std::string_view::npos) return line;
  }
  return 0;
}

std::int64_t line_of_attach_point(const Program& program, std::string_view attach_point) {
  std::string_view text = program.text;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::string_view words = take_line(text);
    if (!attach_point.empty() && as_c_name(first_word(words)) == attach_point) return line;
    const std::size_t at = words.find(attach_point);
    if (attach_point.empty() || at == std::string_view::npos) continue;
    // Whole words only: `kprobe:vfs_read` does not stand in `kprobe:vfs_readv`.
    const std::size_t end = at + attach_point.size();
    const bool begins = at == 0 || words[at - 1] == ' ' || words[at - 1] == ',';
    const bool ends =
        end == words.size() || std::string_view(" ,{/").find(words[end]) != std::string_view::npos;
    if (begins && ends) return line;
  }
  return 0;
}

}  // namespace nubpf
