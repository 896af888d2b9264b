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

/// The first line that holds the text, 0 if none or if the text is empty.
[[nodiscard]] std::int64_t line_of_text(const Program& program, std::string_view text);

/// The line of the attach point where the program has only one of the user's, else 0.
[[nodiscard]] std::int64_t line_of_only_attach_point(const Program& program);

/// The attach point that the line begins with.
[[nodiscard]] std::string_view attach_point_on_line(const Program& program, std::int64_t line);

/// The first line on which the attach point stands, 0 if none. bpftrace 0.24 may spell it as a name of C.
[[nodiscard]] std::int64_t line_of_attach_point(const Program& program, std::string_view attach_point);

}  // namespace nubpf
