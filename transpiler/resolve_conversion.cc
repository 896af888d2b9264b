// From one value to another: `into …`, bpftrace's conversions, `default`, and strings with values in them.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

/// A string that is read from memory as the address that it is read from; all else as it is.
Expression in_memory(Expression value) {
  if (const auto* string = std::get_if<ReadString>(&value.node)) return *string->address;
  auto* field = std::get_if<FieldRead>(&value.node);
  if (field == nullptr || field->access != FieldAccess::text) return value;
  field->access = FieldAccess::pointer;
  value.type = simple_type(TypeKind::address);
  return value;
}

}  // namespace

/// The string in memory that a variable holds a copy of; all else as it is.
Expression ProgramResolver::address_source(Expression value) const {
  const auto* read = std::get_if<LocalRead>(&value.node);
  const auto source = read != nullptr ? sources_.find(read->local) : sources_.end();
  return source != sources_.end() ? source->second : value;
}

std::optional<Value> ProgramResolver::cast(const mappings::Command& command, Value input, Span span) {
  if (input.maybe_nothing) {
    auto presence = is_there(input, span);
    input.maybe_nothing = false;
    auto result = cast(command, std::move(input), span);
    if (!result) return std::nullopt;
    result->maybe_nothing = true;
    result->presence = std::move(presence);
    return result;
  }
  auto expression = scalar_of(std::move(input));
  if (!expression) return std::nullopt;
  const auto target = command.name.substr(std::string_view("into ").size());
  auto from = expression->type.kind;
  const auto done = [&](TypeKind kind) {
    auto type = simple_type(kind);
    type.bits = expression->type.bits;
    type.is_signed = expression->type.is_signed;
    expression->type = std::move(type);
    return Value{std::move(*expression), span, false};
  };
  const auto refuse = [&](std::string_view needs, std::string help) -> std::optional<Value> {
    error(DiagnosticKind::type_mismatch, expression->span,
          fmt::format("`{}` needs {}, not `{}`", command.name, needs, to_string(expression->type)),
          "of another type", std::move(help));
    return std::nullopt;
  };
  const bool number = is_plain_number(expression->type);
  if (target == "int") expression = in_memory(address_source(std::move(*expression)));
  from = expression->type.kind;
  if (target == "int" && is_pointer(expression->type))
    *expression = make_cast(std::move(*expression), integer_type(64, false));
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
    if (from == TypeKind::boolean) return Value{std::move(*expression), span, false};
    if (!is_integral(expression->type)) return refuse("a number", "");
    return Value{
        make_binary(Operator::not_equal, std::move(*expression),
                    make_integer(0, integer_type(64, true), span), simple_type(TypeKind::boolean), span),
        span, false};
  }
  if (from == TypeKind::string || from == TypeKind::symbol || from == TypeKind::ip)
    return Value{std::move(*expression), span, false};
  const bool is_raw = from == TypeKind::address || std::holds_alternative<ArgumentRead>(expression->node);
  if (!is_raw && is_integral(expression->type)) return joined({std::move(*expression)}, span);
  if (!is_raw) return refuse("an address or a number", "");
  return Value{Expression{ReadString{std::make_shared<const Expression>(std::move(*expression))},
                          simple_type(TypeKind::string), span},
               span, false};
}

/// A number that may be negative by its amount. One that is a negation is left as it was written.
Expression ProgramResolver::without_sign(Expression value) {
  const auto* difference = std::get_if<Binary>(&value.node);
  const auto* negation = std::get_if<Unary>(&value.node);
  const bool is_negation = (difference != nullptr && difference->op == Operator::subtract &&
                            constant_of(*difference->left) == 0) ||
                           (negation != nullptr && negation->op == resolved::UnaryOperator::negate);
  const auto span = value.span;
  if (const auto known = constant_of(value)) {
    if (*known < 0) value.node = Integer{-*known};
    return value;
  }
  if (!value.type.is_signed || is_negation) return value;
  // It is read more than once.
  if (std::holds_alternative<Conditional>(value.node)) value = materialize(std::move(value), "error");
  auto type = value.type;
  type.bits = 64;
  if (!is_signed_in_bpftrace(value)) value = make_cast(std::move(value), type);
  auto is_negative = make_binary(Operator::less, value, make_integer(0, integer_type(64, true), span),
                                 simple_type(TypeKind::boolean), span);
  auto negated = make_unary(resolved::UnaryOperator::negate, value, span);
  negated.type = type;
  auto amount = conditional(std::move(is_negative), std::move(negated), std::move(value), span);
  amount.type = type;
  return amount;
}

