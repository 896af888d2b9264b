#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "adapter/run.h"
#include "transpiler/diagnostic.h"
#include "transpiler/program.h"

/// Probes on user-space code that bpftrace leaves out without a word: seen in 0.17, where a symbol or a
/// static probe that its file does not have is no error (0.24 and newer refuse the program).
namespace nubpf {

/// The number in the message `attached_probes`; nothing where the line is another message.
[[nodiscard]] std::optional<std::uint64_t> attached_probes(std::string_view line);

/// What is missing, an error for each attach point, where bpftrace attached fewer probes than the program
/// names: the files are then asked for the symbols. Attach points with wildcards, offsets or addresses are
/// not.
[[nodiscard]] Diagnostics missing_symbols(const Program& program, std::uint64_t attached,
                                          const BpftraceCommand& bpftrace);

}  // namespace nubpf
