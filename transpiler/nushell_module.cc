#include "transpiler/nushell_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "transpiler/mappings.h"

namespace nubpf {
namespace {

using mappings::Command;
using mappings::Flag;
using mappings::FlagValue;
using mappings::Function;
using mappings::Probe;
using mappings::Role;
using mappings::Target;

constexpr std::string_view kPlaceForId = "@MODULE@";

constexpr std::string_view kHead = R"nu(# Trace the kernel with Nushell closures.
#
# What is inside the braces of a clause runs in the kernel, once for each event. What is behind them runs in Nushell,
# on typed rows. `nubpf` itself has to be on the path.
#
# Written by `nubpf nu module` (scripts/nu-module); do not edit.
)nu";

constexpr std::string_view kRunner = R"nu(
# Which tool this module belongs to; the tool refuses another one.
const module = "@MODULE@"

# An error of the tool, as Nushell's own. Nushell 0.108 knows one label only.
def raise [error: record<msg: string, code: string, labels: list<any>, help: any>] {
  let labels = $error.labels | default []
  let shown = {msg: $error.msg, code: $error.code, help: $error.help, labels: $labels}
  if ($labels | is-empty) { error make --unspanned ($shown | reject labels) }
  if (version).minor < 109 { error make ($shown | reject labels | insert label ($labels | first)) }
  error make $shown
}

# What stands in the user's text at a span; nothing where that is unknown.
def source-at [span: record<start: int, end: int>]: nothing -> string {
  try { view span $span.start $span.end } catch { "" }
}

# What the closure carries of the session, and the names at the places where it uses that.
def captures-of [closure: closure]: nothing -> record<captures: string, uses: list<any>> {
  let raw = $closure | debug --raw
  let uses = $raw
  | parse --regex 'Span(?:\[| \{\s*start: )(?<start>\d+)(?:\.\.|,\s*end: )(?<end>\d+)'
  | uniq
  | each {|at|
    let span = {start: ($at.start | into int), end: ($at.end | into int)}
    {span: $span, text: (source-at $span)}
  }
  | where ($it.text | str starts-with "$")
  {captures: $raw, uses: $uses}
}

# Asks the tool what a call means; raises its errors.
def ask [request: record]: nothing -> record {
  if (which nubpf | is-empty) {
    error make --unspanned {
      msg: "the program `nubpf` is not on the path"
      code: "nubpf::nushell_module"
      help: "add its folder: `$env.PATH = [FOLDER ...$env.PATH]`"
    }
  }
  let answer = $request | to json --raw | ^nubpf nu plan | complete
  if $answer.exit_code != 0 {
    error make --unspanned {
      msg: "the `nubpf` on the path does not belong to this module"
      code: "nubpf::nushell_module"
      help: "run `nubpf nu install`, then start Nushell anew"
    }
  }
  let plan = $answer.stdout | from nuon
  if $plan.error != null { raise $plan.error }
  $plan
}

# The rows of a run, as they come. An error that came while it ran is raised behind them.
def rows-of [plan: record]: nothing -> any {
  [rows end] | each --flatten {|part|
    if $part == "rows" {
      ^nubpf nu run $plan.source --errors $plan.errors --format msgpack | from msgpack --objects
    } else {
      raise-late $plan
      []
    }
  }
}

# The error of a run, if it left one.
def raise-late [plan: record] {
  if not ($plan.errors | path exists) { return }
  let error = open --raw $plan.errors | from nuon
  rm $plan.errors
  raise $error
}

# A row whose durations and file sizes are still numbers. It may lack them, or have nothing there.
def typed-row [row: record, shapes: list<any>]: nothing -> record {
  let event = $row.event? | default ""
  let shape = $shapes | where {|shape| $event =~ $shape.event }
  if ($shape | is-empty) { return $row }
  let with_durations = $shape.durations | flatten | reduce --fold $row {|name, row|
    let value = $row | get --optional $name
    if ($value | describe) == "int" { $row | update $name ($value | into duration) } else { $row }
  }
  $shape.filesizes | flatten | reduce --fold $with_durations {|name, row|
    let value = $row | get --optional $name
    if ($value | describe) == "int" { $row | update $name ($value | into filesize) } else { $row }
  }
}

# The rows of a run with their types. Each branch is one pipeline, so that the rows stream.
def typed-rows [plan: record]: nothing -> any {
  if ($plan.shapes | is-not-empty) {
    rows-of $plan | each {|row| typed-row $row $plan.shapes }
  } else {
    match [$plan.durations $plan.filesizes] {
      [[] []] => { rows-of $plan }
      [_ []] => { rows-of $plan | into duration ...$plan.durations }
      [[] _] => { rows-of $plan | into filesize ...$plan.filesizes }
      _ => { rows-of $plan | into duration ...$plan.durations | into filesize ...$plan.filesizes }
    }
  }
}

# Runs a clause or `trace` and gives its results their types. MessagePack has no durations and file sizes.
def run-program [
  command: string
  target: any  # record of nuon and span, or nothing
  closure: closure
  span: record<start: int, end: int>  # of the closure
  flags: table
]: nothing -> any {
  let given = $flags
  | where value not-in [null false]
  | each {|flag| {name: $flag.name, nuon: ($flag.value | to nuon), span: $flag.span} }
  let plan = ask {
    module: $module
    command: $command
    target: (if $target == null { null } else { $target | insert source (source-at $target.span) })
    closure: (captures-of $closure | merge {
      text: (view source $closure), source: (source-at $span), span: $span
    })
    flags: $given
  }
  match $plan.kind {
    "text" => $plan.text
    "nothing" => {
      ^nubpf nu run $plan.source --errors $plan.errors
      raise-late $plan
    }
    "value" => {
      let result = ^nubpf nu run $plan.source --errors $plan.errors --format nuon | collect
      raise-late $plan
      if ($result | is-empty) { null } else { $result | from nuon }
    }
    "scalars" => {
      match [$plan.durations $plan.filesizes] {
        [[] []] => { rows-of $plan }
        [_ []] => { rows-of $plan | each {|value| $value | into duration } }
        _ => { rows-of $plan | each {|value| $value | into filesize } }
      }
    }
    # known at the end only: drawn as one table
    "table" => { typed-rows $plan | collect }
    _ => { typed-rows $plan }
  }
}

# The answer of a subcommand, as a table.
def table-of [...words: string]: nothing -> table {
  let answer = ^nubpf ...$words --format nuon --error-format json | complete
  if $answer.exit_code != 0 and ($answer.stdout | is-empty) {
    let errors = $answer.stderr | lines | where ($it | str starts-with "{") | each { from json }
    if ($errors | is-empty) { error make --unspanned {msg: ($answer.stderr | str trim)} }
    raise ($errors | first | rename --column {message: msg} | select msg code help | insert labels [])
  }
  $answer.stdout | from nuon
}

# What can stand where the cursor is.
def "nu-complete nubpf" [context: string]: nothing -> record {
  {
    options: {sort: false, filter: false}
    completions: (^nubpf nu complete $context | complete | get stdout | from nuon)
  }
}

# What a command of the kernel side says where there is no kernel around it.
def inside-a-probe [name: string, instead: string] {
  error make --unspanned {
    msg: $"`($name)` runs in the kernel, inside the closure of a probe"
    code: "nubpf::misplaced_command"
    help: (if ($instead | is-empty) {
      $"write it in a probe: `help ($name)` has an example"
    } else {
      $"on rows in Nushell, write `($instead)`; in a probe, see `help ($name)`"
    })
  }
}

# The probes of this host
@category tracing
@example "those of opening files" { probes *:sys_enter_open* }
export def probes [
  pattern: string = ""  # a part of the name, or a wildcard over kind:target, target or a tracepoint's own name
]: nothing -> table<kind: string, target: string> {
  table-of list $pattern
}

# The fields of a probe's event, with their types
@category tracing
@example "of a tracepoint" { fields tracepoint syscalls:sys_enter_openat }
export def fields [
  ...probe: string@"nu-complete nubpf probe"  # KIND TARGET, KIND:TARGET, a tracepoint or a kernel function
]: nothing -> table<name: string, type: string, declaration: string, doc: string> {
  table-of fields ($probe | str join " ")
}

# The probe that `fields` takes.
def "nu-complete nubpf probe" [context: string]: nothing -> record {
  let words = $context | split row " " | last
  let clause = if ($words =~ "^[a-z]+:") { "probe" } else { "tracepoint" }
  nu-complete nubpf $"($clause) ($words)"
}

# The clauses, flags, commands, conversions and context fields of nubpf
@category tracing
@example "the aggregations" { builtins | where kind == command }
export def builtins []: nothing -> table { table-of builtins }

# What this host can trace, what it lacks, and what to do about it
@category tracing
export def doctor []: nothing -> table<check: string, state: string, found: string, advice: string> {
  table-of doctor
}
)nu";

