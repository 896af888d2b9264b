#include "adapter/version.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include "adapter/bpftrace_errors.h"
#include "adapter/process.h"

namespace nubpf {
namespace {

constexpr std::chrono::seconds kLimit{20};
/// `sudo` may ask for a password.
constexpr std::chrono::seconds kPatientLimit{120};

std::optional<std::filesystem::path> cache_file() {
  const auto folder = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  };
  if (const std::string cache = folder("XDG_CACHE_HOME"); cache.starts_with('/')) {
    return std::filesystem::path(cache) / "nubpf" / "bpftrace-version";
  }
  if (const std::string home = folder("HOME"); home.starts_with('/')) {
    return std::filesystem::path(home) / ".cache" / "nubpf" / "bpftrace-version";
  }
  return std::nullopt;
}

/// What changes when another program comes to lie at a path.
std::optional<std::string> identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || path.find('\n') != std::string::npos) return std::nullopt;
  return fmt::format("{} {} {}.{:09} {}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec, path);
}

std::optional<BpftraceVersion> read_cache(const std::string& key) {
  const auto path = cache_file();
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  std::string cached_key;
  std::string version;
  if (!std::getline(file, cached_key) || !std::getline(file, version) || cached_key != key)
    return std::nullopt;
  return parse_version(version);
}

/// Silent where it cannot be written: the cache only saves time.
void write_cache(const std::string& key, const BpftraceVersion& version) {
  const auto path = cache_file();
  if (!path) return;
  std::error_code error;
  std::filesystem::create_directories(path->parent_path(), error);
  const std::filesystem::path fresh = path->string() + fmt::format(".{}", getpid());
  std::ofstream file(fresh, std::ios::trunc);
  file << key << '\n' << to_string(version) << '\n';
  file.close();
  if (file) {
    std::filesystem::rename(fresh, *path, error);
  }
  if (!file || error) std::filesystem::remove(fresh, error);
}

std::string joined(const BpftraceCommand& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
  return text;
}

tl::expected<BpftraceVersion, Diagnostic> ask(const BpftraceCommand& command) {
  const bool is_plain = command.size() == 1;
  ProcessOptions options{.words = command, .environment = {}, .own_group = is_plain};
  options.words.emplace_back("--version");
  const auto answer = capture(options, {}, is_plain ? kLimit : kPatientLimit);
  if (!answer) return tl::unexpected(bpftrace_missing(command, answer.error()));
  const auto version = parse_version(std::string_view(answer->output).substr(0, answer->output.find('\n')));
  if (answer->status == 0 && version) return *version;
  const Program no_program;
  Diagnostic reason = explain_failure(no_program, {.status = answer->status,
                                                   .was_tracing = false,
                                                   .errors = answer->errors,
                                                   .output = answer->output})
                          .front();
  if (reason.kind != DiagnosticKind::no_privilege) {
    reason.kind = DiagnosticKind::bpftrace_missing;
    reason.message =
        fmt::format("`{} --version` does not answer with a version of bpftrace", joined(command));
    reason.help = "give the path of bpftrace with `--bpftrace PATH`";
  }
  return tl::unexpected(std::move(reason));
}

tl::expected<BpftraceVersion, Diagnostic> checked(const BpftraceVersion& version) {
  if (version >= kOldestBpftrace) return version;
  return tl::unexpected(
      Diagnostic{.kind = DiagnosticKind::bpftrace_too_old,
                 .message = fmt::format("bpftrace {} is too old; {} is the oldest that works",
                                        to_string(version), to_string(kOldestBpftrace)),
                 .labels = {},
                 .help = "install a newer one, or give its path with `--bpftrace PATH`",
                 .notes = {}});
}

}  // namespace

Diagnostic bpftrace_missing(const BpftraceCommand& command, int error) {
  const std::string word = command.empty() ? "bpftrace" : command.front();
  Diagnostic diagnostic{
      .kind = DiagnosticKind::bpftrace_missing,
      .message =
          fmt::format("`{}` cannot be started: {}", word,
                      error == ENOENT ? "there is no such program" : std::generic_category().message(error)),
      .labels = {},
      .help = "install it with `apt install bpftrace`, or give its path with `--bpftrace PATH`",
      .notes = {}};
  if (command.size() > 1) diagnostic.help = "give another command with `--bpftrace`";
  return diagnostic;
}

tl::expected<BpftraceVersion, Diagnostic> bpftrace_version(const BpftraceCommand& command) {
  std::optional<std::string> key;
  if (command.size() == 1) {
    const auto path = find_program(command.front());
    if (!path) return tl::unexpected(bpftrace_missing(command, ENOENT));
    key = identity(*path);
  }
  if (key) {
    if (const auto cached = read_cache(*key)) return checked(*cached);
  }
  auto version = ask(command);
  if (!version) return version;
  if (key) write_cache(*key, *version);
  return checked(*version);
}

}  // namespace nubpf
