#include "transpiler/source.h"

#include <algorithm>

namespace nubpf {

std::string_view File::slice(Span span) const {
  const auto begin = std::min<std::size_t>(span.begin, text.size());
  const auto end = std::clamp<std::size_t>(span.end, begin, text.size());
  return std::string_view(text).substr(begin, end - begin);
}

Position position_of(const File& file, std::uint32_t offset) {
  const auto end = std::min<std::size_t>(offset, file.text.size());
  Position position;
  for (std::size_t i = 0; i < end; ++i) {
    const auto byte = static_cast<unsigned char>(file.text[i]);
    if (byte == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((byte & 0xC0U) != 0x80U) {
      ++position.column;
    }
  }
  return position;
}

std::string_view line_text(const File& file, std::uint32_t line) {
  std::string_view rest = file.text;
  for (std::uint32_t current = 1;; ++current) {
    const auto end = rest.find('\n');
    if (current == line) {
      auto text = rest.substr(0, end);
      if (text.ends_with('\r')) text.remove_suffix(1);
      return text;
    }
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
}

}  // namespace nubpf
