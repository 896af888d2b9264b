#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "transpiler/resolver.h"
#include "transpiler/suggest.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

using mappings::FlagValue;

/// Flags of every clause that stands alone, and of `trace`.
const std::vector<mappings::Flag>& program_flags() {
  static const std::vector<mappings::Flag> flags = {
      {"for", FlagValue::text, "stop after this duration"},
      {"pid", FlagValue::integer, "only events of this process"},
      {"command", FlagValue::text, "run this command, trace it and its children, stop when it ends"},
      {"unsafe", FlagValue::none, "allow actions that change the system"},
      {"string-length", FlagValue::integer, "bytes kept of a string"},
      {"emit-bt", FlagValue::none, "give the bpftrace program instead of running it"},
      {"dry-run", FlagValue::none, "compile and verify, attach nothing"},
  };
  return flags;
}

/// Flags that only some clauses have.
std::vector<mappings::Flag> clause_flags(const mappings::Probe& probe) {
  switch (probe.target) {
    case mappings::Target::rate:
      return {{"hz", FlagValue::integer, "times a second"}, {"every", FlagValue::text, "the period"}};
    case mappings::Target::event:
      return {{"count", FlagValue::integer, "every N-th event"}};
    case mappings::Target::function:
      if (probe.name == "kprobe")
        return {{"offset", FlagValue::integer, "bytes behind the function's begin"}};
      return {};
    default:
      return {};
  }
}

bool has_wildcard(std::string_view text) {
  return text.find('*') != std::string_view::npos;
}

/// Characters that bpftrace reads as part of an attach point and that cannot end it early.
bool is_plain_target(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_:*./+-@$~%=[]?").find(c) != std::string_view::npos;
  });
}

std::string attach_text(const AttachPoint& point) {
  if (point.probe->target == mappings::Target::none) return std::string(point.probe->name);
  if (point.probe->target == mappings::Target::raw && point.probe->provider.empty()) return point.target;
  return fmt::format("{}:{}", point.probe->name, point.target);
}

/// A period in the coarsest unit that holds it: `s:1`, `ms:10`, `us:500`.
std::optional<std::string> period_text(std::int64_t nanoseconds) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kUnits = {
      {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}}};
  for (const auto& [unit, size] : kUnits) {
    if (nanoseconds > 0 && nanoseconds % size == 0) return fmt::format("{}:{}", unit, nanoseconds / size);
  }
  return std::nullopt;
}

bool same_shape(const EmitSite& a, const EmitSite& b) {
  return a.is_scalar == b.is_scalar && std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(),
                                                  b.columns.end(), [](const Column& x, const Column& y) {
                                                    return x.name == y.name && x.type.kind == y.type.kind;
                                                  });
}

}  // namespace

ProgramResolver::ProgramResolver(const File& file, const KernelTypes& kernel, const ResolveOptions& options,
                                 const Scope& constants, const std::vector<Map>& known_maps,
                                 Diagnostics& diagnostics)
    : file_(file),
      kernel_(kernel),
      options_(options),
      constants_(constants),
      known_maps_(known_maps),
      diagnostics_(diagnostics) {
  program_.duration_ns = options.duration_ns;
  program_.pid = options.pid;
  program_.command = options.command;
  program_.unsafe = options.unsafe;
  program_.string_length = options.string_length;
}

void ProgramResolver::error(DiagnosticKind kind, Span span, std::string message, std::string label,
                            std::string help, std::vector<Label> more) {
  Diagnostic diagnostic{kind, std::move(message), {{span, std::move(label)}}, std::move(help), {}};
  for (auto& extra : more) diagnostic.labels.push_back(std::move(extra));
  // A value that is read twice (a loop's body, a duplicated operand) is complained about once.
  for (const auto& other : diagnostics_) {
    if (other.kind == kind && !other.labels.empty() && other.labels.front().span == span) return;
  }
  diagnostics_.push_back(std::move(diagnostic));
}

Binding* ProgramResolver::find_binding(std::string_view name) {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (const auto found = scope->find(name); found != scope->end()) return &found->second;
  }
  if (const auto found = constants_.find(name); found != constants_.end())
    return const_cast<Binding*>(&found->second);
  return nullptr;
}

