#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "transpiler/program.h"
#include "transpiler/source.h"

/// From lines of the bpftrace program to the user's source.
namespace nubpf {

/// The span that the 1-based line was made from; nothing for a line that has no source.
[[nodiscard]] std::optional<Span> source_of_line(const Program& program, std::int64_t line);

/// The text of the 1-based line of the bpftrace program; empty where there is no such line.
[[nodiscard]] std::string_view program_line(const Program& program, std::int64_t line);

/// The first line on which the attach point stands, 0 if none.
[[nodiscard]] std::int64_t line_of_attach_point(const Program& program, std::string_view attach_point);

}  // namespace nubpf
