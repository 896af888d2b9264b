#include "transpiler/nushell_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
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
using mappings::Probe;
using mappings::Role;
using mappings::Target;

constexpr std::string_view kHead = R"nu(# Trace the kernel with Nushell closures.
#
# What is inside the braces of a clause runs in the kernel, once for each event. What is behind them runs in Nushell,
# on typed rows. `nubpf` itself has to be on the path.
#
# Written by `nubpf nu module` (scripts/nu-module); do not edit.
)nu";

constexpr std::string_view kRunner = R"nu(
# A flag as it was given, or nothing.
def flag-text [name: string, value: any]: nothing -> string {
  match $value {
    null | false => ""
    true => $" --($name)"
    _ => $" --($name) ($value | to nuon)"
  }
}

# The place in the user's text that byte `at` of the program comes from. The closure stands in the program as it
# was written; of the other parts only the whole is known.
def source-span [parts: list<any>, at: int, length: int]: nothing -> record<start: int, end: int> {
  mut begin = 0
  for part in $parts {
    let size = $part.text | str length --utf-8-bytes
    if $at < $begin + $size {
      if not $part.exact { return $part.span }
      let start = $part.span.start + $at - $begin
      return {start: $start, end: ($start + $length)}
    }
    $begin += $size
  }
  ($parts | last).span
}

# The first error of a program, drawn on the user's own text.
def raise-first [errors: string, parts: list<any>] {
  let found = $errors | lines | where ($it starts-with "{") | each { from json } | where severity == "error"
  if ($found | is-empty) { error make --unspanned {msg: ($errors | str trim)} }
  let first = $found | first
  let labels = $first.labels? | default [] | each {|label|
    {text: $label.text, span: (source-span $parts $label.start ($label.end - $label.start))}
  }
  let error = {msg: $first.message, code: $first.code, labels: $labels}
  error make (if ($first.help? | default "" | is-empty) { $error } else { $error | insert help $first.help })
}

# Runs a clause or `trace`: its name, attach point, closure and flags are put together as they were written, and
# the tool does the rest. Errors in the program are raised before anything runs.
def run-program [
  head: record<text: string, span: any>
  body: record<text: string, span: any>
  flags: record
]: nothing -> any {
  let flag_texts = $flags | items {|name, value| flag-text $name $value } | str join
  let parts = [
    {text: $"($head.text) ", span: $head.span, exact: false}
    {text: $body.text, span: $body.span, exact: true}
    {text: $flag_texts, span: $body.span, exact: false}
  ]
  let program = $parts | get text | str join

  let schema = ^nubpf -e $program --dump schema --error-format json | complete
  if $schema.exit_code != 0 { raise-first $schema.stderr $parts }

  if $flags.emit-bt or $flags.dry-run {
    ^nubpf -e $program
  } else if ($schema.stdout | str starts-with "form nothing") {
    ^nubpf -e $program
  } else if ($schema.stdout =~ '^form (value|record)\n') {
    ^nubpf -e $program --format msgpack | from msgpack
  } else {
    ^nubpf -e $program --format msgpack | from msgpack --objects
  }
}

# What a command of the kernel side says where there is no kernel around it.
def inside-a-probe [name: string] {
  error make --unspanned {
    msg: $"`($name)` runs in the kernel, inside the closure of a probe"
    code: "nubpf::misplaced_command"
    help: $"write `tracepoint CATEGORY:NAME { … }` around it"
  }
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
      return "any";
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
      return Parameter{"target: oneof<list<string>, string>", name + ", or a list"};
  }
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
    const std::string_view type = is_text ? "string" : name == "number" ? "int" : "any";
    const bool is_optional = static_cast<int>(parameters.size()) >= command.min_arguments;
    parameters.push_back({fmt::format("{}{}: {}", name, is_optional ? "?" : "", type), {}});
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
                              const std::vector<Parameter>& parameters) {
  return definition_head(name, doc, example, parameters) +
         fmt::format(" {{ inside-a-probe \"{}\" }}\n", name);
}

std::string command_definition(const Command& command) {
  auto parameters = positional_parameters(command);
  for (const auto& flag : command.flags)
    parameters.push_back(flag_parameter(flag, command.role == Role::aggregation));
  return kernel_definition(command.name, command.doc, command.example, parameters);
}

/// `for: $for, emit-bt: $emit_bt`: the flags of a definition as a record.
std::string flags_record(const std::vector<Flag>& flags) {
  std::string text;
  for (const auto& flag : flags) {
    std::string variable(flag.name);
    std::replace(variable.begin(), variable.end(), '-', '_');
    text += fmt::format("{}{}: ${}", text.empty() ? "" : ", ", flag.name, variable);
  }
  return text;
}

std::string runner_definition(std::string_view name, std::string_view doc, std::string_view example,
                              const std::optional<Parameter>& target, std::vector<Flag> flags) {
  std::vector<Parameter> parameters;
  if (target) parameters.push_back(*target);
  parameters.push_back({"closure: closure", name == "trace" ? "the clauses" : "what runs for each event"});
  flags.insert(flags.end(), mappings::program_flags().begin(), mappings::program_flags().end());
  for (const auto& flag : flags) parameters.push_back(flag_parameter(flag));
  const auto head =
      target ? fmt::format("{{text: $\"{} ($target | to nuon)\", span: (metadata $target).span}}", name)
             : fmt::format("{{text: \"{}\", span: (metadata $closure).span}}", name);
  return definition_head(name, doc, example, parameters) +
         fmt::format(
             ": nothing -> any {{\n"
             "  let head = {}\n"
             "  let body = {{text: (view source $closure), span: (metadata $closure).span}}\n"
             "  run-program $head $body {{{}}}\n"
             "}}\n",
             head, flags_record(flags));
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

std::string nushell_module() {
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
    text += kernel_definition(function.name, function.doc, function.example, {});
  return text;
}

}  // namespace nubpf