std::optional<Value> ProgramResolver::conversion(const mappings::Function& function, const BoundCall& bound,
                                                 Value input, bool is_first, Span span) {
  if (function.takes_name) {
    auto name = scalar(*bound.positionals.front());
    if (!name) return std::nullopt;
    if (!std::holds_alternative<Text>(name->node)) {
      error(DiagnosticKind::bad_argument, name->span,
            fmt::format("`{}` needs a name that is known before the run", function.name),
            "not a literal text", fmt::format("write `{} {}`", function.name, function.usage));
      return std::nullopt;
    }
    auto type = function.result == TypeKind::integer ? integer_type(64, false) : simple_type(function.result);
    return Value{
        Expression{FunctionCall{&function, std::make_shared<const Expression>(std::move(*name)), nullptr},
                   std::move(type), span},
        span, false};
  }
  const bool has_second = !function.usage.empty();
  auto given = bound.positionals;
  std::optional<Expression> second;
  if (has_second) {
    if (given.empty()) {
      error(DiagnosticKind::missing_argument, bound.call->name_span,
            fmt::format("`{}` needs {}", function.name, function.usage), "an argument is missing",
            fmt::format("write `VALUE | {} {}`", function.name, function.usage));
      return std::nullopt;
    }
    second = scalar(*given.back(), BareWord::column);
    given.pop_back();
    if (!second) return std::nullopt;
    if (!is_plain_number(second->type)) {
      error(DiagnosticKind::type_mismatch, second->span,
            fmt::format("`{}` needs a number, not {}", function.name, describe(second->type)),
            "not a number");
      return std::nullopt;
    }
  }
  if (!given.empty()) {
    auto argument = value(*given.front(), BareWord::column);
    if (!argument) return std::nullopt;
    input = std::move(*argument);
  } else if (is_first && std::holds_alternative<EventValue>(input.node)) {
    error(DiagnosticKind::no_value, bound.call->name_span, fmt::format("`{}` needs a value", function.name),
          "nothing is piped in",
          fmt::format("write `VALUE | {}{}{}`", function.name, has_second ? " " : "", function.usage));
    return std::nullopt;
  }
  auto expression = scalar_of(std::move(input));
  if (!expression) return std::nullopt;
  if (function.result != TypeKind::ip) expression = in_memory(std::move(*expression));
  const auto kind = expression->type.kind;
  const bool takes_array = function.result == TypeKind::ip || function.result == TypeKind::mac;
  if (!is_integral(expression->type) && !(takes_array && kind == TypeKind::list)) {
    error(
        DiagnosticKind::type_mismatch, expression->span,
        fmt::format("`{}` needs {}, not `{}`", function.name, function.accepts, to_string(expression->type)),
        "of another type");
    return std::nullopt;
  }
  if (function.result == TypeKind::error_text) expression = without_sign(std::move(*expression));
  auto type = simple_type(function.result);
  if (function.result == TypeKind::integer) type = integer_type(expression->type.bits, false);
  FunctionCall call{&function, std::make_shared<const Expression>(std::move(*expression)), nullptr};
  if (second) call.second = std::make_shared<const Expression>(std::move(*second));
  return Value{Expression{std::move(call), std::move(type), span}, span, false};
}

