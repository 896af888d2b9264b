#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "adapter/value.h"

namespace nubpf::tool {

/// A range of bytes of what Nushell has read: the spans of its `metadata`.
struct NushellSpan {
  std::int64_t start = 0, end = 0;

  friend bool operator==(const NushellSpan&, const NushellSpan&) = default;
};

/// A variable of the session that a closure uses.
struct Capture {
  NushellSpan use;             ///< of its first use in the closure: `$min`
  std::string type;            ///< Nushell's name of the value's kind: `Int`, `Record`
  std::optional<Value> value;  ///< nothing: of a kind that the kernel has no constants of
};

/// Reads what `debug --raw` prints of a closure, the only way in which a module learns the values that a
/// closure carries (Nushell 0.108 to 0.115; two notations of spans and captures). An error where the text
/// is no such thing: then it says what was expected.
[[nodiscard]] tl::expected<std::vector<Capture>, std::string> read_captures(std::string_view debug_text);

}  // namespace nubpf::tool
