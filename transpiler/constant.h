#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace nubpf {

struct DurationConstant {
  std::int64_t nanoseconds = 0;
};
struct FilesizeConstant {
  std::int64_t bytes = 0;
};
using ScalarConstant = std::variant<bool, std::int64_t, DurationConstant, FilesizeConstant, std::string>;

/// A value that is known before the program runs and has a name in it: a variable of the session in which the
/// closure was written, or a parameter of `main`. `std::monostate` is `null`.
using Constant = std::variant<std::monostate, ScalarConstant, std::vector<ScalarConstant>>;
using Constants = std::map<std::string, Constant, std::less<>>;

}  // namespace nubpf