bool ProgramResolver::bind_call(const syntax::Call& call, std::string_view name,
                                std::span<const mappings::Flag> flags, int min, int max, std::size_t words,
                                std::string_view usage, BoundCall& bound) {
  bound.call = &call;
  bool ok = true;
  const auto help =
      usage.empty() ? fmt::format("write `{}`", name) : fmt::format("write `{} {}`", name, usage);
  for (std::size_t i = words; i < call.arguments.size(); ++i) {
    const auto& argument = call.arguments[i];
    if (const auto* positional = std::get_if<syntax::Box<syntax::Expression>>(&argument.node)) {
      bound.positionals.push_back(positional->get());
      continue;
    }
    const auto& flag = std::get<syntax::Flag>(argument.node);
    const auto known = std::find_if(flags.begin(), flags.end(),
                                    [&](const mappings::Flag& f) { return f.name == flag.name; });
    const bool short_pid = flag.is_short && flag.name == "p";
    if (known == flags.end() || (flag.is_short && !short_pid)) {
      std::vector<std::string> names;
      for (const auto& f : flags) names.emplace_back(f.name);
      const auto near = nearest(flag.name, names);
      error(DiagnosticKind::unknown_flag, argument.span,
            fmt::format("`{}` has no flag `{}{}`", name, flag.is_short ? "-" : "--", flag.name),
            "not a flag of it",
            near            ? fmt::format("write `--{}`", *near)
            : names.empty() ? fmt::format("`{}` takes no flags", name)
                            : fmt::format("there are `--{}`", fmt::join(names, "`, `--")));
      ok = false;
      // Its value, if it had one, would only be complained about again.
      continue;
    }
    BoundCall::FlagUse use{argument.span, nullptr};
    if (known->value != FlagValue::none) {
      if (flag.value) {
        use.value = flag.value.get();
      } else if (i + 1 < call.arguments.size() &&
                 std::holds_alternative<syntax::Box<syntax::Expression>>(call.arguments[i + 1].node)) {
        use.value = std::get<syntax::Box<syntax::Expression>>(call.arguments[++i].node).get();
      } else {
        error(DiagnosticKind::missing_argument, argument.span,
              fmt::format("`--{}` needs a value", known->name), std::string(known->doc),
              fmt::format("write `--{} {}`", known->name,
                          known->value == FlagValue::integer ? "N"
                          : known->value == FlagValue::name  ? "NAME"
                          : known->value == FlagValue::key   ? "KEY"
                                                             : "VALUE"));
        ok = false;
        continue;
      }
    } else if (flag.value) {
      error(DiagnosticKind::extra_argument, argument.span, fmt::format("`--{}` takes no value", known->name),
            "a switch", fmt::format("write `--{}`", known->name));
      ok = false;
      continue;
    }
    if (!bound.flags.emplace(std::string(known->name), use).second) {
      error(DiagnosticKind::extra_argument, argument.span, fmt::format("`--{}` is given twice", known->name),
            "a second time", "leave one out");
      ok = false;
    }
  }
  const auto count = static_cast<int>(bound.positionals.size());
  if (ok && count < min) {
    error(DiagnosticKind::missing_argument, call.name_span, fmt::format("`{}` needs {}", name, usage),
          "an argument is missing", help);
    return false;
  }
  if (max >= 0 && count > max) {
    const auto& extra = *bound.positionals[static_cast<std::size_t>(max)];
    error(DiagnosticKind::extra_argument, extra.span,
          fmt::format(
              "`{}` takes {}", name,
              max == 0 ? "no arguments" : fmt::format("at most {} argument{}", max, max == 1 ? "" : "s")),
          "one too many", help);
    return false;
  }
  return ok;
}

std::optional<std::string> ProgramResolver::name_argument(const syntax::Expression& expression,
                                                          std::string_view what) {
  std::string name;
  if (const auto* word = std::get_if<syntax::StringLiteral>(&expression.node)) {
    name = word->value;
  } else if (const auto* node = std::get_if<syntax::Variable>(&expression.node)) {
    if (const auto* binding = find_binding(node->name)) {
      if (const auto* text = std::get_if<Expression>(&binding->value.node)) {
        if (const auto* literal = std::get_if<Text>(&text->node)) name = literal->value;
      }
    }
  }
  const bool is_column = what == "column" || what == "event";
  const bool plain = !name.empty() && (is_column || (std::all_of(name.begin(), name.end(),
                                                                 [](char c) {
                                                                   return (c >= 'a' && c <= 'z') ||
                                                                          (c >= 'A' && c <= 'Z') ||
                                                                          (c >= '0' && c <= '9') || c == '_';
                                                                 }) &&
                                                     !(name[0] >= '0' && name[0] <= '9')));
  if (plain && !name.starts_with("__nubpf")) return name;
  error(DiagnosticKind::bad_argument, expression.span, fmt::format("a name is needed for the {}", what),
        "not a name", "use letters, digits and `_`, such as `reads`");
  return std::nullopt;
}

std::optional<std::int64_t> ProgramResolver::constant_integer(const syntax::Expression& expression,
                                                              std::string_view what) {
  auto number = scalar(expression);
  if (!number) return std::nullopt;
  const auto result = constant_of(*number);
  if (result && number->type.kind == TypeKind::integer) return result;
  error(DiagnosticKind::bad_argument, expression.span,
        fmt::format("{} must be a whole number that is known before the run", what), "not a literal number",
        "write a number");
  return std::nullopt;
}

