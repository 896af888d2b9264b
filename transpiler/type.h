#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace nubpf {

enum class TypeKind {
  nothing,      ///< no value
  boolean,      ///< 0 or 1 in the kernel
  integer,      ///< `bits` wide, signed or not
  duration,     ///< nanoseconds
  filesize,     ///< bytes
  instant,      ///< nanoseconds since boot (CLOCK_BOOTTIME): bpftrace's `nsecs`
  datetime,     ///< an instant that is shown as wall-clock time
  string,       ///< bytes up to a NUL; at most the string length
  address,      ///< a pointer or code address, shown as hex
  symbol,       ///< the name of a kernel or user address: bpftrace's ksym, usym, func
  ip,           ///< ntop
  mac,          ///< macaddr
  binary,       ///< buf
  stack,        ///< kstack, ustack: a list of frames, innermost first
  enumeration,  ///< an integer with the names of `name`
  error_text,   ///< an error number, shown as its text
  cgroup_path,  ///< the id of a cgroup, shown as its path
  list,         ///< `items` of one type
  structure,    ///< a pointer to, or an embedded, struct or union `name`
};

/// A type of the kernel, by number: only the KernelTypes that gave it knows it. 0 is `void`.
using KernelTypeId = std::uint64_t;

/// The values of an enumeration and their names, in the order of the declaration.
using Enumerators = std::vector<std::pair<std::int64_t, std::string>>;

/// The type of a value, and how bpftrace holds it: every scalar kind is an integer there, of `bits` and
/// `is_signed`, but for strings, symbols, addresses as text, binaries and stacks.
struct Type {
  TypeKind kind = TypeKind::nothing;
  std::uint8_t bits = 64;
  bool is_signed = true;
  bool is_pointer = false;      ///< structure only
  bool is_user_memory = false;  ///< string, address and structure: behind a user-space pointer
  /// enumeration and structure: as C spells it, `struct sock`, empty: anonymous; symbol: `func` where the
  /// value is the name of a probe, of which the function is shown
  std::string name;
  std::vector<Type> items;  ///< list: its one element type
  /// structure: the struct itself; address: what it points to; list: the array
  KernelTypeId kernel_type = 0;
  std::uint8_t stars = 0;                          ///< address: how many pointers lead to `kernel_type`
  std::shared_ptr<const Enumerators> enumerators;  ///< enumeration: its names; null where unknown

  friend bool operator==(const Type&, const Type&) = default;
};

[[nodiscard]] Type integer_type(int bits, bool is_signed);
[[nodiscard]] Type simple_type(TypeKind kind);

/// Held as an integer by bpftrace.
[[nodiscard]] bool is_integral(const Type& type);

/// For people and dumps: `int`, `duration`, `string`, `struct sock *`, `list<string>`.
[[nodiscard]] std::string to_string(const Type& type);

/// How an integral type is held: `i64`, `u32`. Empty for all others.
[[nodiscard]] std::string storage_to_string(const Type& type);

}  // namespace nubpf
