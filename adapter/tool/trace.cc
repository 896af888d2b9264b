#include "adapter/tool/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

#include "adapter/bpftrace_errors.h"
#include "adapter/bpftrace_tracepoints.h"
#include "adapter/command.h"
#include "adapter/exit_code.h"
#include "adapter/run.h"
#include "adapter/tool/doctor.h"
#include "adapter/tool/stats.h"
#include "adapter/tool/terminal.h"
#include "adapter/version.h"
#include "transpiler/emit.h"
#include "transpiler/host_kernel.h"
#include "transpiler/main_parameters.h"
#include "transpiler/parse.h"
#include "transpiler/resolve.h"

namespace nubpf::tool {
namespace {

Diagnostic plain(DiagnosticKind kind, std::string message, std::string help = {}) {
  return {kind, std::move(message), {}, std::move(help), {}};
}

/// The system's words for an errno, as a part of a sentence.
std::string error_text(int error) {
  auto text = std::generic_category().message(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

tl::expected<std::string, int> read_file(const std::string& path) {
  if (path == "-") return read_descriptor(STDIN_FILENO);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(errno);
  auto text = read_descriptor(fd);
  close(fd);
  return text;
}

tl::expected<File, Diagnostic> read_source(const Options& options) {
  if (options.expression) return File{"-e", *options.expression, 0};
  auto text = read_file(options.file);
  const auto name = options.file == "-" ? std::string("<stdin>") : options.file;
  if (!text) {
    return tl::unexpected(plain(
        DiagnosticKind::cannot_read, fmt::format("`{}` cannot be read: {}", name, error_text(text.error())),
        text.error() == ENOENT ? "write a program on the command line with `-e`" : ""));
  }
  if (text->size() > kLargestSource) {
    return tl::unexpected(
        plain(DiagnosticKind::cannot_read, fmt::format("`{}` is larger than 16 MiB", name)));
  }
  return File{name, std::move(*text), 0};
}

/// Every attach point by its full name, wildcards resolved as far as the kernel tells of them.
std::vector<std::string> attach_points(const resolved::Program& program, const KernelTypes& kernel) {
  std::vector<std::string> points;
  for (const auto& clause : program.clauses) {
    for (const auto& [probe, target, span] : clause.attach_points) {
      std::vector<std::string> targets;
      if (target.find('*') != std::string::npos) {
        if (probe->target == mappings::Target::tracepoint) targets = kernel.tracepoints(target);
        if (probe->target == mappings::Target::function) targets = kernel.functions(target);
      }
      if (targets.empty()) targets.push_back(target);
      for (const auto& name : targets) {
        const bool is_verbatim = probe->provider.empty();
        points.push_back(is_verbatim    ? name
                         : name.empty() ? std::string(probe->name)
                                        : fmt::format("{}:{}", probe->name, name));
      }
    }
  }
  return points;
}

/// No traced string can hold it on purpose: it is another one in each run.
std::int64_t random_separator() {
  std::random_device device;
  constexpr std::int64_t kSmallest = 1'000'000'000'000;
  return std::uniform_int_distribution<std::int64_t>(kSmallest, 1000 * kSmallest)(device);
}

/// Whether anything will run: then it is worth knowing early that it cannot.
bool wants_run(const Options& options) {
  return !options.emit_bt && !options.dump && !options.check;
}

/// The bpftrace that a text is written for, where it is only shown: the one named, or the installed one if it
/// can be asked without starting anything but itself, else the oldest.
BpftraceVersion shown_version(const Options& options) {
  if (options.bpftrace_version) return *options.bpftrace_version;
  if (options.bpftrace.size() != 1) return kOldestBpftrace;
  const auto version = bpftrace_version(options.bpftrace);
  return version.value_or(kOldestBpftrace);
}

class Tracer {
 public:
  Tracer(const Options& options, const Reporter& reporter, const File& file)
      : options_(options),
        reporter_(reporter),
        file_(file),
        host_(this_host(options.bpftrace)),
        kernel_(default_host_roots(), tracepoints_through(options.bpftrace)) {}

  [[nodiscard]] int operator()() {
    const auto parsed = parse(file_);
    if (options_.dump == Dump::syntax) show(syntax::to_string(parsed.script));
    reporter_.report(parsed.diagnostics, file_);
    if (has_errors(parsed.diagnostics)) return exit_code::kProgram;
    if (options_.dump == Dump::syntax) return shown_code_;
    auto program_options = options_.program;
    if (const auto done = take_arguments(parsed.script, program_options.constants)) return *done;
    if (wants_run(options_)) {
      // as another user tracefs is out of reach, and every tracepoint would seem unknown
      if (const auto problem = missing_privilege(host_)) return fail(*problem, exit_code::kPrivilege);
    }

    const auto resolved = resolve(file_, parsed.script, kernel_, program_options);
    if (options_.dump == Dump::resolved) {
      for (const auto& program : resolved.programs) show(resolved::to_string(program));
    }
    reporter_.report(resolved.diagnostics, file_);
    if (has_errors(resolved.diagnostics)) return exit_code::kProgram;
    if (options_.bpftrace_version) {
      Diagnostics missing;
      for (const auto& program : resolved.programs) {
        const auto more = missing_features(program, *options_.bpftrace_version);
        missing.insert(missing.end(), more.begin(), more.end());
      }
      reporter_.report(missing, file_);
      if (!missing.empty()) return exit_code::kBpftrace;
    }
    if (options_.check || options_.dump == Dump::resolved) return shown_code_;
    if (options_.emit_bt || options_.dump) return show_all(resolved.programs);
    return run_all(resolved.programs);
  }

 private:
  /// Gives the parameters of `main` their values. The exit code where that is all there is to do.
  std::optional<int> take_arguments(const syntax::Script& script, Constants& constants) {
    const auto* const main = find_main(script);
    const auto& words = options_.arguments;
    if (main == nullptr) {
      if (words.empty()) return std::nullopt;
      return fail(plain(DiagnosticKind::usage, "the program takes no arguments: it has no `def main`",
                        "leave out `--` and what stands behind it"),
                  exit_code::kUsage);
    }
    if (wants_help(*main, words)) {
      show(main_help(*main, file_.name));
      return shown_code_;
    }
    if (!check_parameters(*main).empty()) return std::nullopt;  // resolve() tells
    auto bound = bind_arguments(*main, words);
    if (!bound) return fail(bound.error(), exit_code::kUsage);
    for (auto& [name, constant] : *bound) constants[name] = std::move(constant);
    return std::nullopt;
  }

  int fail(const Diagnostic& diagnostic, int code) {
    reporter_.report(diagnostic, file_);
    return code;
  }

  void show(std::string_view text) {
    if (shown_code_ == exit_code::kOk && !write_all(STDOUT_FILENO, text) && errno != EPIPE) {
      shown_code_ = fail(plain(DiagnosticKind::cannot_write,
                               fmt::format("standard output cannot be written: {}", error_text(errno))),
                         exit_code::kOutput);
    }
  }

  int show_all(const std::vector<resolved::Program>& programs) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      if (i > 0) show("\n");
      show(shown(programs[i], options_, file_));
    }
    return shown_code_;
  }

  int run_all(const std::vector<resolved::Program>& programs) {
    auto writer = make_output(options_);
    for (const auto& program : programs) {
      const int code = program.emit_bt ? show_program(program) : run_program(program, *writer);
      if (code != exit_code::kOk) {
        // what has come so far is still delivered; the first failure decides the exit code
        static_cast<void>(writer->finish());
        return code;
      }
      if (writer->error() != 0 || interrupted_) break;
    }
    return finish_output(*writer, reporter_);
  }

  int show_program(const resolved::Program& program) {
    show(shown(program, options_, file_));
    return shown_code_;
  }

  int run_program(const resolved::Program& program, Writer& writer) {
    const auto version = bpftrace_version(options_.bpftrace);
    if (!version) return fail(version.error(), code_of(version.error().kind));
    if (program.pid && !process_exists(*program.pid)) {
      return fail(
          plain(DiagnosticKind::usage, fmt::format("there is no process with the id {}", *program.pid)),
          exit_code::kUsage);
    }

    const auto missing = missing_features(program, *version);
    if (!missing.empty()) {
      reporter_.report(missing, file_);
      return exit_code::kBpftrace;
    }

    EmitOptions emit_options;
    emit_options.version = *version;
    emit_options.separator = random_separator();
    // What sudo starts does not end with nubpf, unless it writes where nobody reads any more.
    emit_options.has_heartbeat = options_.bpftrace.size() > 1;
    std::optional<Command> command;
    if (program.command) {
      auto started = start_command(*program.command);
      if (!started) return fail(started.error(), code_of(started.error().kind));
      command.emplace(std::move(*started));
      emit_options.command_pid = command->pid();
    }
    auto text = emit(program, emit_options);
    if (program.dry_run) return dry_run_program(program, text, *version, writer);
    if (options_.verbose) static_cast<void>(write_all(STDERR_FILENO, text.text + '\n'));

    RunOptions run_options;
    run_options.bpftrace = options_.bpftrace;
    run_options.version = *version;
    run_options.verbose = options_.verbose;
    run_options.output = STDOUT_FILENO;
    if (program.row_limit) run_options.row_limit = static_cast<std::uint64_t>(*program.row_limit);
    if (command) run_options.command = &*command;
    const auto result = run(text, run_options, writer,
                            [this](const Diagnostic& diagnostic) { reporter_.report(diagnostic, file_); });
    if (options_.stats)
      static_cast<void>(write_all(STDERR_FILENO, stats_text(result, options_.error_format)));
    interrupted_ = result.interrupted;
    return result.exit_code;
  }

  /// What would be attached, once bpftrace has accepted the program.
  int dry_run_program(const resolved::Program& program, const Program& text, BpftraceVersion version,
                      Writer& writer) {
    // up to 0.21 the debug mode is the dry run, which ends before the verifier
    const bool is_verified = version >= kHasDryRun;
    RunOptions run_options;
    run_options.bpftrace = options_.bpftrace;
    run_options.version = version;
    const auto errors = dry_run(text, run_options, {is_verified ? "--dry-run" : "-d"});
    reporter_.report(errors, file_);
    if (!errors.empty()) return exit_code_of(errors.front().kind);
    List points;
    for (const auto& point : attach_points(program, kernel_)) points.push_back({point});
    writer.value({Record{{"attach_points", {std::move(points)}},
                         {"bpftrace", {to_string(version)}},
                         {"compiled", {true}},
                         {"verified", {is_verified}}}});
    return exit_code::kOk;
  }

  static int code_of(DiagnosticKind kind) {
    switch (kind) {
      case DiagnosticKind::bpftrace_missing:
      case DiagnosticKind::bpftrace_too_old:
        return exit_code::kBpftrace;
      case DiagnosticKind::no_privilege:
        return exit_code::kPrivilege;
      case DiagnosticKind::command_failed:
        return exit_code::kUsage;
      default:
        return exit_code::kDied;
    }
  }

  static bool process_exists(std::int64_t pid) {
    std::error_code error;
    return std::filesystem::exists(fmt::format("/proc/{}", pid), error);
  }

  static constexpr BpftraceVersion kHasDryRun{0, 22, 0};

  const Options& options_;
  const Reporter& reporter_;
  const File& file_;
  Host host_;
  HostKernel kernel_;
  int shown_code_ = exit_code::kOk;
  bool interrupted_ = false;  ///< by a signal: no further program is started
};

}  // namespace

tl::expected<std::string, int> read_descriptor(int fd) {
  std::string text;
  std::array<char, 65536> part{};
  while (text.size() <= kLargestSource) {
    const auto length = read(fd, part.data(), part.size());
    if (length == 0) return text;
    if (length > 0) {
      text.append(part.data(), static_cast<std::size_t>(length));
    } else if (errno != EINTR) {
      return tl::unexpected(errno);
    }
  }
  return text;
}

std::string shown(const resolved::Program& program, const Options& options, const File& file) {
  EmitOptions emit_options;
  emit_options.form = options.emit_bt.value_or(options.dump ? EmitForm::run : EmitForm::people);
  emit_options.version = shown_version(options);
  const auto text = emit(program, emit_options);
  if (options.dump == Dump::schema) return to_string(text.schema);
  if (options.dump == Dump::source_map) return source_map_to_string(text, file);
  return text.text;
}

int trace(const Options& options, const Reporter& reporter) {
  const auto file = read_source(options);
  if (!file) {
    reporter.report(file.error());
    return exit_code::kUsage;
  }
  return trace(options, reporter, *file);
}

int trace(const Options& options, const Reporter& reporter, const File& file) {
  return Tracer(options, reporter, file)();
}

OutputFormat output_format(const Options& options) {
  if (options.format) return *options.format;
  return terminal(STDOUT_FILENO, options.color).is_terminal ? OutputFormat::table : OutputFormat::jsonl;
}

std::unique_ptr<Writer> make_output(const Options& options) {
  const auto screen = terminal(STDOUT_FILENO, options.color);
  WriterOptions writer_options;
  writer_options.format = output_format(options);
  writer_options.width = screen.width;
  writer_options.color = screen.color;
  writer_options.unicode = screen.unicode;
  return make_writer(writer_options, STDOUT_FILENO);
}

int finish_output(Writer& writer, const Reporter& reporter) {
  if (writer.finish() || writer.error() == EPIPE) return exit_code::kOk;
  reporter.report(plain(DiagnosticKind::cannot_write,
                        fmt::format("standard output cannot be written: {}", error_text(writer.error()))));
  return exit_code::kOutput;
}

}  // namespace nubpf::tool
