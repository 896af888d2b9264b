#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "transpiler/source.h"

namespace nubpf {

enum class Severity { error, warning };

/// One enumerator for each row of mappings/diagnostics.inc.
enum class DiagnosticKind {
#define NUBPF_DIAGNOSTIC(name, severity, phase, meaning) name,
#include "mappings/diagnostics.inc"
#undef NUBPF_DIAGNOSTIC
};

/// What mappings/diagnostics.inc says of a kind. `code` is stable: programs may compare it.
struct DiagnosticInfo {
  std::string_view code;  ///< `nubpf::NAME`
  Severity severity;
  std::string_view phase;    ///< which step reports it: parse, resolve, run, tool
  std::string_view meaning;  ///< one sentence for the reference
};

[[nodiscard]] const DiagnosticInfo& info(DiagnosticKind kind);

/// All kinds, in the order of the table.
[[nodiscard]] const std::vector<DiagnosticKind>& all_diagnostic_kinds();

/// A spot in the user's source and what is to be said about it (may be empty: the spot alone).
struct Label {
  Span span;
  std::string text;
};

/// One thing to tell the user. Data only: it is rendered once, at the edge (transpiler/render.h).
///
/// message: lower case, no full stop, code in backticks; what was found, then what is needed.
/// labels: the first is the place; further ones are other places that matter. None where no source is to
/// blame. help: one concrete edit or command; may be empty. notes: further lines shown as they are, such as
/// bpftrace's own words or lines of the verifier's log.
struct Diagnostic {
  DiagnosticKind kind;
  std::string message;
  std::vector<Label> labels;
  std::string help;
  std::vector<std::string> notes;
};

using Diagnostics = std::vector<Diagnostic>;

[[nodiscard]] bool has_errors(const Diagnostics& diagnostics);

}  // namespace nubpf
