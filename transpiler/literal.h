#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What Nushell's literals stand for. The texts are those that the grammar has let through.
namespace nubpf {

/// `12`, `-1_000`, `0xff`, `0o17`, `0b101`; prefixed ones are the 64 bits of the result, as in Nushell
/// (0xffffffffffffffff is -1). `std::nullopt`: does not fit.
[[nodiscard]] std::optional<std::int64_t> integer_value(std::string_view text);

/// `1.5ms` in nanoseconds, cut to whole ones. `std::nullopt`: does not fit.
[[nodiscard]] std::optional<std::int64_t> duration_value(std::string_view text);

/// `4kb`, `1.5MiB` in bytes, cut to whole ones. `std::nullopt`: does not fit.
[[nodiscard]] std::optional<std::int64_t> filesize_value(std::string_view text);

/// A digit separator `_` that no digit follows.
[[nodiscard]] bool has_loose_separator(std::string_view text);

/// The inside of a double-quoted string, escapes undone. `std::nullopt`: a `\u{…}` that is no Unicode
/// character.
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text);

}  // namespace nubpf
