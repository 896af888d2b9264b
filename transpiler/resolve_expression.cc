// Values: literals, variables, columns, fields and keys.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"
#include "transpiler/suggest.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const auto dot = path.find('.', begin);
    parts.emplace_back(path.substr(begin, dot == std::string_view::npos ? dot : dot - begin));
    if (dot == std::string_view::npos) return parts;
    begin = dot + 1;
  }
}

using Keys = std::vector<std::pair<std::string, Expression>>;

/// Under the name, or under one made of it where that is taken.
void add_key(Keys& keys, std::string name, Expression key) {
  if (name.empty()) name = "key";
  const auto taken = [&](const std::string& wish) {
    return std::any_of(keys.begin(), keys.end(), [&](const auto& other) { return other.first == wish; });
  };
  auto unique = name;
  for (int i = 2; taken(unique); ++i) unique = fmt::format("{}{}", name, i);
  keys.emplace_back(std::move(unique), std::move(key));
}

Expression constant_expression(const ScalarConstant& scalar) {
  if (const auto* text = std::get_if<std::string>(&scalar))
    return {Text{*text}, simple_type(TypeKind::string), {}};
  if (const auto* duration = std::get_if<DurationConstant>(&scalar))
    return make_integer(duration->nanoseconds, simple_type(TypeKind::duration), {});
  if (const auto* filesize = std::get_if<FilesizeConstant>(&scalar))
    return make_integer(filesize->bytes, simple_type(TypeKind::filesize), {});
  if (const auto* number = std::get_if<std::int64_t>(&scalar))
    return make_integer(*number, integer_type(64, true), {});
  return make_integer(std::get<bool>(scalar) ? 1 : 0, simple_type(TypeKind::boolean), {});
}

}  // namespace

Value constant_value(const Constant& constant) {
  if (const auto* scalar = std::get_if<ScalarConstant>(&constant))
    return Value{constant_expression(*scalar), {}, false};
  if (const auto* items = std::get_if<std::vector<ScalarConstant>>(&constant)) {
    ListValue list;
    for (const auto& item : *items) list.items.push_back(constant_expression(item));
    return Value{std::move(list), {}, false};
  }
  return Value{NoValue{}, {}, false};
}

void ProgramResolver::begin_constant() {
  // Read as if inside a clause without an event; whatever is not fixed shows in the result.
  program_.clauses.emplace_back();
  clause_ = &program_.clauses.back();
  current_ = &clause_->body;
  scopes_.assign(1, {});
}

std::optional<bool> ProgramResolver::constant_condition(const syntax::Expression& expression) {
  begin_constant();
  const auto test = condition(expression);
  if (!test) return std::nullopt;
  if (const auto known = constant_of(*test)) return *known != 0;
  error(DiagnosticKind::bad_argument, expression.span,
        "outside of a closure, a condition must be known before the run", "not known",
        "move the condition into the closure");
  return std::nullopt;
}

std::optional<Value> ProgramResolver::constant(const syntax::Pipeline& line) {
  begin_constant();
  for (std::size_t i = 0; i < line.stages.size(); ++i) {
    const auto* call = std::get_if<syntax::Call>(&line.stages[i].node);
    if (call == nullptr || (i > 0 && call->name == "default")) continue;
    error(DiagnosticKind::after_closure, line.span,
          "outside of a closure, `let` takes what is known before the run", "computed by Nushell",
          "run the file with `nu`, or write the value itself");
    return std::nullopt;
  }
  auto result = pipeline(line, false);
  if (!result) return std::nullopt;
  const auto is_fixed = [](const Expression& e) {
    return std::holds_alternative<Integer>(e.node) || std::holds_alternative<Text>(e.node);
  };
  bool fixed = clause_->body.empty();
  if (const auto* single = std::get_if<Expression>(&result->node)) {
    fixed = fixed && is_fixed(*single);
  } else if (const auto* list = std::get_if<ListValue>(&result->node)) {
    fixed = fixed && std::all_of(list->items.begin(), list->items.end(), is_fixed);
  } else {
    fixed = fixed && (std::holds_alternative<RangeValue>(result->node) ||
                      std::holds_alternative<NoValue>(result->node));
  }
  if (fixed) return result;
  error(DiagnosticKind::bad_argument, line.span, "outside of a closure, only literals are known",
        "not a literal", "write the value itself, or move this into the closure");
  return std::nullopt;
}

