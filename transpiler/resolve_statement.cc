#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"
#include "transpiler/suggest.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

/// What an aggregation can take as a value.
bool is_countable(const Type& type) {
  return is_integral(type) && type.kind != TypeKind::datetime;
}

/// The words of a call that make its command's name: `map set` is two.
std::pair<const mappings::Command*, std::size_t> find_command(const syntax::Call& call) {
  if (!call.arguments.empty()) {
    if (const auto* first = std::get_if<syntax::Box<syntax::Expression>>(&call.arguments.front().node)) {
      const auto* word = std::get_if<syntax::StringLiteral>(&(*first)->node);
      if (word != nullptr && word->quote == syntax::Quote::bare) {
        if (const auto* command = mappings::find_command(fmt::format("{} {}", call.name, word->value))) {
          return {command, 1};
        }
      }
    }
  }
  return {mappings::find_command(call.name), 0};
}

std::vector<std::string> command_names(std::string_view first_word = {}) {
  std::vector<std::string> names;
  for (const auto& command : mappings::commands()) {
    if (first_word.empty() || command.name.starts_with(fmt::format("{} ", first_word))) {
      names.emplace_back(command.name);
    }
  }
  if (first_word.empty()) {
    for (const auto& function : mappings::functions()) names.emplace_back(function.name);
    for (const auto* word : {"if", "let", "mut", "match", "for", "return"}) names.emplace_back(word);
  }
  return names;
}

}  // namespace

void ProgramResolver::block(const syntax::Block& block, bool is_tail) {
  scopes_.emplace_back();
  const auto outer_input = input_;
  for (std::size_t i = 0; i < block.statements.size(); ++i) {
    input_ = outer_input;
    statement(block.statements[i], is_tail && i + 1 == block.statements.size());
  }
  input_ = outer_input;
  scopes_.pop_back();
}

void ProgramResolver::statement(const syntax::Statement& statement, bool is_tail) {
  const auto refuse = [&](std::string message, std::string help) {
    error(DiagnosticKind::not_in_kernel, statement.span, std::move(message), "not available in the kernel",
          std::move(help));
  };
  const auto& node = statement.node;
  if (const auto* line = std::get_if<syntax::Pipeline>(&node)) return pipeline_statement(*line, is_tail);
  if (const auto* let_node = std::get_if<syntax::Let>(&node)) return let(*let_node);
  if (const auto* assign_node = std::get_if<syntax::Assign>(&node))
    return assign(*assign_node, statement.span);
  if (const auto* loop = std::get_if<syntax::For>(&node)) return for_loop(*loop, statement.span);
  if (std::holds_alternative<syntax::While>(node)) {
    return refuse("`while` has no bound, and every kernel program must end",
                  "write `for i in 0..<100 { … }`, or loop after the closure");
  }
  if (std::holds_alternative<syntax::Loop>(node)) {
    return refuse("`loop` has no bound, and every kernel program must end",
                  "write `for i in 0..<100 { … }`, or loop after the closure");
  }
  if (std::holds_alternative<syntax::Break>(node) || std::holds_alternative<syntax::Continue>(node)) {
    error(DiagnosticKind::not_supported, statement.span, "`break` and `continue` are not translated yet",
          "inside a loop that is unrolled", "put the rest of the body into an `if`");
    return;
  }
  if (const auto* return_node = std::get_if<syntax::Return>(&node)) {
    if (return_node->value) pipeline_statement(*return_node->value, true);
    push({Return{}, statement.span});
    return;
  }
  if (std::holds_alternative<syntax::Use>(node))
    return refuse("`use` works outside of the closure only", "write it before the program");
  if (std::holds_alternative<syntax::Def>(node)) {
    return refuse("commands cannot be defined inside the closure", "write the body where it is needed");
  }
}

