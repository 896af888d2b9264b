#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "adapter/run.h"
#include "adapter/writer.h"
#include "transpiler/diagnostic.h"
#include "transpiler/dialect.h"
#include "transpiler/emit.h"
#include "transpiler/render.h"
#include "transpiler/resolve.h"

namespace nubpf::tool {

enum class Action {
  trace,
  list,
  fields,
  builtins,
  doctor,
  nu_module,
  nu_install,
  nu_plan,
  nu_run,
  nu_complete
};

/// What `--dump` shows: the value between two phases.
enum class Dump { syntax, resolved, program, schema, source_map };

enum class ColorChoice { automatic, always, never };

/// The command line, read. Each member is the option of that name; docs/tool.md tells what they mean.
struct Options {
  Action action = Action::trace;
  /// PATTERN of `list`, PROBE of `fields`, FOLDER of `nu install`, what `nu run` and `nu complete` take
  std::vector<std::string> words;

  std::string file;                       ///< `-` is standard input
  std::optional<std::string> expression;  ///< instead of a file
  std::vector<std::string> arguments;     ///< behind `--`: for the program's own `def main`
  ResolveOptions program;
  std::optional<EmitForm> emit_bt;
  std::optional<Dump> dump;
  bool check = false;
  std::optional<BpftraceVersion> bpftrace_version;  ///< what a text is shown for

  BpftraceCommand bpftrace = {"bpftrace"};
  std::optional<OutputFormat> format;
  ErrorFormat error_format = ErrorFormat::text;
  ColorChoice color = ColorChoice::automatic;
  bool stats = false;
  bool verbose = false;
  std::string error_file;  ///< of `nu run`
};

/// What `--help` and `--version` ask for: a text for standard output.
struct Information {
  std::string text;
};

/// Reads the words of the command line, without the program's own name, and of the environment
/// NUBPF_BPFTRACE. The diagnostic is of kind `usage`.
[[nodiscard]] tl::expected<std::variant<Options, Information>, Diagnostic> parse_options(
    const std::vector<std::string>& words);

/// The error format that a command line asks for, also one that cannot be read otherwise.
[[nodiscard]] ErrorFormat wanted_error_format(const std::vector<std::string>& words);

}  // namespace nubpf::tool
