#include "adapter/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace nubpf {
namespace {

constexpr std::size_t kFirstBytes = std::size_t{256} * 1024;

}  // namespace

LineReader::LineReader(int descriptor, Limit limit)
    : descriptor_(descriptor), limit_(limit), buffer_(kFirstBytes) {}

LineReader::State LineReader::read(const Take& take) {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const ssize_t count = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
  if (count == 0) return State::ended;
  if (count < 0) return errno == EINTR ? State::more : errno == EAGAIN ? State::waiting : State::ended;

  std::size_t searched = end_;
  end_ += static_cast<std::size_t>(count);
  while (const void* found = std::memchr(buffer_.data() + searched, '\n', end_ - searched)) {
    const auto line_end = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
    if (!std::exchange(is_passing_, false)) take({buffer_.data() + begin_, line_end - begin_}, true);
    begin_ = searched = line_end + 1;
  }
  if (!is_passing_ && rest().size() > limit_(rest())) {
    take(rest(), false);
    is_passing_ = true;
  }
  if (is_passing_) begin_ = end_;
  return State::more;
}

std::string_view LineReader::rest() const {
  return {buffer_.data() + begin_, end_ - begin_};
}

}  // namespace nubpf
