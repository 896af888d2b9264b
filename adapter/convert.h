#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapter/decode.h"
#include "adapter/value.h"
#include "adapter/writer.h"
#include "transpiler/type.h"

/// From what bpftrace prints to typed values.
namespace nubpf {

/// What turns the kernel's instants into dates: nanoseconds to add.
struct Clock {
  std::int64_t offset = 0;
};

/// `bits`, as bpftrace holds a value of an integral type, as a value of that type. Only the type's own width
/// counts: what bpftrace prints as negative for an unsigned type is the same bits as unsigned. Durations and
/// file sizes above 2^63-1 are plain unsigned integers, never negative.
void set_integral(Value& value, const Type& type, std::int64_t bits, Clock clock);

/// An element of a tuple. False, and null: it cannot be of that type.
/// Integers may come as text (0.25: those that a double cannot hold), booleans as numbers (up to 0.23), bytes
/// of a buffer as text with `\xNN` escapes (up to 0.23: a traced backslash is not escaped, so `\x41` in the
/// data is taken for one byte) or as a list of numbers.
[[nodiscard]] bool set_value(Value& value, const Type& type, const Node& node, Clock clock);

/// A part of a map's key.
[[nodiscard]] bool set_value(Value& value, const Type& type, std::string_view text, Clock clock);

/// Sets a string without losing the memory that the value already has.
void set_string(Value& value, std::string_view text);

[[nodiscard]] ColumnHint hint_of(const Type& type);

}  // namespace nubpf
