// Statements: what has no value.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

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
    const auto* carried = std::get_if<LocalRead>(&expression->node);
    if (carried != nullptr && result_locals_.contains(carried->local)) {
      // The variable that carries the value becomes the user's.
      const auto local = carried->local;
      result_locals_.erase(local);
      clause_->locals[local].name.clear();
      clause_->locals[local].name = unique_local_name(let.name);
      binding.local = local;
      binding.value = {read_local(local, let.name_span), let.name_span, result->maybe_nothing};
    } else if (!is_single(expression->type)) {
      // A whole struct stays where it is: the name stands for the path to it.
      binding.value = std::move(*result);
    } else if (!is_constant || binding.is_mutable) {
      auto type = expression->type;
      if (binding.is_mutable && is_integral(type)) type.bits = 64;
      const auto local = new_local(let.name, type);
      clause_->locals[local].is_typed = !binding.is_mutable && is_struct_pointer(type);
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

}  // namespace nubpf::resolving
