#include "adapter/tool/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "adapter/command.h"
#include "transpiler/parse.h"
#include "transpiler/suggest.h"

namespace nubpf::tool {
namespace {

constexpr std::string_view kFooter =
    "Examples:\n"
    "  nubpf -e 'tracepoint syscalls:sys_enter_openat { select pid filename }'\n"
    "  nubpf -e 'tracepoint raw_syscalls:sys_enter { count --by comm }' --for 3sec\n"
    "  nubpf opens.nu --emit-bt\n"
    "  nubpf list '*:sys_enter_open*'\n"
    "\n"
    "The exit code tells what went wrong: 1 the program, 2 the command line,\n"
    "3 bpftrace missing or too old, 4 no privilege, 5 refused by bpftrace or the\n"
    "kernel, 6 bpftrace died, 7 the output cannot be written.";

/// CLI11's help with a usage text of our own, and the optional value of a flag shown as people expect it.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(27); }
  [[nodiscard]] std::string make_usage(const CLI::App* app, std::string name) const override {
    if (app->get_parent() != nullptr) return Formatter::make_usage(app, std::move(name));
    return "Usage: nubpf [OPTIONS] FILE [-- ARGUMENTS]\n"
           "       nubpf [OPTIONS] -e PROGRAM\n"
           "       nubpf list|fields|builtins|doctor|nu\n";
  }
  [[nodiscard]] std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    auto name = Formatter::make_option_name(option, is_positional);
    if (const auto brace = name.find('{'); brace != std::string::npos)
      name.replace(brace, std::string::npos, "[=run]");
    return name;
  }
};

/// CLI11's help without the second of two empty lines.
std::string help_text(const CLI::App& app) {
  auto text = app.help();
  for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at))
    text.erase(at, 1);
  return text;
}

Diagnostic usage(std::string message, std::string help = {}) {
  return {DiagnosticKind::usage, std::move(message), {}, std::move(help), {}};
}

template <class T>
using Named = std::pair<std::string_view, T>;

/// The value that a word of an option stands for. Otherwise a diagnostic that tells which words there are.
template <class T, std::size_t size>
tl::expected<T, Diagnostic> choice(std::string_view option, const std::string& word,
                                   const Named<T> (&names)[size]) {
  std::string all;
  std::vector<std::string> candidates;
  for (const auto& [name, value] : names) {
    if (name == word) return value;
    if (!all.empty()) all += ", ";
    all += '`' + std::string(name) + '`';
    candidates.emplace_back(name);
  }
  const auto close = nearest(word, candidates);
  return tl::unexpected(usage("`" + std::string(option) + "` takes one of " + all + ", not `" + word + "`",
                              close ? "write `" + std::string(option) + "=" + *close + "`" : std::string()));
}

constexpr Named<EmitForm> kEmitForms[] = {{"people", EmitForm::people}, {"run", EmitForm::run}};
constexpr Named<Dump> kDumps[] = {{"syntax", Dump::syntax},
                                  {"resolved", Dump::resolved},
                                  {"program", Dump::program},
                                  {"schema", Dump::schema},
                                  {"source-map", Dump::source_map}};
constexpr Named<OutputFormat> kFormats[] = {{"table", OutputFormat::table},
                                            {"jsonl", OutputFormat::jsonl},
                                            {"nuon", OutputFormat::nuon},
                                            {"msgpack", OutputFormat::msgpack},
                                            {"csv", OutputFormat::csv}};
constexpr Named<ErrorFormat> kErrorFormats[] = {{"text", ErrorFormat::text}, {"json", ErrorFormat::json}};
constexpr Named<ColorChoice> kColors[] = {
    {"auto", ColorChoice::automatic}, {"always", ColorChoice::always}, {"never", ColorChoice::never}};

/// The options as words, before they mean something.
struct Words {
  std::string emit_bt, dump, format, error_format, color, bpftrace, bpftrace_version;
  std::string duration, pid, command, string_length;
};

std::optional<std::int64_t> positive_integer(const std::string& word) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value <= 0) return std::nullopt;
  return value;
}