std::optional<Value> ProgramResolver::value(const syntax::Expression& expression, BareWord bare) {
  const auto span = expression.span;
  const auto integer = [&](std::int64_t number, Type type) {
    return Value{make_integer(number, std::move(type), span), span, false};
  };
  const auto& node = expression.node;
  if (std::holds_alternative<syntax::NullLiteral>(node)) return Value{NoValue{}, span, false};
  if (const auto* literal = std::get_if<syntax::BoolLiteral>(&node)) {
    return integer(literal->value ? 1 : 0, simple_type(TypeKind::boolean));
  }
  if (const auto* literal = std::get_if<syntax::IntLiteral>(&node))
    return integer(literal->value, integer_type(64, true));
  if (const auto* literal = std::get_if<syntax::DurationLiteral>(&node)) {
    return integer(literal->nanoseconds, simple_type(TypeKind::duration));
  }
  if (const auto* literal = std::get_if<syntax::FilesizeLiteral>(&node)) {
    return integer(literal->bytes, simple_type(TypeKind::filesize));
  }
  if (const auto* literal = std::get_if<syntax::FloatLiteral>(&node)) {
    error(DiagnosticKind::float_number, span,
          fmt::format("`{}` is a floating-point number, and the kernel has none", literal->text),
          "write a whole number",
          "keep the kernel side in integers, such as `150` for hundredths, and divide after the closure");
    return std::nullopt;
  }
  if (const auto* literal = std::get_if<syntax::StringLiteral>(&node)) {
    if (bare == BareWord::column && literal->quote == syntax::Quote::bare)
      return column(literal->value, span);
    return Value{Expression{Text{literal->value}, simple_type(TypeKind::string), span}, span, false};
  }
  if (const auto* text = std::get_if<syntax::Interpolation>(&node)) return interpolation(*text, span);
  if (const auto* variable_node = std::get_if<syntax::Variable>(&node)) return variable(*variable_node, span);
  if (const auto* path = std::get_if<syntax::CellPath>(&node)) {
    auto head = value(*path->head, bare);
    if (!head) return std::nullopt;
    return member(std::move(*head), path->members, span);
  }
  if (const auto* list = std::get_if<syntax::List>(&node)) {
    ListValue result;
    for (const auto& item : list->items) {
      auto element = scalar(item, bare);
      if (!element) return std::nullopt;
      result.items.push_back(std::move(*element));
      result.names.push_back(column_name(item));
    }
    return Value{std::move(result), span, false};
  }
  if (const auto* record = std::get_if<syntax::Record>(&node)) {
    RecordValue result;
    for (const auto& entry : record->entries) {
      const auto* key = std::get_if<syntax::StringLiteral>(&entry.key.node);
      if (key == nullptr) {
        error(DiagnosticKind::bad_argument, entry.key.span, "a column's name must be written out",
              "not a fixed name", "write `name: value`");
        return std::nullopt;
      }
      const auto same = std::find_if(result.fields.begin(), result.fields.end(),
                                     [&](const auto& field) { return field.first == key->value; });
      if (same != result.fields.end()) {
        error(DiagnosticKind::bad_argument, entry.key.span,
              fmt::format("the record names `{}` twice", key->value), "a second column of this name",
              "give it another name");
        return std::nullopt;
      }
      auto field = scalar(entry.value, BareWord::text);
      if (!field) return std::nullopt;
      result.fields.emplace_back(key->value, std::move(*field));
    }
    return Value{std::move(result), span, false};
  }
  if (const auto* range = std::get_if<syntax::Range>(&node)) {
    RangeValue result;
    result.inclusive = range->inclusive;
    if (range->from) {
      result.from = constant_integer(*range->from, "the bounds of a range");
      if (!result.from) return std::nullopt;
    }
    if (range->to) {
      result.to = constant_integer(*range->to, "the bounds of a range");
      if (!result.to) return std::nullopt;
    }
    return Value{result, span, false};
  }
  if (const auto* subexpression = std::get_if<syntax::Subexpression>(&node)) {
    const auto& statements = subexpression->block.statements;
    const auto* inner =
        statements.size() == 1 ? std::get_if<syntax::Pipeline>(&statements.front().node) : nullptr;
    if (bare == BareWord::column && inner != nullptr && inner->stages.size() == 1 &&
        !std::holds_alternative<syntax::Call>(inner->stages.front().node)) {
      return value(inner->stages.front(), bare);
    }
    auto result = block_value(subexpression->block);
    if (result) result->span = span;
    return result;
  }
  if (std::holds_alternative<syntax::Closure>(node)) {
    error(DiagnosticKind::bad_argument, span, "a closure stands where a value is needed", "not a value",
          "write the value itself");
    return std::nullopt;
  }
  if (const auto* unary = std::get_if<syntax::Unary>(&node)) {
    if (unary->op == syntax::UnaryOperator::logical_not) {
      auto operand_value = scalar(*unary->operand, bare);
      if (!operand_value) return std::nullopt;
      if (operand_value->type.kind != TypeKind::boolean) {
        error(DiagnosticKind::type_mismatch, unary->operand->span,
              fmt::format("`not` needs a condition, and this is {}", describe(operand_value->type)),
              "`not` takes this alone",
              "write the opposite operator, such as `!=`, or parentheses: `not ($in.pid == 1)`");
        return std::nullopt;
      }
      return Value{make_not(std::move(*operand_value), span), span, false};
    }
    auto operand_value = scalar(*unary->operand, bare);
    if (!operand_value) return std::nullopt;
    if (const auto number = constant_of(*operand_value); number && *number != INT64_MIN) {
      return Value{make_integer(-*number, operand_value->type, span), span, false};
    }
    if (!is_plain_number(operand_value->type) && !is_unit(operand_value->type)) {
      error(DiagnosticKind::type_mismatch, span,
            fmt::format("`-` needs a number, not {}", describe(operand_value->type)), "cannot be negated");
      return std::nullopt;
    }
    auto result = make_unary(resolved::UnaryOperator::negate, std::move(*operand_value), span);
    result.type.is_signed = true;
    result.type.bits = 64;
    return Value{std::move(result), span, false};
  }
  if (const auto* node_binary = std::get_if<syntax::Binary>(&node)) return binary(*node_binary, span, bare);
  if (const auto* node_if = std::get_if<syntax::If>(&node)) return if_value(*node_if, span, bare);
  if (const auto* node_match = std::get_if<syntax::Match>(&node)) return match_value(*node_match, span);
  if (const auto* node_call = std::get_if<syntax::Call>(&node)) {
    return call(*node_call, span, Value{NoValue{}, span, false}, true, false);
  }
  return std::nullopt;
}