void ProgramResolver::let(const syntax::Let& let) {
  auto result = pipeline(let.value, false);
  if (!result) {
    // Known, but of no use: further errors about it would only repeat this one.
    scopes_.back()[let.name] = Binding{{NoValue{}, let.name_span, false}, false, std::nullopt};
    return;
  }
  Binding binding;
  binding.is_mutable = let.kind == syntax::Let::Kind::mut;
  if (auto* expression = std::get_if<Expression>(&result->node)) {
    const bool is_constant = constant_of(*expression) || std::holds_alternative<Text>(expression->node);
    if (!is_constant || binding.is_mutable) {
      auto type = expression->type;
      if (binding.is_mutable && is_integral(type)) type.bits = 64;
      const auto local = new_local(let.name, type);
      push({Assign{local, std::move(*expression)}, let.name_span});
      binding.local = local;
      binding.value = {read_local(local, let.name_span), let.name_span, result->maybe_nothing};
    } else {
      binding.value = std::move(*result);
    }
  } else if (binding.is_mutable) {
    error(DiagnosticKind::not_supported, let.name_span, "only numbers and strings can be `mut`",
          "not a single value", "use one variable for each part");
    return;
  } else {
    if (auto* record = std::get_if<RecordValue>(&result->node)) {
      for (auto& [name, field] : record->fields) field = materialize(std::move(field), name);
    }
    binding.value = std::move(*result);
  }
  scopes_.back()[let.name] = std::move(binding);
}

void ProgramResolver::assign(const syntax::Assign& assign, Span span) {
  const auto* target = std::get_if<syntax::Variable>(&assign.target.node);
  if (target == nullptr) {
    error(DiagnosticKind::immutable, assign.target.span, "only a `mut` variable can be assigned",
          "cannot be changed", "write `mut x = …` and assign `$x`");
    return;
  }
  auto* binding = find_binding(target->name);
  if (binding == nullptr) {
    (void)variable(*target, assign.target.span);
    return;
  }
  if (!binding->is_mutable || !binding->local) {
    error(DiagnosticKind::immutable, assign.target.span, fmt::format("`${}` is not mutable", target->name),
          "assigned here", fmt::format("write `mut {} = …` where it is made", target->name));
    return;
  }
  const auto local = *binding->local;
  const auto local_type = clause_->locals[local].type;
  auto right = pipeline(assign.value, false);
  if (!right) return;
  auto value_expression = scalar_of(std::move(*right));
  if (!value_expression) return;
  if (assign.op) {
    syntax::Binary synthetic;
    synthetic.op = *assign.op;
    synthetic.op_span = assign.op_span;
    auto result =
        arithmetic(synthetic, read_local(local, assign.target.span), std::move(*value_expression), span);
    if (!result) return;
    value_expression = scalar_of(std::move(*result));
    if (!value_expression) return;
  }
  const auto& type = value_expression->type;
  const bool plain = (type.kind == TypeKind::integer || type.kind == TypeKind::enumeration) &&
                     local_type.kind == TypeKind::integer;
  if (type.kind != local_type.kind && !plain) {
    error(
        DiagnosticKind::type_mismatch, value_expression->span,
        fmt::format("`${}` is `{}`, and this is `{}`", target->name, to_string(local_type), to_string(type)),
        "of another type", "keep one type for each variable");
    return;
  }
  if (type.is_signed && !constant_of(*value_expression)) clause_->locals[local].type.is_signed = true;
  push({Assign{local, std::move(*value_expression)}, span});
}

void ProgramResolver::for_loop(const syntax::For& loop, Span span) {
  static constexpr std::int64_t kMostTurns = 100;
  std::vector<Expression> turns;
  auto over = value(loop.range);
  if (!over) return;
  if (const auto* range = std::get_if<RangeValue>(&over->node);
      range != nullptr && range->from && range->to) {
    const auto last = range->inclusive ? *range->to : *range->to - 1;
    if (last - *range->from >= kMostTurns) {
      error(DiagnosticKind::not_in_kernel, loop.range.span,
            fmt::format("a loop runs at most {} times in the kernel", kMostTurns),
            fmt::format("{} times", last - *range->from + 1), "use a smaller range");
      return;
    }
    for (auto i = *range->from; i <= last; ++i)
      turns.push_back(make_integer(i, integer_type(64, true), loop.range.span));
  } else if (auto* list = std::get_if<ListValue>(&over->node)) {
    turns = std::move(list->items);
  } else {
    error(DiagnosticKind::not_in_kernel, loop.range.span, "the bounds of a loop must be known before the run",
          "not a fixed range or list", "write `for i in 0..<10 { … }`");
    return;
  }
  for (auto& turn : turns) {
    scopes_.emplace_back();
    const auto turn_span = turn.span;
    scopes_.back()[loop.variable] =
        Binding{{materialize(std::move(turn), loop.variable), turn_span, false}, false, std::nullopt};
    block(loop.body, false);
    scopes_.pop_back();
  }
  (void)span;
}

