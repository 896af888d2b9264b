#include "transpiler/diagnostic.h"

#include <algorithm>
#include <array>

namespace nubpf {
namespace {

constexpr std::array kInfos = {
#define NUBPF_DIAGNOSTIC(name, severity, phase, meaning) \
  DiagnosticInfo{"nubpf::" #name, Severity::severity, #phase, meaning},
#include "mappings/diagnostics.inc"
#undef NUBPF_DIAGNOSTIC
};

}  // namespace

const DiagnosticInfo& info(DiagnosticKind kind) {
  return kInfos[static_cast<std::size_t>(kind)];
}

const std::vector<DiagnosticKind>& all_diagnostic_kinds() {
  static const std::vector<DiagnosticKind> kinds = {
#define NUBPF_DIAGNOSTIC(name, severity, phase, meaning) DiagnosticKind::name,
#include "mappings/diagnostics.inc"
#undef NUBPF_DIAGNOSTIC
  };
  return kinds;
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return info(d.kind).severity == Severity::error; });
}

}  // namespace nubpf
