// Statements: what has no value.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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
  if (std::holds_alternative<syntax::Break>(node)) return jump(true, statement.span);
  if (std::holds_alternative<syntax::Continue>(node)) return jump(false, statement.span);
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
    scopes_.back()[let.name] = Binding{{NoValue{}, let.name_span, false, true}, false, std::nullopt};
    return;
  }
  Binding binding;
  binding.is_mutable = let.kind == syntax::Let::Kind::mut;
  if (result->is_unknown) {
    binding.value = std::move(*result);
  } else if (auto* expression = std::get_if<Expression>(&result->node)) {
    const bool is_constant = constant_of(*expression) || std::holds_alternative<Text>(expression->node);
    const bool is_column_only = std::holds_alternative<Interpolated>(expression->node) ||
                                std::holds_alternative<ReadStrings>(expression->node);
    const auto* carried = std::get_if<LocalRead>(&expression->node);
    if (carried != nullptr && result_locals_.contains(carried->local)) {
      // The variable that carries the value becomes the user's.
      const auto local = carried->local;
      result_locals_.erase(local);
      clause_->locals[local].name.clear();
      clause_->locals[local].name = unique_local_name(let.name);
      binding.local = local;
      binding.value = *result;
      binding.value.node = read_local(local, let.name_span);
      binding.value.span = let.name_span;
    } else if (is_column_only && !binding.is_mutable) {
      result->node = materialize(std::move(*expression), let.name);
      binding.value = std::move(*result);
    } else if (!is_single(expression->type)) {
      // A whole struct stays where it is: the name stands for the path to it.
      binding.value = std::move(*result);
    } else if (!is_constant || binding.is_mutable) {
      auto type = expression->type;
      if (binding.is_mutable && is_integral(type)) type.bits = 64;
      const auto local = new_local(let.name, type);
      clause_->locals[local].is_typed = !binding.is_mutable && is_struct_pointer(type);
      if (!binding.is_mutable && type.kind == TypeKind::string) sources_.emplace(local, *expression);
      push({Assign{local, std::move(*expression)}, let.name_span});
      binding.local = local;
      binding.value = *result;
      binding.value.node = read_local(local, let.name_span);
      binding.value.span = let.name_span;
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
    } else if (auto* list = std::get_if<ListValue>(&result->node)) {
      for (std::size_t i = 0; i < list->items.size(); ++i) {
        const bool is_named = i < list->names.size() && !list->names[i].empty();
        list->items[i] = materialize(std::move(list->items[i]), is_named ? list->names[i] : let.name);
      }
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
    error(DiagnosticKind::unknown_variable, assign.target.span,
          fmt::format("there is no variable `${}`", target->name), "not in scope here",
          fmt::format("write `mut {} = …` where it is made", target->name));
    // Further errors about it would only repeat this one.
    scopes_.back()[target->name] = Binding{{NoValue{}, assign.target.span, false, true}, false, std::nullopt};
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
  const auto constant = constant_of(*value_expression);
  if (type.is_signed && !(constant && *constant >= 0)) {
    clause_->locals[local].type.is_signed = true;
    if (auto* const read = std::get_if<Expression>(&binding->value.node)) read->type.is_signed = true;
  }
  push({Assign{local, std::move(*value_expression)}, span});
}

void ProgramResolver::for_loop(const syntax::For& loop, Span span) {
  static constexpr std::int64_t kMostTurns = 100;
  static constexpr std::int64_t kMostTurnsInAll = 1000;
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
    const auto* const number = std::get_if<Expression>(&over->node);
    const auto turns_wanted = number != nullptr ? constant_of(*number) : std::nullopt;
    error(DiagnosticKind::not_in_kernel, loop.range.span, "the bounds of a loop must be known before the run",
          "not a fixed range or list",
          fmt::format("write `for {} in 0..<{} {{ … }}`", loop.variable, turns_wanted.value_or(10)));
    return;
  }
  const auto turns_in_all = turns_ * static_cast<std::int64_t>(turns.size());
  if (turns_in_all > kMostTurnsInAll) {
    error(DiagnosticKind::not_in_kernel, loop.range.span,
          fmt::format("loops in one another run at most {} times in the kernel", kMostTurnsInAll),
          fmt::format("{} times", turns_in_all), "use smaller ranges");
    return;
  }
  std::vector<Statements> bodies;
  auto* const outer = current_;
  const auto turns_around = std::exchange(turns_, turns_in_all);
  ++loop_depth_;
  for (auto& turn : turns) {
    current_ = &bodies.emplace_back();
    scopes_.emplace_back();
    const auto turn_span = turn.span;
    scopes_.back()[loop.variable] =
        Binding{{materialize(std::move(turn), loop.variable), turn_span, false}, false, std::nullopt};
    block(loop.body, false);
    scopes_.pop_back();
  }
  --loop_depth_;
  turns_ = turns_around;
  current_ = outer;
  const auto new_flag = [this](std::string_view name) { return new_local(name, integer_type(64, true)); };
  for (auto& statement : unroll(std::move(bodies), new_flag, span)) push(std::move(statement));
}

void ProgramResolver::jump(bool leaves_loop, Span span) {
  if (loop_depth_ > 0) return push({Jump{leaves_loop}, span});
  error(DiagnosticKind::misplaced_command, span,
        fmt::format("`{}` works in a `for` only", leaves_loop ? "break" : "continue"), "outside of a loop",
        "write `return` to end the closure");
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
        // What is nothing yields no row.
        Statements then;
        auto* const before = current_;
        current_ = &then;
        emit_value({result->node, result->span, false}, {}, line.span);
        current_ = before;
        push({If{is_there(*result, line.span), std::move(then), {}}, line.span});
      } else {
        emit_value(*result, {}, line.span);
      }
    } else {
      error(DiagnosticKind::no_value, line.span, "this value is left unused",
            "only the last statement's value is sent", "write `| emit` behind it, or leave it out");
    }
  }
  // From the innermost block out, since what is put into one moves those inside it.
  for (auto deferred = deferred_.rbegin(); deferred != deferred_.rend(); ++deferred) {
    auto& block = *deferred->block;
    const auto rest = block.begin() + static_cast<std::ptrdiff_t>(deferred->position);
    const bool at_once = std::any_of(rest, block.end(), [&](const Statement& statement) {
      return std::any_of(deferred->maps.begin(), deferred->maps.end(),
                         [&](std::uint32_t map) { return uses_map(statement, map); });
    });
    block.insert(at_once ? rest : block.end(), std::make_move_iterator(deferred->statements.begin()),
                 std::make_move_iterator(deferred->statements.end()));
  }
  deferred_ = outer_deferred;
  input_ = outer_input;
  current_ = outer;
}

}  // namespace nubpf::resolving
