#pragma once

#include <string>

#include "adapter/value.h"

namespace nubpf {

/// Appends a value as Nushell's own notation, which is also a literal of Nushell's language: durations and
/// file sizes with their units, text that is not UTF-8 as binary. Never more than one line.
void append_nuon(std::string& out, const Value& value);

}  // namespace nubpf
