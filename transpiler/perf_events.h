#pragma once

#include <array>
#include <string_view>

namespace nubpf {

/// A perf event that bpftrace names (mappings/perf_events.inc).
struct PerfEvent {
  std::string_view kind;  ///< `software` or `hardware`
  std::string_view name;
  std::string_view doc;
};

inline constexpr std::array kPerfEvents = {
#define NUBPF_PERF_EVENT(kind, name, doc) PerfEvent{#kind, name, doc},
#include "mappings/perf_events.inc"
#undef NUBPF_PERF_EVENT
};

}  // namespace nubpf
