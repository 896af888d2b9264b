// Branches: `if` and `match`, as statements and as values.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

void ProgramResolver::if_statement(const syntax::If& node, Span span, bool is_tail) {
  auto test = condition(*node.condition);
  if (const auto known = test ? constant_of(*test) : std::nullopt) {
    // Decided before the run: the other branch need not even make sense.
    if (*known != 0) return block(node.then, is_tail);
    if (node.otherwise) return block(*node.otherwise, is_tail);
    const auto* next = node.else_if ? std::get_if<syntax::If>(&node.else_if->node) : nullptr;
    if (next != nullptr) if_statement(*next, node.else_if->span, is_tail);
    return;
  }
  // The branches are read even where the condition is wrong: their errors count too.
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
    if (test) assume(*test);
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

/// `$x != null and …`: where the condition holds, $x is there.
void ProgramResolver::assume(const Expression& condition) {
  if (const auto* both = std::get_if<Binary>(&condition.node);
      both != nullptr && both->op == Operator::logical_and) {
    assume(*both->left);
    assume(*both->right);
    return;
  }
  const auto tested = tested_local(condition);
  if (!tested) return;
  for (std::size_t i = scopes_.size(); i-- > 0;) {
    for (const auto& [name, binding] : scopes_[i]) {
      const auto& value = binding.value;
      if (!value.maybe_nothing || tested_local(is_there(value, value.span)) != tested) continue;
      auto known = binding;
      known.value.maybe_nothing = false;
      scopes_.back().insert_or_assign(name, std::move(known));
    }
  }
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
  const auto* const word = std::get_if<syntax::StringLiteral>(&pattern.value->node);
  if (word != nullptr && word->quote == syntax::Quote::bare &&
      (word->value == "default" || word->value == "else" || word->value == "otherwise")) {
    error(DiagnosticKind::unknown_name, pattern.span,
          fmt::format("`{}` is a word here, and not the pattern for everything else", word->value),
          "not a pattern of its own", "write `_`");
    return std::nullopt;
  }
  auto literal = operand(*pattern.value, BareWord::text, &subject);
  if (!literal) return std::nullopt;
  synthetic.op = syntax::BinaryOperator::equal;
  auto result = comparison(synthetic, subject, std::move(*literal), pattern.span);
  return result ? scalar_of(std::move(*result)) : std::nullopt;
}

std::optional<std::vector<MatchBranch>> ProgramResolver::match_branches(const syntax::Match& node) {
  auto subject = scalar(*node.subject);
  if (!subject) return std::nullopt;
  *subject = materialize(std::move(*subject), "subject");
  const auto boolean = simple_type(TypeKind::boolean);
  bool failed = false;
  std::vector<MatchBranch> branches;
  for (const auto& arm : node.arms) {
    MatchBranch branch{make_integer(0, boolean, arm.span), &arm};
    for (const auto& pattern : arm.patterns) {
      auto test = pattern.value ? pattern_test(pattern, *subject) : make_integer(1, boolean, pattern.span);
      if (!test)
        failed = true;
      else
        branch.test = make_or(std::move(*branch.test), std::move(*test), arm.span);
    }
    if (arm.guard) {
      auto guard = condition(*arm.guard);
      if (!guard)
        failed = true;
      else
        branch.test = make_and(std::move(*branch.test), std::move(*guard), arm.span);
    }
    const auto known = constant_of(*branch.test);
    if (known == 0 && !failed) continue;
    if (known) branch.test = std::nullopt;
    branches.push_back(std::move(branch));
    if (known) break;
  }
  if (failed) return std::nullopt;
  return branches;
}

void ProgramResolver::match_statement(const syntax::Match& node, Span, bool is_tail) {
  const auto branches = match_branches(node);
  if (!branches) {
    // The errors inside the arms count too.
    Statements ignored;
    auto* const outer = std::exchange(current_, &ignored);
    for (const auto& arm : node.arms) block(arm.body, is_tail);
    current_ = outer;
    return;
  }
  std::vector<Statements> bodies;
  for (const auto& branch : *branches) {
    auto* const outer = current_;
    current_ = &bodies.emplace_back();
    block(branch.arm->body, is_tail);
    current_ = outer;
  }
  // An if/else chain, built from the last arm up.
  Statements chain;
  for (std::size_t i = branches->size(); i-- > 0;) {
    const auto& branch = (*branches)[i];
    if (!branch.test) {
      chain = std::move(bodies[i]);
      continue;
    }
    if (bodies[i].empty() && chain.empty()) continue;
    If step{*branch.test, std::move(bodies[i]), std::move(chain)};
    chain.clear();
    chain.push_back({std::move(step), branch.arm->span});
  }
  for (auto& statement : chain) push(std::move(statement));
}

std::optional<Value> ProgramResolver::match_value(const syntax::Match& node, Span span) {
  const auto branches = match_branches(node);
  if (!branches) return std::nullopt;
  const std::function<std::optional<Value>(std::size_t)> from = [&](std::size_t i) -> std::optional<Value> {
    if (i == branches->size()) {
      error(DiagnosticKind::maybe_nothing, span, "a `match` used as a value needs an arm for everything else",
            "nothing if no arm fits", "add `_ => VALUE`");
      return std::nullopt;
    }
    const auto& branch = (*branches)[i];
    if (!branch.test) return block_value(branch.arm->body);
    return choose(
        *branch.test, [&] { return block_value(branch.arm->body); }, [&] { return from(i + 1); }, span);
  };
  return from(0);
}

std::optional<Value> ProgramResolver::block_value(const syntax::Block& block) {
  const auto* last =
      block.statements.empty() ? nullptr : std::get_if<syntax::Pipeline>(&block.statements.back().node);
  if (last == nullptr) {
    error(DiagnosticKind::no_value, block.span, "a value is needed here, and this yields none",
          block.statements.empty() ? "empty" : "its last statement has no value",
          "end it with the value itself");
    return std::nullopt;
  }
  scopes_.emplace_back();
  const auto outer_input = input_;
  for (std::size_t i = 0; i + 1 < block.statements.size(); ++i) {
    statement(block.statements[i], false);
    input_ = outer_input;
  }
  auto result = pipeline(*last, false);
  input_ = outer_input;
  scopes_.pop_back();
  return result;
}

std::optional<Value> ProgramResolver::if_value(const syntax::If& node, Span span, BareWord bare) {
  auto test = condition(*node.condition, bare);
  if (!test) return std::nullopt;
  const auto known = *test;
  const auto then = [&] {
    scopes_.emplace_back();
    assume(known);
    auto result = block_value(node.then);
    scopes_.pop_back();
    return result;
  };
  const auto otherwise = [&]() -> std::optional<Value> {
    if (node.otherwise) return block_value(*node.otherwise);
    if (node.else_if) return value(*node.else_if, bare);
    error(DiagnosticKind::maybe_nothing, span, "an `if` used as a value needs an `else`",
          "nothing if the condition is false", "add `else { VALUE }`");
    return std::nullopt;
  };
  return choose(std::move(*test), then, otherwise, span);
}

std::optional<Value> ProgramResolver::choose(Expression test,
                                             const std::function<std::optional<Value>()>& read_then,
                                             const std::function<std::optional<Value>()>& read_otherwise,
                                             Span span) {
  if (const auto known = constant_of(test)) return *known != 0 ? read_then() : read_otherwise();
  // Each branch is read into statements of its own: where it needs any, or yields a string, a variable
  // carries the value; else it is a `?:`.
  Statements then_statements, else_statements;
  const auto branch = [&](Statements& statements, const auto& read) {
    auto* const outer = std::exchange(current_, &statements);
    auto result = read();
    current_ = outer;
    return result;
  };
  auto then = branch(then_statements, read_then);
  auto otherwise = branch(else_statements, read_otherwise);
  if (!then || !otherwise) return std::nullopt;

  auto* const then_record = std::get_if<RecordValue>(&then->node);
  auto* const else_record = std::get_if<RecordValue>(&otherwise->node);
  if (then_record != nullptr && else_record != nullptr) {
    const bool same = std::equal(then_record->fields.begin(), then_record->fields.end(),
                                 else_record->fields.begin(), else_record->fields.end(),
                                 [](const auto& a, const auto& b) { return a.first == b.first; });
    if (!same) {
      error(DiagnosticKind::type_mismatch, otherwise->span, "the branches yield records of different columns",
            "other columns", "give both the same columns", {{then->span, "the first ones"}});
      return std::nullopt;
    }
    RecordValue result;
    bool needs_statement = !then_statements.empty() || !else_statements.empty();
    for (std::size_t i = 0; i < then_record->fields.size(); ++i) {
      const Expression& first = then_record->fields[i].second;
      needs_statement =
          needs_statement || !is_integral(first.type) || !fits_choice(first, else_record->fields[i].second);
    }
    for (std::size_t i = 0; i < then_record->fields.size(); ++i) {
      auto field = choose_scalar(test, std::move(then_record->fields[i].second),
                                 std::move(else_record->fields[i].second), then_statements, else_statements,
                                 needs_statement, span);
      if (!field) return std::nullopt;
      result.fields.emplace_back(then_record->fields[i].first, std::move(*field));
    }
    if (needs_statement)
      push({If{std::move(test), std::move(then_statements), std::move(else_statements)}, span});
    return Value{std::move(result), span, false};
  }
  auto then_scalar = scalar_of(std::move(*then));
  auto else_scalar = scalar_of(std::move(*otherwise));
  if (!then_scalar || !else_scalar) return std::nullopt;
  const bool needs_statement = !is_integral(then_scalar->type) || !is_integral(else_scalar->type) ||
                               !then_statements.empty() || !else_statements.empty() ||
                               !fits_choice(*then_scalar, *else_scalar);
  auto result = choose_scalar(test, std::move(*then_scalar), std::move(*else_scalar), then_statements,
                              else_statements, needs_statement, span);
  if (!result) return std::nullopt;
  if (needs_statement)
    push({If{std::move(test), std::move(then_statements), std::move(else_statements)}, span});
  return Value{std::move(*result), span, false};
}

namespace {

bool assigns_literal(const Statement& statement, std::uint32_t local) {
  const auto* assign = std::get_if<Assign>(&statement.node);
  return assign != nullptr && assign->local == local && std::holds_alternative<Text>(assign->value.node);
}

}  // namespace

Expression ProgramResolver::conditional(Expression test, Expression then, Expression otherwise, Span span) {
  if (fits_choice(then, otherwise)) {
    return make_conditional(std::move(test), std::move(then), std::move(otherwise), span);
  }
  const auto local = new_local("value", then.type);
  result_locals_.insert(local);
  clause_->locals[local].declare_first = true;
  Statements then_statements, else_statements;
  then_statements.push_back({Assign{local, std::move(then)}, span});
  else_statements.push_back({Assign{local, std::move(otherwise)}, span});
  push({If{std::move(test), std::move(then_statements), std::move(else_statements)}, span});
  return read_local(local, span);
}

std::optional<Expression> ProgramResolver::choose_scalar(const Expression& test, Expression then,
                                                         Expression otherwise, Statements& then_statements,
                                                         Statements& else_statements, bool needs_statement,
                                                         Span span) {
  const bool both_integral = is_integral(then.type) && is_integral(otherwise.type);
  const bool both_text = is_text(then.type) && is_text(otherwise.type);
  const auto fits = [](const Expression& a, const Expression& b) {
    // A literal number takes the unit beside it.
    return is_plain_number(a.type) && is_unit(b.type) && constant_of(a) == 0;
  };
  const bool same_kind = then.type.kind == otherwise.type.kind ||
                         (is_plain_number(then.type) && is_plain_number(otherwise.type)) || both_text ||
                         fits(then, otherwise) || fits(otherwise, then);
  if (!same_kind) {
    error(DiagnosticKind::type_mismatch, otherwise.span, "the branches of this `if` yield different types",
          fmt::format("this is {}", describe(otherwise.type)), "make both the same",
          {{then.span, fmt::format("this is {}", describe(then.type))}});
    return std::nullopt;
  }
  Type type = is_unit(otherwise.type) ? otherwise.type : then.type;
  if (both_integral) {
    type.is_signed = then.type.is_signed || otherwise.type.is_signed;
    type.bits = 64;
  }
  if (!needs_statement) {
    auto result = make_conditional(test, std::move(then), std::move(otherwise), span);
    result.type = type;
    return result;
  }
  // The variable that carries the value of an inner branch carries that of this one, too.
  const auto carries = [&](const Expression& e) {
    const auto* read = std::get_if<LocalRead>(&e.node);
    return read != nullptr && result_locals_.contains(read->local) ? std::optional(read->local)
                                                                   : std::nullopt;
  };
  if (const auto inner = carries(otherwise)) {
    clause_->locals[*inner].type = type;
    // What stands for all else stands before the whole chain, not before its rest.
    if (assigns_literal(else_statements.front(), *inner)) {
      push(std::move(else_statements.front()));
      else_statements.erase(else_statements.begin());
    } else {
      clause_->locals[*inner].declare_first = true;
    }
    then_statements.push_back({Assign{*inner, std::move(then)}, span});
    return read_local(*inner, span);
  }
  if (const auto inner = carries(then)) {
    clause_->locals[*inner].type = type;
    clause_->locals[*inner].declare_first = true;
    else_statements.push_back({Assign{*inner, std::move(otherwise)}, span});
    return read_local(*inner, span);
  }
  const auto local = new_local("value", type);
  result_locals_.insert(local);
  then_statements.push_back({Assign{local, std::move(then)}, span});
  Statement assign_otherwise{Assign{local, std::move(otherwise)}, span};
  if (assigns_literal(assign_otherwise, local)) {
    // Three branches that each copy a literal become code that 0.17's verifier refuses.
    push(std::move(assign_otherwise));
  } else {
    clause_->locals[local].declare_first = true;
    else_statements.push_back(std::move(assign_otherwise));
  }
  return read_local(local, span);
}

}  // namespace nubpf::resolving
