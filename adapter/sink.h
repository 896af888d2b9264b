#pragma once

#include <cstddef>
#include <string>

namespace nubpf {

/// A buffer in front of a file descriptor that stays the caller's. Writers append to `buffer()` and call
/// `commit()` where a result is complete, so that the reader gets whole results even if the rest never comes.
/// The descriptor may be non-blocking. SIGPIPE is to be ignored by the process: a reader that is gone is the
/// error EPIPE.
class Sink {
 public:
  explicit Sink(int fd);

  [[nodiscard]] std::string& buffer() { return buffer_; }
  /// Hands a full buffer to the operating system.
  void commit() {
    if (buffer_.size() >= kFull) write_out();
  }
  /// Hands everything over. False once a write has failed; what is appended afterwards is dropped.
  bool flush();
  /// errno of the first write that failed, 0 if none did.
  [[nodiscard]] int error() const { return error_; }

 private:
  static constexpr std::size_t kFull = std::size_t{128} * 1024;

  void write_out();

  int fd_;
  int error_ = 0;
  std::string buffer_;
};

}  // namespace nubpf