void ProgramResolver::pipeline_statement(const syntax::Pipeline& line, bool is_tail) {
  if (line.stages.size() == 1) {
    if (const auto* node = std::get_if<syntax::If>(&line.stages.front().node))
      return if_statement(*node, line.span, is_tail);
    if (const auto* node = std::get_if<syntax::Match>(&line.stages.front().node))
      return match_statement(*node, line.span, is_tail);
  }
  auto* const outer = current_;
  const auto outer_input = input_;
  const auto outer_deferred = std::exchange(deferred_, {});
  auto result = pipeline(line, true);
  if (result && !std::holds_alternative<NoValue>(result->node)) {
    if (is_tail) {
      if (result->maybe_nothing) {
        // A timer that was never started yields no row.
        auto expression = std::get<Expression>(result->node);
        Statements then;
        auto* const before = current_;
        current_ = &then;
        emit_value({expression, result->span, false}, {}, line.span);
        current_ = before;
        auto test =
            make_binary(Operator::not_equal, expression, make_integer(0, integer_type(64, true), line.span),
                        simple_type(TypeKind::boolean), line.span);
        push({If{std::move(test), std::move(then), {}}, line.span});
      } else {
        emit_value(*result, {}, line.span);
      }
    } else {
      error(DiagnosticKind::no_value, line.span, "this value is left unused",
            "only the last statement's value is sent", "write `| emit` behind it, or leave it out");
    }
  }
  for (auto& [block, statement] : deferred_) block->push_back(std::move(statement));
  deferred_ = outer_deferred;
  input_ = outer_input;
  current_ = outer;
}

void ProgramResolver::if_statement(const syntax::If& node, Span span, bool is_tail) {
  auto test = condition(*node.condition);
  // The branches are read even where the condition is wrong: their errors count too.
  const auto known_there = [&]() -> std::optional<std::uint32_t> {
    // `if $x != null { … }`: inside, $x is there.
    if (!test) return std::nullopt;
    const auto* binary_node = std::get_if<Binary>(&test->node);
    if (binary_node == nullptr || binary_node->op != Operator::not_equal) return std::nullopt;
    const auto* read = std::get_if<LocalRead>(&binary_node->left->node);
    return read != nullptr ? std::optional(read->local) : std::nullopt;
  }();
  const auto branch = [&](auto&& read) {
    Statements statements;
    auto* const outer = current_;
    current_ = &statements;
    read();
    current_ = outer;
    return statements;
  };
  auto then = branch([&] {
    scopes_.emplace_back();
    if (known_there) {
      for (std::size_t i = scopes_.size(); i-- > 0;) {
        for (const auto& [name, binding] : scopes_[i]) {
          if (binding.local != known_there) continue;
          auto known = binding;
          known.value.maybe_nothing = false;
          scopes_.back()[name] = std::move(known);
        }
      }
    }
    block(node.then, is_tail);
    scopes_.pop_back();
  });
  Statements otherwise;
  if (node.else_if) {
    if (const auto* next = std::get_if<syntax::If>(&node.else_if->node)) {
      otherwise = branch([&] { if_statement(*next, node.else_if->span, is_tail); });
    }
  } else if (node.otherwise) {
    otherwise = branch([&] { block(*node.otherwise, is_tail); });
  }
  if (!test) return;
  if (then.empty() && otherwise.empty()) return;
  if (then.empty()) {
    test = make_unary(resolved::UnaryOperator::logical_not, std::move(*test), test->span);
    std::swap(then, otherwise);
  }
  push({If{std::move(*test), std::move(then), std::move(otherwise)}, span});
}

std::optional<Expression> ProgramResolver::pattern_test(const syntax::MatchPattern& pattern,
                                                        const Expression& subject) {
  syntax::Binary synthetic;
  synthetic.op_span = pattern.span;
  const auto boolean = simple_type(TypeKind::boolean);
  if (std::holds_alternative<syntax::Range>(pattern.value->node)) {
    auto range_value = value(*pattern.value);
    if (!range_value) return std::nullopt;
    const auto range = std::get<RangeValue>(range_value->node);
    const auto bound = [&](syntax::BinaryOperator op, std::int64_t limit) {
      synthetic.op = op;
      auto result = comparison(synthetic, subject, make_integer(limit, integer_type(64, true), pattern.span),
                               pattern.span);
      return result ? scalar_of(std::move(*result)) : std::nullopt;
    };
    std::optional<Expression> test;
    if (range.from) {
      test = bound(syntax::BinaryOperator::greater_equal, *range.from);
      if (!test) return std::nullopt;
    }
    if (range.to) {
      auto upper = bound(range.inclusive ? syntax::BinaryOperator::less_equal : syntax::BinaryOperator::less,
                         *range.to);
      if (!upper) return std::nullopt;
      test = test ? make_binary(Operator::logical_and, std::move(*test), std::move(*upper), boolean,
                                pattern.span)
                  : std::move(*upper);
    }
    return test ? std::move(*test) : make_integer(1, boolean, pattern.span);
  }
  auto literal = operand(*pattern.value, BareWord::text, &subject);
  if (!literal) return std::nullopt;
  synthetic.op = syntax::BinaryOperator::equal;
  auto result = comparison(synthetic, subject, std::move(*literal), pattern.span);
  return result ? scalar_of(std::move(*result)) : std::nullopt;
}

