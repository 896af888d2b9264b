// Stages that take a value and pass one on.
#include <fmt/format.h>

#include <algorithm>

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
  // select, reject: bare names or lists of them
  std::vector<const syntax::Expression*> names;
  for (const auto* argument : bound.positionals) {
    if (const auto* list = std::get_if<syntax::List>(&argument->node)) {
      for (const auto& item : list->items) names.push_back(&item);
    } else {
      names.push_back(argument);
    }
  }
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

std::optional<Value> ProgramResolver::cast(const mappings::Command& command, Value input, Span span) {
  const bool nothing = input.maybe_nothing;
  input.maybe_nothing = false;
  auto expression = scalar_of(std::move(input));
  if (!expression) return std::nullopt;
  const auto target = command.name.substr(std::string_view("into ").size());
  const auto from = expression->type.kind;
  const auto done = [&](TypeKind kind) {
    auto type = simple_type(kind);
    type.bits = expression->type.bits;
    type.is_signed = expression->type.is_signed;
    expression->type = std::move(type);
    return Value{std::move(*expression), span, nothing};
  };
  const auto refuse = [&](std::string_view needs, std::string help) -> std::optional<Value> {
    error(DiagnosticKind::type_mismatch, expression->span,
          fmt::format("`{}` needs {}, not `{}`", command.name, needs, to_string(expression->type)),
          "of another type", std::move(help));
    return std::nullopt;
  };
  const bool number = is_plain_number(expression->type);
  // Without its names, it is to be shown as a number by every bpftrace.
  if (from == TypeKind::enumeration && target == "int")
    *expression =
        make_cast(std::move(*expression), integer_type(expression->type.bits, expression->type.is_signed));
  if (target == "duration") {
    if (number || from == TypeKind::duration) return done(TypeKind::duration);
    return refuse("a number of nanoseconds", "");
  }
  if (target == "filesize") {
    if (number || from == TypeKind::filesize) return done(TypeKind::filesize);
    return refuse("a number of bytes", "");
  }
  if (target == "datetime") {
    if (from == TypeKind::instant || from == TypeKind::datetime) return done(TypeKind::datetime);
    return refuse("an instant such as `$e.nsecs`", "write `$e.time`");
  }
  if (target == "int") {
    if (is_integral(expression->type)) return done(TypeKind::integer);
    return refuse("a number", "");
  }
  if (target == "bool") {
    if (from == TypeKind::boolean) return Value{std::move(*expression), span, nothing};
    if (!is_integral(expression->type)) return refuse("a number", "");
    return Value{
        make_binary(Operator::not_equal, std::move(*expression),
                    make_integer(0, integer_type(64, true), span), simple_type(TypeKind::boolean), span),
        span, false};
  }
  if (from == TypeKind::string || from == TypeKind::symbol || from == TypeKind::ip)
    return Value{std::move(*expression), span, nothing};
  const bool is_raw = from == TypeKind::address || std::holds_alternative<ArgumentRead>(expression->node);
  if (!is_raw)
    return refuse("an address", from == TypeKind::integer
                                    ? "send the number as it is, and make it a string after the closure"
                                    : "");
  return Value{Expression{ReadString{std::make_shared<const Expression>(std::move(*expression))},
                          simple_type(TypeKind::string), span},
               span, false};
}

std::optional<Value> ProgramResolver::conversion(const mappings::Function& function, Value input, Span span) {
  auto expression = scalar_of(std::move(input));
  if (!expression) return std::nullopt;
  // What is at the address is no C string, then.
  if (const auto* read = std::get_if<ReadString>(&expression->node)) *expression = Expression(*read->address);
  const auto kind = expression->type.kind;
  const bool ok =
      is_integral(expression->type) || (function.result == TypeKind::ip && kind == TypeKind::list);
  if (!ok) {
    error(
        DiagnosticKind::type_mismatch, expression->span,
        fmt::format("`{}` needs {}, not `{}`", function.name, function.accepts, to_string(expression->type)),
        "of another type");
    return std::nullopt;
  }
  return Value{Expression{FunctionCall{&function, std::make_shared<const Expression>(std::move(*expression))},
                          simple_type(function.result), span},
               span, false};
}

}  // namespace nubpf::resolving
