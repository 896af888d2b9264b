#include "transpiler/host_kernel.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "transpiler/tracefs.h"

namespace nubpf {
namespace {

namespace fs = std::filesystem;

/// The states of a task, as `prev_state` of sched:sched_switch shows them: macros in include/linux/sched.h,
/// and so not in BTF. Values of Linux 4.14 and newer.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 11> kTaskStates = {{
    {"TASK_RUNNING", 0x00},
    {"TASK_INTERRUPTIBLE", 0x01},
    {"TASK_UNINTERRUPTIBLE", 0x02},
    {"TASK_STOPPED", 0x04},
    {"TASK_TRACED", 0x08},
    {"EXIT_DEAD", 0x10},
    {"EXIT_ZOMBIE", 0x20},
    {"TASK_PARKED", 0x40},
    {"TASK_DEAD", 0x80},
    {"TASK_REPORT_IDLE", 0x80},
    {"TASK_REPORT_MAX", 0x100},
}};

bool is_plain_name(std::string_view name) {
  return !name.empty() && !name.starts_with('.') && name.find('/') == std::string_view::npos;
}

/// The names of the folders in a folder, sorted; nothing where it cannot be read.
std::vector<std::string> folder_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error)) names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

/// The kernel's BTF and what is looked up in it by name.
class HostKernel::Btf {
 public:
  /// Null where the file does not hold BTF.
  static std::unique_ptr<Btf> load(const std::string& file) {
    libbpf_set_print(nullptr);
    auto* const data = btf__parse(file.c_str(), nullptr);
    if (data == nullptr) return nullptr;
    return std::unique_ptr<Btf>(new Btf(data));
  }

  Btf(const Btf&) = delete;
  Btf& operator=(const Btf&) = delete;
  ~Btf() {
    btf_dump__free(dump_);
    btf__free(data_);
  }

  [[nodiscard]] std::optional<KernelFunction> function(std::string_view name) const {
    const auto found = functions_.find(name);
    if (found == functions_.end()) return std::nullopt;
    const auto* const prototype = btf__type_by_id(data_, btf__type_by_id(data_, found->second)->type);
    if (prototype == nullptr || !btf_is_func_proto(prototype)) return std::nullopt;
    KernelFunction function{std::string(name), {}, declaration(prototype->type)};
    const auto* const parameters = btf_params(prototype);
    for (std::uint32_t i = 0; i < btf_vlen(prototype); ++i) {
      // a last parameter without a type stands for `...`
      if (parameters[i].type == 0) break;
      function.parameters.push_back({string_at(parameters[i].name_off), declaration(parameters[i].type)});
    }
    return function;
  }

  [[nodiscard]] std::vector<std::string> functions(std::string_view pattern) const {
    std::vector<std::string> names;
    for (const auto& [name, id] : functions_) {
      if (matches_wildcard(pattern, name)) names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  [[nodiscard]] std::optional<std::int64_t> enumerator(std::string_view name) const {
    const auto found = enumerators_.find(name);
    if (found == enumerators_.end()) return std::nullopt;
    return found->second;
  }

 private:
  explicit Btf(::btf* data) : data_(data), dump_(btf_dump__new(data, append, &text_, nullptr)) {
    const auto count = btf__type_cnt(data_);
    for (std::uint32_t id = 1; id < count; ++id) {
      const auto* const type = btf__type_by_id(data_, id);
      if (btf_is_func(type)) {
        functions_.try_emplace(btf__name_by_offset(data_, type->name_off), id);
      } else if (btf_is_enum(type)) {
        add_enumerators(type);
      } else if (btf_is_enum64(type)) {
        add_wide_enumerators(type);
      }
    }
  }

  void add_enumerators(const btf_type* type) {
    const auto* const values = btf_enum(type);
    for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
      const auto value = btf_kflag(type) ? std::int64_t{values[i].val}
                                         : std::int64_t{static_cast<std::uint32_t>(values[i].val)};
      enumerators_.try_emplace(btf__name_by_offset(data_, values[i].name_off), value);
    }
  }

  void add_wide_enumerators(const btf_type* type) {
    const auto* const values = btf_enum64(type);
    for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
      enumerators_.try_emplace(btf__name_by_offset(data_, values[i].name_off),
                               static_cast<std::int64_t>(btf_enum64_value(&values[i])));
    }
  }

