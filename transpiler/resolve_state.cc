// map and timer: state between events.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

/// What a map keeps as a value of the program: one, or a record.
Value ProgramResolver::kept_value(const std::vector<std::uint32_t>& maps, const std::vector<Expression>& keys,
                                  Span span) const {
  const auto read = [&](const Map& map, std::uint32_t index) {
    auto type = map.value.kind == TypeKind::nothing ? integer_type(64, true) : map.value;
    return Expression{MapRead{index, keys}, std::move(type), span};
  };
  const auto& first = program_.maps[maps.front()];
  if (first.record.empty()) {
    Value single{read(first, maps.front()), span, false};
    single.is_unknown = first.value.kind == TypeKind::nothing;
    return single;
  }
  RecordValue record;
  for (const auto index : maps) {
    const auto& map = program_.maps[index];
    record.fields.emplace_back(map.field, read(map, index));
  }
  return Value{std::move(record), span, false};
}

/// Which of the maps of a record to ask for a key: one that never holds 0, if there is any.
std::uint32_t ProgramResolver::asked_map(const std::vector<std::uint32_t>& maps) const {
  const auto sure = std::find_if(maps.begin(), maps.end(),
                                 [&](std::uint32_t map) { return !program_.maps[map].value_may_be_zero; });
  return sure == maps.end() ? maps.front() : *sure;
}

/// Whether a map holds a key.
Expression ProgramResolver::holds(const std::vector<std::uint32_t>& maps, const std::vector<Expression>& keys,
                                  Span span) {
  const auto map = asked_map(maps);
  program_.maps[map].is_tested = true;
  return {MapHas{map, keys}, simple_type(TypeKind::boolean), span};
}

/// A value that is forgotten when it is used. In a pipeline of its own, the rest runs only where it is there;
/// else variables carry it.
std::optional<Value> ProgramResolver::taken(Value kept, Expression presence,
                                            const std::vector<Expression>& keys,
                                            const std::vector<std::uint32_t>& maps, std::string_view name,
                                            bool is_statement, Span span) {
  const auto for_each_part = [&](const auto& change) {
    if (auto* record = std::get_if<RecordValue>(&kept.node)) {
      for (auto& [field, part] : record->fields) change(part, field);
    } else {
      change(std::get<Expression>(kept.node), name);
    }
  };
  if (is_statement) {
    push({If{std::move(presence), {}, {}}, span});
    current_ = &std::get<If>(current_->back().node).then;
    for_each_part(
        [&](Expression& part, std::string_view wish) { part = materialize(std::move(part), wish); });
    Statements forget;
    for (const auto map : maps) forget.push_back({MapDelete{map, keys}, span});
    deferred_.push_back({current_, current_->size(), maps, std::move(forget)});
    return kept;
  }
  const auto carrier = [&](std::string_view wish, const Type& type) {
    const auto local = new_local(wish, type);
    clause_->locals[local].declare_first = true;
    return local;
  };
  const bool is_record = std::holds_alternative<RecordValue>(kept.node);
  const auto asked = asked_map(maps);
  bool is_possible = true;
  Statements then;
  for_each_part([&](Expression& part, std::string_view wish) {
    const auto& type = part.type;
    if (!is_integral(type) && type.kind != TypeKind::string && type.kind != TypeKind::ip) {
      error(DiagnosticKind::not_supported, span,
            fmt::format("a `{}` can be taken only where the rest of a pipeline uses it", to_string(type)),
            "bpftrace has no empty value of this type", fmt::format("write `map take {} KEY | …`", name));
      is_possible = false;
      return;
    }
    const auto local = carrier(wish, type);
    if (!is_record) result_locals_.insert(local);
    const auto* read = std::get_if<MapRead>(&part.node);
    const bool tells = !program_.maps[asked].value_may_be_zero && (read == nullptr || read->map == asked);
    then.push_back({Assign{local, std::move(part)}, span});
    part = read_local(local, span);
    if (tells) {
      kept.presence = make_binary(Operator::not_equal, part, make_integer(0, integer_type(64, true), span),
                                  simple_type(TypeKind::boolean), span);
    }
  });
  if (!is_possible) return std::nullopt;
  if (!kept.presence) {
    const auto flag = carrier(fmt::format("has_{}", name), simple_type(TypeKind::boolean));
    flags_.insert(flag);
    then.push_back({Assign{flag, make_integer(1, simple_type(TypeKind::boolean), span)}, span});
    kept.presence = read_local(flag, span);
  }
  for (const auto map : maps) then.push_back({MapDelete{map, keys}, span});
  push({If{std::move(presence), std::move(then), {}}, span});
  kept.maybe_nothing = true;
  return kept;
}

