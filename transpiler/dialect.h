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

  friend auto operator<=>(const BpftraceVersion&,
                          const BpftraceVersion&) = default;  // NOLINT(modernize-use-nullptr)
};

[[nodiscard]] std::string to_string(const BpftraceVersion& version);

/// Reads `0.17`, `0.17.0`, `v0.23.2`, or the whole line `bpftrace v0.17.0`.
[[nodiscard]] std::optional<BpftraceVersion> parse_version(std::string_view text);

inline constexpr BpftraceVersion kOldestBpftrace{0, 17, 0};

/// What nubpf needs to know of one bpftrace version: a member for each row of mappings/dialects.inc.
struct Dialect {
#define NUBPF_DIFFERENCE(name, since, until, what) bool name = false;
#define NUBPF_SPELLING(name, before, since, after) std::string_view name;
#include "mappings/dialects.inc"

  /// Bytes of a string, with the NUL, where the program does not say.
  [[nodiscard]] int default_string_length() const {
    return long_strings ? 1024 : 64;
  }
};

[[nodiscard]] Dialect dialect_for(const BpftraceVersion& version);

}  // namespace nubpf
