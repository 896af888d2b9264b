#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "transpiler/type.h"

namespace nubpf {

/// The parts of a C type: `const char __user *`.
struct CType {
  std::string base;             ///< `struct sock`, `char`, `size_t`; empty: `void`
  std::optional<Type> integer;  ///< where the base is a number in every C program, or one that bpftrace names
  int stars = 0;
  bool is_user_memory = false;
};

/// Reads a type without a name, array bounds or parentheses; nothing where it is not one.
[[nodiscard]] std::optional<CType> parse_c_type(std::string_view text);

/// How bpftrace spells an integer type: `uint32`.
[[nodiscard]] std::string bpftrace_integer(const Type& type);

}  // namespace nubpf