/// Names that Nushell declares itself; a module that declared them, too, would take them away from its users.
bool is_nushells_own(const Command& command) {
  return command.role == Role::filter || command.role == Role::shape || command.role == Role::cast ||
         command.name == "print" || command.name == "exit";
}

std::string_view nushell_type(FlagValue value, bool is_measure) {
  switch (value) {
    case FlagValue::none:
      return "";
    case FlagValue::key:
      return "any@\"nu-complete nubpf\"";
    case FlagValue::name:
    case FlagValue::text:
      return "string";
    case FlagValue::integer:
      return is_measure ? "oneof<int, duration, filesize>" : "int";
    case FlagValue::duration:
      return "duration";
  }
  return "any";
}

/// A literal of the type that the field has.
std::string_view example_value(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
      return "false";
    case TypeKind::duration:
      return "0ns";
    case TypeKind::filesize:
      return "0b";
    case TypeKind::datetime:
      return "1970-01-01";
    case TypeKind::string:
    case TypeKind::address:
    case TypeKind::symbol:
    case TypeKind::ip:
    case TypeKind::mac:
      return "\"\"";
    case TypeKind::binary:
      return "0x[]";
    case TypeKind::stack:
    case TypeKind::list:
      return "[]";
    default:
      return "0";
  }
}

