#include "adapter/tool/nushell_install.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>

#include "adapter/exit_code.h"
#include "adapter/process.h"
#include "adapter/replace_file.h"
#include "transpiler/nushell_module.h"

namespace nubpf::tool {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> variable(const char* name) {
  const auto* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

/// Where Nushell looks for modules by default ($nu.default-config-dir and `scripts`); Linux and macOS with
/// XDG_CONFIG_HOME. Nothing where there is no home.
std::optional<fs::path> default_folder() {
  if (const auto config = variable("XDG_CONFIG_HOME")) return fs::path(*config) / "nushell" / "scripts";
  if (const auto home = variable("HOME")) return fs::path(*home) / ".config" / "nushell" / "scripts";
  return std::nullopt;
}

std::optional<std::string> content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// The module starts `nubpf`: whether that is this very program.
std::string path_advice() {
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  const auto found = find_program("nubpf");
  if (found && fs::equivalent(*found, self, error)) return {};
  const auto folder = self.parent_path().string();
  return found
             ? fmt::format("but `nubpf` on the path is {}; to use this one: $env.PATH = [{} ...$env.PATH]\n",
                           *found, folder)
             : fmt::format("`nubpf` is not on the path yet: $env.PATH = [{} ...$env.PATH]\n", folder);
}

}  // namespace

int install_nushell_module(const Options& options, const Reporter& reporter) {
  const auto folder = options.words.empty() ? default_folder() : fs::path(options.words.front());
  if (!folder) {
    reporter.report({DiagnosticKind::usage,
                     "neither XDG_CONFIG_HOME nor HOME says where Nushell looks for modules",
                     {},
                     "name a folder of $env.NU_LIB_DIRS: `nubpf nu install FOLDER`",
                     {}});
    return exit_code::kUsage;
  }
  const auto path = *folder / "nubpf" / "mod.nu";
  const auto module = nushell_module();
  const auto before = content(path);
  if (before != module) {
    if (const auto error = replace_file(path, module)) {
      reporter.report({DiagnosticKind::cannot_write,
                       fmt::format("`{}` cannot be written: {}", path.string(), error.message()),
                       {},
                       "name another folder of $env.NU_LIB_DIRS: `nubpf nu install FOLDER`",
                       {}});
      return exit_code::kOutput;
    }
  }
  const auto* const done = before == module ? "is up to date"
                           : before         ? "has been updated"
                                            : "has been written";
  const auto said = fmt::format(
      "{} {}\n{}in Nushell: overlay use nubpf\nand then:   help tracepoint, or tracepoint "
      "raw_syscalls:sys_enter {{ "
      "count --by comm }} --for 2sec\n",
      path.string(), done, path_advice());
  return write_all(STDOUT_FILENO, said) ? exit_code::kOk : exit_code::kOutput;
}

}  // namespace nubpf::tool