std::uint32_t ProgramResolver::new_local(std::string_view wish, const Type& type) {
  std::string base;
  for (const char c : wish) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        (!base.empty() && c >= '0' && c <= '9');
    base += letter ? c : '_';
  }
  if (base.empty()) base = "value";
  auto name = base;
  const auto taken = [&] {
    return std::any_of(clause_->locals.begin(), clause_->locals.end(),
                       [&](const Local& local) { return local.name == name; });
  };
  for (int i = 2; taken(); ++i) name = fmt::format("{}{}", base, i);
  clause_->locals.push_back({std::move(name), type, false});
  return static_cast<std::uint32_t>(clause_->locals.size() - 1);
}

Expression ProgramResolver::read_local(std::uint32_t local, Span span) const {
  return {LocalRead{local}, clause_->locals[local].type, span};
}

Expression ProgramResolver::materialize(Expression expression, std::string_view wish) {
  const bool cheap =
      std::holds_alternative<Integer>(expression.node) || std::holds_alternative<Text>(expression.node) ||
      std::holds_alternative<LocalRead>(expression.node) ||
      (std::holds_alternative<ContextRead>(expression.node) && expression.type.kind != TypeKind::instant &&
       expression.type.kind != TypeKind::datetime);
  if (cheap) return expression;
  const auto span = expression.span;
  const auto local = new_local(wish, expression.type);
  own_locals_.insert(local);
  push({Assign{local, std::move(expression)}, span});
  return read_local(local, span);
}

std::size_t ProgramResolver::known_key_count(std::string_view name) const {
  for (const auto* maps : {&program_.maps, &known_maps_}) {
    for (const auto& map : *maps) {
      if (map.name == name) return map.keys.size();
    }
  }
  return 0;
}

std::uint32_t ProgramResolver::map_index(std::string_view name, std::size_t key_count, Span span,
                                         bool is_timer) {
  auto& maps = program_.maps;
  const auto same = std::find_if(maps.begin(), maps.end(), [&](const Map& map) { return map.name == name; });
  if (same != maps.end()) {
    const auto index = static_cast<std::uint32_t>(same - maps.begin());
    if (is_timer != timer_maps_.contains(index)) {
      error(DiagnosticKind::conflicting_map, span, fmt::format("`{}` is both a map and a timer", name),
            "a second use", "give the timer a name with `--as NAME`", {{map_spans_[index], "the first use"}});
    }
    return index;
  }
  Map map;
  map.name = name;
  map.keys.resize(key_count);
  const auto known = std::find_if(known_maps_.begin(), known_maps_.end(),
                                  [&](const Map& other) { return other.name == name; });
  if (known != known_maps_.end() && known->keys.size() == key_count) map = *known;
  maps.push_back(std::move(map));
  map_spans_.push_back(span);
  const auto index = static_cast<std::uint32_t>(maps.size() - 1);
  if (is_timer) timer_maps_.insert(index);
  return index;
}

std::string ProgramResolver::probe_name() const {
  if (clause_ == nullptr || clause_->attach_points.empty()) return "this probe";
  const auto& points = clause_->attach_points;
  std::string text = attach_text(points.front());
  for (std::size_t i = 1; i < points.size(); ++i) text += "," + attach_text(points[i]);
  return text;
}

std::vector<std::string> ProgramResolver::field_names() const {
  std::vector<std::string> names;
  for (const auto& field : fields_) names.push_back(field.first);
  for (const auto& field : mappings::context_fields()) names.emplace_back(field.name);
  return names;
}

bool ProgramResolver::bind_program_flags(const BoundCall& bound) {
  bool ok = true;
  const auto typed = [&](std::string_view name, TypeKind kind,
                         std::string_view example) -> std::optional<std::int64_t> {
    const auto* use = bound.flag(name);
    if (use == nullptr) return std::nullopt;
    auto result = scalar(*use->value);
    const auto number = result ? constant_of(*result) : std::nullopt;
    if (number && result->type.kind == kind && *number > 0) return number;
    if (result) {
      error(DiagnosticKind::bad_argument, use->value->span,
            fmt::format("`--{}` needs {}", name,
                        kind == TypeKind::duration ? "a duration" : "a positive number"),
            "not one", fmt::format("write `--{} {}`", name, example));
    }
    ok = false;
    return std::nullopt;
  };
  if (const auto value = typed("for", TypeKind::duration, "5sec")) program_.duration_ns = value;
  if (const auto value = typed("pid", TypeKind::integer, "1234")) program_.pid = value;
  if (const auto value = typed("string-length", TypeKind::integer, "64")) {
    if (*value > 1024) {
      error(DiagnosticKind::bad_argument, bound.flag("string-length")->value->span,
            "`--string-length` is at most 1024 bytes", "too long", "write `--string-length 200`");
      ok = false;
    } else {
      program_.string_length = static_cast<int>(*value);
    }
  }
  if (const auto* use = bound.flag("command")) {
    auto text = scalar(*use->value);
    const auto* literal = text ? std::get_if<Text>(&text->node) : nullptr;
    if (literal != nullptr && !literal->value.empty()) {
      program_.command = literal->value;
    } else {
      if (text)
        error(DiagnosticKind::bad_argument, use->value->span, "`--command` needs a command line",
              "not a text", "write `--command \"ls -l\"`");
      ok = false;
    }
  }
  if (bound.flag("unsafe") != nullptr) program_.unsafe = true;
  if (bound.flag("emit-bt") != nullptr) program_.emit_bt = true;
  if (bound.flag("dry-run") != nullptr) program_.dry_run = true;
  return ok;
}

