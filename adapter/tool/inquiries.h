#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "adapter/value.h"
#include "adapter/writer.h"
#include "transpiler/diagnostic.h"
#include "transpiler/kernel_types.h"

/// What the tool answers without tracing: `nubpf list`, `fields` and `builtins`, as rows.
namespace nubpf::tool {

struct Rows {
  OutputColumns columns;
  std::vector<std::vector<Value>> rows;
};

/// `kind` and `target` of every probe that matches: together they are the beginning of a clause. The pattern
/// is a wildcard (`*`) over `kind:target`, `target` or a tracepoint's own name, or else a part of
/// `kind:target`. Kernel functions are listed as kprobes where the kernel has those, and under the kind that
/// the pattern begins with.
[[nodiscard]] tl::expected<Rows, Diagnostic> list_probes(const KernelTypes& kernel, bool has_kprobes,
                                                         const std::string& pattern);

/// The fields of the event of one probe: first those of the probe, then those of every event. `probe` is a
/// clause's command and target (`tracepoint syscalls:sys_enter_openat`, with a blank or a colon between), a
/// tracepoint, or a kernel function. A struct, union or enumeration instead (`struct sock`): its members or
/// names.
[[nodiscard]] tl::expected<Rows, Diagnostic> probe_fields(const KernelTypes& kernel,
                                                          const std::string& probe);

/// The rows of mappings/: clauses, commands, conversions and context fields.
[[nodiscard]] Rows builtin_rows();

}  // namespace nubpf::tool