  [[nodiscard]] std::string string_at(std::uint32_t offset) const {
    const auto* const text = btf__name_by_offset(data_, offset);
    return text == nullptr ? std::string() : std::string(text);
  }

  /// The C spelling of a type: `const char *`.
  [[nodiscard]] std::string declaration(std::uint32_t id) const {
    if (id == 0) return "void";
    text_.clear();
    const btf_dump_emit_type_decl_opts options{
        .sz = sizeof options, .field_name = "", .indent_level = 0, .strip_mods = false};
    if (dump_ == nullptr || btf_dump__emit_type_decl(dump_, id, &options) != 0) return {};
    return text_;
  }

  static void append(void* context, const char* format, va_list arguments) {
    std::array<char, 512> part{};
    const auto length = std::vsnprintf(part.data(), part.size(), format, arguments);
    if (length > 0) {
      static_cast<std::string*>(context)->append(part.data(),
                                                 std::min(part.size() - 1, static_cast<std::size_t>(length)));
    }
  }

  ::btf* data_;
  mutable std::string text_;
  btf_dump* dump_;
  // keys point into the BTF's string section
  std::unordered_map<std::string_view, std::uint32_t> functions_;
  std::unordered_map<std::string_view, std::int64_t> enumerators_;
};

HostRoots default_host_roots() {
  std::error_code error;
  const bool has_own_mount = fs::exists("/sys/kernel/tracing/events", error);
  return {has_own_mount ? "/sys/kernel/tracing" : "/sys/kernel/debug/tracing", "/sys/kernel/btf/vmlinux"};
}

HostKernel::HostKernel(HostRoots roots) : roots_(std::move(roots)) {}

HostKernel::~HostKernel() = default;

std::optional<Tracepoint> HostKernel::tracepoint(std::string_view category, std::string_view name) const {
  if (!is_plain_name(category) || !is_plain_name(name)) return std::nullopt;
  std::ifstream file(fmt::format("{}/events/{}/{}/format", roots_.tracefs, category, name));
  if (!file) return std::nullopt;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return Tracepoint{std::string(category), std::string(name), parse_tracepoint_format(text)};
}

std::vector<std::string> HostKernel::tracepoints(std::string_view pattern) const {
  std::vector<std::string> found;
  const auto events = fs::path(roots_.tracefs) / "events";
  // a category whose name the pattern spells out needs no walk over the others
  const auto colon = pattern.find(':');
  const auto wanted = colon == std::string_view::npos ? std::string_view("*") : pattern.substr(0, colon);
  for (const auto& category : folder_names(events)) {
    if (colon != std::string_view::npos && !matches_wildcard(wanted, category)) continue;
    for (const auto& name : folder_names(events / category)) {
      auto full = category + ':' + name;
      if (matches_wildcard(pattern, full)) found.push_back(std::move(full));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool HostKernel::tracepoints_readable() const {
  std::error_code error;
  const fs::directory_iterator events(fs::path(roots_.tracefs) / "events", error);
  return !error && events != fs::directory_iterator();
}

std::optional<KernelFunction> HostKernel::function(std::string_view name) const {
  const auto* const types = btf();
  return types == nullptr ? std::nullopt : types->function(name);
}

std::vector<std::string> HostKernel::functions(std::string_view pattern) const {
  const auto* const types = btf();
  return types == nullptr ? std::vector<std::string>() : types->functions(pattern);
}

std::optional<std::int64_t> HostKernel::enumerator(std::string_view name) const {
  for (const auto& [state, value] : kTaskStates) {
    if (state == name) return value;
  }
  const auto* const types = btf();
  return types == nullptr ? std::nullopt : types->enumerator(name);
}

const HostKernel::Btf* HostKernel::btf() const {
  if (!btf_tried_) {
    btf_tried_ = true;
    btf_ = Btf::load(roots_.btf);
  }
  return btf_.get();
}

}  // namespace nubpf
