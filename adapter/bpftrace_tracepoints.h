#pragma once

#include "adapter/run.h"
#include "transpiler/host_kernel.h"

namespace nubpf {

/// Tracepoints as bpftrace tells of them, for users who may run it (`sudo bpftrace`) but not read tracefs.
/// What a tracepoint looks like is kept in the user's cache folder, for the kernel that runs.
class BpftraceTracepoints final : public TracepointSource {
 public:
  explicit BpftraceTracepoints(BpftraceCommand command) : command_(std::move(command)) {}

  [[nodiscard]] std::optional<std::string> format(std::string_view category,
                                                  std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> names(std::string_view pattern) const override;

 private:
  BpftraceCommand command_;
};

/// Whether bpftrace's file gives capabilities to whoever starts it (setcap).
[[nodiscard]] bool has_file_capabilities(const BpftraceCommand& command);

/// The source for a command that may have more rights than the user; null for one that has the user's.
[[nodiscard]] std::shared_ptr<const TracepointSource> tracepoints_through(const BpftraceCommand& command);

}  // namespace nubpf