void ProgramResolver::program(const syntax::Call& call, Span span) {
  program_.span = span;
  if (call.name == "trace")
    trace(call);
  else
    clause(call, span, false);
  finish_program();
}

void ProgramResolver::trace(const syntax::Call& call) {
  BoundCall bound;
  if (!bind_call(call, "trace", program_flags(), 1, 1, 0, "{ CLAUSES }", bound)) return;
  bind_program_flags(bound);
  const auto* body = std::get_if<syntax::Closure>(&bound.positionals.front()->node);
  if (body == nullptr) {
    error(DiagnosticKind::bad_argument, bound.positionals.front()->span, "`trace` needs a block of clauses",
          "not a block", "write `trace { kprobe vfs_read { count } }`");
    return;
  }
  for (const auto& statement : body->body.statements) {
    const auto* line = std::get_if<syntax::Pipeline>(&statement.node);
    const auto* inner = line != nullptr && !line->stages.empty()
                            ? std::get_if<syntax::Call>(&line->stages.front().node)
                            : nullptr;
    if (inner != nullptr && mappings::find_probe(inner->name) != nullptr) {
      if (line->stages.size() > 1) {
        error(DiagnosticKind::misplaced_command, line->stages[1].span,
              "a clause inside `trace` yields no rows of its own", "behind a clause",
              "write it after the closing brace of `trace`");
        continue;
      }
      clause(*inner, statement.span, true);
      continue;
    }
    if (const auto* let_node = std::get_if<syntax::Let>(&statement.node)) {
      error(DiagnosticKind::misplaced_command, let_node->name_span, "`trace` holds clauses only",
            "not a clause", "write the `let` before `trace`, or inside a clause");
      continue;
    }
    std::vector<std::string> names;
    for (const auto& probe : mappings::probes()) names.emplace_back(probe.name);
    const auto near = inner != nullptr ? nearest(inner->name, names) : std::nullopt;
    const bool kernel_side = inner != nullptr && mappings::find_command(inner->name) != nullptr;
    error(inner != nullptr && !kernel_side ? DiagnosticKind::unknown_command
                                           : DiagnosticKind::misplaced_command,
          inner != nullptr ? inner->name_span : statement.span, "`trace` holds clauses only", "not a clause",
          near ? fmt::format("write `{}`", *near)
               : "put it into the closure of a clause, such as `begin { … }`");
  }
  if (body->body.statements.empty()) {
    error(DiagnosticKind::no_program, bound.positionals.front()->span, "this `trace` holds no clause",
          "nothing to trace", "write a clause into it, such as `kprobe vfs_read { count }`");
  }
}

void ProgramResolver::clause(const syntax::Call& call, Span span, bool inside_trace) {
  const auto& probe = *mappings::find_probe(call.name);
  auto flags = clause_flags(probe);
  if (!inside_trace) {
    flags.insert(flags.end(), program_flags().begin(), program_flags().end());
  } else {
    for (const auto& argument : call.arguments) {
      const auto* flag = std::get_if<syntax::Flag>(&argument.node);
      const auto is_program_flag =
          flag != nullptr && std::any_of(program_flags().begin(), program_flags().end(),
                                         [&](const auto& f) { return f.name == flag->name; });
      if (is_program_flag) {
        error(DiagnosticKind::misplaced_command, argument.span,
              fmt::format("`--{}` belongs to the whole `trace`", flag->name), "on a clause inside `trace`",
              fmt::format("write `trace {{ … }} --{} …`", flag->name));
        return;
      }
    }
  }
  const bool needs_target = probe.target != mappings::Target::none && probe.target != mappings::Target::rate;
  const int arguments = needs_target ? 2 : 1;
  BoundCall bound;
  const auto usage = fmt::format("{}{}{{ … }}", probe.usage, probe.usage.empty() ? "" : " ");
  if (!bind_call(call, probe.name, flags, arguments, arguments, 0, usage, bound)) return;
  const auto* body = std::get_if<syntax::Closure>(&bound.positionals.back()->node);
  if (body == nullptr) {
    error(DiagnosticKind::missing_argument, bound.positionals.back()->span,
          fmt::format("`{}` needs a closure behind the attach point", probe.name), "not a closure",
          fmt::format("write `{}`", probe.example));
    return;
  }

  program_.clauses.emplace_back();
  clause_ = &program_.clauses.back();
  clause_->span = span;
  current_ = &clause_->body;
  scopes_.clear();
  scopes_.emplace_back();
  fields_.clear();
  conflicts_.clear();
  fields_known_ = false;
  fields_used_ = false;
  own_locals_.clear();
  input_.reset();
  last_name_.clear();

  if (!inside_trace) bind_program_flags(bound);
  clause_->attach_points = attach_points(probe, bound);
  if (clause_->attach_points.empty()) {
    // Without an attach point nothing inside can be judged.
    program_.clauses.pop_back();
    clause_ = nullptr;
    return;
  }
  load_fields();
  if (body->parameters.size() > 1) {
    error(DiagnosticKind::extra_argument, body->parameters[1].span, "the closure gets one value, the event",
          "a second parameter", "write `{|e| … }`");
  }
  if (!body->parameters.empty()) {
    scopes_.back()[body->parameters.front().name] =
        Binding{event_value(body->parameters.front().span), false, std::nullopt};
  }
  block(body->body, true);
  finish_clause();
}

