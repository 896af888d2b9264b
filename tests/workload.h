#pragma once

namespace nubpf {

/// The descriptor that the workload's calls name; it is never open, and nothing else uses it.
inline constexpr int kWorkloadDescriptor = 1000;

}  // namespace nubpf
