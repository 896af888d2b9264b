#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/diagnostic.h"

/// Why the kernel's verifier refused a program (mappings/verifier.inc).
namespace nubpf {

/// The lines of the verifier's log that tell, from the standard error of `bpftrace -v`; empty where there is
/// no log.
[[nodiscard]] std::vector<std::string> verifier_log(std::string_view errors);

/// Adds the reason in the log, what helps against it, and the end of the log.
void explain_verifier(Diagnostic& diagnostic, std::string_view errors);

/// Which row of the table a line of the log belongs to, by its place in the table from 0; for tests.
[[nodiscard]] std::optional<std::size_t> matching_reason(std::string_view line);

/// An example of every row, in the order of the table; for tests.
[[nodiscard]] std::vector<std::string_view> reason_examples();

}  // namespace nubpf
