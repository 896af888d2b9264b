#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "adapter/run.h"

namespace nubpf {

/// The lines of `bpftrace -l PATTERN`, such as `uprobe:/bin/bash:readline`; none where it fails or takes
/// longer than `limit`. Without `own_group` a command such as `sudo` may ask for a password.
[[nodiscard]] std::vector<std::string> list_with_bpftrace(const BpftraceCommand& command,
                                                          const std::string& pattern,
                                                          std::chrono::milliseconds limit, bool own_group);

}  // namespace nubpf
