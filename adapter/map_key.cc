#include "adapter/map_key.h"

#include <string>

namespace nubpf {

std::optional<std::vector<std::string_view>> split_key(std::string_view text, std::span<const Column> columns,
                                                       bool has_bucket, std::int64_t separator) {
  const std::size_t count = columns.size() + (has_bucket ? 1 : 0);
  const auto is_text = [&](std::size_t i) { return i < columns.size() && !is_integral(columns[i].type); };
  std::size_t last_text = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (is_text(i)) last_text = i;
  }

  std::vector<std::string_view> parts(count);
  const std::string mark = "," + std::to_string(separator) + ",";
  // From the left up to the last text, from the right down to it: that one is what remains.
  for (std::size_t i = 0; i < count && i != last_text; ++i) {
    const std::string_view end = is_text(i) ? std::string_view(mark) : ",";
    const std::size_t at = text.find(end);
    const bool is_last = i + 1 == count;
    if (is_last != (at == std::string_view::npos)) return std::nullopt;
    parts[i] = text.substr(0, at);
    text.remove_prefix(is_last ? text.size() : at + end.size());
  }
  if (last_text == count) return parts;
  for (std::size_t i = count; --i > last_text;) {
    const std::size_t at = text.rfind(',');
    if (at == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(at + 1);
    text = text.substr(0, at);
  }
  parts[last_text] = text;
  return parts;
}

}  // namespace nubpf