std::optional<std::string> ProgramResolver::rate_target(const BoundCall& bound) {
  const auto* hz = bound.flag("hz");
  const auto* every = bound.flag("every");
  if ((hz == nullptr) == (every == nullptr)) {
    error(hz == nullptr ? DiagnosticKind::missing_argument : DiagnosticKind::extra_argument,
          bound.call->name_span, "`profile` needs either `--hz N` or `--every DURATION`",
          hz == nullptr ? "how often is not said" : "both are given", "write `profile --hz 99 { … }`");
    return std::nullopt;
  }
  if (every != nullptr) return period_target(*every->value);
  const auto rate = constant_integer(*hz->value, "`--hz`");
  if (!rate) return std::nullopt;
  if (*rate < 1) {
    error(DiagnosticKind::bad_argument, hz->value->span, "`--hz` needs a number of at least 1", "not a rate",
          "write `--hz 99`");
    return std::nullopt;
  }
  return fmt::format("hz:{}", *rate);
}

std::optional<std::string> ProgramResolver::period_target(const syntax::Expression& expression) {
  auto period = scalar(expression);
  if (!period) return std::nullopt;
  const auto nanoseconds = constant_of(*period);
  const auto text =
      nanoseconds && period->type.kind == TypeKind::duration ? period_text(*nanoseconds) : std::nullopt;
  if (!text) {
    error(DiagnosticKind::bad_argument, expression.span, "a period is a duration of whole microseconds",
          "not a period", "write a duration such as `1sec` or `10ms`");
  }
  return text;
}

void ProgramResolver::attach_words(const mappings::Probe& probe, const syntax::Expression& expression,
                                   std::vector<AttachPoint>& points) {
  if (const auto* list = std::get_if<syntax::List>(&expression.node)) {
    for (const auto& item : list->items) attach_words(probe, item, points);
    return;
  }
  std::optional<std::string> text;
  if (const auto* word = std::get_if<syntax::StringLiteral>(&expression.node)) text = word->value;
  if (std::holds_alternative<syntax::Variable>(expression.node)) {
    auto given = value(expression);
    if (!given) return;
    if (const auto* list = std::get_if<ListValue>(&given->node)) {
      for (const auto& item : list->items) {
        if (const auto* literal = std::get_if<Text>(&item.node))
          points.push_back({&probe, literal->value, expression.span});
      }
      return;
    }
    if (const auto* scalar_value = std::get_if<Expression>(&given->node)) {
      if (const auto* literal = std::get_if<Text>(&scalar_value->node)) text = literal->value;
    }
  }
  if (!text || !is_plain_target(*text)) {
    error(DiagnosticKind::bad_attach_point, expression.span,
          fmt::format("`{}` needs {}", probe.name, probe.usage), "not an attach point",
          fmt::format("write `{}`", probe.example));
    return;
  }
  AttachPoint point{&probe, *text, expression.span};
  if (probe.provider.empty()) {
    // `probe kprobe:vfs_read`: known providers get their own checks.
    const auto colon = text->find(':');
    const auto provider = text->substr(0, colon);
    const auto* known = mappings::find_probe(provider == "BEGIN"      ? "begin"
                                             : provider == "END"      ? "end"
                                             : provider == "kfunc"    ? "fentry"
                                             : provider == "kretfunc" ? "fexit"
                                                                      : provider);
    if (known != nullptr && !known->provider.empty() && colon != std::string::npos)
      point = {known, text->substr(colon + 1), expression.span};
    else if (known != nullptr && known->target == mappings::Target::none && colon == std::string::npos)
      point = {known, "", expression.span};
    else if (colon == std::string::npos) {
      error(DiagnosticKind::bad_attach_point, expression.span, "an attach point begins with its provider",
            "no `:` in it", "write `kprobe:vfs_read`");
      return;
    }
  }
  if (check_attach_point(point)) points.push_back(std::move(point));
}

