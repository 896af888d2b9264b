// Names, arguments, variables and maps: what every other part of the resolver needs.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "transpiler/resolver.h"
#include "transpiler/suggest.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

using mappings::FlagValue;

std::string attach_text(const AttachPoint& point) {
  if (point.probe->target == mappings::Target::none) return std::string(point.probe->name);
  if (point.probe->target == mappings::Target::raw && point.probe->provider.empty()) return point.target;
  return fmt::format("{}:{}", point.probe->name, point.target);
}

}  // namespace

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

std::string ProgramResolver::unique_local_name(std::string_view wish) const {
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
  return name;
}

std::uint32_t ProgramResolver::new_local(std::string_view wish, const Type& type) {
  clause_->locals.push_back({unique_local_name(wish), type, false});
  return static_cast<std::uint32_t>(clause_->locals.size() - 1);
}

Expression ProgramResolver::read_local(std::uint32_t local, Span span) const {
  return {LocalRead{local}, clause_->locals[local].type, span};
}

Expression ProgramResolver::materialize(Expression expression, std::string_view wish) {
  if (std::holds_alternative<ReadStrings>(expression.node)) return expression;
  if (auto* text = std::get_if<Interpolated>(&expression.node)) {
    for (auto& part : text->parts) {
      auto* const value = std::get_if<Box<Expression>>(&part);
      if (value != nullptr) *value = std::make_shared<const Expression>(materialize(**value, wish));
    }
    return expression;
  }
  const bool cheap =
      std::holds_alternative<Integer>(expression.node) || std::holds_alternative<Text>(expression.node) ||
      std::holds_alternative<LocalRead>(expression.node) ||
      (std::holds_alternative<ContextRead>(expression.node) && expression.type.kind != TypeKind::instant &&
       expression.type.kind != TypeKind::datetime);
  if (cheap) return expression;
  const auto span = expression.span;
  const auto local = new_local(wish, expression.type);
  clause_->locals[local].is_typed = is_struct_pointer(expression.type);
  own_locals_.insert(local);
  push({Assign{local, std::move(expression)}, span});
  return read_local(local, span);
}

std::size_t ProgramResolver::known_key_count(std::string_view name) const {
  for (const auto* maps : {&program_.maps, &known_maps_}) {
    for (const auto& map : *maps) {
      if (map.name == name || map.record == name) return map.keys.size();
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
    } else if (!same->record.empty()) {
      error(DiagnosticKind::conflicting_map, span,
            fmt::format("`{}` keeps the field `{}` of the map `{}`", name, same->field, same->record),
            "a second use", "give this map another name", {{map_spans_[index], "the first use"}});
    }
    return index;
  }
  const auto index = add_map(name, key_count, span);
  if (is_timer) timer_maps_.insert(index);
  return index;
}

/// The map that keeps a field of the records of another one.
std::uint32_t ProgramResolver::field_map(std::string_view record, std::string_view field,
                                         std::size_t key_count, Span span) {
  std::string name(record);
  name += '_';
  for (const char c : field) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_plain ? c : '_';
  }
  auto& maps = program_.maps;
  const auto same = std::find_if(maps.begin(), maps.end(), [&](const Map& map) { return map.name == name; });
  if (same != maps.end() && same->record == record && same->field == field)
    return static_cast<std::uint32_t>(same - maps.begin());
  if (same != maps.end()) {
    const auto index = static_cast<std::uint32_t>(same - maps.begin());
    error(DiagnosticKind::conflicting_map, span,
          fmt::format("the field `{}` of the map `{}` would be kept as `{}`, which is there already", field,
                      record, name),
          "a second use", "give one of them another name", {{map_spans_[index], "the first use"}});
    return index;
  }
  const auto index = add_map(name, key_count, span);
  maps[index].record = record;
  maps[index].field = field;
  return index;
}

std::uint32_t ProgramResolver::add_map(std::string_view name, std::size_t key_count, Span span) {
  Map map;
  map.name = name;
  map.keys.resize(key_count);
  const auto known = std::find_if(known_maps_.begin(), known_maps_.end(),
                                  [&](const Map& other) { return other.name == name; });
  if (known != known_maps_.end() && known->keys.size() == key_count) map = *known;
  program_.maps.push_back(std::move(map));
  map_spans_.push_back(span);
  return static_cast<std::uint32_t>(program_.maps.size() - 1);
}

/// The maps that keep the fields of its records; none where it keeps none, as far as is known.
std::vector<std::uint32_t> ProgramResolver::record_maps(std::string_view name, std::size_t key_count,
                                                        Span span) {
  std::vector<std::string> fields;
  for (const std::vector<Map>* maps : {&std::as_const(program_.maps), &known_maps_}) {
    if (!fields.empty()) break;
    for (const auto& map : *maps) {
      if (map.record == name) fields.push_back(map.field);
    }
  }
  std::vector<std::uint32_t> indices;
  for (const auto& field : fields) indices.push_back(field_map(name, field, key_count, span));
  return indices;
}

/// All maps that stand behind a name: one, or one for each field of its records.
std::vector<std::uint32_t> ProgramResolver::maps_named(std::string_view name, std::size_t key_count,
                                                       Span span) {
  auto maps = record_maps(name, key_count, span);
  if (maps.empty()) maps.push_back(map_index(name, key_count, span));
  return maps;
}

std::string ProgramResolver::probe_name() const {
  const auto names = probe_names();
  return names.empty() ? "this probe" : fmt::format("{}", fmt::join(names, ","));
}

std::vector<std::string> ProgramResolver::probe_names() const {
  std::vector<std::string> names;
  if (clause_ == nullptr) return names;
  for (const auto& point : clause_->attach_points) names.push_back(attach_text(point));
  return names;
}

std::vector<std::string> ProgramResolver::field_names() const {
  std::vector<std::string> names;
  for (const auto& field : fields_) names.push_back(field.first);
  for (const auto& field : mappings::context_fields()) names.emplace_back(field.name);
  return names;
}

}  // namespace nubpf::resolving
