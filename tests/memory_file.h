#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace nubpf {

/// A file without a name, for what writes to a descriptor.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("nubpf-test", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }

  [[nodiscard]] int fd() const { return fd_; }

  /// Everything written so far.
  [[nodiscard]] std::string text() const {
    std::string all;
    char part[4096];
    for (off_t at = 0;;) {
      const auto length = pread(fd_, part, sizeof part, at);
      if (length <= 0) return all;
      all.append(part, static_cast<std::size_t>(length));
      at += length;
    }
  }

 private:
  int fd_;
};

}  // namespace nubpf
