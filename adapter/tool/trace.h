#pragma once

#include "adapter/tool/options.h"
#include "adapter/tool/reporter.h"
#include "adapter/writer.h"

namespace nubpf::tool {

/// The way of a program through the phases, up to where the options want it to end: text, syntax tree,
/// resolved programs, bpftrace programs, and for each of those, one after the other, a run. Answers the exit
/// code.
[[nodiscard]] int trace(const Options& options, const Reporter& reporter);

/// What results are written as: what was asked for, else a table at a terminal and JSON lines elsewhere.
[[nodiscard]] OutputFormat output_format(const Options& options);

/// The writer for results on standard output.
[[nodiscard]] std::unique_ptr<Writer> make_output(const Options& options);

/// Ends the output; says so where that is impossible. A reader that has gone is no error. Answers the exit
/// code.
[[nodiscard]] int finish_output(Writer& writer, const Reporter& reporter);

}  // namespace nubpf::tool