std::optional<Expression> ProgramResolver::scalar_of(Value value) {
  if (value.is_broken) return std::nullopt;
  if (value.maybe_nothing) {
    error(DiagnosticKind::maybe_nothing, value.span, "this value may be nothing",
          "used as if it were always there",
          "test it first: `if $x != null { … }`, or pipe it into the stage that uses it");
    return std::nullopt;
  }
  if (auto* expression = std::get_if<Expression>(&value.node)) {
    if (is_single(expression->type)) return std::move(*expression);
    const bool is_list = expression->type.kind == TypeKind::list;
    error(DiagnosticKind::type_mismatch, value.span,
          is_list ? "this is an array, and a single value is needed"
                  : fmt::format("{} is a whole struct, and a single value is needed",
                                expression->type.name.empty() ? "this" : describe(expression->type)),
          is_list ? "an array" : "a struct",
          is_list ? "name one element, such as `.0`" : "name a member of it");
    return std::nullopt;
  }
  const auto found = std::holds_alternative<NoValue>(value.node)       ? "nothing"
                     : std::holds_alternative<EventValue>(value.node)  ? "the whole event"
                     : std::holds_alternative<RecordValue>(value.node) ? "a record"
                     : std::holds_alternative<ListValue>(value.node)   ? "a list"
                                                                       : "a range";
  error(DiagnosticKind::type_mismatch, value.span,
        fmt::format("found {}, and a single value is needed", found), fmt::format("this is {}", found),
        std::holds_alternative<EventValue>(value.node)    ? "name a column of it, such as `$in.pid`"
        : std::holds_alternative<RecordValue>(value.node) ? "name a column of it, such as `| get pid`"
        : std::holds_alternative<ListValue>(value.node)   ? "write it without the brackets"
                                                          : "");
  return std::nullopt;
}

