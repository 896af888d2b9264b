#include <algorithm>
#include <functional>
#include <type_traits>
#include <utility>

#include "transpiler/overloaded.h"
#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

Box<Expression> box(Expression expression) {
  return std::make_shared<const Expression>(std::move(expression));
}

/// The expressions right below one, in the order they are read.
void for_each_child(const Expression& expression, const std::function<void(const Expression&)>& visit) {
  std::visit(Overloaded{
                 [](const Integer&) {},
                 [](const Text&) {},
                 [](const ContextRead&) {},
                 [](const FieldRead&) {},
                 [](const ArgumentRead&) {},
                 [](const LocalRead&) {},
                 [&](const MapRead& node) { std::for_each(node.keys.begin(), node.keys.end(), visit); },
                 [&](const MapHas& node) { std::for_each(node.keys.begin(), node.keys.end(), visit); },
                 [&](const Binary& node) {
                   visit(*node.left);
                   visit(*node.right);
                 },
                 [&](const Unary& node) { visit(*node.operand); },
                 [&](const Conditional& node) {
                   visit(*node.condition);
                   visit(*node.then);
                   visit(*node.otherwise);
                 },
                 [&](const Cast& node) { visit(*node.operand); },
                 [&](const TestString& node) { visit(*node.subject); },
                 [&](const FunctionCall& node) {
                   visit(*node.argument);
                   if (node.second) visit(*node.second);
                 },
                 [&](const ReadString& node) { visit(*node.address); },
                 [&](const Member& node) { visit(*node.object); },
                 [&](const Index& node) { visit(*node.object); },
                 [&](const ReadStrings& node) { visit(*node.address); },
                 [&](const Interpolated& node) {
                   for (const auto& part : node.parts) {
                     if (const auto* inner = std::get_if<Box<Expression>>(&part)) visit(**inner);
                   }
                 },
                 [](const MapLength&) {},
             },
             expression.node);
}

/// A copy in which every node went through `change` (children first).
Expression rewrite(const Expression& expression, const std::function<Expression(Expression)>& change) {
  Expression copy = expression;
  const auto sub = [&](Box<Expression>& child) { child = box(rewrite(*child, change)); };
  const auto all = [&](std::vector<Expression>& children) {
    for (auto& child : children) child = rewrite(child, change);
  };
  std::visit(Overloaded{
                 [](Integer&) {},
                 [](Text&) {},
                 [](ContextRead&) {},
                 [](FieldRead&) {},
                 [](ArgumentRead&) {},
                 [](LocalRead&) {},
                 [&](MapRead& node) { all(node.keys); },
                 [&](MapHas& node) { all(node.keys); },
                 [&](Binary& node) {
                   sub(node.left);
                   sub(node.right);
                 },
                 [&](Unary& node) { sub(node.operand); },
                 [&](Conditional& node) {
                   sub(node.condition);
                   sub(node.then);
                   sub(node.otherwise);
                 },
                 [&](Cast& node) { sub(node.operand); },
                 [&](TestString& node) { sub(node.subject); },
                 [&](FunctionCall& node) {
                   sub(node.argument);
                   if (node.second) sub(node.second);
                 },
                 [&](ReadString& node) { sub(node.address); },
                 [&](Member& node) { sub(node.object); },
                 [&](Index& node) { sub(node.object); },
                 [&](ReadStrings& node) { sub(node.address); },
                 [&](Interpolated& node) {
                   for (auto& part : node.parts) {
                     if (auto* inner = std::get_if<Box<Expression>>(&part)) sub(*inner);
                   }
                 },
                 [](MapLength&) {},
             },
             copy.node);
  return change(std::move(copy));
}

/// `Node`, as constant as `Like` is.
template <class Like, class Node>
using AsConstant = std::conditional_t<std::is_const_v<Like>, const Node, Node>;

