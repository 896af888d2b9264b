#include "adapter/version.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "adapter/bpftrace_errors.h"
#include "adapter/cache.h"
#include "adapter/process.h"

namespace nubpf {
namespace {

constexpr std::chrono::seconds kLimit{20};
/// `sudo` may ask for a password.
constexpr std::chrono::seconds kPatientLimit{120};

/// What changes when another program comes to lie at a path.
std::optional<std::string> identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || path.find('\n') != std::string::npos) return std::nullopt;
  return fmt::format("{} {} {}.{:09} {}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec, path);
}

constexpr std::string_view kCacheFile = "bpftrace-version";

/// The version that was asked of the same program before.
std::optional<BpftraceVersion> known_version(const std::string& key) {
  const auto content = read_cache(kCacheFile);
  if (!content || !content->starts_with(key + '\n')) return std::nullopt;
  const auto rest = std::string_view(*content).substr(key.size() + 1);
  return parse_version(rest.substr(0, rest.find('\n')));
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
      .message = fmt::format("`{}` cannot be started: {}", word,
                             error == ENOENT   ? "there is no such program"
                             : error == EACCES ? "it is no executable file"
                                               : std::generic_category().message(error)),
      .labels = {},
      .help = "install it with `apt install bpftrace`, or give its path with `--bpftrace PATH`",
      .notes = {}};
  if (command.size() > 1) diagnostic.help = "give another command with `--bpftrace`";
  if (error == EMFILE || error == ENFILE)
    diagnostic.help = "allow more open files: `ulimit -n 1024`, or close what holds them";
  return diagnostic;
}

tl::expected<BpftraceVersion, Diagnostic> bpftrace_version(const BpftraceCommand& command) {
  std::optional<std::string> key;
  if (command.size() == 1) {
    const auto path = find_program(command.front());
    if (!path) {
      const bool is_there =
          command.front().find('/') != std::string::npos && access(command.front().c_str(), F_OK) == 0;
      return tl::unexpected(bpftrace_missing(command, is_there ? EACCES : ENOENT));
    }
    key = identity(*path);
  }
  if (key) {
    if (const auto cached = known_version(*key)) return checked(*cached);
  }
  auto version = ask(command);
  if (!version) return version;
  if (key) write_cache(kCacheFile, *key + '\n' + to_string(*version) + '\n');
  return checked(*version);
}

}  // namespace nubpf
