#include "adapter/source_lines.h"

#include <algorithm>

namespace nubpf {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
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

std::int64_t line_of_attach_point(const Program& program, std::string_view attach_point) {
  std::string_view text = program.text;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::string_view words = take_line(text);
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
