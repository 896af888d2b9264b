#pragma once

#include <string>
#include <string_view>

#include "adapter/tool/options.h"
#include "adapter/value.h"

/// The tool's side of the Nushell module nu/nubpf: what the module asks on its standard input, and what it is
/// answered. Only the module of this very nubpf is served (nushell_module_id()), so the form of both may
/// change with every version.
namespace nubpf::tool {

/// What the module has to do for a call (NushellCall in JSON). A record:
///   error      what `error make` takes, or null; then nothing else counts
///   kind       what comes back: `text`, `nothing`, `value` (NUON, at the end), `rows`,
///              `table` or `scalars` (MessagePack, a stream; of a `table` all comes at the end)
///   text       the bpftrace program that `--emit-bt` asks for
///   source     what `nubpf nu run` takes
///   errors     the file where the run leaves its error, if there is one
///   durations, filesizes   columns to convert in all rows of a stream, none of them ever null
///   shapes     where the rows differ or a column may be null: `event` with `durations` and `filesizes`
[[nodiscard]] Record plan(std::string_view request, const Options& options);

/// Runs the program of a plan, whose `source` and `errors` are in the options. Warnings are told on standard
/// error, as always. An error becomes a record for `error make` in the file `errors`, which is made for it
/// and only then. Answers the exit code: 0 also then.
[[nodiscard]] int run_plan(const Options& options);

}  // namespace nubpf::tool