bool ProgramResolver::check_keys(std::uint32_t index, std::string_view name,
                                 const std::vector<Expression>& keys, Span span) {
  auto& map = program_.maps[index];
  const std::vector<Label> first_use = {{map_spans_[index], "the first use"}};
  if (map.keys.size() != keys.size()) {
    error(DiagnosticKind::conflicting_map, span,
          fmt::format("the map `{}` has {} keys, and {} are given", name, map.keys.size(), keys.size()),
          "another key", "use the same key everywhere", first_use);
    return false;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& key = keys[i].type;
    auto& known = map.keys[i];
    if (known.kind == TypeKind::nothing) known = key;
    if (known.kind == key.kind || (is_integral(known) && is_integral(key))) continue;
    error(DiagnosticKind::conflicting_map, keys[i].span,
          fmt::format("the key of the map `{}` is `{}`, and this is `{}`", name, to_string(known),
                      to_string(key)),
          "a key of another type", "use the same key everywhere", first_use);
    return false;
  }
  return true;
}

/// Keeps one value; false where the map holds values of another type.
bool ProgramResolver::keep(std::uint32_t index, std::string_view name, std::vector<Expression> keys,
                           Expression value, Span span) {
  auto& map = program_.maps[index];
  auto& known = map.value;
  const auto& type = value.type;
  if (type.kind == TypeKind::list || type.kind == TypeKind::binary) {
    error(DiagnosticKind::not_supported, value.span, fmt::format("a map cannot keep a `{}`", to_string(type)),
          "not a single value", "keep its parts");
    return false;
  }
  // What an earlier round took for its type may have come from a value that was not known yet.
  const bool is_first = !written_maps_.contains(name);
  if (known.kind == TypeKind::nothing || (is_first && known.kind != type.kind)) {
    known = type;
    map.is_mixed = false;
    if (constant_of(value)) known.bits = 64;
    map.value_may_be_zero = type.kind != TypeKind::instant && type.kind != TypeKind::datetime;
  } else if (known.kind != type.kind && !(known.kind == TypeKind::integer && is_integral(type))) {
    error(DiagnosticKind::conflicting_map, value.span,
          fmt::format("{} holds `{}`, and this is `{}`",
                      map.record.empty() ? fmt::format("the map `{}`", name)
                                         : fmt::format("the field `{}` of the map `{}`", map.field, name),
                      to_string(known), to_string(type)),
          "of another type", "use one map for each type", {{map_spans_[index], "the first use"}});
    return false;
  }
  if (is_integral(known) && !constant_of(value) &&
      (known.bits != type.bits || known.is_signed != type.is_signed)) {
    // Values of several widths: all are kept in 64 bits.
    map.is_mixed = true;
    known.bits = 64;
  }
  if (is_integral(known) && type.is_signed && !(constant_of(value) && *constant_of(value) >= 0))
    known.is_signed = true;
  push({MapSet{index, std::move(keys), std::move(value)}, span});
  return true;
}

