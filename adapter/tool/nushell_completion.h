#pragma once

#include <string_view>

#include "adapter/run.h"
#include "adapter/value.h"
#include "transpiler/kernel_types.h"

namespace nubpf::tool {

/// What can stand in the place of the last word of `context`, a command of the module as far as it is typed:
/// `tracepoint syscalls:sys_en`, `kprobe [vfs_read vfs_`, `count --by co`. A list of records `value` and
/// `description`; words that begin with what is typed, or else those that hold it; 1000 at most. Symbols of
/// programs are asked of bpftrace.
[[nodiscard]] Value completions(const KernelTypes& kernel, std::string_view context,
                                const BpftraceCommand& bpftrace);

}  // namespace nubpf::tool
