#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// What is kept between runs, in the user's cache folder ($XDG_CACHE_HOME/nubpf, else ~/.cache/nubpf). It
/// only saves time: where there is no such folder or it cannot be written, nothing is kept and nobody is
/// told.
namespace nubpf {

/// The content of a file of the cache.
[[nodiscard]] std::optional<std::string> read_cache(std::string_view name);

/// Replaces it as a whole; other runs see the old content or the new.
void write_cache(std::string_view name, std::string_view content);

}  // namespace nubpf
