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

std::string_view example_value(FlagValue value) {
  switch (value) {
    case FlagValue::duration:
      return "5sec";
    case FlagValue::integer:
      return "N";
    case FlagValue::name:
      return "NAME";
    case FlagValue::key:
      return "comm";
    case FlagValue::text:
      return "\"ls -l\"";
    case FlagValue::none:
      break;
  }
  return "";
}

/// What to write in the place of the flag that is argument `i` of the call, and that `command` does not have.
std::string flag_help(const syntax::Call& call, std::size_t i, std::string_view command,
                      std::span<const mappings::Flag> flags) {
  const auto& flag = std::get<syntax::Flag>(call.arguments[i].node);
  std::vector<std::string> names;
  for (const auto& f : flags) names.emplace_back(f.name);
  const auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  // `--command ls -l`
  const auto* const before = i < 2 ? nullptr : std::get_if<syntax::Flag>(&call.arguments[i - 2].node);
  const auto taker = before == nullptr
                         ? flags.end()
                         : std::find_if(flags.begin(), flags.end(), [&](const mappings::Flag& f) {
                             return f.name == before->name && f.value == FlagValue::text;
                           });
  if (taker != flags.end())
    return fmt::format("put quotation marks around all of it: `--{} \"… -{}\"`", taker->name, flag.name);
  if (flag.is_short) {
    const auto same = std::find_if(names.begin(), names.end(),
                                   [&](const std::string& name) { return name.starts_with(flag.name); });
    if (same != names.end()) return fmt::format("write `--{}`", *same);
  }
  const auto* const row = mappings::find_foreign(mappings::ForeignKind::flag, flag.name);
  if (row != nullptr && has(row->instead)) return fmt::format("write `--{}`", row->instead);
  if (const auto near = nearest(flag.name, names)) return fmt::format("write `--{}`", *near);
  const auto& of_program = mappings::program_flags();
  const auto outer = std::find_if(of_program.begin(), of_program.end(),
                                  [&](const mappings::Flag& f) { return f.name == flag.name; });
  if (outer != of_program.end())
    return fmt::format("write it behind the closing brace of the program: `{{ … }} --{}`", flag.name);
  if (names.empty()) return fmt::format("`{}` takes no flags", command);
  return fmt::format("there are `--{}`", fmt::join(names, "`, `--"));
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
                                std::string_view usage, BoundCall& bound, std::string_view surplus) {
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
      error(DiagnosticKind::unknown_flag, argument.span,
            fmt::format("`{}` has no flag `{}{}`", name, flag.is_short ? "-" : "--", flag.name),
            "not a flag of it", flag_help(call, i, name, flags));
      return false;
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
              fmt::format("write `--{} {}`", known->name, example_value(known->value)));
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
    // `count by comm`
    for (const auto* positional : bound.positionals) {
      const auto* const word = std::get_if<syntax::StringLiteral>(&positional->node);
      const auto flag = word == nullptr || word->quote != syntax::Quote::bare
                            ? flags.end()
                            : std::find_if(flags.begin(), flags.end(),
                                           [&](const auto& f) { return f.name == word->value; });
      if (flag == flags.end()) continue;
      error(DiagnosticKind::extra_argument, positional->span,
            fmt::format("`{}` is a flag of `{}`, and stands here as a word", word->value, name), "not a flag",
            fmt::format("write `--{}`", word->value));
      return false;
    }
    const auto& extra = *bound.positionals[static_cast<std::size_t>(max)];
    error(DiagnosticKind::extra_argument, extra.span,
          fmt::format(
              "`{}` takes {}", name,
              max == 0 ? "no arguments" : fmt::format("at most {} argument{}", max, max == 1 ? "" : "s")),
          "one too many", surplus.empty() ? help : std::string(surplus));
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

std::string ProgramResolver::unique_local_name(std::string_view wish) {
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
  auto& next = next_of_name_.try_emplace(base, 2).first->second;
  for (; taken(); ++next) name = fmt::format("{}{}", base, next);
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
  indices.reserve(fields.size());
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

/// Whether a bare word would name a column of the event.
bool ProgramResolver::is_column(std::string_view name) {
  if (mappings::find_context_field(name) != nullptr) return true;
  if (clause_ == nullptr || clause_->attach_points.empty()) return false;
  if (std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == name; }))
    return true;
  const auto& functions = traced_functions();
  return std::any_of(functions.begin(), functions.end(), [&](const TracedFunction& traced) {
    const auto& parameters = traced.function.parameters;
    return std::any_of(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
  });
}

