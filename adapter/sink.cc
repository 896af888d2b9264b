#include "adapter/sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace nubpf {

Sink::Sink(int fd) : fd_(fd) {
  buffer_.reserve(kFull + kFull / 4);
}

bool Sink::flush() {
  write_out();
  return error_ == 0;
}

void Sink::write_out() {
  std::size_t written = 0;
  while (error_ == 0 && written < buffer_.size()) {
    const auto count = ::write(fd_, buffer_.data() + written, buffer_.size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count == 0) {
      error_ = EIO;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd ready{fd_, POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0 && errno != EINTR) error_ = errno;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
}

}  // namespace nubpf