void ProgramResolver::match_statement(const syntax::Match& node, Span span, bool is_tail) {
  auto subject = scalar(*node.subject);
  if (!subject) return;
  *subject = materialize(std::move(*subject), "subject");
  // Arms become an if/else chain; it is built from the last arm up.
  struct Arm {
    std::optional<Expression> test;  // none: always
    Statements body;
    Span span;
  };
  std::vector<Arm> arms;
  for (const auto& arm : node.arms) {
    Arm built;
    built.span = arm.span;
    bool always = false, failed = false;
    for (const auto& pattern : arm.patterns) {
      if (!pattern.value) {
        always = true;
        continue;
      }
      auto test = pattern_test(pattern, *subject);
      if (!test) {
        failed = true;
        continue;
      }
      built.test = built.test ? make_binary(Operator::logical_or, std::move(*built.test), std::move(*test),
                                            simple_type(TypeKind::boolean), arm.span)
                              : std::move(*test);
    }
    if (always) built.test = std::nullopt;
    if (arm.guard) {
      auto guard = condition(*arm.guard);
      if (!guard)
        failed = true;
      else
        built.test = built.test ? make_binary(Operator::logical_and, std::move(*built.test),
                                              std::move(*guard), simple_type(TypeKind::boolean), arm.span)
                                : std::move(*guard);
    }
    auto* const outer = current_;
    current_ = &built.body;
    block(arm.body, is_tail);
    current_ = outer;
    if (failed) continue;
    const bool last = !built.test;
    arms.push_back(std::move(built));
    if (last) break;
  }
  Statements chain;
  for (auto arm = arms.rbegin(); arm != arms.rend(); ++arm) {
    if (!arm->test) {
      chain = std::move(arm->body);
      continue;
    }
    if (arm->body.empty() && chain.empty()) continue;
    If branch{std::move(*arm->test), std::move(arm->body), std::move(chain)};
    chain.clear();
    chain.push_back({std::move(branch), arm->span});
  }
  for (auto& statement : chain) push(std::move(statement));
  (void)span;
}

