#pragma once

#include "adapter/descriptor.h"

namespace nubpf {

/// While it lives, SIGINT, SIGTERM and SIGHUP (those that are not ignored) are requests to stop instead of
/// the end, and SIGPIPE is ignored. At most one at a time.
///
/// The first request is only counted; with the second, `guarded` is killed at once, even while nubpf waits
/// for the reader of its output; the third ends nubpf as it would without this.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// The process, or the process group as a negative number, that the second request kills; 0 for none.
  static void guard(int guarded);
  /// Polls readable when there is a request.
  [[nodiscard]] int descriptor() const { return read_.get(); }
  /// Requests so far.
  [[nodiscard]] int count() const;

 private:
  Descriptor read_, write_;
};

}  // namespace nubpf
