#include "adapter/tool/inquiries.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "transpiler/c_type.h"
#include "transpiler/kernel_values.h"
#include "transpiler/mappings.h"
#include "transpiler/perf_events.h"
#include "transpiler/resolver.h"
#include "transpiler/suggest.h"
#include "transpiler/tracefs.h"

namespace nubpf::tool {
namespace {

Value text(std::string_view value) {
  return {std::string(value)};
}

template <class... Names>
OutputColumns text_columns(Names... names) {
  return {OutputColumn{names, ColumnHint::text}...};
}

/// What the user of `list` looks for.
class Pattern {
 public:
  explicit Pattern(std::string text)
      : text_(std::move(text)), is_wildcard_(text_.find('*') != std::string::npos) {}

  [[nodiscard]] bool matches(std::string_view kind, std::string_view target) const {
    const auto full = fmt::format("{}:{}", kind, target);
    if (!is_wildcard_) return full.find(text_) != std::string::npos;
    if (matches_wildcard(text_, full) || matches_wildcard(text_, target)) return true;
    const auto colon = target.find(':');
    return colon != std::string_view::npos && matches_wildcard(text_, target.substr(colon + 1));
  }

  /// The function probe that the pattern begins with: `fentry:tcp_*`.
  [[nodiscard]] const mappings::Probe* function_probe() const {
    const auto* const probe = mappings::find_probe(text_.substr(0, text_.find(':')));
    return probe != nullptr && probe->target == mappings::Target::function ? probe : nullptr;
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool is_wildcard_;
};

Diagnostic no_match(const KernelTypes& kernel, bool has_kprobes, const Pattern& pattern) {
  Diagnostic diagnostic{DiagnosticKind::unknown_probe,
                        fmt::format("no probe of this host matches `{}`", pattern.text()),
                        {},
                        "`nubpf list` shows all of them",
                        {}};
  if (!kernel.tracepoints_readable()) {
    diagnostic.help = "tracepoints cannot be read; `nubpf doctor` tells why";
  } else if (!has_kprobes && pattern.function_probe() == nullptr &&
             !kernel.functions(pattern.text()).empty()) {
    diagnostic.message += "; there are kernel functions of that name, but this kernel has no kprobes";
  }
  return diagnostic;
}

/// A probe as the user of `fields` names it.
struct ProbeName {
  const mappings::Probe* probe = nullptr;
  std::string target;
};

std::optional<ProbeName> probe_name(const std::string& words) {
  const auto end = words.find_first_of(": ");
  if (const auto* const probe = mappings::find_probe(words.substr(0, end)); probe != nullptr) {
    const auto target = end == std::string::npos ? std::string::npos : words.find_first_not_of(' ', end + 1);
    return ProbeName{probe, target == std::string::npos ? std::string() : words.substr(target)};
  }
  if (words.find(' ') != std::string::npos) return std::nullopt;
  return ProbeName{mappings::find_probe(end == std::string::npos ? "kprobe" : "tracepoint"), words};
}

Diagnostic unknown_probe(std::string message, std::string_view wanted,
                         const std::vector<std::string>& candidates, std::string fallback) {
  const auto close = nearest(wanted, candidates);
  return {DiagnosticKind::unknown_probe,
          std::move(message),
          {},
          close ? fmt::format("write `{}`", *close) : std::move(fallback),
          {}};
}

std::vector<Value> field_row(std::string_view name, std::string_view type, std::string_view declaration,
                             std::string_view doc) {
  return {text(name), text(type), text(declaration), text(doc)};
}

std::string c_declaration(const TracepointField& field) {
  if (field.is_data_loc) return field.declaration + "[]";
  return field.array ? fmt::format("{}[{}]", field.declaration, *field.array) : field.declaration;
}

/// Of a struct's pointer and an enumeration, which one it is.
std::string field_type_name(const Type& type, const TracepointField& field) {
  const auto c_type = parse_c_type(field.declaration);
  const bool is_tagged = c_type && !c_type->integer && c_type->base.find(' ') != std::string::npos;
  const bool is_struct = type.kind == TypeKind::address && is_tagged && c_type->stars == 1;
  if (is_struct) return c_type->base + " *";
  return type.kind == TypeKind::integer && is_tagged ? c_type->base : to_string(type);
}

std::optional<Diagnostic> add_tracepoint_fields(const KernelTypes& kernel, const std::string& target,
                                                Rows& rows) {
  const auto colon = target.find(':');
  const auto category = target.substr(0, colon);
  const auto name = colon == std::string::npos ? std::string() : target.substr(colon + 1);
  const auto tracepoint = kernel.tracepoint(category, name);
  if (!tracepoint && !kernel.tracepoints_readable()) {
    return Diagnostic{DiagnosticKind::no_kernel_support,
                      "tracepoints cannot be read from tracefs",
                      {},
                      "`nubpf doctor` tells why",
                      {}};
  }
  if (!tracepoint) {
    return unknown_probe(fmt::format("there is no tracepoint `{}`", target), target, kernel.tracepoints("*"),
                         "`nubpf list tracepoint:` shows all of them");
  }
  for (const auto& field : tracepoint->fields) {
    const auto known = resolving::tracepoint_field(category, field);
    const bool is_hidden = mappings::find_context_field(field.name) != nullptr;
    rows.rows.push_back(field_row(is_hidden ? "args." + field.name : field.name,
                                  known ? field_type_name(known->type, field) : std::string(),
                                  c_declaration(field), known ? "" : "cannot be read"));
  }
  return std::nullopt;
}

/// A kernel type's name in the language: what a column of it arrives as.
std::string type_name(const KernelTypes& kernel, KernelTypeId id) {
  const auto type = value_type(kernel, id);
  if (type.kind == TypeKind::nothing) return {};
  return to_string(resolving::make_readable({{}, type, {}}).type);
}

Diagnostic no_types(std::string what) {
  return {DiagnosticKind::no_kernel_support,
          std::move(what) + " cannot be read: this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)",
          {},
          "`nubpf doctor` tells what else is missing",
          {}};
}

std::optional<Diagnostic> add_function_fields(const KernelTypes& kernel, const ProbeName& name, Rows& rows) {
  if (!kernel.types_readable()) return no_types("the kernel's functions");
  const auto function = kernel.function(name.target);
  if (!function) {
    return unknown_probe(fmt::format("there is no kernel function `{}`", name.target), name.target,
                         kernel.functions("*"),
                         fmt::format("`nubpf list {}` shows those of a like name", name.target));
  }
  const bool by_number = name.probe->has_arguments;
  const bool by_name = by_number || name.probe->name == "fentry" || name.probe->name == "fexit";
  for (std::size_t i = 0; by_name && i < function->parameters.size(); ++i) {
    const auto& parameter = function->parameters[i];
    const bool is_hidden = mappings::find_context_field(parameter.name) != nullptr;
    rows.rows.push_back(field_row(is_hidden ? "args." + parameter.name : parameter.name,
                                  type_name(kernel, parameter.type), parameter.declaration,
                                  by_number ? fmt::format("`arg{}`", i) : "an argument"));
  }
  if (name.probe->has_return && function->return_type != 0) {
    rows.rows.push_back(field_row("retval", type_name(kernel, function->return_type),
                                  function->return_declaration, "what the function returns"));
  }
  return std::nullopt;
}

/// `struct sock`, `enum pid_type`: a type of the kernel instead of a probe.
bool is_type_name(std::string_view words) {
  return words.starts_with("struct ") || words.starts_with("union ") || words.starts_with("enum ");
}

tl::expected<Rows, Diagnostic> type_fields(const KernelTypes& kernel, std::string words) {
  if (!kernel.types_readable()) return tl::unexpected(no_types("the kernel's types"));
  words.erase(words.find_last_not_of(" *") + 1);
  const auto id = kernel.find_type(words);
  if (!id) {
    const auto close = nearest(words, kernel.type_names());
    return tl::unexpected(Diagnostic{DiagnosticKind::unknown_name,
                                     fmt::format("this kernel has no type `{}`", words),
                                     {},
                                     close ? fmt::format("write `{}`", *close) : "check the spelling",
                                     {}});
  }
  Rows rows{text_columns("name", "type", "declaration", "doc"), {}};
  if (const auto enumerators = kernel.enumerators(*id); enumerators != nullptr) {
    for (const auto& [value, name] : *enumerators)
      rows.rows.push_back(field_row(name, words, "", fmt::format("{}", value)));
  }
  for (const auto& member : kernel.members(*id)) {
    const auto bits = member.bit_field == 0
                          ? std::string()
                          : fmt::format("{} bit{}", member.bit_field, member.bit_field == 1 ? "" : "s");
    rows.rows.push_back(field_row(member.name, type_name(kernel, member.type), member.declaration, bits));
  }
  return rows;
}

std::string context_type(const mappings::ContextField& field) {
  if (field.kernel_type.empty()) return to_string(simple_type(field.kind));
  return std::string(field.kernel_type) + " *";
}

void add_context_fields(const mappings::Probe& probe, Rows& rows) {
  for (const auto& field : mappings::context_fields()) {
    if (field.name == "func" && !probe.has_function) continue;
    rows.rows.push_back(field_row(field.name, context_type(field), "", field.doc));
  }
}

/// How a flag is written: `[--by KEY]`.
std::string flag_usage(const mappings::Flag& flag) {
  switch (flag.value) {
    case mappings::FlagValue::none:
      return fmt::format("[--{}]", flag.name);
    case mappings::FlagValue::key:
      return fmt::format("[--{} KEY]", flag.name);
    case mappings::FlagValue::name:
      return fmt::format("[--{} NAME]", flag.name);
    case mappings::FlagValue::integer:
      return fmt::format("[--{} N]", flag.name);
    case mappings::FlagValue::duration:
      return fmt::format("[--{} DURATION]", flag.name);
    case mappings::FlagValue::text:
      return fmt::format("[--{} TEXT]", flag.name);
  }
  return {};
}

std::string full_usage(const mappings::Command& command) {
  std::string usage(command.usage);
  for (const auto& flag : command.flags) usage += (usage.empty() ? "" : " ") + flag_usage(flag);
  return usage;
}

}  // namespace

tl::expected<Rows, Diagnostic> list_probes(const KernelTypes& kernel, bool has_kprobes,
                                           const std::string& words) {
  const Pattern pattern(words);
  Rows rows{text_columns("kind", "target"), {}};
  const auto add = [&](std::string_view kind, std::string_view target) {
    if (pattern.matches(kind, target)) rows.rows.push_back({text(kind), text(target)});
  };
  const auto* const function_probe = pattern.function_probe();
  if (function_probe == nullptr) {
    for (const auto& [kind, name, doc] : kPerfEvents) {
      if (kind == "hardware") add(kind, name);
    }
    for (const auto& [kind, name, doc] : kPerfEvents) {
      if (kind == "software") add(kind, name);
    }
    for (const auto& name : kernel.tracepoints("*")) add("tracepoint", name);
  }
  if (function_probe != nullptr || has_kprobes) {
    const auto kind = function_probe != nullptr ? function_probe->name : "kprobe";
    for (const auto& name : kernel.functions("*")) add(kind, name);
  }
  if (rows.rows.empty()) return tl::unexpected(no_match(kernel, has_kprobes, pattern));
  return rows;
}

tl::expected<Rows, Diagnostic> probe_fields(const KernelTypes& kernel, const std::string& words) {
  if (is_type_name(words)) return type_fields(kernel, words);
  const auto name = probe_name(words);
  if (!name) {
    std::vector<std::string> commands;
    for (const auto& probe : mappings::probes()) commands.emplace_back(probe.name);
    const auto command = words.substr(0, words.find(' '));
    return tl::unexpected(unknown_probe(fmt::format("there is no kind of probe `{}`", command), command,
                                        commands,
                                        "write `nubpf fields 'tracepoint syscalls:sys_enter_openat'`"));
  }
  if (name->target.find('*') != std::string::npos) {
    return tl::unexpected(
        Diagnostic{DiagnosticKind::unknown_probe,
                   fmt::format("`{}` stands for several probes; one is needed", name->target),
                   {},
                   fmt::format("`nubpf list '{}'` shows them", name->target),
                   {}});
  }
  Rows rows{text_columns("name", "type", "declaration", "doc"), {}};
  std::optional<Diagnostic> error;
  if (name->probe->target == mappings::Target::tracepoint) {
    error = add_tracepoint_fields(kernel, name->target, rows);
  } else if (name->probe->target == mappings::Target::function) {
    error = add_function_fields(kernel, *name, rows);
  }
  if (error) return tl::unexpected(std::move(*error));
  add_context_fields(*name->probe, rows);
  return rows;
}

Rows builtin_rows() {
  Rows rows{text_columns("kind", "name", "usage", "type", "doc", "bpftrace", "since", "example"), {}};
  const auto add = [&](std::string_view kind, std::string_view name, std::string_view usage,
                       std::string_view type, std::string_view doc, std::string_view bpftrace,
                       std::string_view since, std::string_view example) {
    rows.rows.push_back({text(kind), text(name), text(usage), text(type), text(doc), text(bpftrace),
                         text(since), text(example)});
  };
  for (const auto& probe : mappings::probes()) {
    add("probe", probe.name, probe.usage, "", probe.doc, probe.provider, probe.since, probe.example);
  }
  for (const auto& flag : mappings::program_flags()) {
    add("flag", "--" + std::string(flag.name), flag_usage(flag), "", flag.doc, "", "0.17", "");
  }
  for (const auto& command : mappings::commands()) {
    add("command", command.name, full_usage(command), "", command.doc, command.bpftrace, command.since,
        command.example);
  }
  for (const auto& function : mappings::functions()) {
    add("conversion", function.name, function.usage, to_string(simple_type(function.result)), function.doc,
        function.people.empty() ? function.bpftrace : function.people, function.since, function.example);
  }
  for (const auto& field : mappings::context_fields()) {
    add("field", field.name, "", context_type(field), field.doc,
        field.people.empty() ? field.bpftrace : field.people, field.since, mappings::example_of(field));
  }
  for (const auto& constant : mappings::kernel_constants()) {
    add("constant", constant.name, "", "int", constant.doc, fmt::format("{}", constant.value), "0.17", "");
  }
  return rows;
}

}  // namespace nubpf::tool