void ProgramResolver::emit_value(const Value& value, std::string_view event, Span span) {
  EmitSite site;
  Emit statement;
  site.event = event.empty() ? probe_name() : std::string(event);
  const auto add = [&](std::string name, Expression expression) {
    const auto kind = expression.type.kind;
    if (kind == TypeKind::nothing || (kind == TypeKind::structure && !expression.type.is_pointer)) {
      error(DiagnosticKind::not_supported, expression.span,
            fmt::format("`{}` cannot be sent as a column", name),
            fmt::format("this is {}", to_string(expression.type)), "name a member of it");
      return;
    }
    if (expression.type.kind == TypeKind::boolean && constant_of(expression)) {
      // a literal stays what it is
    }
    site.columns.push_back({std::move(name), expression.type});
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
      if (whole->hidden.contains(name) || field.type.kind == TypeKind::nothing || name == "pid" ||
          name == "comm")
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
  site.id = static_cast<std::uint32_t>(program_.schema.sites.size() + program_.schema.reports.size() + 1);
  site.counter = fmt::format("@__nubpf_n{}", site.id);
  statement.site = static_cast<std::uint32_t>(program_.schema.sites.size());
  program_.schema.sites.push_back(std::move(site));
  push({std::move(statement), span});
}

std::optional<Value> ProgramResolver::pipeline(const syntax::Pipeline& line, bool is_statement) {
  const auto outer_input = input_;
  std::optional<Value> current = outer_input ? *outer_input : event_value(line.span);
  for (std::size_t i = 0; i < line.stages.size(); ++i) {
    const bool is_first = i == 0;
    if (!is_first && std::holds_alternative<NoValue>(current->node)) {
      error(DiagnosticKind::no_value, line.stages[i].span, "this stage gets no value",
            "the stage before it yields nothing", "write it as a statement of its own");
      current = std::nullopt;
      break;
    }
    if (!is_first && current->maybe_nothing && is_statement) {
      // Go on only where there is a value.
      auto expression = std::get<Expression>(current->node);
      auto test =
          make_binary(Operator::not_equal, expression, make_integer(0, integer_type(64, true), current->span),
                      simple_type(TypeKind::boolean), current->span);
      push({If{std::move(test), {}, {}}, line.span});
      current_ = &std::get<If>(current_->back().node).then;
      current->maybe_nothing = false;
    }
    if (!is_first) input_ = *current;
    const auto& node = line.stages[i];
    current = stage(node, std::move(*current), is_first, is_statement);
    if (!current) break;
    if (const auto* getter = std::get_if<syntax::Call>(&node.node)) {
      if (getter->name == "get" && !getter->arguments.empty()) {
        const auto* name = std::get_if<syntax::Box<syntax::Expression>>(&getter->arguments.front().node);
        if (name != nullptr) last_name_ = column_name(**name);
      }
    } else {
      last_name_ = column_name(node);
    }
  }
  input_ = outer_input;
  return current;
}

std::optional<Value> ProgramResolver::stage(const syntax::Expression& stage, Value input, bool is_first,
                                            bool is_statement) {
  if (const auto* node = std::get_if<syntax::Call>(&stage.node))
    return call(*node, stage.span, std::move(input), is_first, is_statement);
  if (is_first) {
    if (const auto* node = std::get_if<syntax::If>(&stage.node))
      return if_value(*node, stage.span, BareWord::text);
    return value(stage);
  }
  error(DiagnosticKind::misplaced_command, stage.span, "an expression cannot take the pipeline's value",
        "not a command", "use `$in` in a command, such as `emit {x: $in}`");
  return std::nullopt;
}

std::optional<Value> ProgramResolver::unknown_command(const syntax::Call& call, Span span) {
  if (call.is_external) {
    error(DiagnosticKind::user_space_command, call.name_span,
          fmt::format("`^{}` cannot run in the kernel", call.name), "an external command",
          "run it outside of the closure");
    return std::nullopt;
  }
  if (const auto* foreign = mappings::find_foreign_command(call.name)) {
    error(DiagnosticKind::user_space_command, call.name_span,
          fmt::format("`{}` does not run in the kernel", call.name), "not a command of the kernel side",
          std::string(foreign->instead));
    return std::nullopt;
  }
  if (mappings::find_probe(call.name) != nullptr) {
    error(DiagnosticKind::misplaced_command, call.name_span,
          fmt::format("the clause `{}` stands inside another clause", call.name), "a clause of its own",
          "write `trace { … }` around both clauses");
    return std::nullopt;
  }
  // `map gte`, `into durations`: the first word is right.
  const auto second_words = command_names(call.name);
  if (!second_words.empty()) {
    std::string found = call.name;
    Span where = call.name_span;
    if (!call.arguments.empty()) {
      found = fmt::format("{} {}", call.name, file_.slice(call.arguments.front().span));
      where = cover(where, call.arguments.front().span);
    }
    const auto near = nearest(found, second_words);
    error(DiagnosticKind::unknown_command, where, fmt::format("there is no command `{}`", found),
          "not a command of the kernel side",
          near ? fmt::format("write `{}`", *near)
               : fmt::format("there are `{}`", fmt::join(second_words, "`, `")));
    return std::nullopt;
  }
  const auto near = nearest(call.name, command_names());
  std::string help =
      near ? fmt::format("write `{}`", *near)
           : "run Nushell commands after the closure; `nubpf builtins` lists what runs in the kernel";
  if (!near && call.arguments.empty() &&
      (mappings::find_context_field(call.name) != nullptr ||
       std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == call.name; }))) {
    help = fmt::format("write `get {0}` or `$in.{0}` for the column", call.name);
  }
  error(DiagnosticKind::unknown_command, call.name_span, fmt::format("there is no command `{}`", call.name),
        "not a command of the kernel side", std::move(help));
  (void)span;
  return std::nullopt;
}