/// The expressions that stand in a statement itself and, for an If, in its branches too.
template <class AnyStatement, class Visit>
void for_each_expression(AnyStatement& statement, const Visit& visit) {
  const auto all = [&](auto& expressions) { std::for_each(expressions.begin(), expressions.end(), visit); };
  const auto branch = [&](auto& statements) {
    for (auto& inner : statements) for_each_expression(inner, visit);
  };
  const auto parts = [&](auto& texts_and_values) {
    for (auto& part : texts_and_values) {
      if (auto* expression = std::get_if<Expression>(&part)) visit(*expression);
    }
  };
  std::visit(Overloaded{
                 [&](AsConstant<AnyStatement, Assign>& node) { visit(node.value); },
                 [&](AsConstant<AnyStatement, If>& node) {
                   visit(node.condition);
                   branch(node.then);
                   branch(node.otherwise);
                 },
                 [&](AsConstant<AnyStatement, Aggregate>& node) {
                   all(node.keys);
                   if (node.value) visit(*node.value);
                 },
                 [&](AsConstant<AnyStatement, Emit>& node) { all(node.values); },
                 [&](AsConstant<AnyStatement, MapSet>& node) {
                   all(node.keys);
                   visit(node.value);
                 },
                 [&](AsConstant<AnyStatement, MapDelete>& node) { all(node.keys); },
                 [](const MapClear&) {},
                 [&](AsConstant<AnyStatement, FindEnd>& node) { visit(node.address); },
                 [](const Report&) {},
                 [&](AsConstant<AnyStatement, Print>& node) { parts(node.parts); },
                 [](const Exit&) {},
                 [](const Return&) {},
                 [](const Jump&) {},
                 [&](AsConstant<AnyStatement, Action>& node) { parts(node.parts); },
             },
             statement.node);
}

std::size_t count_reads(const Expression& expression, std::uint32_t local) {
  if (const auto* read = std::get_if<LocalRead>(&expression.node)) return read->local == local ? 1 : 0;
  std::size_t reads = 0;
  for_each_child(expression, [&](const Expression& child) { reads += count_reads(child, local); });
  return reads;
}

std::size_t count_reads(const Statement& statement, std::uint32_t local) {
  std::size_t reads = 0;
  for_each_expression(statement, [&](const Expression& e) { reads += count_reads(e, local); });
  return reads;
}

std::size_t count_reads(const Statements& statements, std::uint32_t local) {
  std::size_t reads = 0;
  for (const auto& statement : statements) reads += count_reads(statement, local);
  return reads;
}

void inline_in(Statements& statements, Clause& clause, const std::set<std::uint32_t>& own) {
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (auto* branch = std::get_if<If>(&statements[i].node)) {
      inline_in(branch->then, clause, own);
      inline_in(branch->otherwise, clause, own);
    }
    const auto* assign = std::get_if<Assign>(&statements[i].node);
    if (assign == nullptr || !own.contains(assign->local) || i + 1 == statements.size()) continue;
    const auto local = assign->local;
    if (clause.locals[local].declare_first || count_reads(clause.body, local) != 1) continue;
    // A string, which costs much of the kernel's stack in a variable, also moves over assignments of other
    // variables: they change nothing that it could read.
    auto reader = i + 1;
    while (!is_integral(clause.locals[local].type) && reader + 1 < statements.size() &&
           count_reads(statements[reader], local) == 0 &&
           std::holds_alternative<Assign>(statements[reader].node) &&
           count_reads(assign->value, std::get<Assign>(statements[reader].node).local) == 0) {
      ++reader;
    }
    if (count_reads(statements[reader], local) != 1) continue;
    const Expression value = assign->value;
    for_each_expression(statements[reader], [&](Expression& e) {
      e = rewrite(e, [&](Expression node) {
        const auto* read = std::get_if<LocalRead>(&node.node);
        if (read == nullptr || read->local != local) return node;
        auto replaced = value;
        replaced.type = node.type;
        return replaced;
      });
    });
    statements.erase(statements.begin() + static_cast<std::ptrdiff_t>(i));
    i = i == 0 ? i - 1 : i - 2;  // the statement before may now be followed by its single read
  }
}

