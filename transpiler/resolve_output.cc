// Rows, reports, texts and actions.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

static bool is_slow_clock(const AttachPoint& point) {
  const std::string_view name = point.probe->name, period = point.target;
  if (name == "begin" || name == "end") return true;
  if (name != "interval" && name != "profile") return false;
  int rate = 0;
  if (period.starts_with("hz:")) std::from_chars(period.data() + 3, period.data() + period.size(), rate);
  return period.starts_with("s:") || period.starts_with("ms:") || (rate > 0 && rate <= 1000);
}

/// Sites with strings take two ids.
std::uint32_t ProgramResolver::next_id() const {
  auto taken = program_.schema.sites.size() + program_.schema.reports.size();
  for (const auto& site : program_.schema.sites) taken += site.strings_id == 0 ? 0 : 1;
  return static_cast<std::uint32_t>(taken + 1);
}

void ProgramResolver::emit_value(const Value& value, std::string_view event, Span span) {
  EmitSite site;
  Emit statement;
  site.event = event.empty() ? probe_name() : std::string(event);
  if (event.empty() && (clause_->attach_points.size() > 1 || site.event.find('*') != std::string::npos))
    site.probes = probe_names();
  const auto add = [&](std::string name, Expression expression) {
    const auto kind = expression.type.kind;
    if (kind == TypeKind::nothing || (kind == TypeKind::structure && !expression.type.is_pointer)) {
      error(DiagnosticKind::not_supported, expression.span,
            fmt::format("`{}` cannot be sent as a column", name),
            fmt::format("this is {}", to_string(expression.type)), "name a member of it");
      return;
    }
    Column column{std::move(name), expression.type, {}};
    if (const auto* text = std::get_if<Interpolated>(&expression.node)) {
      for (const auto& part : text->parts) {
        if (const auto* plain = std::get_if<std::string>(&part))
          column.pieces.emplace_back(*plain);
        else
          column.pieces.emplace_back(std::get<Box<Expression>>(part)->type);
      }
    }
    site.columns.push_back(std::move(column));
    statement.values.push_back(std::move(expression));
  };
  if (const auto* expression = std::get_if<Expression>(&value.node)) {
    site.is_scalar = true;
    add("value", *expression);
  } else if (const auto* record = std::get_if<RecordValue>(&value.node)) {
    for (const auto& [name, field] : record->fields) add(name, field);
    if (record->fields.empty()) {
      error(DiagnosticKind::no_value, value.span, "a row needs at least one column", "an empty record",
            "name a column");
      return;
    }
  } else if (const auto* whole = std::get_if<EventValue>(&value.node)) {
    for (const auto* name : {"pid", "comm"}) {
      if (!whole->hidden.contains(name)) add(name, *event_field(name, span));
    }
    for (const auto& [name, field] : fields_) {
      const bool is_array_of_strings = field.access == FieldAccess::pointer;
      if (whole->hidden.contains(name) || field.type.kind == TypeKind::nothing || is_array_of_strings ||
          name == "pid" || name == "comm")
        continue;
      add(name, *probe_field(name, span));
    }
    for (const auto& [name, field] : whole->added) add(name, field);
  } else {
    error(DiagnosticKind::type_mismatch, value.span, "a row is a record or a single value", "cannot be sent",
          "write a record: `{name: value}`");
    return;
  }
  does_something_ = true;
  site.id = next_id();
  const auto& points = clause_->attach_points;
  site.is_slow = std::all_of(points.begin(), points.end(), is_slow_clock);
  if (std::any_of(site.columns.begin(), site.columns.end(), is_string_list)) site.strings_id = site.id + 1;
  site.counter = fmt::format("@__nubpf_n{}", site.id);
  statement.site = static_cast<std::uint32_t>(program_.schema.sites.size());
  program_.schema.sites.push_back(std::move(site));
  push({std::move(statement), span});
}