/// One parameter of a signature, and what is said of it.
struct Parameter {
  std::string declaration;
  std::string doc;
};

Parameter flag_parameter(const Flag& flag, bool is_measure = false) {
  const auto type = nushell_type(flag.value, is_measure);
  return {fmt::format("--{}{}{}", flag.name, type.empty() ? "" : ": ", type), std::string(flag.doc)};
}

/// The attach point of a clause.
std::optional<Parameter> target_parameter(const Probe& probe) {
  const auto name = std::string(probe.usage.substr(0, probe.usage.find(' ')));
  switch (probe.target) {
    case Target::none:
    case Target::rate:
      return std::nullopt;
    case Target::period:
      return Parameter{"target: oneof<list<duration>, duration>", name + ", or a list"};
    default:
      // the list first: a string would take its brackets
      return Parameter{"target: oneof<list<string>, string>@\"nu-complete nubpf\"", name + ", or a list"};
  }
}

/// What a positional argument is, for `help`.
std::string argument_doc(const Command& command, std::string_view name) {
  const bool is_aggregation = command.role == Role::aggregation;
  if (name == "value") return is_aggregation ? "a column or an expression; or piped in" : "what is kept";
  if (name == "key") {
    return is_aggregation ? "a column, an expression, a list of them, or a record; or piped in"
                          : "an expression or a list of them; none: the map has one value";
  }
  if (name == "record") return "the columns and their values; or piped in";
  if (name == "name")
    return command.role == Role::action ? "a signal, such as KILL" : "of the map or aggregation, a word";
  if (name == "number") return "what the function returns";
  if (name == "command") return "for the shell";
  return {};
}

/// The positional parameters that a usage such as `NAME [KEY] VALUE` tells of. Nushell takes the optional
/// ones last.
std::vector<Parameter> positional_parameters(const Command& command) {
  std::vector<Parameter> parameters;
  std::istringstream words{std::string(command.usage)};
  for (std::string word; words >> word;) {
    std::string name;
    for (const char c : word) {
      if (std::isalpha(static_cast<unsigned char>(c)) != 0)
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    const bool is_text = name == "name" || name == "command";
    const bool is_field = command.role == Role::aggregation;
    const std::string_view type = is_text            ? "string"
                                  : name == "number" ? "int"
                                  : is_field         ? "any@\"nu-complete nubpf\""
                                                     : "any";
    const bool is_optional = static_cast<int>(parameters.size()) >= command.min_arguments;
    parameters.push_back(
        {fmt::format("{}{}: {}", name, is_optional ? "?" : "", type), argument_doc(command, name)});
  }
  return parameters;
}

std::string capitalized(std::string_view text) {
  std::string result(text);
  if (!result.empty()) result[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(result[0])));
  return result;
}

