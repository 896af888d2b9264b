#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "adapter/bpftrace_tracepoints.h"
#include "adapter/exit_code.h"
#include "adapter/nuon.h"
#include "adapter/tool/doctor.h"
#include "adapter/tool/inquiries.h"
#include "adapter/tool/nushell.h"
#include "adapter/tool/nushell_completion.h"
#include "adapter/tool/nushell_install.h"
#include "adapter/tool/options.h"
#include "adapter/tool/reporter.h"
#include "adapter/tool/trace.h"
#include "transpiler/host_kernel.h"
#include "transpiler/nushell_module.h"

namespace nubpf::tool {
namespace {

int answer(const Options& options, const Reporter& reporter, const tl::expected<Rows, Diagnostic>& rows) {
  if (!rows) {
    reporter.report(rows.error());
    return exit_code::kProgram;
  }
  const auto writer = make_output(options);
  writer->table(rows->columns, rows->rows);
  return finish_output(*writer, reporter);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

int doctor(const Options& options, const Reporter& reporter) {
  const auto findings = examine(this_host(options.bpftrace));
  const bool is_table = output_format(options) == OutputFormat::table;
  const int code = answer(options, reporter, finding_rows(findings, !is_table));
  if (code != exit_code::kOk) return code;
  if (is_table && !write_all(STDOUT_FILENO, advice_text(findings)) && errno != EPIPE)
    return exit_code::kOutput;
  return doctor_exit_code(findings);
}

int answer_nushell(const Value& value) {
  std::string nuon;
  append_nuon(nuon, value);
  return write_all(STDOUT_FILENO, nuon + '\n') ? exit_code::kOk : exit_code::kOutput;
}

HostKernel host_kernel(const Options& options) {
  return HostKernel(default_host_roots(), tracepoints_through(options.bpftrace));
}

int run(const Options& options, const Reporter& reporter) {
  switch (options.action) {
    case Action::trace:
      return trace(options, reporter);
    case Action::list:
      return answer(
          options, reporter,
          list_probes(host_kernel(options), has_kprobes(this_host(options.bpftrace)), joined(options.words)));
    case Action::fields:
      return answer(options, reporter, probe_fields(host_kernel(options), joined(options.words)));
    case Action::builtins:
      return answer(options, reporter, builtin_rows());
    case Action::doctor:
      return doctor(options, reporter);
    case Action::nu_module:
      return write_all(STDOUT_FILENO, nushell_module()) ? exit_code::kOk : exit_code::kOutput;
    case Action::nu_install:
      return install_nushell_module(options, reporter);
    case Action::nu_plan:
      return answer_nushell({plan(read_descriptor(STDIN_FILENO).value_or(""), options)});
    case Action::nu_run:
      return run_plan(options);
    case Action::nu_complete:
      return answer_nushell(completions(host_kernel(options), joined(options.words), options.bpftrace));
  }
  return exit_code::kUsage;
}

/// Where a caller has closed one of the first three descriptors, no file or pipe of ours may take its number:
/// it would get what is meant for people. Writing there fails as it would have.
void reserve_standard_descriptors() {
  int descriptor = 0;
  do {
    descriptor = open("/dev/null", O_RDONLY);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) close(descriptor);
}

int execute(const std::vector<std::string>& words) {
  reserve_standard_descriptors();
  // a reader that has gone is seen as EPIPE
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  const auto options = parse_options(words);
  if (!options) {
    Reporter(wanted_error_format(words), ColorChoice::automatic).report(options.error());
    return exit_code::kUsage;
  }
  if (const auto* const information = std::get_if<Information>(&*options)) {
    return write_all(STDOUT_FILENO, information->text) ? exit_code::kOk : exit_code::kOutput;
  }
  const auto& chosen = std::get<Options>(*options);
  return run(chosen, Reporter(chosen.error_format, chosen.color));
}

}  // namespace
}  // namespace nubpf::tool

int main(int argc, char** argv) {
  try {
    return nubpf::tool::execute(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::exception& failure) {
    // What it started ends with it. Nothing that may fail in its turn.
    for (const char* const text : {"error: nubpf itself failed: ", failure.what(), "\n"})
      static_cast<void>(nubpf::write_all(STDERR_FILENO, text));
    return nubpf::exit_code::kInternal;
  }
}