bool ProgramResolver::check_attach_point(AttachPoint& point) {
  const auto bad = [&](std::string message, std::string label, std::string help) {
    error(DiagnosticKind::bad_attach_point, point.span, std::move(message), std::move(label),
          std::move(help));
    return false;
  };
  const auto colons = std::count(point.target.begin(), point.target.end(), ':');
  switch (point.probe->target) {
    case mappings::Target::tracepoint: {
      if (colons != 1 || point.target.front() == ':' || point.target.back() == ':') {
        const auto matches =
            colons == 0 ? kernel_.tracepoints("*:" + point.target) : std::vector<std::string>{};
        return bad("a tracepoint is `CATEGORY:NAME`",
                   colons == 0 ? "the category is missing" : "not a category and a name",
                   !matches.empty() ? fmt::format("write `tracepoint {}`", matches.front())
                                    : fmt::format("write `{}`", point.probe->example));
      }
      return check_tracepoint(point);
    }
    case mappings::Target::path:
      if (colons < 1 || point.target.front() == ':' || point.target.back() == ':') {
        return bad(fmt::format("`{}` needs {}", point.probe->name, point.probe->usage),
                   "no symbol behind the path", fmt::format("write `{}`", point.probe->example));
      }
      return true;
    case mappings::Target::function:
      if (colons > 1)
        return bad("a kernel function is one name", "too many `:`",
                   fmt::format("write `{}`", point.probe->example));
      if (colons == 1) {
        const auto first = point.target.substr(0, point.target.find(':'));
        if (mappings::find_probe(first) != nullptr) {
          return bad(fmt::format("`{}` stands before the function already", point.probe->name),
                     "the provider twice",
                     fmt::format("write `{} {}`", first, point.target.substr(first.size() + 1)));
        }
      }
      return true;
    default:
      return true;
  }
}

bool ProgramResolver::check_tracepoint(const AttachPoint& point) {
  if (!kernel_.tracepoints_readable()) return true;
  const auto colon = point.target.find(':');
  if (has_wildcard(point.target)) {
    if (!kernel_.tracepoints(point.target).empty()) return true;
  } else if (kernel_.tracepoint(point.target.substr(0, colon), point.target.substr(colon + 1))) {
    return true;
  }
  auto names = kernel_.tracepoints(point.target.substr(0, colon) + ":*");
  if (names.empty()) names = kernel_.tracepoints("*:*");
  const auto near = nearest(point.target, names);
  error(DiagnosticKind::unknown_probe, point.span,
        fmt::format("this kernel has no tracepoint `{}`", point.target), "not a tracepoint",
        near ? fmt::format("write `{}`", *near) : "`nubpf list 'tracepoint:*'` lists them");
  return false;
}

std::vector<AttachPoint> ProgramResolver::attach_points(const mappings::Probe& probe,
                                                        const BoundCall& bound) {
  std::vector<AttachPoint> points;
  switch (probe.target) {
    case mappings::Target::none:
      points.push_back({&probe, "", bound.call->name_span});
      return points;
    case mappings::Target::rate:
      if (auto target = rate_target(bound))
        points.push_back({&probe, std::move(*target), bound.call->name_span});
      return points;
    case mappings::Target::period:
      if (auto target = period_target(*bound.positionals.front()))
        points.push_back({&probe, std::move(*target), bound.positionals.front()->span});
      return points;
    default:
      break;
  }
  const auto before = diagnostics_.size();
  attach_words(probe, *bound.positionals.front(), points);
  if (points.empty() && diagnostics_.size() == before) {
    error(DiagnosticKind::bad_attach_point, bound.positionals.front()->span,
          fmt::format("`{}` needs {}", probe.name, probe.usage), "an empty list",
          fmt::format("write `{}`", probe.example));
  }
  if (diagnostics_.size() != before) return {};
  const auto suffix = [&](std::string_view flag, std::string_view separator) {
    const auto* use = bound.flag(flag);
    if (use == nullptr) return;
    const auto number = constant_integer(*use->value, fmt::format("`--{}`", flag));
    if (!number) return;
    if (*number < 0 || (*number == 0 && flag == "count")) {
      error(DiagnosticKind::bad_argument, use->value->span, fmt::format("`--{}` cannot be {}", flag, *number),
            "out of range", fmt::format("write `--{} 100`", flag));
      return;
    }
    for (auto& point : points) point.target += fmt::format("{}{}", separator, *number);
  };
  suffix("offset", "+");
  suffix("count", ":");
  return points;
}