std::optional<Value> ProgramResolver::call(const syntax::Call& call, Span span, Value input, bool is_first,
                                           bool is_statement) {
  if (call.is_external) return unknown_command(call, span);
  static const std::map<std::string_view, std::string_view> kSeedNames = {{"send", "emit"},
                                                                          {"histogram", "hist"}};
  if (const auto* function = mappings::find_function(call.name)) {
    BoundCall bound;
    if (!bind_call(call, function->name, {}, 0, 1, 0, "[VALUE]", bound)) return std::nullopt;
    if (!bound.positionals.empty()) {
      auto argument = value(*bound.positionals.front(), BareWord::column);
      if (!argument) return std::nullopt;
      input = std::move(*argument);
    }
    return conversion(*function, std::move(input), span);
  }
  auto [command, words] = find_command(call);
  if (const auto seed = kSeedNames.find(call.name); seed != kSeedNames.end())
    command = mappings::find_command(seed->second);
  if (command == nullptr) return unknown_command(call, span);
  BoundCall bound;
  if (!bind_call(call, command->name, command->flags, command->min_arguments, command->max_arguments, words,
                 command->usage, bound)) {
    return std::nullopt;
  }
  if (!is_statement && command->role != mappings::Role::shape && command->role != mappings::Role::cast &&
      command->name != "map get" && command->name != "map has" && command->name != "timer stop") {
    error(DiagnosticKind::misplaced_command, call.name_span,
          fmt::format("`{}` yields no value, and one is needed here", command->name), "used as a value",
          "write it as a statement of its own");
    return std::nullopt;
  }
  switch (command->role) {
    case mappings::Role::filter:
      return where(bound, std::move(input), is_statement);
    case mappings::Role::shape:
      return shape(*command, bound, std::move(input));
    case mappings::Role::cast:
      if (is_first && std::holds_alternative<EventValue>(input.node)) {
        error(DiagnosticKind::no_value, call.name_span, fmt::format("`{}` needs a value", command->name),
              "nothing is piped in", fmt::format("write `VALUE | {}`", command->name));
        return std::nullopt;
      }
      return cast(*command, std::move(input), span);
    case mappings::Role::aggregation:
      if (is_first) input = event_value(span);
      return aggregation(*command, bound, std::move(input), span);
    case mappings::Role::state:
      return command->name.starts_with("timer") ? timer(*command, bound, span, is_statement)
                                                : map_command(*command, bound, input, span);
    case mappings::Role::output:
      if (command->name == "emit") return emit(bound, input, span);
      if (command->name == "report") return report(bound, span);
      return print(bound, input, span);
    case mappings::Role::action:
      return action(*command, bound, span);
  }
  return std::nullopt;
}

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
  const bool number = from == TypeKind::integer || from == TypeKind::enumeration || from == TypeKind::address;
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

