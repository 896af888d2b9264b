// map and timer: state between events.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

/// A value that is forgotten when it is used. In a pipeline of its own, the rest runs only where it is there;
/// else a variable carries it.
std::optional<Value> ProgramResolver::taken(Expression kept, Expression presence, Statement forget,
                                            std::string_view name, bool is_statement, Span span) {
  const auto map = std::get<MapDelete>(forget.node).map;
  if (is_statement) {
    push({If{std::move(presence), {}, {}}, span});
    current_ = &std::get<If>(current_->back().node).then;
    auto value = materialize(std::move(kept), name);
    deferred_.push_back({current_, current_->size(), map, std::move(forget)});
    return Value{std::move(value), span, false};
  }
  const auto& type = kept.type;
  if (!is_integral(type) && type.kind != TypeKind::string && type.kind != TypeKind::ip) {
    error(DiagnosticKind::not_supported, span,
          fmt::format("a `{}` can be taken only where the rest of a pipeline uses it", to_string(type)),
          "bpftrace has no empty value of this type", fmt::format("write `map take {} KEY | …`", name));
    return std::nullopt;
  }
  const bool is_zero_if_nothing = is_integral(type) && !program_.maps[map].value_may_be_zero;
  const auto carrier = [&](std::string_view wish, const Type& carried) {
    const auto local = new_local(wish, carried);
    clause_->locals[local].declare_first = true;
    return local;
  };
  const auto local = carrier(name, type);
  result_locals_.insert(local);
  Value result{read_local(local, span), span, true};
  Statements then;
  then.push_back({Assign{local, std::move(kept)}, span});
  if (!is_zero_if_nothing) {
    const auto flag = carrier(fmt::format("has_{}", name), simple_type(TypeKind::boolean));
    flags_.insert(flag);
    then.push_back({Assign{flag, make_integer(1, simple_type(TypeKind::boolean), span)}, span});
    result.presence = read_local(flag, span);
  }
  then.push_back(std::move(forget));
  push({If{std::move(presence), std::move(then), {}}, span});
  return result;
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
  if (verb == "clear") {
    const auto index = map_index(*name, known_key_count(*name), span);
    push({MapClear{index}, span});
    does_something_ = true;
    return Value{NoValue{}, span, false};
  }
  const auto index = map_index(*name, key_expressions.size(), span);
  auto& map = program_.maps[index];
  if (map.keys.size() != key_expressions.size()) {
    error(DiagnosticKind::conflicting_map, span,
          fmt::format("the map `{}` has {} keys, and {} are given", *name, map.keys.size(),
                      key_expressions.size()),
          "another key", "use the same key everywhere", {{map_spans_[index], "the first use"}});
    return std::nullopt;
  }
  for (std::size_t i = 0; i < key_expressions.size(); ++i) {
    const auto& key = key_expressions[i].type;
    auto& known = map.keys[i];
    if (known.kind == TypeKind::nothing) known = key;
    const bool fits = known.kind == key.kind || (is_integral(known) && is_integral(key));
    if (!fits) {
      error(DiagnosticKind::conflicting_map, key_expressions[i].span,
            fmt::format("the key of the map `{}` is `{}`, and this is `{}`", *name, to_string(known),
                        to_string(key)),
            "a key of another type", "use the same key everywhere", {{map_spans_[index], "the first use"}});
      return std::nullopt;
    }
  }
  if (verb == "set") {
    auto new_value = scalar(*bound.positionals.back());
    if (!new_value) return std::nullopt;
    auto& known = map.value;
    const auto& type = new_value->type;
    if (type.kind == TypeKind::list || type.kind == TypeKind::binary) {
      error(DiagnosticKind::not_supported, new_value->span,
            fmt::format("a map cannot keep a `{}`", to_string(type)), "not a single value", "keep its parts");
      return std::nullopt;
    }
    if (known.kind == TypeKind::nothing) {
      known = type;
      if (constant_of(*new_value)) known.bits = 64;
      map.value_may_be_zero = type.kind != TypeKind::instant && type.kind != TypeKind::datetime;
    } else if (known.kind != type.kind && !(known.kind == TypeKind::integer && is_integral(type))) {
      error(
          DiagnosticKind::conflicting_map, new_value->span,
          fmt::format("the map `{}` holds `{}`, and this is `{}`", *name, to_string(known), to_string(type)),
          "of another type", "use one map for each type", {{map_spans_[index], "the first use"}});
      return std::nullopt;
    }
    if (is_integral(known) && !constant_of(*new_value) &&
        (known.bits != type.bits || known.is_signed != type.is_signed)) {
      // Values of several widths: all are kept in 64 bits.
      map.is_mixed = true;
      known.bits = 64;
    }
    if (is_integral(known) && type.is_signed && !(constant_of(*new_value) && *constant_of(*new_value) >= 0)) {
      known.is_signed = true;
    }
    written_maps_.insert(*name);
    push({MapSet{index, std::move(key_expressions), std::move(*new_value)}, span});
    does_something_ = true;
    return Value{NoValue{}, span, false};
  }
  read_maps_.emplace(*name, bound.positionals.front()->span);
  if (verb == "delete") {
    push({MapDelete{index, std::move(key_expressions)}, span});
    return Value{NoValue{}, span, false};
  }
  if (verb == "has") {
    map.is_tested = true;
    return Value{Expression{MapHas{index, std::move(key_expressions)}, simple_type(TypeKind::boolean), span},
                 span, false};
  }
  auto type = map.value.kind == TypeKind::nothing ? integer_type(64, true) : map.value;
  Expression kept{MapRead{index, key_expressions}, std::move(type), span};
  if (verb == "get") return Value{std::move(kept), span, false};
  map.is_tested = true;
  Expression presence{MapHas{index, key_expressions}, simple_type(TypeKind::boolean), span};
  return taken(std::move(kept), std::move(presence), {MapDelete{index, std::move(key_expressions)}, span},
               *name, is_statement, span);
}

std::optional<Value> ProgramResolver::map_length(const BoundCall& bound, Span span) {
  const auto& argument = *bound.positionals.front();
  const auto name = name_argument(argument, "map");
  if (!name) return std::nullopt;
  const auto keys = known_key_count(*name);
  const auto index = map_index(*name, keys, argument.span);
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
  return taken(std::move(took), std::move(started), {MapDelete{index, std::move(key_expressions)}, span},
               "took", is_statement, span);
}

}  // namespace nubpf::resolving
