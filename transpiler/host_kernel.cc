#include "transpiler/host_kernel.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "transpiler/tracefs.h"

namespace nubpf {
namespace {

namespace fs = std::filesystem;

bool is_plain_name(std::string_view name) {
  return !name.empty() && !name.starts_with('.') && name.find('/') == std::string_view::npos;
}

/// The names of the folders in a folder, sorted; nothing where it cannot be read.
std::vector<std::string> folder_names(const fs::path& folder) {
  std::vector<std::string> names;
  // std::filesystem takes apart the path of each entry, which is most of the work for hundreds of system
  // calls.
  DIR* const open_folder = opendir(folder.c_str());
  if (open_folder == nullptr) return names;
  while (const dirent* const entry = readdir(open_folder)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    std::error_code error;
    const bool is_unknown = entry->d_type == DT_UNKNOWN;
    if (is_unknown ? fs::is_directory(folder / name, error) : entry->d_type == DT_DIR)
      names.emplace_back(name);
  }
  closedir(open_folder);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

HostRoots default_host_roots() {
  std::error_code error;
  const bool has_own_mount = fs::exists("/sys/kernel/tracing/events", error);
  return {has_own_mount ? "/sys/kernel/tracing" : "/sys/kernel/debug/tracing", "/sys/kernel/btf/vmlinux",
          "/sys/kernel/btf", "/proc/kallsyms"};
}

HostKernel::HostKernel(HostRoots roots, std::shared_ptr<const TracepointSource> tracepoints)
    : roots_(std::move(roots)), source_(std::move(tracepoints)) {}

HostKernel::~HostKernel() = default;

std::optional<Tracepoint> HostKernel::tracepoint(std::string_view category, std::string_view name) const {
  const auto [known, is_new] = known_tracepoints_.try_emplace(fmt::format("{}:{}", category, name));
  if (is_new) known->second = read_tracepoint(category, name);
  return known->second;
}

std::optional<Tracepoint> HostKernel::read_tracepoint(std::string_view category,
                                                      std::string_view name) const {
  if (!is_plain_name(category) || !is_plain_name(name)) return std::nullopt;
  if (asks_source()) {
    const auto text = source_->format(category, name);
    if (!text) return std::nullopt;
    return Tracepoint{std::string(category), std::string(name), parse_tracepoint_format(*text)};
  }
  std::ifstream file(fmt::format("{}/events/{}/{}/format", roots_.tracefs, category, name));
  if (!file) return std::nullopt;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return Tracepoint{std::string(category), std::string(name), parse_tracepoint_format(text)};
}

std::vector<std::string> HostKernel::tracepoints(std::string_view pattern) const {
  const auto [known, is_new] = known_patterns_.try_emplace(std::string(pattern));
  if (is_new) known->second = find_tracepoints(pattern);
  return known->second;
}

std::vector<std::string> HostKernel::find_tracepoints(std::string_view pattern) const {
  if (asks_source()) return source_->names(pattern);
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
  if (!tracefs_readable_) {
    std::error_code error;
    const fs::directory_iterator events(fs::path(roots_.tracefs) / "events", error);
    tracefs_readable_ = !error && events != fs::directory_iterator();
  }
  return *tracefs_readable_ || source_ != nullptr;
}

bool HostKernel::asks_source() const {
  return source_ != nullptr && tracepoints_readable() && !*tracefs_readable_;
}

bool HostKernel::types_readable() const {
  return btf() != nullptr;
}

std::optional<KernelFunction> HostKernel::function(std::string_view name) const {
  const auto* const types = btf();
  return types == nullptr ? std::nullopt : types->function(name);
}

std::vector<std::string> HostKernel::functions(std::string_view pattern) const {
  const auto* const types = btf();
  return types == nullptr ? std::vector<std::string>() : types->functions(pattern);
}

bool HostKernel::may_have_symbol(std::string_view name) const {
  std::ifstream file(roots_.symbols);
  if (!file) return true;
  // ADDRESS TYPE NAME, and [MODULE] behind a tab
  for (std::string line; std::getline(file, line);) {
    const auto begin = line.find(' ') + 3;
    if (begin >= line.size() || line.compare(begin, name.size(), name) != 0) continue;
    const auto end = begin + name.size();
    if (end == line.size() || line[end] == '\t') return true;
  }
  return false;
}

std::optional<KernelTypeId> HostKernel::find_type(std::string_view spelling) const {
  const auto* const types = btf();
  return types == nullptr ? std::nullopt : types->find_type(spelling);
}

KernelType HostKernel::type(KernelTypeId id) const {
  const auto* const types = btf();
  return types == nullptr ? KernelType{} : types->type(id);
}

std::vector<KernelMember> HostKernel::members(KernelTypeId id) const {
  const auto* const types = btf();
  return types == nullptr ? std::vector<KernelMember>() : types->members(id);
}

std::shared_ptr<const Enumerators> HostKernel::enumerators(KernelTypeId id) const {
  const auto* const types = btf();
  return types == nullptr ? nullptr : types->enumerators(id);
}

std::vector<std::string> HostKernel::type_names() const {
  const auto* const types = btf();
  return types == nullptr ? std::vector<std::string>() : types->type_names();
}

std::optional<std::int64_t> HostKernel::enumerator(std::string_view name) const {
  const auto* const types = btf();
  return types == nullptr ? std::nullopt : types->enumerator(name);
}

const Btf* HostKernel::btf() const {
  if (!btf_tried_) {
    btf_tried_ = true;
    btf_ = Btf::load(roots_.btf, roots_.modules);
  }
  return btf_.get();
}

}  // namespace nubpf
