#pragma once

#include "adapter/tool/options.h"
#include "adapter/tool/reporter.h"

namespace nubpf::tool {

/// `nubpf nu install`: writes the module of this nubpf to FOLDER/nubpf/mod.nu, where FOLDER is by default the
/// one that `overlay use` searches first (the folder `scripts` beside Nushell's own configuration), and says
/// on standard output what it did and what to type. Answers the exit code.
[[nodiscard]] int install_nushell_module(const Options& options, const Reporter& reporter);

}  // namespace nubpf::tool