/// The maps that keep the fields of a record that is set; none where the map keeps something else.
std::vector<std::uint32_t> ProgramResolver::maps_of_record(std::string_view name, const RecordValue& record,
                                                           std::size_t key_count, Span value_span,
                                                           Span span) {
  auto known = record_maps(name, key_count, span);
  if (!known.empty()) {
    std::vector<std::string> wanted, given;
    for (const auto map : known) wanted.push_back(program_.maps[map].field);
    for (const auto& [field, part] : record.fields) given.push_back(field);
    if (std::is_permutation(wanted.begin(), wanted.end(), given.begin(), given.end())) return known;
    error(DiagnosticKind::conflicting_map, value_span,
          fmt::format("the map `{}` keeps records of `{}`, and this one is of `{}`", name,
                      fmt::join(wanted, "`, `"), fmt::join(given, "`, `")),
          "other fields", "give all records of a map the same fields",
          {{map_spans_[known.front()], "the first use"}});
    return {};
  }
  const auto plain = std::find_if(program_.maps.begin(), program_.maps.end(),
                                  [&](const Map& map) { return map.name == name; });
  if (plain != program_.maps.end() && plain->value.kind != TypeKind::nothing) {
    error(DiagnosticKind::conflicting_map, value_span,
          fmt::format("the map `{}` holds `{}`, and this is a record", name, to_string(plain->value)),
          "of another type", "use one map for each type",
          {{map_spans_[static_cast<std::size_t>(plain - program_.maps.begin())], "the first use"}});
    return {};
  }
  if (record.fields.empty()) {
    error(DiagnosticKind::no_value, value_span, "a record that is kept needs at least one field",
          "an empty record", "name a field");
    return {};
  }
  std::vector<std::uint32_t> maps;
  for (const auto& [field, part] : record.fields) maps.push_back(field_map(name, field, key_count, span));
  return maps;
}

std::optional<Value> ProgramResolver::map_set(std::string_view name, const std::vector<Expression>& keys,
                                              const syntax::Expression& value_node, Span span) {
  auto given = value(value_node);
  if (!given) return std::nullopt;
  const Value done{NoValue{}, span, false};
  if (auto* record = std::get_if<RecordValue>(&given->node); record != nullptr && !given->maybe_nothing) {
    const auto maps = maps_of_record(name, *record, keys.size(), value_node.span, span);
    if (maps.empty()) return std::nullopt;
    const auto reads_itself = [&](const auto& field) {
      const Statement sent{Emit{0, {field.second}}, span};
      return std::any_of(maps.begin(), maps.end(), [&](std::uint32_t map) { return uses_map(sent, map); });
    };
    if (std::any_of(record->fields.begin(), record->fields.end(), reads_itself)) {
      // A field that is set already would be read by the next one.
      for (auto& [field, part] : record->fields) part = materialize(std::move(part), field);
    }
    for (const auto map : maps) {
      const auto part = std::find_if(record->fields.begin(), record->fields.end(), [&](const auto& field) {
        return field.first == program_.maps[map].field;
      });
      if (part == record->fields.end()) return std::nullopt;  // its name was another map's, which is said
      if (!check_keys(map, name, keys, span) || !keep(map, name, keys, part->second, span))
        return std::nullopt;
    }
  } else {
    if (std::holds_alternative<EventValue>(given->node)) {
      error(DiagnosticKind::type_mismatch, given->span, "a map cannot keep the whole event",
            "all of its fields", "keep the fields that you need: `{pid: $e.pid, comm: $e.comm}`");
      return std::nullopt;
    }
    auto single = scalar_of(std::move(*given));
    if (!single) return std::nullopt;
    if (const auto known = record_maps(name, keys.size(), span); !known.empty()) {
      error(DiagnosticKind::conflicting_map, single->span,
            fmt::format("the map `{}` keeps records, and this is `{}`", name, to_string(single->type)),
            "not a record", "use one map for each type", {{map_spans_[known.front()], "the first use"}});
      return std::nullopt;
    }
    const auto index = map_index(name, keys.size(), span);
    if (!check_keys(index, name, keys, span) || !keep(index, name, keys, std::move(*single), span))
      return std::nullopt;
  }
  written_maps_.emplace(name);
  does_something_ = true;
  return done;
}

