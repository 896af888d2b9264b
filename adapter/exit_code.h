#pragma once

/// The exit codes of the tool; docs/tool.md tells users of them.
namespace nubpf::exit_code {

inline constexpr int kOk = 0;
inline constexpr int kProgram = 1;    ///< the program has errors
inline constexpr int kUsage = 2;      ///< the command line has errors
inline constexpr int kBpftrace = 3;   ///< bpftrace is missing or too old
inline constexpr int kPrivilege = 4;  ///< tracing needs more rights
inline constexpr int kRefused = 5;    ///< bpftrace or the kernel refused the program or a probe
inline constexpr int kDied = 6;       ///< bpftrace ended without its results
inline constexpr int kOutput = 7;     ///< the output cannot be written
inline constexpr int kInternal = 8;   ///< nubpf itself failed: memory, or a mistake of its own

}  // namespace nubpf::exit_code
