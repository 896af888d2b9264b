#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/kernel_types.h"

namespace nubpf {

/// The kernel's BTF, read with libbpf: of vmlinux, and of the modules when vmlinux does not hold what is
/// asked for. Nothing is indexed, since a program asks for few names: each search walks the types once. The
/// functions mean the same as those of KernelTypes.
class Btf {
 public:
  /// Null where the file does not hold BTF. Every other file of `modules` is the BTF of a module; empty:
  /// there are none.
  [[nodiscard]] static std::unique_ptr<Btf> load(const std::string& file, const std::string& modules);

  ~Btf();
  Btf(const Btf&) = delete;
  Btf& operator=(const Btf&) = delete;

  [[nodiscard]] std::optional<KernelFunction> function(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> functions(std::string_view pattern) const;
  [[nodiscard]] std::optional<KernelTypeId> find_type(std::string_view spelling) const;
  [[nodiscard]] KernelType type(KernelTypeId id) const;
  [[nodiscard]] std::vector<KernelMember> members(KernelTypeId id) const;
  [[nodiscard]] std::shared_ptr<const Enumerators> enumerators(KernelTypeId id) const;
  [[nodiscard]] std::vector<std::string> type_names() const;
  [[nodiscard]] std::optional<std::int64_t> enumerator(std::string_view name) const;

 private:
  struct State;
  explicit Btf(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// A file of BTF with the types of mappings/kernel_typedefs.inc only. Empty where libbpf has no memory.
[[nodiscard]] std::string common_types();

}  // namespace nubpf
