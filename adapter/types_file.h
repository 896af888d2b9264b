#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nubpf {

/// The path of a file of BTF that holds common_types() only (transpiler/btf.h), for the `BPFTRACE_BTF` of a
/// program that needs no others. It lies in memory and goes with this process. Nothing where the command may
/// start bpftrace in another view of /proc, or where the memory is not to be had: bpftrace then reads the
/// kernel's own.
[[nodiscard]] std::optional<std::string> types_file_for(const std::vector<std::string>& bpftrace);

}  // namespace nubpf