std::optional<Value> ProgramResolver::aggregation(const mappings::Command& command, const BoundCall& bound,
                                                  Value input, Span span) {
  const auto kind = mappings::aggregation_kind(command.name);
  const bool piped =
      !std::holds_alternative<EventValue>(input.node) && !std::holds_alternative<RecordValue>(input.node);
  std::optional<std::vector<std::pair<std::string, Expression>>> key_list;
  std::optional<Expression> amount;
  bool failed = false;

  if (const auto* by = bound.flag("by")) {
    key_list = keys(*by->value);
    failed = !key_list;
  }
  const auto* argument = bound.positionals.empty() ? nullptr : bound.positionals.front();
  if (kind == AggregationKind::count) {
    if (argument != nullptr || piped || std::holds_alternative<RecordValue>(input.node)) {
      if (bound.flag("by") != nullptr) {
        error(DiagnosticKind::extra_argument, argument != nullptr ? argument->span : bound.flag("by")->span,
              "`count` has two keys", argument != nullptr ? "a key" : "a second key",
              "put both into `--by [A B]`");
        return std::nullopt;
      }
      if (argument != nullptr) {
        key_list = keys(*argument);
      } else {
        key_list = keys_of(input, last_name_.empty() ? "value" : last_name_);
      }
      failed = !key_list;
    }
  } else {
    if (argument != nullptr) {
      amount = scalar(*argument, BareWord::column);
    } else if (piped) {
      amount = scalar_of(std::move(input));
    } else {
      error(DiagnosticKind::missing_argument, bound.call->name_span,
            fmt::format("`{}` needs a value", command.name), "of what",
            fmt::format("name a column, such as `{} nsecs`, or pipe a value in", command.name));
      return std::nullopt;
    }
    if (!amount) return std::nullopt;
    if (!is_countable(amount->type)) {
      error(DiagnosticKind::type_mismatch, amount->span,
            fmt::format("`{}` needs a number, not `{}`", command.name, to_string(amount->type)),
            "not a number", is_integral(amount->type) ? "" : "write `count --by` it");
      return std::nullopt;
    }
  }
  if (failed) return std::nullopt;

  Aggregation row;
  row.kind = kind;
  row.name = command.name;
  if (const auto* as = bound.flag("as")) {
    const auto name = name_argument(*as->value, "aggregation");
    if (!name) return std::nullopt;
    row.name = *name;
  }
  row.map = "@" + row.name;
  row.value = amount ? amount->type : integer_type(64, false);
  if (amount && (amount->type.kind == TypeKind::enumeration || amount->type.kind == TypeKind::address ||
                 amount->type.kind == TypeKind::boolean || amount->type.kind == TypeKind::instant)) {
    row.value = integer_type(64, amount->type.is_signed);
  }
  if (kind == AggregationKind::lhist) {
    const auto part = [&](std::string_view name) -> std::optional<std::int64_t> {
      const auto* use = bound.flag(name);
      if (use == nullptr) {
        error(DiagnosticKind::missing_argument, bound.call->name_span,
              fmt::format("`lhist` needs `--{}`", name), "which buckets",
              "write `lhist VALUE --min 0 --max 1000 --step 50`");
        return std::nullopt;
      }
      auto bound_value = scalar(*use->value);
      if (!bound_value) return std::nullopt;
      const auto number = constant_of(*bound_value);
      if (!number) {
        error(DiagnosticKind::bad_argument, use->value->span, fmt::format("`--{}` needs a literal", name),
              "not known before the run", "write a number");
        return std::nullopt;
      }
      const auto given = bound_value->type.kind;
      const bool fits = given == row.value.kind || (given == TypeKind::integer && *number == 0);
      if (!fits) {
        error(DiagnosticKind::type_mismatch, use->value->span,
              fmt::format("`--{}` must be of the type of the value, `{}`", name, to_string(row.value)),
              fmt::format("this is `{}`", to_string(bound_value->type)),
              row.value.kind == TypeKind::duration ? "write a duration such as `50us`" : "");
        return std::nullopt;
      }
      return number;
    };
    const auto low = part("min"), high = part("max"), step = part("step");
    if (!low || !high || !step) return std::nullopt;
    row.buckets = {*low, *high, *step};
    if (*low < 0) {
      error(DiagnosticKind::bad_argument, bound.flag("min")->value->span, "`--min` cannot be negative",
            "bpftrace counts from 0 up", "write `--min 0`: smaller values have a bucket of their own");
      return std::nullopt;
    }
    if (*step <= 0 || *high <= *low) {
      error(DiagnosticKind::bad_argument, bound.call->name_span,
            "`lhist` needs `--min` below `--max`, and a positive `--step`", "no buckets",
            "write `--min 0 --max 1000 --step 50`");
      return std::nullopt;
    }
    if ((*high - *low) / *step > 1000) {
      error(DiagnosticKind::bad_argument, bound.call->name_span,
            fmt::format("`lhist` has {} buckets, and 1000 is the most", (*high - *low) / *step),
            "too many buckets", "use a larger `--step`");
      return std::nullopt;
    }
  }
  Aggregate statement;
  if (key_list) {
    for (auto& [name, key] : *key_list) {
      const auto key_kind = key.type.kind;
      if (key_kind == TypeKind::list || key_kind == TypeKind::nothing || key_kind == TypeKind::binary) {
        error(DiagnosticKind::not_supported, key.span,
              fmt::format("`{}` cannot be a key", to_string(key.type)), "not a key",
              "use one of its members");
        return std::nullopt;
      }
      row.keys.push_back({name, key.type});
      statement.keys.push_back(std::move(key));
    }
  }
  // bpftrace 0.17 to 0.27 begin max() at 0: negative values are kept as the smallest of their opposites.
  row.is_negated = kind == AggregationKind::max && row.value.is_signed;
  statement.value = std::move(amount);

  auto& rows = program_.schema.aggregations;
  const auto same =
      std::find_if(rows.begin(), rows.end(), [&](const auto& other) { return other.name == row.name; });
  const auto index = static_cast<std::uint32_t>(same - rows.begin());
  if (same == rows.end()) {
    rows.push_back(std::move(row));
    aggregation_spans_.push_back(span);
  } else {
    const bool keys_fit =
        same->keys.size() == row.keys.size() &&
        std::equal(same->keys.begin(), same->keys.end(), row.keys.begin(),
                   [](const Column& a, const Column& b) {
                     return a.name == b.name &&
                            (a.type.kind == b.type.kind || (is_integral(a.type) && is_integral(b.type)));
                   });
    if (same->kind != row.kind || !keys_fit || same->value.kind != row.value.kind ||
        same->buckets.min != row.buckets.min || same->buckets.max != row.buckets.max ||
        same->buckets.step != row.buckets.step) {
      const auto what = same->kind != row.kind ? "of another kind"
                        : !keys_fit            ? "with another key"
                                               : "of other values";
      error(DiagnosticKind::conflicting_map, span,
            fmt::format("the aggregation `{}` is already there, {}", row.name, what), "a second use",
            "give one of them a name of its own with `--as NAME`",
            {{aggregation_spans_[index], "the first use"}});
      return std::nullopt;
    }
    if (row.value.is_signed && !same->value.is_signed) {
      same->value.is_signed = true;
      same->is_negated = same->kind == AggregationKind::max;
    }
  }
  statement.aggregation = index;
  does_something_ = true;
  push({std::move(statement), span});
  return Value{NoValue{}, span, false};
}

