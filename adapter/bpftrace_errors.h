#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/diagnostic.h"
#include "transpiler/program.h"

/// bpftrace's own errors (mappings/bpftrace_errors.inc), turned into diagnostics on the user's source.
namespace nubpf {

/// How bpftrace ended before its work was done.
struct BpftraceFailure {
  int status = 0;            ///< its exit code, or -N for signal N
  bool was_tracing = false;  ///< it had attached its probes
  std::string errors;        ///< its standard error
  std::string output;        ///< the lines of its standard output that are no messages
};

/// Why it failed; at least one error. What no row of the table knows is shown whole in the notes.
[[nodiscard]] Diagnostics explain_failure(const Program& program, const BpftraceFailure& failure);

/// What bpftrace warned of on its standard error before it began to trace.
[[nodiscard]] Diagnostics explain_warnings(const Program& program, std::string_view errors);

/// nubpf's exit code for an error (docs/tool.md, "Exit codes").
[[nodiscard]] int exit_code_of(DiagnosticKind kind);

/// Which row of the table a line of bpftrace's belongs to, by its place in the table from 0; for tests.
[[nodiscard]] std::optional<std::size_t> matching_row(std::string_view line);

/// An example of every row, in the order of the table; for tests.
[[nodiscard]] std::vector<std::string_view> row_examples();

}  // namespace nubpf
