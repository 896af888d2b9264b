#pragma once

#include <cstdint>
#include <optional>

#include "transpiler/diagnostic.h"
#include "transpiler/dialect.h"
#include "transpiler/program.h"
#include "transpiler/resolved.h"

namespace nubpf {

enum class EmitForm {
  people,  ///< what an expert would write by hand: printf, headings, plain maps
  run,     ///< what nubpf runs: typed tuples and accounting
};

struct EmitOptions {
  EmitForm form = EmitForm::run;
  BpftraceVersion version = kOldestBpftrace;
  /// The value between two strings of one map key (schema.h). A run picks it at random, so that no traced
  /// string can hold it on purpose.
  std::int64_t separator = 7310579611;
  /// Process id of the `--command` child; the run form needs it where the program has a command.
  std::optional<int> command_pid;
  /// A row each second in every program that traces: where its reader has gone, bpftrace ends by it.
  bool has_heartbeat = false;
};

/// What the program needs and that version of bpftrace does not have: `needs_newer_bpftrace`, at its span.
[[nodiscard]] Diagnostics missing_features(const resolved::Program& program, const BpftraceVersion& version);

/// Writes the bpftrace program. Cannot fail: what bpftrace cannot say was refused by resolve().
[[nodiscard]] Program emit(const resolved::Program& program, const EmitOptions& options);

}  // namespace nubpf
