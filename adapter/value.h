#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace nubpf {

struct Value;

struct Null {
  friend bool operator==(const Null&, const Null&) = default;
};
struct Duration {
  std::int64_t nanoseconds = 0;
  friend bool operator==(const Duration&, const Duration&) = default;
};
struct Filesize {
  std::int64_t bytes = 0;
  friend bool operator==(const Filesize&, const Filesize&) = default;
};
/// Wall-clock time, nanoseconds since 1970-01-01 UTC.
struct Datetime {
  std::int64_t unix_nanoseconds = 0;
  friend bool operator==(const Datetime&, const Datetime&) = default;
};
struct Binary {
  std::string bytes;
  friend bool operator==(const Binary&, const Binary&) = default;
};
using List = std::vector<Value>;
/// A struct of its own instead of a std::pair, which clang 14 cannot have of an incomplete type.
struct RecordField;
using Record = std::vector<RecordField>;

/// A result value with its type. A std::string holds bytes as the kernel gave them: nearly always UTF-8,
/// never checked here; each writer decides how it shows what is not. Unsigned values above 2^63-1 are uint64,
/// all other integers int64.
struct Value {
  std::variant<Null, bool, std::int64_t, std::uint64_t, double, Duration, Filesize, Datetime, std::string,
               Binary, List, Record>
      node;

  friend bool operator==(const Value& a, const Value& b);
};

struct RecordField {
  std::string name;
  Value value;

  friend bool operator==(const RecordField&, const RecordField&) = default;
};

inline bool operator==(const Value& a, const Value& b) {
  return a.node == b.node;
}

}  // namespace nubpf