std::optional<Expression> ProgramResolver::scalar(const syntax::Expression& expression, BareWord bare) {
  auto result = value(expression, bare);
  if (!result) return std::nullopt;
  return scalar_of(std::move(*result));
}

std::optional<Expression> ProgramResolver::condition(const syntax::Expression& expression, BareWord bare) {
  auto result = scalar(expression, bare);
  if (!result) return std::nullopt;
  if (result->type.kind == TypeKind::boolean) return result;
  const auto* const word = std::get_if<syntax::StringLiteral>(&expression.node);
  const bool is_word = word != nullptr && word->quote == syntax::Quote::bare && bare == BareWord::text;
  error(DiagnosticKind::type_mismatch, expression.span,
        fmt::format("a condition must be true or false, and this is {}", describe(result->type)),
        "not a condition",
        is_word && (word->value == "True" || word->value == "TRUE")     ? "write `true`"
        : is_word && (word->value == "False" || word->value == "FALSE") ? "write `false`"
        : is_word && is_column(word->value) ? fmt::format("write `$in.{}`, and compare it", word->value)
        : is_integral(result->type)         ? "compare it, such as `… != 0`"
                                            : "compare it, such as `… == \"text\"`");
  return std::nullopt;
}

std::optional<Value> ProgramResolver::variable(const syntax::Variable& node, Span span) {
  if (node.name == "in" || node.name == "it") {
    if (input_) {
      auto result = *input_;
      result.span = span;
      return result;
    }
    return event_value(span);
  }
  if (node.name == "ctx") return event_value(span);
  if (auto* binding = find_binding(node.name)) {
    auto result = binding->value;
    result.span = span;
    if (auto* expression = std::get_if<Expression>(&result.node)) expression->span = span;
    if (auto* list = std::get_if<ListValue>(&result.node)) {
      for (auto& item : list->items) item.span = span;
    }
    return result;
  }
  std::vector<std::string> names;
  for (const auto& scope : scopes_) {
    for (const auto& [name, binding] : scope) names.push_back(name);
  }
  for (const auto& [name, binding] : constants_) names.push_back(name);
  const bool has_event_name = std::any_of(scopes_.begin(), scopes_.end(), [](const Scope& scope) {
    return std::any_of(scope.begin(), scope.end(), [](const auto& entry) {
      return std::holds_alternative<EventValue>(entry.second.value.node);
    });
  });
  std::string help;
  if (const auto* row = mappings::find_foreign(mappings::ForeignKind::variable, node.name)) {
    help = row->instead;
  } else if (is_column(node.name)) {
    help = fmt::format("write `$in.{0}`, or name the event with `{{|e| … }}` and write `$e.{0}`", node.name);
  } else if (const auto near = nearest(node.name, names)) {
    help = fmt::format("write `${}`", *near);
  } else if (!has_event_name && clause_ != nullptr && !clause_->attach_points.empty() &&
             (node.name.size() == 1 || node.name.starts_with('e'))) {
    help = fmt::format("name the event where the closure begins: `{{|{}| … }}`", node.name);
  } else {
    help = fmt::format("write `let {} = …` before it", node.name);
  }
  error(DiagnosticKind::unknown_variable, span, fmt::format("there is no variable `${}`", node.name),
        "not in scope here", help);
  return std::nullopt;
}

