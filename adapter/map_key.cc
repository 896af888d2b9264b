#include "adapter/map_key.h"

#include <string>

namespace nubpf {
namespace {

/// A part of a key as a map line would have it.
void append_part(std::string& key, const Node& part, const Type& type) {
  switch (part.kind) {
    case NodeKind::string:
      key += part.text;
      return;
    case NodeKind::unsigned_integer:
      key += std::to_string(static_cast<std::uint64_t>(part.integer));
      return;
    case NodeKind::list: {
      // From 0.24 on the bytes of a buffer are numbers; in keys they have always been escaped.
      const bool is_buffer = type.kind == TypeKind::binary;
      if (!is_buffer) key += '[';
      const Node* element = part.size > 0 ? &first(part) : nullptr;
      for (std::uint32_t i = 0; i < part.size; ++i) {
        if (is_buffer) {
          constexpr std::string_view kDigits = "0123456789abcdef";
          const auto byte = static_cast<unsigned char>(element->integer);
          key += "\\x";
          key += kDigits[byte >> 4U];
          key += kDigits[byte & 15U];
        } else {
          if (i > 0) key += ',';
          append_part(key, *element, type);
        }
        if (i + 1 < part.size) element = &next(*element);
      }
      if (!is_buffer) key += ']';
      return;
    }
    default:
      key += std::to_string(part.integer);
  }
}

bool is_text(std::span<const Column> columns, std::size_t index) {
  return index < columns.size() && !is_integral(columns[index].type);
}

/// The index of the last part that is no integer; `count` where there is none.
std::size_t last_text_of(std::span<const Column> columns, std::size_t count) {
  for (std::size_t i = columns.size(); i-- > 0;) {
    if (is_text(columns, i)) return i;
  }
  return count;
}

}  // namespace

std::optional<std::vector<std::string_view>> split_key(std::string_view text, std::span<const Column> columns,
                                                       bool has_bucket, std::int64_t separator) {
  const std::size_t count = columns.size() + (has_bucket ? 1 : 0);
  const std::size_t last_text = last_text_of(columns, count);

  std::vector<std::string_view> parts(count);
  const std::string mark = "," + std::to_string(separator) + ",";
  // From the left up to the last text, from the right down to it: that one is what remains.
  for (std::size_t i = 0; i < count && i != last_text; ++i) {
    const std::string_view end = is_text(columns, i) ? std::string_view(mark) : ",";
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

std::string join_key(const Node& part, std::span<const Column> columns, bool has_bucket,
                     std::int64_t separator) {
  const std::size_t count = columns.size() + (has_bucket ? 1 : 0);
  const std::size_t last_text = last_text_of(columns, count);
  std::string key;
  const Node* element = &part;
  for (std::size_t i = 0; i < count; ++i) {
    append_part(key, *element, i < columns.size() ? columns[i].type : integer_type(64, true));
    if (i + 1 == count) break;
    key += ',';
    if (is_text(columns, i) && last_text > i) key += std::to_string(separator) + ',';
    element = &next(*element);
  }
  return key;
}

}  // namespace nubpf
