// Stages that take a value and pass one on.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

std::optional<Value> ProgramResolver::where(const BoundCall& bound, Value input, bool) {
  const auto* argument = bound.positionals.front();
  const auto outer_input = std::exchange(input_, input);
  std::optional<Expression> test;
  if (const auto* closure = std::get_if<syntax::Closure>(&argument->node)) {
    const auto* line = closure->body.statements.size() == 1
                           ? std::get_if<syntax::Pipeline>(&closure->body.statements.front().node)
                           : nullptr;
    if (line == nullptr || line->stages.size() != 1) {
      error(DiagnosticKind::bad_argument, argument->span, "the closure of `where` holds one condition",
            "more than that", "write `where CONDITION`");
    } else {
      scopes_.emplace_back();
      for (const auto& parameter : closure->parameters)
        scopes_.back()[parameter.name] = Binding{input, false, std::nullopt};
      test = condition(line->stages.front());
      scopes_.pop_back();
    }
  } else {
    test = condition(*argument, BareWord::column);
  }
  input_ = outer_input;
  if (!test) return std::nullopt;
  if (const auto known = constant_of(*test); known && *known != 0) return input;
  const auto test_span = test->span;
  push({If{std::move(*test), {}, {}}, cover(bound.call->name_span, test_span)});
  current_ = &std::get<If>(current_->back().node).then;
  return input;
}

std::optional<Value> ProgramResolver::shape(const mappings::Command& command, const BoundCall& bound,
                                            Value input) {
  const auto span = bound.call->name_span;
  const bool is_event = std::holds_alternative<EventValue>(input.node);
  if (command.name == "get" && std::holds_alternative<Expression>(input.node) && !input.maybe_nothing) {
    const auto& type = std::get<Expression>(input.node).type;
    if (is_pointer(type) || type.kind == TypeKind::structure || type.kind == TypeKind::list)
      return path_behind(std::move(input), *bound.positionals.front());
  }
  if (input.is_unknown && command.name == "get") return input;
  if (const auto* list = std::get_if<ListValue>(&input.node); list != nullptr && command.name == "get")
    return item_of(*list, *bound.positionals.front(), span);
  if (!is_event && !std::holds_alternative<RecordValue>(input.node)) {
    error(DiagnosticKind::type_mismatch, span,
          fmt::format("`{}` works on the event or a record", command.name), "gets a single value",
          "use it before `get`");
    return std::nullopt;
  }
  const auto outer_input = std::exchange(input_, input);
  struct Restore {
    std::optional<Value>& slot;
    std::optional<Value> value;
    ~Restore() { slot = std::move(value); }
  } restore{input_, outer_input};

  if (command.name == "get") {
    const auto* word = std::get_if<syntax::StringLiteral>(&bound.positionals.front()->node);
    if (word == nullptr) {
      error(DiagnosticKind::bad_argument, bound.positionals.front()->span, "`get` needs the name of a column",
            "not a name", "write `get comm`");
      return std::nullopt;
    }
    return column(word->value, bound.positionals.front()->span);
  }
  if (command.name == "insert" || command.name == "update") {
    const auto name = name_argument(*bound.positionals[0], "column");
    if (!name) return std::nullopt;
    auto field = scalar(*bound.positionals[1]);
    if (!field) return std::nullopt;
    *field = materialize(std::move(*field), *name);
    auto result = input;
    auto& columns =
        is_event ? std::get<EventValue>(result.node).added : std::get<RecordValue>(result.node).fields;
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.first == *name; });
    const bool in_event = is_event && (mappings::find_context_field(*name) != nullptr ||
                                       std::any_of(fields_.begin(), fields_.end(),
                                                   [&](const auto& f) { return f.first == *name; }));
    if (command.name == "insert" && (found != columns.end() || in_event)) {
      error(DiagnosticKind::bad_argument, bound.positionals[0]->span,
            fmt::format("there is a column `{}` already", *name), "not new",
            fmt::format("write `update {}`", *name));
      return std::nullopt;
    }
    if (command.name == "update" && found == columns.end() && !in_event) {
      error(DiagnosticKind::unknown_field, bound.positionals[0]->span,
            fmt::format("there is no column `{}` to update", *name), "not a column",
            fmt::format("write `insert {}`", *name));
      return std::nullopt;
    }
    if (found != columns.end())
      found->second = std::move(*field);
    else
      columns.emplace_back(*name, std::move(*field));
    return result;
  }
  if (command.name == "rename") {
    auto* record = std::get_if<RecordValue>(&input.node);
    if (record == nullptr) {
      error(DiagnosticKind::type_mismatch, span, "`rename` works on a record of chosen columns",
            "gets the whole event", "write `select … | rename …`");
      return std::nullopt;
    }
    if (bound.positionals.size() > record->fields.size()) {
      error(DiagnosticKind::extra_argument, bound.positionals[record->fields.size()]->span,
            fmt::format("there are only {} columns to rename", record->fields.size()), "one too many",
            "leave it out");
      return std::nullopt;
    }
    for (std::size_t i = 0; i < bound.positionals.size(); ++i) {
      const auto name = name_argument(*bound.positionals[i], "column");
      if (!name) return std::nullopt;
      record->fields[i].first = *name;
    }
    return input;
  }
  const auto& names = bound.positionals;
  if (command.name == "select") {
    RecordValue result;
    bool failed = false;
    for (const auto* name : names) {
      const auto* word = std::get_if<syntax::StringLiteral>(&name->node);
      if (word == nullptr) {
        error(DiagnosticKind::bad_argument, name->span, "`select` needs names of columns", "not a name",
              "write `select pid comm`, or a record for values: `{name: VALUE}`");
        failed = true;
        continue;
      }
      auto selected = column(word->value, name->span);
      auto expression = selected ? scalar_of(std::move(*selected)) : std::nullopt;
      if (!expression) {
        // What stands behind it is no column either.
        if (mappings::find_foreign(mappings::ForeignKind::column_word, word->value) != nullptr)
          return std::nullopt;
        failed = true;
        continue;
      }
      const auto label = column_name(*name);
      const bool twice = std::any_of(result.fields.begin(), result.fields.end(),
                                     [&](const auto& f) { return f.first == label; });
      if (twice) {
        error(DiagnosticKind::bad_argument, name->span,
              fmt::format("the column `{}` is selected twice", label), "a second time", "leave it out");
        failed = true;
        continue;
      }
      result.fields.emplace_back(label, std::move(*expression));
    }
    if (failed) return std::nullopt;
    return Value{std::move(result), span, false};
  }
  auto result = input;
  for (const auto* name : names) {
    const auto word = name_argument(*name, "column");
    if (!word || !column(*word, name->span)) return std::nullopt;
    if (auto* event = std::get_if<EventValue>(&result.node)) {
      std::erase_if(event->added, [&](const auto& c) { return c.first == *word; });
      event->hidden.insert(*word);
    } else {
      std::erase_if(std::get<RecordValue>(result.node).fields,
                    [&](const auto& c) { return c.first == *word; });
    }
  }
  return result;
}

