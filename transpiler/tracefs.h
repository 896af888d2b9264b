#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/kernel_types.h"

namespace nubpf {

/// Reads the text of a tracefs `events/CATEGORY/NAME/format` file: its fields in order, without the common_
/// ones. `declaration` of a `__data_loc char[]` field is `char`. Lines that are no field are skipped.
[[nodiscard]] std::vector<TracepointField> parse_tracepoint_format(std::string_view text);

/// Whether `name` matches a pattern in which `*` stands for any text, also none.
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view name);
[[nodiscard]] bool has_wildcard(std::string_view text);

/// The tracepoint `CATEGORY:NAME`.
[[nodiscard]] std::optional<Tracepoint> find_tracepoint(const KernelTypes& kernel, std::string_view name);
/// What the target of an attach point stands for: itself, or all tracepoints that match it.
[[nodiscard]] std::vector<std::string> tracepoints_of(const KernelTypes& kernel, std::string_view target);

}  // namespace nubpf