std::optional<Value> ProgramResolver::map_command(const mappings::Command& command, const BoundCall& bound,
                                                  const Value&, Span span) {
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
      if (is_integral(known)) known.bits = 64;
      map.value_may_be_zero = type.kind != TypeKind::instant && type.kind != TypeKind::datetime;
    } else if (known.kind != type.kind && !(known.kind == TypeKind::integer && is_integral(type))) {
      error(
          DiagnosticKind::conflicting_map, new_value->span,
          fmt::format("the map `{}` holds `{}`, and this is `{}`", *name, to_string(known), to_string(type)),
          "of another type", "use one map for each type", {{map_spans_[index], "the first use"}});
      return std::nullopt;
    }
    if (is_integral(known) && type.is_signed && !(constant_of(*new_value) && *constant_of(*new_value) >= 0))
      known.is_signed = true;
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
  return Value{Expression{MapRead{index, std::move(key_expressions)}, std::move(type), span}, span, false};
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
  if (is_statement) {
    // The rest of the pipeline runs only where the timer was started; the start is forgotten behind it.
    push({If{std::move(started), {}, {}}, span});
    current_ = &std::get<If>(current_->back().node).then;
    auto local = new_local("took", took_type);
    own_locals_.insert(local);
    push({Assign{local, std::move(took)}, span});
    deferred_.emplace_back(current_, Statement{MapDelete{index, std::move(key_expressions)}, span});
    return Value{read_local(local, span), span, false};
  }
  const auto local = new_local("took", took_type);
  clause_->locals[local].declare_first = true;
  Statements then;
  then.push_back({Assign{local, std::move(took)}, span});
  then.push_back({MapDelete{index, std::move(key_expressions)}, span});
  push({If{std::move(started), std::move(then), {}}, span});
  return Value{read_local(local, span), span, true};
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
  site.id = static_cast<std::uint32_t>(program_.schema.sites.size() + program_.schema.reports.size() + 1);
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
  const auto kind = expression->type.kind;
  if (kind == TypeKind::list || kind == TypeKind::binary || kind == TypeKind::datetime) {
    error(DiagnosticKind::not_supported, at,
          fmt::format("a `{}` cannot be printed", to_string(expression->type)), "not text",
          "emit it as a column");
    return false;
  }
  if (const auto* text = std::get_if<Text>(&expression->node)) {
    parts.emplace_back(text->value);
  } else {
    parts.emplace_back(std::move(*expression));
  }
  return true;
}

bool ProgramResolver::text_parts(const syntax::Expression& expression,
                                 std::vector<std::variant<std::string, Expression>>& parts) {
  const auto* text = std::get_if<syntax::Interpolation>(&expression.node);
  if (text == nullptr) {
    auto part = value(expression);
    return part && text_part(std::move(*part), expression.span, parts);
  }
  for (const auto& part : text->parts) {
    if (const auto* plain = std::get_if<std::string>(&part)) {
      parts.emplace_back(*plain);
      continue;
    }
    const auto& inner = *std::get<syntax::Box<syntax::Expression>>(part);
    auto part_value = value(inner);
    if (!part_value || !text_part(std::move(*part_value), inner.span, parts)) return false;
  }
  return true;
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

}  // namespace nubpf::resolving
