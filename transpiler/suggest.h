#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nubpf {

/// How many typing mistakes turn `a` into `b`: a character put in, left out, exchanged, or two neighbours
/// swapped; upper for lower case counts one for the whole word. More than `limit` is answered as `limit + 1`.
[[nodiscard]] int typing_distance(std::string_view a, std::string_view b, int limit);

/// The candidates that `name` may have been meant to be, best first, at most `max`: those within a few typing
/// mistakes (the longer the name, the more), then those that `name` begins.
[[nodiscard]] std::vector<std::string> near(std::string_view name, const std::vector<std::string>& candidates,
                                            std::size_t max);

/// The best of near(), if there is any.
[[nodiscard]] std::optional<std::string> nearest(std::string_view name,
                                                 const std::vector<std::string>& candidates);

}  // namespace nubpf