std::optional<Value> ProgramResolver::member(Value head, std::span<const syntax::PathMember> members,
                                             Span span) {
  if (head.maybe_nothing) {
    (void)scalar_of(std::move(head));
    return std::nullopt;
  }
  if (head.is_unknown) return head;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& step = members[i];
    const auto* name = std::get_if<std::string>(&step.name);
    if (std::holds_alternative<EventValue>(head.node) && name != nullptr) {
      const auto& event = std::get<EventValue>(head.node);
      const auto added = std::find_if(event.added.begin(), event.added.end(),
                                      [&](const auto& field) { return field.first == *name; });
      if (added != event.added.end()) {
        head = Value{added->second, span, false};
        continue;
      }
      if (*name == "args" && i + 1 < members.size()) {
        const auto* field = std::get_if<std::string>(&members[i + 1].name);
        if (field != nullptr) {
          auto result = probe_field(*field, members[i + 1].span);
          if (!result) return std::nullopt;
          result->span = span;
          head = Value{std::move(*result), span, false};
          ++i;
          continue;
        }
      }
      if (event.hidden.contains(*name)) {
        error(DiagnosticKind::unknown_field, step.span,
              fmt::format("the column `{}` was rejected before", *name), "no longer there",
              "use it before `reject`");
        return std::nullopt;
      }
      auto result = event_field(*name, step.span);
      if (!result) return std::nullopt;
      result->span = span;
      head = Value{std::move(*result), span, false};
      continue;
    }
    if (std::holds_alternative<RecordValue>(head.node) && name != nullptr) {
      const auto& fields = std::get<RecordValue>(head.node).fields;
      const auto found =
          std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == *name; });
      if (found == fields.end()) {
        std::vector<std::string> names;
        for (const auto& field : fields) names.push_back(field.first);
        const auto near = nearest(*name, names);
        error(DiagnosticKind::unknown_field, step.span, fmt::format("there is no column `{}` here", *name),
              fmt::format("the columns are {}", fmt::join(names, ", ")),
              near ? fmt::format("write `{}`", *near) : "");
        return std::nullopt;
      }
      auto field = found->second;
      field.span = span;
      head = Value{std::move(field), span, false};
      continue;
    }
    if (const auto* list = std::get_if<ListValue>(&head.node); list != nullptr && name == nullptr) {
      auto item = item_at(*list, std::get<std::int64_t>(step.name), step.span);
      if (!item) return std::nullopt;
      head = std::move(*item);
      continue;
    }
    if (auto* expression = std::get_if<Expression>(&head.node)) {
      auto result = followed(std::move(*expression), step);
      if (!result) return std::nullopt;
      auto readable = make_readable(std::move(*result));
      readable.span = span;
      head = Value{std::move(readable), span, false};
      continue;
    }
    error(DiagnosticKind::type_mismatch, step.span, "only the event and records have columns",
          "nothing to look into");
    return std::nullopt;
  }
  head.span = span;
  return head;
}

std::vector<syntax::PathMember> path_members(std::string_view path, Span span) {
  std::vector<syntax::PathMember> members;
  auto begin = span.begin;
  for (auto& part : split_path(path)) {
    const auto size = static_cast<std::uint32_t>(part.size());
    members.push_back({std::move(part), false, Span{begin, begin + size}});
    begin += size + 1;
  }
  return members;
}

std::optional<Value> ProgramResolver::column(std::string_view path, Span span) {
  const auto members = path_members(path, span);
  auto head = input_ ? *input_ : event_value(span);
  if (std::holds_alternative<Expression>(head.node) || std::holds_alternative<NoValue>(head.node)) {
    // Behind `get` there are no columns left: a bare word still names one of the event.
    head = event_value(span);
  }
  return member(std::move(head), members, span);
}

