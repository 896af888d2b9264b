#pragma once

#include "transpiler/kernel_types.h"
#include "transpiler/resolved.h"

namespace nubpf {

/// Whether the field's type is one of C, one of mappings/kernel_typedefs.inc, or a pointer to a struct: what
/// a layout can name without the kernel's BTF.
[[nodiscard]] bool is_plain_field(const TracepointField& field);

/// Whether bpftrace has to read the kernel's BTF for the program. It loads all of it at its start, wanted or
/// not, which is a third to a half of the time until the probes are attached.
[[nodiscard]] bool needs_kernel_types(const resolved::Program& program, const KernelTypes& kernel);

}  // namespace nubpf