/// A value that is nothing becomes the default: `timer stop`, `map get`, a parameter that was not given.
std::optional<Value> ProgramResolver::default_stage(const BoundCall& bound, Value input, Span span) {
  if (bound.positionals.size() == 2) {
    const auto name = name_argument(*bound.positionals[1], "column");
    if (!name) return std::nullopt;
    const bool is_event = std::holds_alternative<EventValue>(input.node);
    if (!is_event && !std::holds_alternative<RecordValue>(input.node)) {
      error(DiagnosticKind::type_mismatch, bound.positionals[1]->span,
            "only the event and records have columns", "gets a single value",
            "leave out the name of the column");
      return std::nullopt;
    }
    auto& columns =
        is_event ? std::get<EventValue>(input.node).added : std::get<RecordValue>(input.node).fields;
    const auto is_named = [&](const auto& field) { return field.first == *name; };
    const bool is_there = std::any_of(columns.begin(), columns.end(), is_named) ||
                          (is_event && (mappings::find_context_field(*name) != nullptr ||
                                        std::any_of(fields_.begin(), fields_.end(), is_named)));
    if (is_there) return input;
    auto field = scalar(*bound.positionals[0]);
    if (!field) return std::nullopt;
    columns.emplace_back(*name, materialize(std::move(*field), *name));
    return input;
  }
  const auto other = [&] { return value(*bound.positionals[0]); };
  if (std::holds_alternative<NoValue>(input.node)) return other();
  if (input.is_unknown) return other();
  const auto there = [&]() -> std::optional<Value> { return Value{input.node, span, false}; };
  const auto* record = std::get_if<RecordValue>(&input.node);
  const auto* expression = std::get_if<Expression>(&input.node);
  if (record != nullptr && !record->fields.empty()) expression = &record->fields.front().second;
  const auto* read = expression != nullptr ? std::get_if<MapRead>(&expression->node) : nullptr;
  if (read != nullptr && (record == nullptr || !program_.maps[read->map].record.empty())) {
    std::vector<std::uint32_t> maps = {read->map};
    if (record != nullptr) maps = record_maps(program_.maps[read->map].record, read->keys.size(), span);
    return choose(holds(maps, read->keys, span), there, other, span);
  }
  if (!input.maybe_nothing) return input;
  return choose(is_there(input, span), there, other, span);
}

/// `kstack | first 5`: bpftrace itself walks no further.
std::optional<Value> ProgramResolver::first_frames(const syntax::Call& call, const Value& input, Span span) {
  auto stack = std::get<Expression>(input.node);
  auto* read = std::get_if<ContextRead>(&stack.node);
  const auto* argument = call.arguments.size() == 1
                             ? std::get_if<syntax::Box<syntax::Expression>>(&call.arguments.front().node)
                             : nullptr;
  if (argument == nullptr || read == nullptr) {
    error(DiagnosticKind::missing_argument, call.name_span, "`first` needs the number of frames",
          "how many is not said", "write `kstack | first 5`");
    return std::nullopt;
  }
  const auto depth = constant_integer(**argument, "the number of frames");
  if (!depth) return std::nullopt;
  if (*depth < 1 || *depth > kMostFrames) {
    error(DiagnosticKind::bad_argument, (*argument)->span,
          fmt::format("a stack has 1 to {} frames", kMostFrames), "out of range", "write `first 5`");
    return std::nullopt;
  }
  read->depth = *depth;
  stack.span = span;
  return Value{std::move(stack), span, false};
}

std::optional<Value> ProgramResolver::interpolation(const syntax::Interpolation& node, Span span) {
  std::vector<Expression> parts;
  for (const auto& part : node.parts) {
    if (const auto* text = std::get_if<std::string>(&part)) {
      parts.push_back({Text{*text}, simple_type(TypeKind::string), span});
      continue;
    }
    auto expression = scalar(*std::get<syntax::Box<syntax::Expression>>(part));
    if (!expression) return std::nullopt;
    parts.push_back(std::move(*expression));
  }
  return joined(std::move(parts), span);
}

/// One string of several values. What is known before the run is put together here.
Value ProgramResolver::joined(std::vector<Expression> values, Span span) {
  Interpolated result;
  std::string plain;  // what is known before the run
  const auto flush = [&] {
    if (!plain.empty()) result.parts.emplace_back(std::exchange(plain, {}));
  };
  for (auto& value : values) {
    const auto number = constant_of(value);
    if (const auto* literal = std::get_if<Text>(&value.node)) {
      plain += literal->value;
    } else if (number && value.type.kind == TypeKind::integer) {
      plain += fmt::format("{}", *number);
    } else if (number && value.type.kind == TypeKind::boolean) {
      plain += *number != 0 ? "true" : "false";
    } else if (const auto* nested = std::get_if<Interpolated>(&value.node)) {
      for (const auto& piece : nested->parts) {
        if (const auto* text = std::get_if<std::string>(&piece)) {
          plain += *text;
        } else {
          flush();
          result.parts.push_back(piece);
        }
      }
    } else {
      flush();
      result.parts.emplace_back(std::make_shared<const Expression>(std::move(value)));
    }
  }
  if (result.parts.empty())
    return Value{Expression{Text{plain}, simple_type(TypeKind::string), span}, span, false};
  flush();
  return Value{Expression{std::move(result), simple_type(TypeKind::string), span}, span, false};
}

}  // namespace nubpf::resolving
