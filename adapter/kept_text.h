#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nubpf {

/// The lines that a program says besides its messages. Of very many the first and the last ones are kept: the
/// first tell how it began, the last why it ended.
class KeptText {
 public:
  void append(std::string_view line) {
    std::string& part = tail_.empty() && head_.size() + line.size() < kPartBytes ? head_ : tail_;
    part.append(line);
    part += '\n';
    if (tail_.size() <= 2 * kPartBytes) return;
    const std::size_t line_end = tail_.find('\n', tail_.size() - kPartBytes);
    tail_.erase(0, line_end + 1 < tail_.size() ? line_end + 1 : tail_.size() - kPartBytes);
  }

  [[nodiscard]] std::string text() const { return head_ + tail_; }

 private:
  static constexpr std::size_t kPartBytes = std::size_t{128} * 1024;

  std::string head_, tail_;
};

}  // namespace nubpf
