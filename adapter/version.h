#pragma once

#include <tl/expected.hpp>

#include "adapter/run.h"
#include "transpiler/diagnostic.h"
#include "transpiler/dialect.h"

namespace nubpf {

/// Which bpftrace a command starts; an error if there is none, or one older than kOldestBpftrace. The answer
/// for a single word is kept in the user's cache folder for as long as the program file stays the same.
[[nodiscard]] tl::expected<BpftraceVersion, Diagnostic> bpftrace_version(const BpftraceCommand& command);

/// The diagnostic for a command that cannot be started, with `error` an errno.
[[nodiscard]] Diagnostic bpftrace_missing(const BpftraceCommand& command, int error);

}  // namespace nubpf