std::optional<Value> ProgramResolver::map_command(const mappings::Command& command, const BoundCall& bound,
                                                  Span span, bool is_statement) {
  const auto verb = command.name.substr(std::string_view("map ").size());
  const auto name = name_argument(*bound.positionals.front(), "map");
  if (!name) return std::nullopt;
  const auto key_count = bound.positionals.size() - (verb == "set" ? 2 : 1);
  std::vector<Expression> key_expressions;
  if (key_count == 1) {
    auto key_list = keys(*bound.positionals[1]);
    if (!key_list) return std::nullopt;
    for (auto& [key_name, key] : *key_list) key_expressions.push_back(std::move(key));
  }
  if (verb == "set") return map_set(*name, key_expressions, *bound.positionals.back(), span);
  const Value done{NoValue{}, span, false};
  if (verb == "clear") {
    for (const auto map : maps_named(*name, known_key_count(*name), span)) push({MapClear{map}, span});
    does_something_ = true;
    return done;
  }
  const auto maps = maps_named(*name, key_expressions.size(), span);
  for (const auto map : maps) {
    if (!check_keys(map, *name, key_expressions, span)) return std::nullopt;
  }
  read_maps_.emplace(*name, bound.positionals.front()->span);
  if (verb == "delete") {
    for (const auto map : maps) push({MapDelete{map, key_expressions}, span});
    return done;
  }
  if (verb == "has") return Value{holds(maps, key_expressions, span), span, false};
  auto kept = kept_value(maps, key_expressions, span);
  if (verb == "get") return kept;
  auto presence = holds(maps, key_expressions, span);
  return taken(std::move(kept), std::move(presence), key_expressions, maps, *name, is_statement, span);
}

std::optional<Value> ProgramResolver::map_length(const BoundCall& bound, Span span) {
  const auto& argument = *bound.positionals.front();
  const auto name = name_argument(argument, "map");
  if (!name) return std::nullopt;
  const auto keys = known_key_count(*name);
  const auto index = asked_map(maps_named(*name, keys, argument.span));
  if (keys == 0 && written_maps_.contains(*name)) {
    error(DiagnosticKind::type_mismatch, argument.span,
          fmt::format("the map `{}` has no keys to count", *name), "holds one value",
          fmt::format("write `map has {}`", *name));
    return std::nullopt;
  }
  program_.maps[index].is_measured = true;
  read_maps_.emplace(*name, argument.span);
  return Value{Expression{MapLength{index}, integer_type(64, true), span}, span, false};
}

std::optional<Value> ProgramResolver::timer(const mappings::Command& command, const BoundCall& bound,
                                            Span span, bool is_statement) {
  std::string name = "start";
  if (const auto* as = bound.flag("as")) {
    const auto given = name_argument(*as->value, "timer");
    if (!given) return std::nullopt;
    name = fmt::format("{}_start", *given);
  }
  std::vector<Expression> key_expressions;
  if (const auto* key = bound.flag("key")) {
    auto key_list = keys(*key->value);
    if (!key_list) return std::nullopt;
    for (auto& [key_name, expression] : *key_list) key_expressions.push_back(std::move(expression));
  } else {
    key_expressions.push_back(*event_field("tid", span));
  }
  const auto index = map_index(name, key_expressions.size(), span, true);
  auto& map = program_.maps[index];
  if (map.keys.size() != key_expressions.size()) {
    error(DiagnosticKind::conflicting_map, span, "this timer is used with another key elsewhere",
          "another key", "use the same `--key` everywhere", {{map_spans_[index], "the first use"}});
    return std::nullopt;
  }
  for (std::size_t i = 0; i < key_expressions.size(); ++i) {
    if (map.keys[i].kind == TypeKind::nothing) map.keys[i] = key_expressions[i].type;
  }
  map.value = simple_type(TypeKind::instant);
  map.value_may_be_zero = false;
  auto now = *event_field("nsecs", span);
  if (command.name == "timer start") {
    written_maps_.insert(map.name);
    push({MapSet{index, std::move(key_expressions), std::move(now)}, span});
    does_something_ = true;
    return Value{NoValue{}, span, false};
  }
  read_maps_.emplace(map.name, span);
  const auto map_type = map.value;
  Expression started{MapHas{index, key_expressions}, simple_type(TypeKind::boolean), span};
  Expression start{MapRead{index, key_expressions}, map_type, span};
  auto took_type = simple_type(TypeKind::duration);
  took_type.is_signed = false;
  auto took = make_binary(Operator::subtract, std::move(now), std::move(start), took_type, span);
  return taken(Value{std::move(took), span, false}, std::move(started), key_expressions, {index}, "took",
               is_statement, span);
}

}  // namespace nubpf::resolving
