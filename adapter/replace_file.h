#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>

namespace nubpf {

/// Gives the file this content, and makes its folder. Nobody ever reads a half of it, and nobody can guess
/// the name under which it is written first.
[[nodiscard]] std::error_code replace_file(const std::filesystem::path& path, std::string_view content);

}  // namespace nubpf
