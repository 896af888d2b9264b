#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nubpf {

/// A version of bpftrace, `0.17.0`.
struct BpftraceVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;

  friend auto operator<=>(const BpftraceVersion&, const BpftraceVersion&) = default;
};

[[nodiscard]] std::string to_string(const BpftraceVersion& version);

/// Reads `0.17`, `0.17.0`, `v0.23.2`, or the whole line `bpftrace v0.17.0`.
[[nodiscard]] std::optional<BpftraceVersion> parse_version(std::string_view text);

inline constexpr BpftraceVersion kOldestBpftrace{0, 17, 0};

/// What the emitter needs to know of one bpftrace version; a row of mappings/dialects.inc.
struct Dialect {
  BpftraceVersion since;                    ///< the first version that it holds for
  std::string_view string_length_variable;  ///< environment variable for the length of strings
  std::string_view map_keys_variable;       ///< environment variable for the capacity of maps
  int default_string_length = 64;           ///< bytes, with the NUL
  bool has_self_signal = false;             ///< `self:signal:SIGUSR1` stops it from inside
  std::string_view fentry, fexit;           ///< how it spells those probes
  bool has_len = false;                     ///< len(@map)
};

[[nodiscard]] const Dialect& dialect_for(const BpftraceVersion& version);

}  // namespace nubpf