/// `3sec`, `1.5ms`: a Nushell duration, read by Nushell's own grammar.
std::optional<std::int64_t> duration(const std::string& word) {
  const auto result = parse({"--for", word, 0});
  const auto& statements = result.script.block.statements;
  if (!result.diagnostics.empty() || statements.size() != 1) return std::nullopt;
  const auto* const pipeline = std::get_if<syntax::Pipeline>(&statements.front().node);
  if (pipeline == nullptr || pipeline->stages.size() != 1) return std::nullopt;
  const auto* const literal = std::get_if<syntax::DurationLiteral>(&pipeline->stages.front().node);
  if (literal == nullptr || literal->nanoseconds <= 0) return std::nullopt;
  return literal->nanoseconds;
}

/// Fills one option from its word, if the word was given.
template <class T, class Target, std::size_t size>
std::optional<Diagnostic> fill(std::string_view option, const std::string& word,
                               const Named<T> (&names)[size], Target& target) {
  if (word.empty()) return std::nullopt;
  auto value = choice(option, word, names);
  if (!value) return std::move(value.error());
  target = *value;
  return std::nullopt;
}

std::optional<Diagnostic> fill_program(const Words& words, ResolveOptions& program) {
  if (!words.duration.empty()) {
    program.duration_ns = duration(words.duration);
    if (!program.duration_ns) {
      return usage("`--for` takes a duration, not `" + words.duration + "`",
                   "write it as Nushell does: `--for 3sec`, `--for 500ms`, `--for 1min`");
    }
  }
  if (!words.pid.empty()) {
    program.pid = positive_integer(words.pid);
    if (!program.pid) return usage("`--pid` takes the number of a process, not `" + words.pid + "`");
  }
  if (!words.command.empty()) program.command = words.command;
  if (!words.string_length.empty()) {
    const auto length = positive_integer(words.string_length);
    constexpr int kLongest = 1 << 16;
    if (!length || *length > kLongest) {
      return usage("`--string-length` takes a number of bytes from 1 to 65536, not `" + words.string_length +
                   "`");
    }
    program.string_length = static_cast<int>(*length);
  }
  return std::nullopt;
}

std::optional<Diagnostic> fill_bpftrace(std::string command, BpftraceCommand& target) {
  std::string source = "--bpftrace";
  if (command.empty()) {
    const auto* const variable = std::getenv("NUBPF_BPFTRACE");
    if (variable == nullptr || *variable == '\0') return std::nullopt;
    command = variable;
    source = "NUBPF_BPFTRACE";
  }
  auto words = split_words(command);
  if (!words) return usage("a quotation mark in `" + source + "` is not closed");
  if (words->empty()) {
    return usage("`" + source + "` is empty; it takes a command", "write `" + source + "=\"sudo bpftrace\"`");
  }
  target = std::move(*words);
  return std::nullopt;
}

std::optional<Diagnostic> fill_version(const std::string& word, Options& options) {
  if (word.empty()) return std::nullopt;
  options.bpftrace_version = parse_version(word);
  if (!options.bpftrace_version)
    return usage("`--bpftrace-version` takes a version such as `0.21`, not `" + word + "`");
  if (*options.bpftrace_version < kOldestBpftrace) {
    return usage("bpftrace " + word + " is too old; " + to_string(kOldestBpftrace) +
                 " is the oldest that works");
  }
  if (options.emit_bt || options.dump || options.check) return std::nullopt;
  return usage("`--bpftrace-version` is for a program that is shown, not run",
               "write `--emit-bt` beside it, or name another bpftrace with `--bpftrace`");
}

std::optional<Diagnostic> fill_options(const Words& words, Options& options) {
  if (auto error = fill("--emit-bt", words.emit_bt, kEmitForms, options.emit_bt)) return error;
  if (auto error = fill("--dump", words.dump, kDumps, options.dump)) return error;
  if (auto error = fill("--format", words.format, kFormats, options.format)) return error;
  if (auto error = fill("--error-format", words.error_format, kErrorFormats, options.error_format))
    return error;
  if (auto error = fill("--color", words.color, kColors, options.color)) return error;
  if (auto error = fill_program(words, options.program)) return error;
  if (auto error = fill_version(words.bpftrace_version, options)) return error;
  return fill_bpftrace(words.bpftrace, options.bpftrace);
}

/// All names that the options of `app` answer to, with their dashes.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* const option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