/// How to give an aggregation the value that it lacks: a number of this event.
std::string ProgramResolver::value_help(std::string_view command, const Value& input) const {
  const auto is_number = [](const Type& type) {
    return type.kind == TypeKind::integer || type.kind == TypeKind::duration ||
           type.kind == TypeKind::filesize;
  };
  const auto write = [&](std::string_view name) { return fmt::format("write `{} {}`", command, name); };
  if (const auto* record = std::get_if<RecordValue>(&input.node)) {
    for (const auto& [name, field] : record->fields) {
      if (is_number(field.type) && name != "pid" && name != "tid") return write(name);
    }
  }
  const auto& points = clause_->attach_points;
  const bool returns = !points.empty() && std::all_of(points.begin(), points.end(), [](const auto& point) {
    return point.probe->has_return && !point.probe->provider.empty();
  });
  if (returns) return write("retval");
  for (const std::string_view usual : {"ret", "count", "size", "len"}) {
    for (const auto& [name, field] : fields_) {
      if (name == usual && is_number(field.type)) return write(name);
    }
  }
  for (const auto& [name, field] : fields_) {
    if (is_number(field.type)) return write(name);
  }
  return fmt::format("write the value behind it, or pipe one in: `timer stop | {}`", command);
}

/// What to write in the place of a field that the event does not have; `names` are those that it has.
std::string ProgramResolver::field_help(std::string_view name, const std::vector<std::string>& names) const {
  auto list = fmt::format("`nubpf fields {}` lists all of them", probe_name());
  const auto& points = clause_->attach_points;
  const auto& probe = *points.front().probe;
  const auto has = [&](std::string_view wanted) {
    return std::find(names.begin(), names.end(), wanted) != names.end();
  };
  if (name.find(',') != std::string_view::npos) {
    if (name.ends_with(',')) return "leave the commas out: blanks part the columns";
    std::string list_of_names(name);
    std::replace(list_of_names.begin(), list_of_names.end(), ',', ' ');
    return fmt::format("write `[{}]`", list_of_names);
  }
  if (const auto* help = mappings::find_foreign(mappings::ForeignKind::column_word, name))
    return std::string(help->instead);
  const auto* const row = mappings::find_foreign(mappings::ForeignKind::field, name);
  if (row != nullptr && has(row->instead)) return fmt::format("write `{}`; {}", row->instead, list);
  const bool is_argument = name.size() == 4 && name.starts_with("arg") && name[3] >= '0' && name[3] <= '9';
  if (name == "retval" && probe.has_arguments && !probe.provider.empty()) {
    const auto* const twin = mappings::find_probe(probe.name == "fentry" ? "fexit"
                                                  : probe.name.find("probe") == std::string_view::npos
                                                      ? "kretprobe"
                                                      : fmt::format("{}retprobe", probe.name.substr(0, 1)));
    if (twin != nullptr)
      return fmt::format("write `{} {}`, where the function returns", twin->name, points.front().target);
  }
  if (is_argument && probe.has_return) {
    return fmt::format("write `{} {}`, where the function begins",
                       probe.name == "fexit" ? "fentry" : fmt::format("{}probe", probe.name.substr(0, 1)),
                       points.front().target);
  }
  if (is_argument && !fields_.empty()) {
    const auto index = static_cast<std::size_t>(name[3] - '0');
    return fmt::format("write the name of the field, such as `{}`; {}",
                       fields_[std::min(index, fields_.size() - 1)].first, list);
  }
  if (const auto near = nearest(name, names)) return fmt::format("write `{}`; {}", *near, list);
  const bool is_timer = probe.target == mappings::Target::period || probe.target == mappings::Target::rate ||
                        probe.target == mappings::Target::none;
  if (is_timer) return "use it in the clause of the event that has it";
  return list;
}

}  // namespace nubpf::resolving