/// Everything of a definition but its body.
std::string definition_head(std::string_view name, std::string_view doc, std::string_view example,
                            const std::vector<Parameter>& parameters) {
  auto text = fmt::format("\n# {}\n@category tracing\n", capitalized(doc));
  if (!example.empty()) text += fmt::format("@example \"in a program\" {{ {} }}\n", example);
  const auto quoted =
      name.find(' ') == std::string_view::npos ? std::string(name) : fmt::format("\"{}\"", name);
  text += fmt::format("export def {} [", quoted);
  for (const auto& parameter : parameters) {
    text += fmt::format("\n  {}", parameter.declaration);
    if (!parameter.doc.empty()) text += fmt::format("  # {}", parameter.doc);
  }
  return text + (parameters.empty() ? "]" : "\n]");
}

/// A declaration for programs' closures: it gives Nushell the flags, and never runs.
std::string kernel_definition(std::string_view name, std::string_view doc, std::string_view example,
                              std::string_view instead, const std::vector<Parameter>& parameters) {
  return definition_head(name, doc, example, parameters) +
         fmt::format(" {{ inside-a-probe \"{}\" \"{}\" }}\n", name, instead);
}

std::string command_definition(const Command& command) {
  auto parameters = positional_parameters(command);
  for (const auto& flag : command.flags)
    parameters.push_back(flag_parameter(flag, command.role == Role::aggregation));
  return kernel_definition(command.name, command.doc, command.example, command.nushell, parameters);
}

/// The value may be piped in or stand behind the name, where nothing else does.
std::vector<Parameter> function_parameters(const Function& function) {
  if (function.usage.empty()) return {{"value?: any", "the value, where it is not piped in"}};
  std::string name(function.usage);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return {{fmt::format("{}: any", name), {}}};
}

/// The flags of a definition as a table of names, values and spans.
std::string flags_table(const std::vector<Flag>& flags) {
  std::string text = "[\n    [name value span];\n";
  for (const auto& flag : flags) {
    std::string variable(flag.name);
    std::replace(variable.begin(), variable.end(), '-', '_');
    text += fmt::format("    [{} ${} (metadata ${}).span]\n", flag.name, variable, variable);
  }
  return text + "  ]";
}

std::string runner_definition(std::string_view name, std::string_view doc, std::string_view example,
                              const std::optional<Parameter>& target, std::vector<Flag> flags) {
  std::vector<Parameter> parameters;
  if (target) parameters.push_back(*target);
  parameters.push_back({"closure: closure", name == "trace" ? "the clauses" : "what runs for each event"});
  flags.insert(flags.end(), mappings::program_flags().begin(), mappings::program_flags().end());
  for (const auto& flag : flags) parameters.push_back(flag_parameter(flag));
  const auto* const target_text =
      target ? "{nuon: ($target | to nuon), span: (metadata $target).span}" : "null";
  return definition_head(name, doc, example, parameters) +
         fmt::format(
             ": nothing -> any {{\n"
             "  run-program {} {} $closure (metadata $closure).span {}\n"
             "}}\n",
             name, target_text, flags_table(flags));
}

std::string context_record() {
  std::string text =
      "\n# The event, for closures without a parameter: `$ctx.comm`. The values only show the types.\n"
      "export const ctx = {\n";
  for (const auto& field : mappings::context_fields())
    text += fmt::format("  {}: {}  # {}\n", field.name, example_value(field.kind), field.doc);
  return text + "}\n";
}

}  // namespace

namespace {

/// The module, but for its own identity.
std::string draft() {
  auto text = std::string(kHead) + context_record() + std::string(kRunner);
  text += runner_definition("trace", "several clauses that share their maps",
                            "trace { tracepoint syscalls:sys_enter_read { timer start }; "
                            "tracepoint syscalls:sys_exit_read { timer stop | hist } } --for 5sec",
                            std::nullopt, {});
  for (const auto& probe : mappings::probes())
    text += runner_definition(probe.name, probe.doc, probe.example, target_parameter(probe), probe.flags);
  for (const auto& command : mappings::commands()) {
    if (!is_nushells_own(command)) text += command_definition(command);
  }
  for (const auto& function : mappings::functions())
    text +=
        kernel_definition(function.name, function.doc, function.example, {}, function_parameters(function));
  return text;
}

/// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return value;
}

std::string id_of(std::string_view text) {
  return fmt::format("{:016x}", hash(text));
}

}  // namespace

std::string nushell_module() {
  auto text = draft();
  const auto id = id_of(text);
  text.replace(text.find(kPlaceForId), kPlaceForId.size(), id);
  return text;
}

std::string nushell_module_id() {
  return id_of(draft());
}

}  // namespace nubpf