/// The locals that statements give a value to.
void for_each_assigned(Statements& statements, const std::function<void(std::uint32_t&)>& visit) {
  for (auto& statement : statements) {
    if (auto* assign = std::get_if<Assign>(&statement.node)) visit(assign->local);
    if (auto* measure = std::get_if<FindEnd>(&statement.node)) visit(measure->local);
    if (auto* branch = std::get_if<If>(&statement.node)) {
      for_each_assigned(branch->then, visit);
      for_each_assigned(branch->otherwise, visit);
    }
  }
}

}  // namespace

bool is_unit(const Type& type) {
  return type.kind == TypeKind::duration || type.kind == TypeKind::filesize;
}

bool is_plain_number(const Type& type) {
  return type.kind == TypeKind::integer || type.kind == TypeKind::enumeration || is_pointer(type);
}

bool is_text(const Type& type) {
  return type.kind == TypeKind::string || type.kind == TypeKind::symbol;
}

bool is_struct_pointer(const Type& type) {
  return type.kind == TypeKind::structure && type.is_pointer && !type.name.empty();
}

bool is_single(const Type& type) {
  if (type.kind == TypeKind::structure) return type.is_pointer;
  if (type.kind != TypeKind::list) return true;
  const auto item = type.items.empty() ? TypeKind::nothing : type.items.front().kind;
  return item == TypeKind::integer || item == TypeKind::boolean || item == TypeKind::enumeration ||
         item == TypeKind::string;
}

std::string describe(const Type& type) {
  return "`" + to_string(type) + "`";
}

Expression make_integer(std::int64_t value, Type type, Span span) {
  return {Integer{value}, std::move(type), span};
}

Expression make_binary(Operator op, Expression left, Expression right, Type type, Span span) {
  return {Binary{op, box(std::move(left)), box(std::move(right))}, std::move(type), span};
}

Expression make_unary(resolved::UnaryOperator op, Expression operand, Span span) {
  auto type = op == resolved::UnaryOperator::logical_not ? simple_type(TypeKind::boolean) : operand.type;
  return {Unary{op, box(std::move(operand))}, std::move(type), span};
}

Expression make_not(Expression condition, Span span) {
  static constexpr std::pair<Operator, Operator> kOpposites[] = {
      {Operator::equal, Operator::not_equal},    {Operator::not_equal, Operator::equal},
      {Operator::less, Operator::greater_equal}, {Operator::greater_equal, Operator::less},
      {Operator::greater, Operator::less_equal}, {Operator::less_equal, Operator::greater},
  };
  condition.span = span;
  if (auto* constant = std::get_if<Integer>(&condition.node)) {
    constant->value = constant->value == 0 ? 1 : 0;
    return condition;
  }
  if (auto* test = std::get_if<TestString>(&condition.node)) {
    test->is_negated = !test->is_negated;
    return condition;
  }
  if (auto* binary = std::get_if<Binary>(&condition.node)) {
    for (const auto& [op, opposite] : kOpposites) {
      if (binary->op != op) continue;
      binary->op = opposite;
      return condition;
    }
    if (binary->op == Operator::logical_or) {
      // not (a or b or c): each part denied
      return make_binary(Operator::logical_and, make_not(*binary->left, binary->left->span),
                         make_not(*binary->right, binary->right->span), simple_type(TypeKind::boolean), span);
    }
  }
  if (auto* unary = std::get_if<Unary>(&condition.node);
      unary != nullptr && unary->op == resolved::UnaryOperator::logical_not) {
    return *unary->operand;
  }
  return make_unary(resolved::UnaryOperator::logical_not, std::move(condition), span);
}

Expression make_and(Expression left, Expression right, Span span) {
  if (const auto known = constant_of(left)) return *known != 0 ? right : left;
  if (const auto known = constant_of(right)) return *known != 0 ? left : right;
  return make_binary(Operator::logical_and, std::move(left), std::move(right), simple_type(TypeKind::boolean),
                     span);
}

Expression make_or(Expression left, Expression right, Span span) {
  if (const auto known = constant_of(left)) return *known != 0 ? left : right;
  if (const auto known = constant_of(right)) return *known != 0 ? right : left;
  return make_binary(Operator::logical_or, std::move(left), std::move(right), simple_type(TypeKind::boolean),
                     span);
}

