#pragma once

#include <string>

#include "adapter/value.h"

/// Values in the form that people read fastest; exact values are the other formats' business.
namespace nubpf {

/// One unit, three significant digits, four where that is exact: `512ns`, `20.1ms`, `1.048sec`; from a minute
/// on the two largest units: `1min 30sec`, `3day 4hr`.
void append_human_duration(std::string& out, Duration duration);

/// `512 B`, `4.0 KiB`, `1.5 GiB`.
void append_human_filesize(std::string& out, Filesize size);

/// Local time of the day, `17:04:05.123`.
void append_clock(std::string& out, Datetime time);

/// With exactly `decimals` decimals.
void append_fixed(std::string& out, double number, int decimals);

/// The decimals, at most three, that the number needs.
[[nodiscard]] int decimals_of(double number);

/// Any value on one line; its traced text is safe for a terminal. Items of lists are joined by `separator`.
void append_human(std::string& out, const Value& value, std::string_view separator = ", ");

}  // namespace nubpf