std::optional<Expression> ProgramResolver::event_field(std::string_view name, Span span) {
  if (const auto* field = mappings::find_context_field(name)) {
    const auto caps_function =
        std::all_of(clause_->attach_points.begin(), clause_->attach_points.end(),
                    [](const AttachPoint& point) { return point.probe->has_function; });
    if (field->name == "func" && !caps_function) {
      error(DiagnosticKind::unknown_field, span, fmt::format("`func` is not known in `{}`", probe_name()),
            "only function probes have it", "write `probe` for the name of the probe");
      return std::nullopt;
    }
    if (field->name == "func") {
      if (auto function = traced_function(span)) return function;
    }
    Type type = simple_type(field->kind);
    type.bits = static_cast<std::uint8_t>(field->bits);
    type.is_signed = field->is_signed;
    if (!field->kernel_type.empty()) {
      type.kind = TypeKind::structure;
      type.is_pointer = true;
      type.name = field->kernel_type;
    }
    return Expression{ContextRead{field}, std::move(type), span};
  }
  return probe_field(name, span);
}

/// `func` where bpftrace's own is not to be trusted: in return probes 0.17 gives the caller, and of a user
/// function only the address once its process has ended. There the name of the probe tells. Nothing for a
/// kprobe.
std::optional<Expression> ProgramResolver::traced_function(Span span) const {
  const auto& points = clause_->attach_points;
  const bool is_entry = std::all_of(points.begin(), points.end(), [](const AttachPoint& point) {
    return point.probe->name == "kprobe" || point.target.starts_with("kprobe:");
  });
  if (is_entry) return std::nullopt;
  const auto& target = points.front().target;
  if (points.size() == 1 && !points.front().probe->provider.empty() &&
      target.find('*') == std::string::npos) {
    const auto colon = target.find(':');
    return Expression{Text{colon == std::string::npos ? target : target.substr(colon + 1)},
                      simple_type(TypeKind::string), span};
  }
  const bool in_kernel = std::all_of(points.begin(), points.end(), [](const AttachPoint& point) {
    return point.probe->name == "kretprobe" || point.target.starts_with("kretprobe:");
  });
  auto type = simple_type(TypeKind::symbol);
  type.name = "func";
  return Expression{ContextRead{mappings::find_context_field(in_kernel ? "func" : "probe")}, std::move(type),
                    span};
}

std::optional<Expression> ProgramResolver::probe_field(std::string_view name, Span span) {
  const auto& points = clause_->attach_points;
  const auto all = [&](bool mappings::Probe::*capability) {
    return std::all_of(points.begin(), points.end(),
                       [&](const AttachPoint& p) { return p.probe->*capability; });
  };
  const bool is_argument = name.size() == 4 && name.starts_with("arg") && name[3] >= '0' && name[3] <= '9';
  if (is_argument && all(&mappings::Probe::has_arguments)) {
    return Expression{ArgumentRead{std::string(name)}, integer_type(64, false), span};
  }
  const bool in_kernel =
      !points.empty() && std::all_of(points.begin(), points.end(), [](const AttachPoint& p) {
        return p.probe->target == mappings::Target::function;
      });
  if (name == "retval" && in_kernel && all(&mappings::Probe::has_return)) return kernel_return(span);
  if (name == "retval" && all(&mappings::Probe::has_return)) {
    return Expression{ArgumentRead{"retval"}, integer_type(64, true), span};
  }
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == name; });
  if (found != fields_.end()) {
    fields_used_ = true;
    if (found->second.type.kind == TypeKind::nothing) {
      error(DiagnosticKind::not_supported, span,
            fmt::format("the field `{}` is of a type that nubpf cannot read yet", name), "cannot be read",
            "leave it out");
      return std::nullopt;
    }
    const auto& field = found->second;
    auto type = field.type;
    if (const auto c = declarations_.find(name); c != declarations_.end()) type = field_type(type, c->second);
    Expression read{FieldRead{std::string(name), field.access, field.is_data_loc, field.place}, type, span};
    if (field.access != FieldAccess::pointer) return read;
    return Expression{ReadStrings{std::make_shared<const Expression>(std::move(read))}, std::move(type),
                      span};
  }
  if (const auto conflict = conflicts_.find(name); conflict != conflicts_.end()) {
    error(DiagnosticKind::conflicting_fields, span,
          fmt::format("the attach points of this clause do not agree on `{}`", name), conflict->second,
          "write a clause for each of them");
    return std::nullopt;
  }
  if (in_kernel) return kernel_argument(name, span);
  const bool function = all(&mappings::Probe::has_function);
  if (!fields_known_ && function) {
    error(DiagnosticKind::not_supported, span,
          fmt::format("arguments of functions are known by number only, and `{}` is a name", name),
          "not known by name yet",
          all(&mappings::Probe::has_return) ? "write `retval`" : "write `arg0`, `arg1`, …");
    return std::nullopt;
  }
  error(DiagnosticKind::unknown_field, span, fmt::format("`{}` has no field `{}`", probe_name(), name),
        "not a field of this event", field_help(name, field_names()));
  return std::nullopt;
}

