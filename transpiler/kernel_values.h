#pragma once

#include "transpiler/kernel_types.h"
#include "transpiler/type.h"

namespace nubpf {

/// What a value of a kernel type is in the language; `nothing` where it cannot be one. A pointer to
/// characters is an address here: who reads it gets a string.
[[nodiscard]] Type value_type(const KernelTypes& kernel, KernelTypeId id);

/// A pointer's type: of a struct where one pointer leads to it.
[[nodiscard]] Type pointer_to(const KernelType& target, int stars, bool is_user_memory);

}  // namespace nubpf