Diagnostic unexpected_word(const CLI::App& app, const std::string& word) {
  if (!word.starts_with('-')) return usage("`" + word + "` is one argument too many");
  const auto name = word.substr(0, word.find('='));
  const auto close = nearest(name, option_names(app));
  return usage("there is no option `" + name + "`", close ? "write `" + *close + "`" : "see `nubpf --help`");
}

/// CLI11's complaint in our words. Its texts begin with the option's names: `--for: 1 required TEXT missing`.
Diagnostic wrong_words(const CLI::ParseError& error) {
  const std::string_view text = error.what();
  const auto name = std::string(text.substr(0, text.find(':')));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && name.starts_with('-')) {
    return usage("`" + name.substr(name.rfind(',') + 1) + "` needs a value, and is given once at most");
  }
  auto message = std::string(text);
  std::replace(message.begin(), message.end(), '\n', ' ');
  return usage(std::move(message), "see `nubpf --help`");
}

void add_options(CLI::App& app, Options& options, Words& words, std::string& expression) {
  app.add_option("FILE", options.file, "Nushell file with probe clauses; - is standard input")
      ->type_name(" ");
  app.add_option("-e,--expression", expression, "the program itself, instead of a file")
      ->type_name("PROGRAM");

  const auto* const tracing = "Tracing";
  app.add_option("--for", words.duration, "stop after this long: 3sec, 500ms, 1min")
      ->type_name("DURATION")
      ->group(tracing);
  app.add_option("-p,--pid", words.pid, "only events of this process")->type_name("N")->group(tracing);
  app.add_option("-c,--command", words.command, "run this command, trace it, and stop when it ends")
      ->type_name("COMMAND")
      ->group(tracing);
  app.add_flag("--unsafe", options.program.unsafe, "allow the actions system, signal and override")
      ->group(tracing);
  app.add_option("--string-length", words.string_length, "bytes that a traced string may have")
      ->type_name("N")
      ->group(tracing);
  app.add_option("--bpftrace", words.bpftrace, "such as \"sudo bpftrace\"; also NUBPF_BPFTRACE")
      ->type_name("COMMAND")
      ->group(tracing);

  const auto* const output = "Output";
  app.add_option("--format", words.format, "table (at a terminal), jsonl, nuon, msgpack, csv")
      ->type_name("FORMAT")
      ->group(output);
  app.add_option("--error-format", words.error_format, "errors as text or json")
      ->type_name("FORMAT")
      ->group(output);
  app.add_option("--color", words.color, "auto, always or never; auto heeds NO_COLOR")
      ->type_name("WHEN")
      ->group(output);
  app.add_flag("--stats", options.stats, "at the end, how many rows were sent and lost, on stderr")
      ->group(output);
  app.add_flag("-v,--verbose", options.verbose, "also the program and bpftrace's words, on stderr")
      ->group(output);

  const auto* const instead = "Instead of tracing";
  app.add_flag("--emit-bt{people}", words.emit_bt, "print the bpftrace program (=run: the form that runs)")
      ->group(instead);
  app.add_flag("--check", options.check, "only look for errors")->group(instead);
  app.add_option("--bpftrace-version", words.bpftrace_version, "the version to write for, such as 0.21")
      ->type_name("VERSION")
      ->group(instead);
  app.add_option("--dump", words.dump, "syntax, resolved, program, schema or source-map")
      ->type_name("PHASE")
      ->group(instead);
}

}  // namespace

ErrorFormat wanted_error_format(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i] == "--error-format=json") return ErrorFormat::json;
    if (words[i] == "--error-format" && i + 1 < words.size() && words[i + 1] == "json")
      return ErrorFormat::json;
  }
  return ErrorFormat::text;
}