namespace {

void collect_emits(Statements& statements, std::vector<Emit*>& emits) {
  for (Statement& statement : statements) {
    if (auto* const emit = std::get_if<Emit>(&statement.node)) emits.push_back(emit);
    if (auto* const choice = std::get_if<If>(&statement.node)) {
      collect_emits(choice->then, emits);
      collect_emits(choice->otherwise, emits);
    }
  }
}

}  // namespace

void ProgramResolver::drop_sites_never_reached() {
  std::vector<Emit*> emits;
  for (Clause& clause : program_.clauses) collect_emits(clause.body, emits);
  std::vector<EmitSite>& sites = program_.schema.sites;
  std::vector<EmitSite> reached;
  for (std::uint32_t i = 0; i < sites.size(); ++i) {
    const bool is_reached =
        std::any_of(emits.begin(), emits.end(), [i](const Emit* e) { return e->site == i; });
    if (!is_reached) continue;
    for (Emit* const emit : emits) {
      if (emit->site == i) emit->site = static_cast<std::uint32_t>(reached.size());
    }
    reached.push_back(std::move(sites[i]));
  }
  sites = std::move(reached);
}

std::optional<Value> ProgramResolver::emit(const BoundCall& bound, const Value& input, Span span) {
  std::string event;
  if (const auto* as = bound.flag("as")) {
    const auto name = name_argument(*as->value, "event");
    if (!name) return std::nullopt;
    event = *name;
  }
  Value row = input;
  if (!bound.positionals.empty()) {
    auto given = value(*bound.positionals.front(), BareWord::column);
    if (!given) return std::nullopt;
    row = std::move(*given);
  }
  if (row.maybe_nothing) {
    (void)scalar_of(std::move(row));
    return std::nullopt;
  }
  emit_value(row, event, span);
  return Value{NoValue{}, span, false};
}

std::optional<Value> ProgramResolver::report(const BoundCall& bound, Span span) {
  PendingReport pending;
  pending.span = span;
  if (!bound.positionals.empty()) {
    const auto name = name_argument(*bound.positionals.front(), "aggregation");
    if (!name) return std::nullopt;
    pending.name = *name;
    pending.name_span = bound.positionals.front()->span;
  }
  ReportSite site;
  site.clear = bound.flag("clear") != nullptr;
  if (const auto* top = bound.flag("top")) {
    site.top = constant_integer(*top->value, "`--top`");
    if (!site.top) return std::nullopt;
    if (*site.top < 1) {
      error(DiagnosticKind::bad_argument, top->value->span, "`--top` needs a number of at least 1", "no rows",
            "write `--top 10`");
      return std::nullopt;
    }
  }
  site.id = next_id();
  pending.report = program_.schema.reports.size();
  program_.schema.reports.push_back(std::move(site));
  push({Report{static_cast<std::uint32_t>(pending.report)}, span});
  pending_reports_.push_back(std::move(pending));
  does_something_ = true;
  return Value{NoValue{}, span, false};
}

bool ProgramResolver::text_part(Value part, Span at,
                                std::vector<std::variant<std::string, Expression>>& parts) {
  auto expression = scalar_of(std::move(part));
  if (!expression) return false;
  if (const auto* text = std::get_if<Text>(&expression->node)) {
    parts.emplace_back(text->value);
    return true;
  }
  if (const auto* pieces = std::get_if<Interpolated>(&expression->node)) {
    for (const auto& piece : pieces->parts) {
      if (const auto* text = std::get_if<std::string>(&piece)) {
        parts.emplace_back(*text);
      } else {
        const auto& inner = *std::get<Box<Expression>>(piece);
        if (!text_part({inner, inner.span, false}, inner.span, parts)) return false;
      }
    }
    return true;
  }
  const auto kind = expression->type.kind;
  if (kind == TypeKind::list || kind == TypeKind::binary || kind == TypeKind::datetime) {
    error(DiagnosticKind::not_supported, at,
          fmt::format("a `{}` cannot be printed", to_string(expression->type)), "not text",
          "emit it as a column");
    return false;
  }
  parts.emplace_back(std::move(*expression));
  return true;
}