Expression make_cast(Expression operand, Type type) {
  const auto span = operand.span;
  const auto* inner = std::get_if<Cast>(&operand.node);
  const bool is_same = inner != nullptr && !is_pointer(type) && !is_pointer(operand.type) &&
                       operand.type.bits == type.bits && operand.type.is_signed == type.is_signed;
  return {Cast{is_same ? inner->operand : box(std::move(operand))}, std::move(type), span};
}

Expression make_conditional(Expression condition, Expression then, Expression otherwise, Span span) {
  auto type = then.type;
  return {Conditional{box(std::move(condition)), box(std::move(then)), box(std::move(otherwise))},
          std::move(type), span};
}

namespace {

bool is_flat(const Expression& expression, bool beside_constant) {
  if (const auto* choice = std::get_if<Conditional>(&expression.node)) {
    return constant_of(*choice->then) && constant_of(*choice->otherwise) &&
           is_flat(*choice->condition, false);
  }
  if (const auto* binary = std::get_if<Binary>(&expression.node)) {
    if (binary->op == Operator::logical_and || binary->op == Operator::logical_or) return false;
  }
  const auto* context = std::get_if<ContextRead>(&expression.node);
  const bool reads_map = std::holds_alternative<MapRead>(expression.node) ||
                         std::holds_alternative<MapHas>(expression.node) ||
                         // bpftrace keeps its start in a map
                         (context != nullptr && context->field->name == "elapsed");
  if (reads_map && !beside_constant) return false;
  bool all_flat = true;
  for_each_child(expression,
                 [&](const Expression& child) { all_flat = all_flat && is_flat(child, beside_constant); });
  return all_flat;
}

}  // namespace

bool fits_choice(const Expression& then, const Expression& otherwise) {
  const bool beside_constant = constant_of(then) || constant_of(otherwise);
  return is_flat(then, beside_constant) && is_flat(otherwise, beside_constant);
}

Expression make_readable(Expression value) {
  const auto& type = value.type;
  if (type.kind != TypeKind::address || type.stars != 1 || type.name != "char") return value;
  auto text = simple_type(TypeKind::string);
  text.is_user_memory = type.is_user_memory;
  const auto span = value.span;
  return {ReadString{box(std::move(value))}, std::move(text), span};
}

Expression is_there(const Value& value, Span span) {
  if (value.presence) return *value.presence;
  return make_binary(Operator::not_equal, std::get<Expression>(value.node),
                     make_integer(0, integer_type(64, true), span), simple_type(TypeKind::boolean), span);
}

std::optional<std::uint32_t> tested_local(const Expression& condition) {
  const auto* read = std::get_if<LocalRead>(&condition.node);
  if (const auto* test = std::get_if<Binary>(&condition.node);
      test != nullptr && test->op == Operator::not_equal && constant_of(*test->right) == 0) {
    read = std::get_if<LocalRead>(&test->left->node);
  }
  return read != nullptr ? std::optional(read->local) : std::nullopt;
}

std::optional<std::int64_t> constant_of(const Expression& expression) {
  if (const auto* integer = std::get_if<Integer>(&expression.node)) return integer->value;
  return std::nullopt;
}

void visit_children(const Expression& expression, const std::function<void(const Expression&)>& visit) {
  for_each_child(expression, [&](const Expression& child) { visit_expression(child, visit); });
}

void visit_expression(const Expression& expression, const std::function<void(const Expression&)>& visit) {
  visit(expression);
  visit_children(expression, visit);
}

void visit_expressions(const Statement& statement, const std::function<void(const Expression&)>& visit) {
  for_each_expression(statement, [&](const Expression& expression) { visit_expression(expression, visit); });
}

void replace_expressions(Statements& statements, const std::function<Expression(Expression)>& change) {
  for (auto& statement : statements) {
    for_each_expression(statement, [&](Expression& expression) { expression = rewrite(expression, change); });
  }
}

void inline_single_reads(Clause& clause, const std::set<std::uint32_t>& own) {
  inline_in(clause.body, clause, own);
}

