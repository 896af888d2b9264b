#include "adapter/cache.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "adapter/replace_file.h"

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
  // what cannot be kept is asked again
  static_cast<void>(replace_file(*path, content));
}

}  // namespace nubpf
