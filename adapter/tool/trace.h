#pragma once

#include <cstddef>
#include <string>
#include <tl/expected.hpp>

#include "adapter/tool/options.h"
#include "adapter/tool/reporter.h"
#include "adapter/writer.h"
#include "transpiler/resolved.h"

namespace nubpf::tool {

/// The way of a program through the phases, up to where the options want it to end: text, syntax tree,
/// resolved programs, bpftrace programs, and for each of those, one after the other, a run. Answers the exit
/// code.
[[nodiscard]] int trace(const Options& options, const Reporter& reporter);
/// The same for a text that has been read.
[[nodiscard]] int trace(const Options& options, const Reporter& reporter, const File& file);

/// No program text is longer: 16 MiB.
constexpr std::size_t kLargestSource = std::size_t{16} << 20U;

/// Reads everything up to the end, or to the largest size and one byte. The error is an errno.
[[nodiscard]] tl::expected<std::string, int> read_descriptor(int fd);

/// What `--emit-bt` or `--dump` shows of a program, in the form and for the version that the options ask for.
[[nodiscard]] std::string shown(const resolved::Program& program, const Options& options, const File& file);

/// What results are written as: what was asked for, else a table at a terminal and JSON lines elsewhere.
[[nodiscard]] OutputFormat output_format(const Options& options);

/// The writer for results on standard output.
[[nodiscard]] std::unique_ptr<Writer> make_output(const Options& options);

/// Ends the output; says so where that is impossible. A reader that has gone is no error. Answers the exit
/// code.
[[nodiscard]] int finish_output(Writer& writer, const Reporter& reporter);

}  // namespace nubpf::tool
