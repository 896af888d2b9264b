#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace nubpf {

/// Takes lines from a descriptor that does not block.
class LineReader {
 public:
  enum class State { more, waiting, ended };
  /// How long a line may be that begins like this.
  using Limit = std::size_t (*)(std::string_view beginning);
  /// `is_whole` is false where a line is longer than it may be: then it is its beginning, and the rest of it
  /// is passed over.
  using Take = std::function<void(std::string_view line, bool is_whole)>;

  LineReader(int descriptor, Limit limit);

  /// Reads once and hands out the lines that are complete by now, without their line ends. Answers whether
  /// more may be waiting, nothing is, or the stream has ended.
  State read(const Take& take);
  /// What came behind the last line end.
  [[nodiscard]] std::string_view rest() const;

 private:
  int descriptor_;
  Limit limit_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    ///< of what is not handed out
  std::size_t end_ = 0;      ///< of what was read
  bool is_passing_ = false;  ///< over the rest of a line that is too long
};

}  // namespace nubpf