std::optional<Value> ProgramResolver::item_at(const ListValue& list, std::int64_t place, Span span) {
  const auto count = static_cast<std::int64_t>(list.items.size());
  if (place >= 0 && place < count) return Value{list.items[static_cast<std::size_t>(place)], span, false};
  error(DiagnosticKind::bad_argument, span, fmt::format("the list has {} items", count), "not one of them",
        count == 0 ? std::string() : fmt::format("write a number from 0 to {}", count - 1));
  return std::nullopt;
}

/// `$names | get $e.state`: the item whose place is known only with the event. Out of range it is 0 or empty.
std::optional<Value> ProgramResolver::item_of(const ListValue& list, const syntax::Expression& place_node,
                                              Span span) {
  auto place = scalar(place_node);
  if (!place) return std::nullopt;
  if (!is_plain_number(place->type)) {
    error(DiagnosticKind::type_mismatch, place_node.span,
          fmt::format("an item has a number, and this is {}", describe(place->type)), "not a number",
          "write `$list | get 0`");
    return std::nullopt;
  }
  if (const auto known = constant_of(*place)) return item_at(list, *known, place_node.span);
  if (list.items.empty()) return item_at(list, 0, place_node.span);
  const auto& first = list.items.front();
  const bool is_number = is_integral(first.type);
  if (!is_number && first.type.kind != TypeKind::string) {
    error(DiagnosticKind::not_supported, span,
          fmt::format("of a list of `{}` no item can be chosen by the event", to_string(first.type)),
          "neither numbers nor strings", "write `match` with a branch for each");
    return std::nullopt;
  }
  const auto other = std::find_if(list.items.begin(), list.items.end(),
                                  [&](const Expression& item) { return item.type.kind != first.type.kind; });
  if (other != list.items.end()) {
    error(DiagnosticKind::type_mismatch, other->span, "the items of this list are of different types",
          fmt::format("this is {}", describe(other->type)), "give all of them one type",
          {{first.span, fmt::format("this is {}", describe(first.type))}});
    return std::nullopt;
  }
  *place = materialize(std::move(*place), "place");
  const std::function<std::optional<Value>(std::size_t)> from = [&](std::size_t i) -> std::optional<Value> {
    if (i == list.items.size()) {
      if (!is_number) return Value{Expression{Text{}, first.type, span}, span, false};
      return Value{make_integer(0, first.type, span), span, false};
    }
    auto test = make_binary(Operator::equal, *place,
                            make_integer(static_cast<std::int64_t>(i), integer_type(64, true), span),
                            simple_type(TypeKind::boolean), span);
    return choose(
        std::move(test),
        [&]() -> std::optional<Value> {
          return Value{list.items[i], span, false};
        },
        [&] { return from(i + 1); }, span);
  };
  return from(0);
}

std::optional<Value> ProgramResolver::path_behind(Value head, const syntax::Expression& path) {
  std::vector<syntax::PathMember> members;
  if (const auto* word = std::get_if<syntax::StringLiteral>(&path.node)) {
    members = path_members(word->value, path.span);
  } else if (const auto* number = std::get_if<syntax::IntLiteral>(&path.node)) {
    members.push_back({number->value, false, path.span});
  } else {
    error(DiagnosticKind::bad_argument, path.span, "`get` needs the name of a member", "not a name",
          "write `get f_path.dentry`");
    return std::nullopt;
  }
  return member(std::move(head), members, path.span);
}

}  // namespace nubpf::resolving