std::optional<ProbeField> tracepoint_field(std::string_view category, const TracepointField& field) {
  ProbeField result;
  const auto& type = field.declaration;
  const auto is_char = type == "char" || type == "unsigned char" || type == "const char";
  if (field.is_data_loc) {
    // Arrays of other things than characters have no text.
    if (!type.starts_with("char") && !type.starts_with("const char")) return std::nullopt;
    result.access = FieldAccess::text;
    result.type = simple_type(TypeKind::string);
    return result;
  }
  const bool pointer = type.ends_with('*');
  if (field.array) {
    if (is_char && !pointer) {
      result.type = simple_type(TypeKind::string);
      return result;
    }
    if (pointer || *field.array == 0) return std::nullopt;
    result.type = simple_type(TypeKind::list);
    result.type.items = {integer_type(static_cast<int>(8 * field.size / *field.array), field.is_signed)};
    return result;
  }
  if (pointer) {
    if (type == "const char *" || type == "char *") {
      result.access = FieldAccess::text;
      result.type = simple_type(TypeKind::string);
      result.type.is_user_memory = category == "syscalls";
    } else {
      result.type = simple_type(TypeKind::address);
    }
    return result;
  }
  if (field.size > 8 || field.size == 0) return std::nullopt;
  if (type.starts_with("struct ") || type.starts_with("union ")) return std::nullopt;
  if (type == "bool" || type == "_Bool") {
    result.type = simple_type(TypeKind::boolean);
    return result;
  }
  // The kernel keeps each argument of a system call in a 64-bit slot, whatever its C type is.
  struct Narrow {
    std::string_view declaration;
    int bits;
    bool is_signed;
  };
  static constexpr std::array<Narrow, 21> kNarrow = {{
      {"int", 32, true},
      {"unsigned int", 32, false},
      {"unsigned", 32, false},
      {"u32", 32, false},
      {"__u32", 32, false},
      {"s32", 32, true},
      {"__s32", 32, true},
      {"pid_t", 32, true},
      {"uid_t", 32, false},
      {"gid_t", 32, false},
      {"qid_t", 32, false},
      {"clockid_t", 32, true},
      {"timer_t", 32, true},
      {"key_t", 32, true},
      {"mqd_t", 32, true},
      {"key_serial_t", 32, true},
      {"rwf_t", 32, true},
      {"umode_t", 16, false},
      {"unsigned short", 16, false},
      {"u16", 16, false},
      {"u8", 8, false},
  }};
  const auto narrow = std::find_if(kNarrow.begin(), kNarrow.end(),
                                   [&](const Narrow& row) { return row.declaration == type; });
  if (category == "syscalls" && field.size == 8) {
    if (narrow != kNarrow.end()) {
      result.access = FieldAccess::narrowed;
      result.type = integer_type(narrow->bits, narrow->is_signed);
      return result;
    }
    static constexpr std::array<std::string_view, 6> kSigned = {"long",    "off_t",           "loff_t",
                                                                "ssize_t", "__kernel_long_t", "s64"};
    const bool is_signed =
        field.is_signed || std::find(kSigned.begin(), kSigned.end(), type) != kSigned.end();
    result.type = integer_type(64, is_signed);
    return result;
  }
  result.type = integer_type(static_cast<int>(field.size * 8), field.is_signed);
  return result;
}

void ProgramResolver::load_fields() {
  struct Source {
    std::string name;
    Tracepoint tracepoint;
  };
  std::vector<Source> sources;
  for (const auto& point : clause_->attach_points) {
    if (point.probe->target != mappings::Target::tracepoint) return;
    for (const auto& name : has_wildcard(point.target) ? kernel_.tracepoints(point.target)
                                                       : std::vector<std::string>{point.target}) {
      const auto colon = name.find(':');
      auto tracepoint = kernel_.tracepoint(name.substr(0, colon), name.substr(colon + 1));
      if (!tracepoint) return;
      sources.push_back({name, std::move(*tracepoint)});
    }
  }
  if (sources.empty()) return;
  fields_known_ = true;
  for (const auto& field : sources.front().tracepoint.fields) {
    if (field.name == "__syscall_nr") continue;
    auto first = tracepoint_field(sources.front().tracepoint.category, field);
    if (!first) first = ProbeField{FieldAccess::plain, Type{}};
    std::string conflict;
    for (std::size_t i = 1; i < sources.size() && conflict.empty(); ++i) {
      const auto& others = sources[i].tracepoint.fields;
      const auto other =
          std::find_if(others.begin(), others.end(), [&](const auto& f) { return f.name == field.name; });
      if (other == others.end()) {
        conflict = fmt::format("`{}` has no such field", sources[i].name);
        continue;
      }
      const auto type = tracepoint_field(sources[i].tracepoint.category, *other);
      if (!type || type->type.kind != first->type.kind || type->access != first->access ||
          type->type.bits != first->type.bits) {
        conflict = fmt::format("`{}` here, and `{}` in `{}`", field.declaration, other->declaration,
                               sources[i].name);
      }
    }
    if (conflict.empty())
      fields_.emplace_back(field.name, std::move(*first));
    else
      conflicts_.emplace(field.name, std::move(conflict));
  }
  // Fields of the later ones only: missing in the first.
  for (std::size_t i = 1; i < sources.size(); ++i) {
    for (const auto& field : sources[i].tracepoint.fields) {
      const bool known =
          conflicts_.contains(field.name) ||
          std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == field.name; });
      if (!known && field.name != "__syscall_nr")
        conflicts_.emplace(field.name, fmt::format("`{}` has no such field", sources.front().name));
    }
  }
}