namespace {

void erase_assignments(Statements& statements, std::uint32_t local) {
  std::erase_if(statements, [&](const Statement& statement) {
    const auto* assign = std::get_if<Assign>(&statement.node);
    return assign != nullptr && assign->local == local;
  });
  for (auto& statement : statements) {
    auto* branch = std::get_if<If>(&statement.node);
    if (branch == nullptr) continue;
    erase_assignments(branch->then, local);
    erase_assignments(branch->otherwise, local);
  }
}

}  // namespace

void drop_unread_locals(Clause& clause, const std::set<std::uint32_t>& locals) {
  for (const auto local : locals) {
    if (count_reads(clause.body, local) == 0) erase_assignments(clause.body, local);
  }
}

bool uses_map(const Statement& statement, std::uint32_t map) {
  bool found = false;
  visit_expressions(statement, [&](const Expression& expression) {
    std::visit(Overloaded{
                   [&](const MapRead& read) { found = found || read.map == map; },
                   [&](const MapHas& asked) { found = found || asked.map == map; },
                   [&](const MapLength& measured) { found = found || measured.map == map; },
                   [](const auto&) {},
               },
               expression.node);
  });
  const auto any = [&](const Statements& statements) {
    return std::any_of(statements.begin(), statements.end(),
                       [&](const Statement& inner) { return uses_map(inner, map); });
  };
  return std::visit(Overloaded{
                        [&](const MapSet& node) { return node.map == map; },
                        [&](const MapDelete& node) { return node.map == map; },
                        [&](const MapClear& node) { return node.map == map; },
                        [&](const If& node) { return any(node.then) || any(node.otherwise); },
                        [](const auto&) { return false; },
                    },
                    statement.node) ||
         found;
}

void drop_unused_locals(Clause& clause) {
  std::set<std::uint32_t> used;
  for_each_assigned(clause.body, [&](std::uint32_t& local) { used.insert(local); });
  std::vector<std::uint32_t> renumbered(clause.locals.size());
  std::vector<Local> kept;
  for (std::uint32_t i = 0; i < clause.locals.size(); ++i) {
    renumbered[i] = static_cast<std::uint32_t>(kept.size());
    if (used.contains(i)) kept.push_back(clause.locals[i]);
  }
  for_each_assigned(clause.body, [&](std::uint32_t& local) { local = renumbered[local]; });
  replace_expressions(clause.body, [&](Expression node) {
    if (auto* read = std::get_if<LocalRead>(&node.node)) read->local = renumbered[read->local];
    return node;
  });
  clause.locals = std::move(kept);
}

}  // namespace nubpf::resolving

namespace nubpf::resolved {

bool is_clause_of(const Clause& clause, std::string_view probe) {
  return clause.attach_points.front().probe->name == probe;
}

bool runs_once(const Clause& clause) {
  return is_clause_of(clause, "begin") || is_clause_of(clause, "end");
}

bool waits_for_events(const Clause& clause) {
  return !runs_once(clause) && !is_clause_of(clause, "iter");
}

bool is_pointer(const Type& type) {
  return type.kind == TypeKind::address || (type.kind == TypeKind::structure && type.is_pointer);
}

bool is_signed_in_bpftrace(const Expression& expression) {
  if (std::holds_alternative<Integer>(expression.node)) return true;
  if (const auto* binary = std::get_if<Binary>(&expression.node)) {
    return is_signed_in_bpftrace(*binary->left) && is_signed_in_bpftrace(*binary->right);
  }
  if (const auto* choice = std::get_if<Conditional>(&expression.node)) {
    return is_signed_in_bpftrace(*choice->then) && is_signed_in_bpftrace(*choice->otherwise);
  }
  if (const auto* unary = std::get_if<Unary>(&expression.node)) return is_signed_in_bpftrace(*unary->operand);
  if (const auto* read = std::get_if<ArgumentRead>(&expression.node); read != nullptr && !read->is_typed)
    return false;
  return expression.type.is_signed;
}

void for_each_expression(const Program& program, const std::function<void(const Expression&)>& visit) {
  for (const auto& clause : program.clauses) {
    if (clause.predicate) resolving::visit_expression(*clause.predicate, visit);
    for (const auto& statement : clause.body) resolving::visit_expressions(statement, visit);
  }
}

}  // namespace nubpf::resolved