tl::expected<std::variant<Options, Information>, Diagnostic> parse_options(
    const std::vector<std::string>& words) {
  Options options;
  Words texts;
  std::string expression;

  CLI::App app(
      "Trace the kernel with Nushell closures: nubpf writes the bpftrace program,\n"
      "runs it and returns typed rows.",
      "nubpf");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_version_flag("--version", "nubpf " NUBPF_VERSION);
  app.fallthrough();
  app.allow_extras();
  add_options(app, options, texts, expression);
  auto* const list = app.add_subcommand("list", "the probes of this host");
  list->add_option("PATTERN", options.words, "a part of the name, or a wildcard such as '*:sys_*_openat'")
      ->type_name(" ");
  auto* const fields = app.add_subcommand("fields", "the fields of a probe's event, with types");
  fields->add_option("PROBE", options.words, "such as 'tracepoint syscalls:sys_enter_openat'")
      ->type_name(" ");

  auto* const builtins = app.add_subcommand("builtins", "the commands, conversions and context fields");
  auto* const doctor = app.add_subcommand("doctor", "what this host can trace, and what it lacks");
  auto* const nu = app.add_subcommand("nu", "the Nushell module: `nu install`, `nu module`");
  auto* const nu_module = nu->add_subcommand("module", "print the module nubpf");
  auto* const nu_install = nu->add_subcommand("install", "put it where `overlay use nubpf` finds it");
  nu_install->add_option("FOLDER", options.words, "a folder of NU_LIB_DIRS")->type_name(" ");
  // what the module itself calls
  auto* const nu_plan = nu->add_subcommand("plan")->group("");
  auto* const nu_run = nu->add_subcommand("run")->group("");
  nu_run->add_option("SOURCE", options.words)->required();
  nu_run->add_option("--errors", options.error_file)->required();
  auto* const nu_complete = nu->add_subcommand("complete")->group("");
  nu_complete->add_option("CONTEXT", options.words)->required();

  app.footer(std::string(kFooter));

  // CLI11 takes words in reverse; what stands behind `--` belongs to the program
  const auto end = std::find(words.begin(), words.end(), "--");
  std::vector<std::string> reversed(std::make_reverse_iterator(end), words.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return Information{help_text(app)};
  } catch (const CLI::CallForVersion&) {
    return Information{app.version() + "\n"};
  } catch (const CLI::ParseError& error) {
    return tl::unexpected(wrong_words(error));
  }

  if (const auto extras = app.remaining(true); !extras.empty()) {
    return tl::unexpected(unexpected_word(app, extras.front()));
  }
  if (app.count("--expression") > 0) options.expression = std::move(expression);
  if (list->parsed()) options.action = Action::list;
  if (fields->parsed()) options.action = Action::fields;
  if (builtins->parsed()) options.action = Action::builtins;
  if (doctor->parsed()) options.action = Action::doctor;
  if (nu->parsed()) {
    const std::pair<const CLI::App*, Action> parts[] = {{nu_module, Action::nu_module},
                                                        {nu_install, Action::nu_install},
                                                        {nu_plan, Action::nu_plan},
                                                        {nu_run, Action::nu_run},
                                                        {nu_complete, Action::nu_complete}};
    const auto* const part =
        std::find_if(std::begin(parts), std::end(parts), [](const auto& p) { return p.first->parsed(); });
    if (part == std::end(parts)) {
      return tl::unexpected(usage("`nu` needs a word behind it",
                                  "write `nubpf nu install`, then `overlay use nubpf` in Nushell"));
    }
    options.action = part->second;
  }

  if (auto error = fill_options(texts, options)) return tl::unexpected(std::move(*error));
  if (options.action == Action::list && options.words.size() > 1) {
    return tl::unexpected(unexpected_word(app, options.words[1]));
  }
  if (options.action != Action::trace && !options.file.empty()) {
    return tl::unexpected(unexpected_word(app, options.file));
  }
  if (options.action == Action::fields && options.words.empty()) {
    return tl::unexpected(
        usage("`fields` needs a probe", "write `nubpf fields 'tracepoint syscalls:sys_enter_openat'`"));
  }
  if (options.action == Action::trace) {
    if (options.file.empty() && !options.expression) {
      return tl::unexpected(
          usage("no program was given", "write `nubpf FILE` or `nubpf -e PROGRAM`; see `nubpf --help`"));
    }
    if (!options.file.empty() && options.expression) {
      return tl::unexpected(
          usage("there are two programs, the file `" + options.file + "` and that of `-e`; one is needed"));
    }
  }
  if (end != words.end()) {
    options.arguments.assign(end + 1, words.end());
    if (options.action != Action::trace)
      return tl::unexpected(
          usage("only a program takes arguments", "leave out `--` and what stands behind it"));
  }
  return options;
}

}  // namespace nubpf::tool