bool ProgramResolver::text_parts(const syntax::Expression& expression,
                                 std::vector<std::variant<std::string, Expression>>& parts) {
  auto part = value(expression);
  return part && text_part(std::move(*part), expression.span, parts);
}

std::optional<Value> ProgramResolver::print(const BoundCall& bound, const Value& input, Span span) {
  Print statement;
  if (!bound.positionals.empty()) {
    if (!text_parts(*bound.positionals.front(), statement.parts)) return std::nullopt;
  } else if (std::holds_alternative<EventValue>(input.node)) {
    error(DiagnosticKind::missing_argument, bound.call->name_span, "`print` needs a text", "nothing to print",
          "write `print \"text\"`");
    return std::nullopt;
  } else if (!text_part(input, span, statement.parts)) {
    return std::nullopt;
  }
  does_something_ = true;
  push({std::move(statement), span});
  return Value{NoValue{}, span, false};
}

std::optional<Value> ProgramResolver::action(const mappings::Command& command, const BoundCall& bound,
                                             Span span) {
  does_something_ = true;
  if (command.name == "exit") {
    push({Exit{}, span});
    return Value{NoValue{}, span, false};
  }
  if (!program_.unsafe) {
    error(DiagnosticKind::unsafe_action, bound.call->name_span,
          fmt::format("`{}` changes the system", command.name), "needs `--unsafe`",
          "add `--unsafe` behind the closing brace of the program, or on the command line");
    return std::nullopt;
  }
  if (command.name == "override") {
    const auto& points = clause_->attach_points;
    const auto other = std::find_if(points.begin(), points.end(),
                                    [](const AttachPoint& point) { return point.probe->name != "kprobe"; });
    if (other != points.end()) {
      error(DiagnosticKind::misplaced_command, bound.call->name_span, "`override` works in a `kprobe` only",
            "the function runs already, or is no kernel function",
            "write `kprobe FUNCTION { override NUMBER } --unsafe`", {{other->span, "not a kprobe"}});
      return std::nullopt;
    }
  }
  Action statement{&command, {}};
  if (!text_parts(*bound.positionals.front(), statement.parts)) return std::nullopt;
  const auto* number = std::get_if<Expression>(&statement.parts.front());
  const bool is_number = number != nullptr && statement.parts.size() == 1 && is_integral(number->type);
  const bool is_text =
      statement.parts.size() == 1 && std::holds_alternative<std::string>(statement.parts.front());
  const bool fits = command.name == "override" ? is_number
                    : command.name == "signal" ? is_number || is_text
                                               : !is_number;
  if (!fits) {
    error(DiagnosticKind::bad_argument, bound.positionals.front()->span,
          fmt::format("`{}` needs {}", command.name, command.usage), "of another kind",
          fmt::format("write `{}`", command.example.substr(command.example.find(command.name))));
    return std::nullopt;
  }
  push({std::move(statement), span});
  return Value{NoValue{}, span, false};
}

/// Strings that are put together, and arrays of strings, can be columns of rows and nothing else.
void ProgramResolver::check_columns_only(const Statements& statements) {
  const std::function<void(const Expression&)> refuse = [&](const Expression& expression) {
    if (std::holds_alternative<Interpolated>(expression.node)) {
      error(DiagnosticKind::not_supported, expression.span,
            "a string that is put together at run time can only be sent or printed",
            "the kernel cannot keep such a string", "use its parts");
    } else if (std::holds_alternative<ReadStrings>(expression.node)) {
      error(DiagnosticKind::not_supported, expression.span, "a list of strings can only be sent",
            "the kernel cannot keep such a list", "emit it as a column");
    }
  };
  for (const auto& statement : statements) {
    if (const auto* branch = std::get_if<If>(&statement.node)) {
      visit_expression(branch->condition, refuse);
      check_columns_only(branch->then);
      check_columns_only(branch->otherwise);
    } else if (const auto* sent = std::get_if<Emit>(&statement.node)) {
      for (const auto& value : sent->values) visit_children(value, refuse);
    } else {
      visit_expressions(statement, refuse);
    }
  }
}

}  // namespace nubpf::resolving
