#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/type.h"

namespace nubpf {

/// How a tracepoint's field is laid out: one `field:` line of tracefs `events/CATEGORY/NAME/format`.
struct TracepointField {
  std::string name;
  std::string declaration;  ///< the C type as the kernel prints it, without name and array bound: `const char
                            ///< *`, `pid_t`
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< bytes; 4 for __data_loc
  bool is_signed = false;
  bool is_data_loc = false;            ///< `__data_loc char[]`: a string behind an offset word
  std::optional<std::uint32_t> array;  ///< the bound of a fixed array: `char comm[16]`
  bool has_named_bound = false;        ///< which is an enumerator: `char comm[TASK_COMM_LEN]`
};

struct Tracepoint {
  std::string category;
  std::string name;
  std::vector<TracepointField> fields;  ///< without the common_ ones
};

enum class KernelTypeKind {
  nothing,      ///< `void`, or no such type
  integer,      ///< `bits` wide, signed or not
  boolean,      ///< `bool`
  character,    ///< `char` or `unsigned char` under that name: text, where `u8` is a number
  enumeration,  ///< `name`, of `bits`
  pointer,      ///< to `target`
  array,        ///< `length` times `target`
  structure,    ///< a struct or union
  function,     ///< what a function pointer points to
  other,        ///< a floating-point number
};

/// A type of the kernel without its typedefs and qualifiers.
struct KernelType {
  KernelTypeKind kind = KernelTypeKind::nothing;
  KernelTypeId id = 0;  ///< names the same type again
  std::string name;     ///< structure, enumeration: as C spells it, `struct sock`; empty where it has no name
  std::uint32_t bits = 0;
  bool is_signed = false;
  bool is_user_memory = false;  ///< pointer: `__user`, where the kernel's BTF says so
  KernelTypeId target = 0;
  std::uint32_t length = 0;
};

/// One parameter of a kernel function, or one member of a struct.
struct KernelMember {
  std::string name;
  std::string declaration;  ///< C type: `struct file *`, `size_t`
  KernelTypeId type = 0;
  std::uint8_t bit_field = 0;  ///< bits; 0: it is none
};

struct KernelFunction {
  std::string name;
  std::vector<KernelMember> parameters;
  std::string return_declaration;  ///< `void` where nothing is returned
  KernelTypeId return_type = 0;
};

/// All that the transpiler asks of the kernel. One real implementation (tracefs and BTF,
/// transpiler/host_kernel.h) and one fake for tests. Answers are cached by the implementation; every call may
/// be the first that loads something.
class KernelTypes {
 public:
  virtual ~KernelTypes() = default;

  /// `std::nullopt`: there is no such tracepoint, or tracefs cannot be read (see `tracepoints_readable`).
  [[nodiscard]] virtual std::optional<Tracepoint> tracepoint(std::string_view category,
                                                             std::string_view name) const = 0;
  /// `category:name` of every tracepoint that matches the wildcard pattern (`*` only), sorted.
  [[nodiscard]] virtual std::vector<std::string> tracepoints(std::string_view pattern) const = 0;
  /// False where tracefs is not mounted or not readable: then nothing can be said of a tracepoint.
  [[nodiscard]] virtual bool tracepoints_readable() const = 0;

  /// Whether the kernel describes its functions and types (BTF). Nothing below answers where it does not.
  [[nodiscard]] virtual bool types_readable() const = 0;
  /// `std::nullopt`: BTF has no such function.
  [[nodiscard]] virtual std::optional<KernelFunction> function(std::string_view name) const = 0;
  /// Names of kernel functions that match the wildcard pattern, sorted.
  [[nodiscard]] virtual std::vector<std::string> functions(std::string_view pattern) const = 0;
  /// Whether the kernel may have a function that BTF does not describe: true where nobody can tell.
  [[nodiscard]] virtual bool may_have_symbol(std::string_view name) const = 0;

  /// The type that C spells so: `struct sock`, `enum pid_type`, `u32`, `unsigned int`.
  [[nodiscard]] virtual std::optional<KernelTypeId> find_type(std::string_view spelling) const = 0;
  [[nodiscard]] virtual KernelType type(KernelTypeId id) const = 0;
  /// Of a struct or union, those of its anonymous members among them.
  [[nodiscard]] virtual std::vector<KernelMember> members(KernelTypeId id) const = 0;
  /// Null where the type is no enumeration.
  [[nodiscard]] virtual std::shared_ptr<const Enumerators> enumerators(KernelTypeId id) const = 0;
  /// The spellings of all structs, unions, enumerations and typedefs, sorted.
  [[nodiscard]] virtual std::vector<std::string> type_names() const = 0;

  /// The value of an enumerator: `TCP_CLOSE`.
  [[nodiscard]] virtual std::optional<std::int64_t> enumerator(std::string_view name) const = 0;
};

}  // namespace nubpf
