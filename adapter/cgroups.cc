#include "adapter/cgroups.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <unordered_map>

namespace nubpf {
namespace {

namespace fs = std::filesystem;

/// Where the hierarchy of version 2 is mounted: alone, or beside those of version 1.
std::string mount_point() {
  for (const auto* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    std::error_code error;
    if (fs::exists(fs::path(path) / "cgroup.procs", error)) return path;
  }
  return {};
}

/// A cgroup's id is the inode number of its folder.
void read_all(std::unordered_map<std::uint64_t, std::string>& paths) {
  const auto root = mount_point();
  if (root.empty()) return;
  const auto add = [&](const fs::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return;
    auto name = path.string().substr(root.size());
    paths.insert_or_assign(status.st_ino, name.empty() ? "/" : std::move(name));
  };
  add(root);
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(root, options, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) add(entry->path());
  }
}

}  // namespace

std::string cgroup_path(std::uint64_t id) {
  static std::unordered_map<std::uint64_t, std::string> paths;
  auto found = paths.find(id);
  if (found == paths.end()) {
    read_all(paths);
    found = paths.try_emplace(id, std::to_string(id)).first;
  }
  return found->second;
}

}  // namespace nubpf
