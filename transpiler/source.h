#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nubpf {

/// A half-open range of bytes [begin, end) in the text of one File.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

/// The smallest span that holds both.
[[nodiscard]] constexpr Span cover(Span a, Span b) {
  return {a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

/// A piece of Nushell source. `offset` is where the text begins in the user's script, so that a closure
/// typed at the prompt can be reported at the prompt's own bytes (Nushell's `metadata` spans).
struct File {
  std::string name;
  std::string text;
  std::uint32_t offset = 0;

  [[nodiscard]] std::string_view slice(Span span) const;
};

/// A place for people: both 1-based; `column` counts characters (Unicode scalar values), not bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Where byte `offset` of the file stands. An offset behind the end is the position of the end.
[[nodiscard]] Position position_of(const File& file, std::uint32_t offset);

/// The text of the 1-based `line`, without its line end; empty where there is no such line.
[[nodiscard]] std::string_view line_text(const File& file, std::uint32_t line);

}  // namespace nubpf