std::string ProgramResolver::column_name(const syntax::Expression& expression) const {
  if (const auto* word = std::get_if<syntax::StringLiteral>(&expression.node)) {
    const auto dot = word->value.rfind('.');
    return dot == std::string::npos ? word->value : word->value.substr(dot + 1);
  }
  if (const auto* path = std::get_if<syntax::CellPath>(&expression.node);
      path != nullptr && !path->members.empty()) {
    if (const auto* name = std::get_if<std::string>(&path->members.back().name)) return *name;
  }
  if (const auto* node = std::get_if<syntax::Variable>(&expression.node)) return node->name;
  if (const auto* inner = std::get_if<syntax::Subexpression>(&expression.node)) {
    const auto& statements = inner->block.statements;
    if (statements.size() == 1) {
      if (const auto* line = std::get_if<syntax::Pipeline>(&statements.front().node); line != nullptr) {
        return column_name(line->stages.front());
      }
    }
  }
  return {};
}

std::optional<std::vector<std::pair<std::string, Expression>>> ProgramResolver::keys(
    const syntax::Expression& expression) {
  Keys result;
  if (const auto* list = std::get_if<syntax::List>(&expression.node)) {
    for (const auto& item : list->items) {
      auto key = scalar(item, BareWord::column);
      if (!key) return std::nullopt;
      add_key(result, column_name(item), std::move(*key));
    }
  } else if (std::holds_alternative<syntax::Record>(expression.node)) {
    auto record = value(expression);
    if (!record) return std::nullopt;
    result = std::get<RecordValue>(record->node).fields;
  } else {
    auto key_value = value(expression, BareWord::column);
    if (!key_value) return std::nullopt;
    if (auto* record = std::get_if<RecordValue>(&key_value->node)) {
      result = record->fields;
    } else if (auto* items = std::get_if<ListValue>(&key_value->node)) {
      for (std::size_t i = 0; i < items->items.size(); ++i)
        add_key(result, i < items->names.size() ? items->names[i] : std::string(),
                std::move(items->items[i]));
    } else {
      auto key = scalar_of(std::move(*key_value));
      if (!key) return std::nullopt;
      add_key(result, column_name(expression), std::move(*key));
    }
  }
  if (result.empty()) {
    error(DiagnosticKind::bad_argument, expression.span, "a key needs at least one column",
          "nothing to tell apart by", "name a column, or leave the key out");
    return std::nullopt;
  }
  return result;
}

std::optional<std::vector<std::pair<std::string, Expression>>> ProgramResolver::keys_of(
    const Value& key, std::string_view fallback) {
  if (const auto* record = std::get_if<RecordValue>(&key.node)) return record->fields;
  if (const auto* list = std::get_if<ListValue>(&key.node)) {
    Keys result;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      const bool is_named = i < list->names.size() && !list->names[i].empty();
      add_key(result, is_named ? list->names[i] : fmt::format("{}{}", fallback, i + 1), list->items[i]);
    }
    return result;
  }
  auto expression = scalar_of(key);
  if (!expression) return std::nullopt;
  return Keys{{std::string(fallback), std::move(*expression)}};
}

}  // namespace nubpf::resolving