void ProgramResolver::finish_clause() {
  auto& clause = *clause_;
  // bpftrace 0.17 to 0.23 read the fields of every struct behind a wildcard through clang, and fail on some:
  // name the probes where fields are used.
  if (fields_used_) {
    std::vector<AttachPoint> expanded;
    for (const auto& point : clause.attach_points) {
      if (!has_wildcard(point.target)) {
        expanded.push_back(point);
        continue;
      }
      for (auto& name : kernel_.tracepoints(point.target))
        expanded.push_back({point.probe, std::move(name), point.span});
    }
    clause.attach_points = std::move(expanded);
  }
  inline_single_reads(clause, own_locals_);
  drop_unused_locals(clause);
  if (clause.body.size() == 1) {
    if (auto* branch = std::get_if<If>(&clause.body.front().node);
        branch != nullptr && branch->otherwise.empty()) {
      clause.predicate = std::move(branch->condition);
      auto then = std::move(branch->then);
      clause.body = std::move(then);
    }
  }
  clause_ = nullptr;
  current_ = nullptr;
}

void ProgramResolver::resolve_reports() {
  auto& schema = program_.schema;
  for (const auto& pending : pending_reports_) {
    auto& site = schema.reports[pending.report];
    for (std::size_t i = 0; i < schema.aggregations.size(); ++i) {
      if (!pending.name.empty() && schema.aggregations[i].name != pending.name) continue;
      site.aggregations.push_back(i);
      schema.aggregations[i].reported = true;
    }
    if (!site.aggregations.empty()) continue;
    std::vector<std::string> names;
    for (const auto& aggregation : schema.aggregations) names.push_back(aggregation.name);
    const auto near = nearest(pending.name, names);
    error(DiagnosticKind::unknown_map, pending.name.empty() ? pending.span : pending.name_span,
          pending.name.empty() ? std::string("there is no aggregation to report")
                               : fmt::format("there is no aggregation `{}`", pending.name),
          "nothing to report", near ? fmt::format("write `report {}`", *near) : "add one, such as `count`");
  }
}

ResultForm ProgramResolver::result_form() const {
  const auto& schema = program_.schema;
  const auto& sites = schema.sites;
  const bool one_shape = std::all_of(sites.begin(), sites.end(),
                                     [&](const EmitSite& site) { return same_shape(site, sites.front()); });
  std::vector<const Aggregation*> finals;
  for (const auto& aggregation : schema.aggregations) {
    if (!aggregation.reported) finals.push_back(&aggregation);
  }
  std::set<std::size_t> reported;
  for (const auto& report : schema.reports)
    reported.insert(report.aggregations.begin(), report.aggregations.end());
  if (!sites.empty()) {
    if (one_shape && finals.empty() && reported.empty())
      return sites.front().is_scalar ? ResultForm::scalars : ResultForm::rows;
    return ResultForm::events;
  }
  if (!reported.empty())
    return reported.size() == 1 && finals.empty() ? ResultForm::reports : ResultForm::events;
  if (finals.empty()) return ResultForm::nothing;
  if (finals.size() > 1) return ResultForm::record;
  const auto& only = *finals.front();
  const bool histogram = only.kind == AggregationKind::hist || only.kind == AggregationKind::lhist;
  return only.keys.empty() && !histogram ? ResultForm::value : ResultForm::table;
}

void ProgramResolver::finish_program() {
  for (std::uint32_t i = 0; i < program_.maps.size(); ++i) {
    const auto& map = program_.maps[i];
    const auto& aggregations = program_.schema.aggregations;
    const auto same = std::find_if(aggregations.begin(), aggregations.end(),
                                   [&](const Aggregation& a) { return a.name == map.name; });
    if (same != aggregations.end()) {
      error(DiagnosticKind::conflicting_map, map_spans_[i],
            fmt::format("`{}` is both a map and an aggregation", map.name), "used as a map here",
            "give one of them another name",
            {{aggregation_spans_[static_cast<std::size_t>(same - aggregations.begin())], "the aggregation"}});
    }
    const auto read = read_maps_.find(map.name);
    if (read != read_maps_.end() && !written_maps_.contains(map.name)) {
      if (timer_maps_.contains(i)) {
        error(DiagnosticKind::unknown_map, read->second, "this timer is never started", "stopped here",
              "add a clause with `timer start`");
      } else {
        std::vector<std::string> names(written_maps_.begin(), written_maps_.end());
        const auto near = nearest(map.name, names);
        error(DiagnosticKind::unknown_map, read->second,
              fmt::format("nothing is ever kept in the map `{}`", map.name), "read here",
              near ? fmt::format("write `{}`", *near) : fmt::format("add `map set {} KEY VALUE`", map.name));
      }
    }
  }
  resolve_reports();
  program_.schema.form = result_form();
  if (!does_something_ && !has_errors(diagnostics_) && !program_.clauses.empty()) {
    error(DiagnosticKind::no_output, program_.clauses.front().span,
          "this program can output nothing and does nothing", "no rows, no aggregation, no action",
          "count the events: `{ count }`, or send rows: `{ select pid comm }`");
  }
}

}  // namespace nubpf::resolving
