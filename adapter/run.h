#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapter/accounting.h"
#include "adapter/command.h"
#include "adapter/writer.h"
#include "transpiler/diagnostic.h"
#include "transpiler/dialect.h"
#include "transpiler/program.h"

namespace nubpf {

/// How to start bpftrace: its words, such as {"sudo", "bpftrace"}.
using BpftraceCommand = std::vector<std::string>;

/// How long the output is to be quiet before bpftrace is stopped, and how long that is waited for. bpftrace
/// up to 0.21 throws away what it has not read when the signal comes.
struct Settling {
  std::chrono::milliseconds quiet{}, limit{};
};

struct RunOptions {
  BpftraceCommand bpftrace = {"bpftrace"};
  BpftraceVersion version = kOldestBpftrace;
  std::optional<std::uint64_t> row_limit;  ///< stop after so many rows (`| first N`)
  /// A command that waits for its trace (start_command()): released once the probes are attached; when it
  /// ends, so does the trace. Must outlive the run.
  Command* command = nullptr;
  /// Where the writer writes; -1 if unknown. The end of a pipe's reader is seen there at once, not only with
  /// the next row.
  int output = -1;
  bool verbose = false;  ///< bpftrace's own stderr is passed on
  Settling on_request = {std::chrono::milliseconds(20), std::chrono::milliseconds(200)};
  Settling after_command = {std::chrono::milliseconds(50), std::chrono::milliseconds(500)};
};

struct RunResult {
  bool interrupted = false;  ///< a signal asked for the end: no further program should run
  int exit_code = 0;         ///< docs/tool.md, "Exit codes"
  std::uint64_t rows = 0;    ///< handed to the writer
  std::vector<Account> accounts = {};
};

/// Runs the program until it ends by itself, its reader is gone, or SIGINT/SIGTERM/SIGHUP asks for the end:
/// then bpftrace is asked to stop and its final maps are delivered. Never leaves a bpftrace behind.
/// Diagnostics are handed out as they happen; their spans are in the user's file (through the source map).
[[nodiscard]] RunResult run(const Program& program, const RunOptions& options, Writer& writer,
                            const std::function<void(const Diagnostic&)>& report);

/// Lets bpftrace compile the program and end: `arguments` make it stop there. Answers the errors.
[[nodiscard]] Diagnostics dry_run(const Program& program, const RunOptions& options,
                                  const std::vector<std::string>& arguments);

}  // namespace nubpf
