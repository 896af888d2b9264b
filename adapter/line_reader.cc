#include "adapter/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nubpf {
namespace {

constexpr std::size_t kFirstBytes = std::size_t{256} * 1024;

}  // namespace

LineReader::LineReader(int descriptor) : descriptor_(descriptor), buffer_(kFirstBytes) {}

LineReader::State LineReader::read(const std::function<void(std::string_view)>& take) {
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
    take({buffer_.data() + begin_, line_end - begin_});
    begin_ = searched = line_end + 1;
  }
  return State::more;
}

std::string_view LineReader::rest() const {
  return {buffer_.data() + begin_, end_ - begin_};
}

}  // namespace nubpf
