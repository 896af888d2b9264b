#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace nubpf {

/// Takes lines from a descriptor that does not block. Lines may be of any length.
class LineReader {
 public:
  enum class State { more, waiting, ended };

  explicit LineReader(int descriptor);

  /// Reads once and hands out the lines that are complete by now, without their line ends. Answers whether
  /// more may be waiting, nothing is, or the stream has ended.
  State read(const std::function<void(std::string_view)>& take);
  /// What came behind the last line end.
  [[nodiscard]] std::string_view rest() const;

 private:
  int descriptor_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< of what is not handed out
  std::size_t end_ = 0;    ///< of what was read
};

}  // namespace nubpf
