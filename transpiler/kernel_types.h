#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
};

struct Tracepoint {
  std::string category;
  std::string name;
  std::vector<TracepointField> fields;  ///< without the common_ ones
};

/// One parameter or the return value of a kernel function, or one member of a struct.
struct KernelMember {
  std::string name;
  std::string declaration;  ///< C type: `struct file *`, `size_t`
};

struct KernelFunction {
  std::string name;
  std::vector<KernelMember> parameters;
  std::string return_type;  ///< `void` where nothing is returned
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

  /// From BTF; `std::nullopt`: no such function, or no BTF.
  [[nodiscard]] virtual std::optional<KernelFunction> function(std::string_view name) const = 0;
  /// Names of kernel functions that match the wildcard pattern, sorted.
  [[nodiscard]] virtual std::vector<std::string> functions(std::string_view pattern) const = 0;

  /// The value of an enumerator (`TCP_CLOSE`), or of one of the few kernel constants that tracepoints use and
  /// BTF does not hold (`TASK_RUNNING`).
  [[nodiscard]] virtual std::optional<std::int64_t> enumerator(std::string_view name) const = 0;
};

}  // namespace nubpf
