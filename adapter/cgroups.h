#pragma once

#include <cstdint>
#include <string>

namespace nubpf {

/// The path of the cgroup with this id, from the root of the hierarchy: `/user.slice`. The id itself, as
/// text, for one that is gone. What was found once is remembered, so that a cgroup keeps its name when it
/// ends.
[[nodiscard]] std::string cgroup_path(std::uint64_t id);

}  // namespace nubpf
