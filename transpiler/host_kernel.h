#pragma once

#include <map>
#include <memory>
#include <string>

#include "transpiler/btf.h"
#include "transpiler/kernel_types.h"

namespace nubpf {

/// Where the running kernel describes itself. Tests use folders of their own.
struct HostRoots {
  std::string tracefs;    ///< the folder that holds `events/`
  std::string btf;        ///< the file with the kernel's BTF
  std::string modules{};  ///< the folder with the BTF of its modules; empty: none
  std::string symbols{};  ///< the list of its symbols, /proc/kallsyms; empty: none
};

/// tracefs where it is mounted (/sys/kernel/tracing, else /sys/kernel/debug/tracing), /sys/kernel/btf and
/// /proc/kallsyms.
[[nodiscard]] HostRoots default_host_roots();

/// Another way to the tracepoints, for where tracefs cannot be read.
class TracepointSource {
 public:
  virtual ~TracepointSource() = default;

  /// What tracefs holds in `events/CATEGORY/NAME/format`; nothing where there is no such tracepoint.
  [[nodiscard]] virtual std::optional<std::string> format(std::string_view category,
                                                          std::string_view name) const = 0;
  /// `category:name` of every tracepoint that matches the wildcard pattern, sorted.
  [[nodiscard]] virtual std::vector<std::string> names(std::string_view pattern) const = 0;
};

/// The running kernel: tracepoints from tracefs; functions, types and enumerators from BTF, which is loaded
/// when it is first needed. Not for use by several threads at once.
class HostKernel final : public KernelTypes {
 public:
  explicit HostKernel(HostRoots roots = default_host_roots(),
                      std::shared_ptr<const TracepointSource> tracepoints = nullptr);
  ~HostKernel() override;

  [[nodiscard]] std::optional<Tracepoint> tracepoint(std::string_view category,
                                                     std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> tracepoints(std::string_view pattern) const override;
  [[nodiscard]] bool tracepoints_readable() const override;
  [[nodiscard]] bool types_readable() const override;
  [[nodiscard]] std::optional<KernelFunction> function(std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> functions(std::string_view pattern) const override;
  [[nodiscard]] bool may_have_symbol(std::string_view name) const override;
  [[nodiscard]] std::optional<KernelTypeId> find_type(std::string_view spelling) const override;
  [[nodiscard]] KernelType type(KernelTypeId id) const override;
  [[nodiscard]] std::vector<KernelMember> members(KernelTypeId id) const override;
  [[nodiscard]] std::shared_ptr<const Enumerators> enumerators(KernelTypeId id) const override;
  [[nodiscard]] std::vector<std::string> type_names() const override;
  [[nodiscard]] std::optional<std::int64_t> enumerator(std::string_view name) const override;

  /// Whether anything has asked for BTF, so that it was loaded.
  [[nodiscard]] bool types_loaded() const { return btf_ != nullptr; }

 private:
  /// Null where the kernel has no BTF or it cannot be read.
  [[nodiscard]] const Btf* btf() const;

  /// Whether the other source has to answer.
  [[nodiscard]] bool asks_source() const;
  [[nodiscard]] std::optional<Tracepoint> read_tracepoint(std::string_view category,
                                                          std::string_view name) const;
  [[nodiscard]] std::vector<std::string> find_tracepoints(std::string_view pattern) const;

  HostRoots roots_;
  std::shared_ptr<const TracepointSource> source_;
  mutable std::map<std::string, std::optional<Tracepoint>> known_tracepoints_;
  mutable std::map<std::string, std::vector<std::string>> known_patterns_;
  mutable std::optional<bool> tracefs_readable_;
  mutable std::unique_ptr<Btf> btf_;
  mutable bool btf_tried_ = false;
};

}  // namespace nubpf
