#include "adapter/cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace nubpf {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> cache_file(std::string_view name) {
  const auto folder = [](const char* variable) -> std::string {
    const char* value = std::getenv(variable);
    return value != nullptr ? value : "";
  };
  if (const auto cache = folder("XDG_CACHE_HOME"); cache.starts_with('/'))
    return fs::path(cache) / "nubpf" / name;
  if (const auto home = folder("HOME"); home.starts_with('/'))
    return fs::path(home) / ".cache" / "nubpf" / name;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_cache(std::string_view name) {
  const auto path = cache_file(name);
  if (!path) return std::nullopt;
  std::ifstream file(*path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void write_cache(std::string_view name, std::string_view content) {
  const auto path = cache_file(name);
  if (!path) return;
  std::error_code error;
  fs::create_directories(path->parent_path(), error);
  const fs::path fresh = path->string() + fmt::format(".{}", getpid());
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (file) fs::rename(fresh, *path, error);
  if (!file || error) fs::remove(fresh, error);
}

}  // namespace nubpf
