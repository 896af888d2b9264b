#pragma once

#include <tl/expected.hpp>

namespace nubpf {

/// A process that does nothing until it is ended: bpftrace is told to watch it (`-p`) and ends when it does.
/// It ends with this object, and with nubpf, whatever ends that.
class Sentinel {
 public:
  Sentinel(Sentinel&& other) noexcept;
  Sentinel& operator=(Sentinel&&) = delete;
  ~Sentinel();

  [[nodiscard]] int pid() const;
  /// Ends the process. Its id stays taken while this object lives.
  void end();

 private:
  friend tl::expected<Sentinel, int> start_sentinel();
  explicit Sentinel(int pid) : pid_(pid) {}
  int pid_ = -1;
};

/// The error is an errno.
[[nodiscard]] tl::expected<Sentinel, int> start_sentinel();

}  // namespace nubpf
