// Operators: types, signs and guarded division.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "transpiler/resolver.h"
#include "transpiler/suggest.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

using SyntaxOperator = syntax::BinaryOperator;

bool is_moment(const Type& type) {
  return type.kind == TypeKind::instant || type.kind == TypeKind::datetime;
}

bool is_negative_literal(const Expression& e) {
  const auto value = constant_of(e);
  return value && *value < 0;
}

std::string_view text_of(SyntaxOperator op) {
  using enum syntax::BinaryOperator;
  switch (op) {
    case add:
      return "+";
    case subtract:
      return "-";
    case multiply:
      return "*";
    case divide:
      return "/";
    case floor_divide:
      return "//";
    case modulo:
      return "mod";
    case power:
      return "**";
    case concatenate:
      return "++";
    case equal:
      return "==";
    case not_equal:
      return "!=";
    case less:
      return "<";
    case less_equal:
      return "<=";
    case greater:
      return ">";
    case greater_equal:
      return ">=";
    case logical_and:
      return "and";
    case logical_or:
      return "or";
    case logical_xor:
      return "xor";
    case bit_and:
      return "bit-and";
    case bit_or:
      return "bit-or";
    case bit_xor:
      return "bit-xor";
    case bit_shift_left:
      return "bit-shl";
    case bit_shift_right:
      return "bit-shr";
    case in:
      return "in";
    case not_in:
      return "not-in";
    case has:
      return "has";
    case not_has:
      return "not-has";
    case starts_with:
      return "starts-with";
    case not_starts_with:
      return "not-starts-with";
    case ends_with:
      return "ends-with";
    case not_ends_with:
      return "not-ends-with";
    case matches:
      return "=~";
    case not_matches:
      return "!~";
  }
  return "";
}

/// Constant arithmetic that does not overflow; nothing if it does.
std::optional<std::int64_t> fold(SyntaxOperator op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (op) {
    case SyntaxOperator::add:
      return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case SyntaxOperator::subtract:
      return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case SyntaxOperator::multiply:
      return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case SyntaxOperator::divide:
      return b == -1 && a == INT64_MIN ? std::nullopt : std::optional(a / b);
    case SyntaxOperator::floor_divide:
    case SyntaxOperator::modulo: {
      if (b == -1)
        return op == SyntaxOperator::modulo ? std::optional<std::int64_t>(0)
               : a == INT64_MIN             ? std::nullopt
                                            : std::optional(-a);
      const auto remainder = a % b;
      const bool away = remainder != 0 && (remainder < 0) != (b < 0);
      return op == SyntaxOperator::modulo ? remainder + (away ? b : 0) : a / b - (away ? 1 : 0);
    }
    case SyntaxOperator::power: {
      if (b < 0 || b > 63) return std::nullopt;
      result = 1;
      for (std::int64_t i = 0; i < b; ++i) {
        if (__builtin_mul_overflow(result, a, &result)) return std::nullopt;
      }
      return result;
    }
    case SyntaxOperator::bit_and:
      return a & b;
    case SyntaxOperator::bit_or:
      return a | b;
    case SyntaxOperator::bit_xor:
      return a ^ b;
    case SyntaxOperator::bit_shift_left:
      return b < 0 || b > 63 ? std::nullopt
                             : std::optional(static_cast<std::int64_t>(static_cast<std::uint64_t>(a) << b));
    case SyntaxOperator::bit_shift_right:
      return b < 0 || b > 63 ? std::nullopt : std::optional(a >> b);
    default:
      return std::nullopt;
  }
}

/// A comparison whose outcome is known before the run.
std::optional<bool> compare_constants(SyntaxOperator op, const Expression& left, const Expression& right) {
  const auto* x = std::get_if<Text>(&left.node);
  const auto* y = std::get_if<Text>(&right.node);
  if (x != nullptr && y != nullptr) return (x->value == y->value) == (op == SyntaxOperator::equal);
  const auto a = constant_of(left), b = constant_of(right);
  if (!a || !b) return std::nullopt;
  switch (op) {
    case SyntaxOperator::equal:
      return *a == *b;
    case SyntaxOperator::not_equal:
      return *a != *b;
    case SyntaxOperator::less:
      return *a < *b;
    case SyntaxOperator::less_equal:
      return *a <= *b;
    case SyntaxOperator::greater:
      return *a > *b;
    default:
      return *a >= *b;
  }
}

}  // namespace

/// An enumerator, first of the type of the value beside it, or a macro. With a `-` before it, its opposite.
std::optional<Integer> ProgramResolver::kernel_constant(std::string_view name, const Type& beside) const {
  if (name.starts_with('-')) {
    const auto positive = kernel_constant(name.substr(1), beside);
    if (!positive) return std::nullopt;
    return Integer{-positive->value, positive->is_enumerator ? std::string() : std::string(name), false};
  }
  if (beside.enumerators != nullptr) {
    const auto& names = *beside.enumerators;
    const auto own =
        std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.second == name; });
    // Another enumeration may have the same name for another value.
    if (own != names.end())
      return Integer{own->first, std::string(name), kernel_.enumerator(name) == own->first};
  }
  if (const auto* macro = mappings::find_kernel_constant(name))
    return Integer{macro->value, std::string(name), false};
  if (const auto number = kernel_.enumerator(name)) return Integer{*number, std::string(name), true};
  return std::nullopt;
}

std::optional<Expression> ProgramResolver::operand(const syntax::Expression& expression, BareWord bare,
                                                   const Expression* other) {
  const auto* word = std::get_if<syntax::StringLiteral>(&expression.node);
  if (word == nullptr || word->quote != syntax::Quote::bare) return scalar(expression, bare);
  // Beside a value: an enumerator where that is a number, else a string.
  if (other != nullptr && is_integral(other->type)) {
    if (auto number = kernel_constant(word->value, other->type)) {
      // Enumerators are unsigned in bpftrace, which complains of them beside what is signed (0.17 to 0.27).
      if (is_signed_in_bpftrace(*other)) number->is_enumerator = false;
      return Expression{std::move(*number), integer_type(64, true), expression.span};
    }
    const auto needed = fmt::format("a number or an enumerator is needed beside {}", describe(other->type));
    const auto head = std::string_view(word->value).substr(0, word->value.find('.'));
    if (find_binding(head) != nullptr) {
      error(DiagnosticKind::unknown_name, expression.span,
            fmt::format("`{}` is a word, and not the variable", word->value), needed,
            fmt::format("write `${}`", word->value));
    } else if (is_column(head) || head == "args") {
      error(DiagnosticKind::unknown_name, expression.span,
            fmt::format("`{}` is a word here, and not the column", word->value), needed,
            fmt::format("write `$in.{}`", word->value));
    } else if (word->value.front() >= '0' && word->value.front() <= '9') {
      error(DiagnosticKind::unknown_name, expression.span, fmt::format("`{}` is not a number", word->value),
            needed, "write all digits, such as `10_000`, or a unit of Nushell, such as `10kb` or `5ms`");
    } else {
      std::vector<std::string> names;
      for (const auto& macro : mappings::kernel_constants()) names.emplace_back(macro.name);
      if (other->type.enumerators != nullptr) {
        for (const auto& [number, name] : *other->type.enumerators) names.push_back(name);
      }
      const auto near = nearest(word->value, names);
      error(DiagnosticKind::unknown_name, expression.span,
            fmt::format("the kernel has no enumerator `{}`", word->value), needed,
            near ? fmt::format("write `{}`", *near) : "write its number");
    }
    return std::nullopt;
  }
  if (other != nullptr && (word->value == "NULL" || word->value == "nil" || word->value == "None")) {
    error(DiagnosticKind::unknown_name, expression.span,
          fmt::format("`{}` is a word here, and no value of its own", word->value), "a text like any other",
          "write `\"\"` for an empty text, or put quotation marks around the word");
    return std::nullopt;
  }
  if (other != nullptr) return scalar(expression, BareWord::text);
  return scalar(expression, bare);
}

std::optional<Value> ProgramResolver::binary(const syntax::Binary& node, Span span, BareWord bare) {
  using enum syntax::BinaryOperator;
  switch (node.op) {
    case logical_and:
    case logical_or:
    case logical_xor: {
      auto left = condition(*node.left, bare);
      const auto known = left ? constant_of(*left) : std::nullopt;
      const bool is_true = known.value_or(0) != 0;
      // Decided on the left: the right side need not even make sense (`$pid == null or pid == $pid`).
      if ((node.op == logical_and && known && !is_true) || (node.op == logical_or && is_true))
        return Value{std::move(*left), span, false};
      scopes_.emplace_back();
      if (left && node.op == logical_and) assume(*left);
      auto right = condition(*node.right, bare);
      scopes_.pop_back();
      if (!left || !right) return std::nullopt;
      if (node.op == logical_and)
        return Value{make_and(std::move(*left), std::move(*right), span), span, false};
      if (node.op == logical_or)
        return Value{make_or(std::move(*left), std::move(*right), span), span, false};
      if (known) return Value{is_true ? make_not(std::move(*right), span) : std::move(*right), span, false};
      return Value{make_binary(Operator::not_equal, std::move(*left), std::move(*right),
                               simple_type(TypeKind::boolean), span),
                   span, false};
    }
    case in:
    case not_in:
    case has:
    case not_has:
      return membership(node, span, bare);
    case starts_with:
    case not_starts_with:
    case ends_with:
    case not_ends_with:
    case matches:
    case not_matches:
      return string_test(node, span, bare);
    default:
      break;
  }

  if ((node.op == equal || node.op == not_equal) && (is_null(*node.left) || is_null(*node.right)))
    return null_test(node, span, bare);

  // A bare word on the left is a column in a row condition; on the right it is a string or an enumerator.
  const auto* left_word = std::get_if<syntax::StringLiteral>(&node.left->node);
  const bool left_is_name =
      left_word != nullptr && left_word->quote == syntax::Quote::bare && bare == BareWord::text;
  std::optional<Expression> left, right;
  if (left_is_name) {
    right = scalar(*node.right, bare);
    if (!right) return std::nullopt;
    left = operand(*node.left, bare, &*right);
    if (!left) return std::nullopt;
  } else {
    left = scalar(*node.left, bare);
    if (!left) return std::nullopt;
    right = operand(*node.right, bare, &*left);
    if (!right) return std::nullopt;
  }
  switch (node.op) {
    case equal:
    case not_equal:
    case less:
    case less_equal:
    case greater:
    case greater_equal:
      return comparison(node, std::move(*left), std::move(*right), span);
    default:
      return arithmetic(node, std::move(*left), std::move(*right), span);
  }
}

bool ProgramResolver::is_null(const syntax::Expression& expression) {
  if (std::holds_alternative<syntax::NullLiteral>(expression.node)) return true;
  const auto* name = std::get_if<syntax::Variable>(&expression.node);
  const auto* binding = name != nullptr ? find_binding(name->name) : nullptr;
  return binding != nullptr && std::holds_alternative<NoValue>(binding->value.node) &&
         !binding->value.is_broken;
}

/// `$x == null`: of a value that may be nothing, or of a variable that is known before the run.
std::optional<Value> ProgramResolver::null_test(const syntax::Binary& node, Span span, BareWord bare) {
  using enum syntax::BinaryOperator;
  const auto known = [&](bool is_equal) {
    return Value{make_integer(is_equal == (node.op == equal) ? 1 : 0, simple_type(TypeKind::boolean), span),
                 span, false};
  };
  const bool null_left = is_null(*node.left);
  if (null_left && is_null(*node.right)) return known(true);
  const auto& null_side = null_left ? *node.left : *node.right;
  const auto& other = null_left ? *node.right : *node.left;
  auto tested = value(other, bare);
  if (!tested) return std::nullopt;
  auto* expression = std::get_if<Expression>(&tested->node);
  if (tested->maybe_nothing) {
    auto there = is_there(*tested, span);
    return Value{node.op == equal ? make_not(std::move(there), span) : std::move(there), span, false};
  }
  const bool is_named =
      std::holds_alternative<syntax::Variable>(other.node) &&
      (expression == nullptr || constant_of(*expression) || std::holds_alternative<Text>(expression->node));
  if (is_named || !std::holds_alternative<syntax::NullLiteral>(null_side.node)) return known(false);
  error(DiagnosticKind::type_mismatch, span, "this value is never `null`", "always there",
        "compare it with a value, or leave the test out");
  return std::nullopt;
}

std::optional<Value> ProgramResolver::comparison(const syntax::Binary& node, Expression left,
                                                 Expression right, Span span) {
  using enum syntax::BinaryOperator;
  const auto& a = left.type;
  const auto& b = right.type;
  const bool texts = is_text(a) && is_text(b);
  // A number from the kernel has no unit of its own and takes the other side's.
  const bool numbers = is_integral(a) && is_integral(b) &&
                       (a.kind == b.kind || (is_plain_number(a) && is_plain_number(b)) ||
                        (is_plain_number(a) && is_unit(b)) || (is_unit(a) && is_plain_number(b)));
  const bool is_order = node.op != equal && node.op != not_equal;
  if (!texts && !numbers) {
    std::string help;
    if (is_plain_number(a) && is_text(b)) help = "compare it with a number";
    if (is_text(a) && is_integral(b)) help = "compare it with a string: `\"…\"`";
    error(DiagnosticKind::type_mismatch, node.op_span,
          fmt::format("`{}` cannot compare {} with {}", text_of(node.op), describe(a), describe(b)),
          "the types differ", help,
          {{left.span, fmt::format("this is {}", describe(a))},
           {right.span, fmt::format("this is {}", describe(b))}});
    return std::nullopt;
  }
  if (texts && is_order) {
    error(DiagnosticKind::type_mismatch, node.op_span,
          fmt::format("strings have no order in the kernel, and `{}` needs one", text_of(node.op)), "strings",
          "test with `==`, `!=`, `starts-with` or `=~`, or compare after the closure");
    return std::nullopt;
  }
  if (texts && a.kind == TypeKind::symbol) {
    error(DiagnosticKind::not_supported, left.span, "a symbol's name is known only after the event",
          "a name made after the event", "filter after the closure: `{ … } | where …`");
    return std::nullopt;
  }
  if (texts && !std::holds_alternative<Text>(left.node) && !std::holds_alternative<Text>(right.node) &&
      a.kind != b.kind) {
    error(DiagnosticKind::not_supported, right.span, "a symbol's name is known only after the event",
          "a name made after the event", "filter after the closure: `{ … } | where …`");
    return std::nullopt;
  }
  // The kernel's unsigned numbers are never below 0.
  const bool is_zero =
      constant_of(right) == 0 && !constant_of(left) && !left.type.is_signed && is_integral(a);
  if (is_zero && (node.op == less || node.op == greater_equal))
    return Value{make_integer(node.op == less ? 0 : 1, simple_type(TypeKind::boolean), span), span, false};
  if (const auto known = compare_constants(node.op, left, right))
    return Value{make_integer(*known ? 1 : 0, simple_type(TypeKind::boolean), span), span, false};
  static constexpr std::array kOperators = {
      std::pair{equal, Operator::equal},     std::pair{not_equal, Operator::not_equal},
      std::pair{less, Operator::less},       std::pair{less_equal, Operator::less_equal},
      std::pair{greater, Operator::greater}, std::pair{greater_equal, Operator::greater_equal},
  };
  const auto op = std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& row) {
                    return row.first == node.op;
                  })->second;
  if (numbers) {
    // bpftrace compares as unsigned where one side is: make both signed where a negative number can be meant.
    const auto needs_sign = [](const Expression& e, const Expression& other) {
      const bool other_negative = is_negative_literal(other) || (other.type.is_signed && !constant_of(other));
      return !constant_of(e) &&
             ((!e.type.is_signed && other_negative) || (e.type.is_signed && !is_signed_in_bpftrace(e)));
    };
    const bool left_sign = needs_sign(left, right);
    const bool right_sign = needs_sign(right, left);
    auto as_signed = [](Expression e) {
      auto type = e.type;
      type.bits = 64;
      type.is_signed = true;
      return make_cast(std::move(e), std::move(type));
    };
    if (left_sign) left = as_signed(std::move(left));
    if (right_sign) right = as_signed(std::move(right));
  }
  return Value{make_binary(op, std::move(left), std::move(right), simple_type(TypeKind::boolean), span), span,
               false};
}

std::optional<Value> ProgramResolver::arithmetic(const syntax::Binary& node, Expression left,
                                                 Expression right, Span span) {
  using enum syntax::BinaryOperator;
  using Kind = TypeKind;
  const auto& a = left.type;
  const auto& b = right.type;
  std::optional<Type> type;
  if ((node.op == add || node.op == concatenate) && a.kind == Kind::string && b.kind == Kind::string)
    return joined({std::move(left), std::move(right)}, span);
  const bool plain = is_plain_number(a) && is_plain_number(b);
  // Unsigned only where nothing can be negative.
  const auto is_unsigned = [](const Expression& e) {
    const auto literal = constant_of(e);
    return literal ? *literal >= 0 : !e.type.is_signed;
  };
  const bool both_unsigned =
      is_unsigned(left) && is_unsigned(right) && !(constant_of(left) && constant_of(right));
  switch (node.op) {
    case add:
      if (plain)
        type = integer_type(64, !both_unsigned);
      else if (is_unit(a) && a.kind == b.kind)
        type = a;
      else if (is_moment(a) && b.kind == Kind::duration)
        type = a;
      else if (a.kind == Kind::duration && is_moment(b))
        type = b;
      break;
    case subtract:
      if (plain)
        type = integer_type(64, true);
      else if (is_unit(a) && a.kind == b.kind)
        type = a;
      else if (is_moment(a) && is_moment(b)) {
        type = simple_type(Kind::duration);
        type->is_signed = false;
      } else if (is_moment(a) && b.kind == Kind::duration)
        type = a;
      break;
    case multiply:
      if (plain)
        type = integer_type(64, !both_unsigned);
      else if (is_unit(a) && is_plain_number(b))
        type = a;
      else if (is_plain_number(a) && is_unit(b))
        type = b;
      break;
    case divide:
    case floor_divide:
    case modulo:
      if (plain)
        type = integer_type(64, !both_unsigned);
      else if (is_unit(a) && a.kind == b.kind) {
        type = node.op == modulo ? a : integer_type(64, true);
        type->is_signed = !both_unsigned;
      } else if (is_unit(a) && is_plain_number(b)) {
        type = a;
        type->is_signed = !both_unsigned;
      }
      break;
    case bit_and:
    case bit_or:
    case bit_xor:
    case bit_shift_left:
    case bit_shift_right:
      if (plain) type = integer_type(64, !both_unsigned);
      break;
    case power:
      if (constant_of(left) && constant_of(right) && plain) type = integer_type(64, true);
      break;
    default:
      break;
  }
  if (!type) {
    if (node.op == power && plain) {
      error(DiagnosticKind::not_supported, node.op_span, "`**` works on literals only",
            "not known before the run", "write the product");
      return std::nullopt;
    }
    error(DiagnosticKind::type_mismatch, node.op_span,
          fmt::format("`{}` does not work on {} and {}", text_of(node.op), describe(a), describe(b)),
          "the types do not fit", {},
          {{left.span, fmt::format("this is {}", describe(a))},
           {right.span, fmt::format("this is {}", describe(b))}});
    return std::nullopt;
  }
  const bool divides = node.op == divide || node.op == floor_divide || node.op == modulo;
  if (divides && constant_of(right) == 0) {
    error(DiagnosticKind::division_by_zero, right.span, "division by zero", "this is zero",
          "divide by something else");
    return std::nullopt;
  }
  if (const auto x = constant_of(left), y = constant_of(right); x && y) {
    if (const auto folded = fold(node.op, *x, *y))
      return Value{make_integer(*folded, *type, span), span, false};
    error(DiagnosticKind::bad_literal, span, "the result does not fit into 64 bits", "too large",
          "use smaller numbers");
    return std::nullopt;
  }
  if (divides) return divide_by(node, std::move(left), std::move(right), *type, span);
  static constexpr std::array kOperators = {
      std::pair{add, Operator::add},
      std::pair{subtract, Operator::subtract},
      std::pair{multiply, Operator::multiply},
      std::pair{bit_and, Operator::bit_and},
      std::pair{bit_or, Operator::bit_or},
      std::pair{bit_xor, Operator::bit_xor},
      std::pair{bit_shift_left, Operator::shift_left},
      std::pair{bit_shift_right, Operator::shift_right},
  };
  const auto op = std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& row) {
                    return row.first == node.op;
                  })->second;
  return Value{make_binary(op, std::move(left), std::move(right), *type, span), span, false};
}

std::optional<Value> ProgramResolver::divide_by(const syntax::Binary& node, Expression left, Expression right,
                                                Type type, Span span) {
  const bool is_modulo = node.op == syntax::BinaryOperator::modulo;
  const bool floors = node.op != syntax::BinaryOperator::divide;
  const auto op = is_modulo ? Operator::modulo : Operator::divide;
  const auto divisor = constant_of(right);
  const auto number = [&](std::int64_t value) { return make_integer(value, integer_type(64, true), span); };
  const auto test = [&](Operator compare, Expression a, Expression b) {
    return make_binary(compare, std::move(a), std::move(b), simple_type(TypeKind::boolean), span);
  };
  const auto left_unsigned = !left.type.is_signed || (constant_of(left) && *constant_of(left) >= 0);
  const auto right_unsigned = !right.type.is_signed || (divisor && *divisor > 0);
  // Every part is read more than once below.
  if (!divisor) right = materialize(std::move(right), "divisor");
  auto unsigned_type = type;
  unsigned_type.is_signed = false;
  unsigned_type.bits = 64;
  const auto as_unsigned = [&](Expression e) {
    if (constant_of(e) || (!e.type.is_signed)) return e;
    return make_cast(std::move(e), integer_type(64, false));
  };
  Expression result;
  if (!right_unsigned) {
    result = divide_signed(node.op, materialize(std::move(left), "dividend"), right, type, span);
  } else if (left_unsigned) {
    result = make_binary(op, left, as_unsigned(right), type, span);
  } else {
    // bpftrace divides unsigned: a negative dividend is divided by its amount.
    left = materialize(std::move(left), "dividend");
    const auto amount =
        make_cast(make_unary(resolved::UnaryOperator::negate, left, span), integer_type(64, false));
    const auto round_up = make_binary(Operator::subtract, right, number(1), integer_type(64, false), span);
    Expression negative;
    if (is_modulo) {
      // Floored, as in Nushell: the result has the divisor's sign.
      const auto remainder =
          make_binary(Operator::modulo, amount, as_unsigned(right), integer_type(64, false), span);
      negative = make_binary(Operator::modulo,
                             make_binary(Operator::subtract, right, remainder, integer_type(64, false), span),
                             as_unsigned(right), type, span);
    } else {
      const auto dividend =
          floors ? make_binary(Operator::add, amount, round_up, integer_type(64, false), span) : amount;
      negative = make_unary(resolved::UnaryOperator::negate,
                            make_cast(make_binary(Operator::divide, dividend, as_unsigned(right),
                                                  integer_type(64, false), span),
                                      integer_type(64, true)),
                            span);
    }
    auto positive = make_binary(op, as_unsigned(left), as_unsigned(right), integer_type(64, false), span);
    positive = make_cast(std::move(positive), integer_type(64, true));
    if (is_modulo) negative = make_cast(std::move(negative), integer_type(64, true));
    result =
        conditional(test(Operator::less, left, number(0)), std::move(negative), std::move(positive), span);
  }
  if (!divisor) {
    auto zero = number(0);
    result =
        conditional(test(Operator::not_equal, right, number(0)), std::move(result), std::move(zero), span);
  }
  result.type = type;
  result.span = span;
  return Value{std::move(result), span, false};
}

/// Both sides may be negative, and the kernel divides amounts only: the signs come back behind the division.
Expression ProgramResolver::divide_signed(syntax::BinaryOperator op, Expression left, Expression right,
                                          const Type& type, Span span) {
  const auto number = integer_type(64, true);
  const auto boolean = simple_type(TypeKind::boolean);
  const auto zero = make_integer(0, number, span);
  const auto is_negative = [&](const Expression& e) {
    return make_binary(Operator::less, make_cast(e, number), zero, boolean, span);
  };
  const auto negated = [&](Expression e) {
    return make_unary(resolved::UnaryOperator::negate, std::move(e), span);
  };
  const auto amount = [&](const Expression& e, bool is_divisor) {
    auto rest = make_cast(e, number);
    if (is_divisor) {
      // What a division by 0 gives does not count, but it must not be one.
      rest = conditional(make_binary(Operator::equal, make_cast(e, number), zero, boolean, span),
                         make_integer(1, number, span), std::move(rest), span);
    }
    auto positive = conditional(is_negative(e), negated(make_cast(e, number)), std::move(rest), span);
    return materialize(make_cast(std::move(positive), integer_type(64, false)), "amount");
  };
  const auto dividend = amount(left, false);
  const auto divisor = amount(right, true);
  const auto quotient = [&](Operator how) {
    return make_cast(make_binary(how, dividend, divisor, integer_type(64, false), span), number);
  };
  const auto differ = make_binary(Operator::not_equal, is_negative(left), is_negative(right), boolean, span);
  if (op == syntax::BinaryOperator::divide) {
    const auto amounts = materialize(quotient(Operator::divide), "quotient");
    auto result = conditional(differ, negated(amounts), amounts, span);
    result.type = type;
    return result;
  }
  // Rounded down: one further where something is left and the signs differ.
  const auto left_over = materialize(quotient(Operator::modulo), "remainder");
  const auto is_left = make_binary(Operator::not_equal, left_over, zero, boolean, span);
  if (op == syntax::BinaryOperator::modulo) {
    const auto signed_rest =
        materialize(conditional(is_negative(left), negated(left_over), left_over, span), "remainder");
    return conditional(make_and(is_left, differ, span),
                       make_binary(Operator::add, signed_rest, make_cast(right, number), type, span),
                       signed_rest, span);
  }
  const auto amounts = materialize(quotient(Operator::divide), "quotient");
  auto below = make_binary(Operator::subtract, negated(amounts),
                           conditional(is_left, make_integer(1, number, span), zero, span), type, span);
  return conditional(differ, std::move(below), amounts, span);
}

std::optional<Value> ProgramResolver::membership(const syntax::Binary& node, Span span, BareWord bare) {
  using enum syntax::BinaryOperator;
  const bool reversed = node.op == has || node.op == not_has;
  const bool negated = node.op == not_in || node.op == not_has;
  const auto& needle_syntax = reversed ? *node.right : *node.left;
  const auto& hay_syntax = reversed ? *node.left : *node.right;
  const auto finish = [&](Expression test) {
    if (negated) test = make_not(std::move(test), span);
    return Value{std::move(test), span, false};
  };
  auto needle = scalar(needle_syntax, reversed ? BareWord::text : bare);
  if (!needle) return std::nullopt;
  std::optional<Value> hay;
  if (const auto* list = std::get_if<syntax::List>(&hay_syntax.node)) {
    ListValue items;
    for (const auto& item : list->items) {
      auto element = operand(item, BareWord::text, &*needle);
      if (!element) return std::nullopt;
      items.items.push_back(std::move(*element));
    }
    hay = Value{std::move(items), hay_syntax.span, false};
  } else {
    hay = value(hay_syntax, reversed ? bare : BareWord::text);
  }
  if (!hay) return std::nullopt;
  const auto compare = [&](syntax::BinaryOperator op, Expression a, Expression b) {
    syntax::Binary synthetic;
    synthetic.op = op;
    synthetic.op_span = node.op_span;
    auto result = comparison(synthetic, std::move(a), std::move(b), span);
    return result ? scalar_of(std::move(*result)) : std::nullopt;
  };
  if (auto* list = std::get_if<ListValue>(&hay->node)) {
    if (list->items.empty()) {
      return finish(make_integer(0, simple_type(TypeKind::boolean), span));
    }
    std::optional<Expression> any;
    for (auto& item : list->items) {
      auto test = compare(equal, *needle, std::move(item));
      if (!test) return std::nullopt;
      any = any ? make_or(std::move(*any), std::move(*test), span) : std::move(*test);
    }
    return finish(std::move(*any));
  }
  if (const auto* range = std::get_if<RangeValue>(&hay->node)) {
    std::optional<Expression> test;
    // An unsigned value is never below 0.
    const bool from_matters = range->from && (*range->from > 0 || needle->type.is_signed);
    if (from_matters) {
      test = compare(greater_equal, *needle, make_integer(*range->from, integer_type(64, true), hay->span));
      if (!test) return std::nullopt;
    }
    if (range->to) {
      auto upper = compare(range->inclusive ? less_equal : less, *needle,
                           make_integer(*range->to, integer_type(64, true), hay->span));
      if (!upper) return std::nullopt;
      test = test ? make_and(std::move(*test), std::move(*upper), span) : std::move(*upper);
    }
    return finish(test ? std::move(*test) : make_integer(1, simple_type(TypeKind::boolean), span));
  }
  if (auto* text = std::get_if<Expression>(&hay->node);
      text != nullptr && text->type.kind == TypeKind::string) {
    const auto* literal = std::get_if<Text>(&needle->node);
    if (literal == nullptr) {
      error(DiagnosticKind::not_supported, needle->span, "only a literal text can be looked for in a string",
            "not a literal", "write the text in quotation marks");
      return std::nullopt;
    }
    return finish({TestString{StringTest::contains, std::make_shared<const Expression>(std::move(*text)),
                              literal->value, false},
                   simple_type(TypeKind::boolean), span});
  }
  error(DiagnosticKind::type_mismatch, hay->span, "`in` needs a list, a range or a string on its right",
        "none of these", "write a list such as `[1 2 3]`");
  return std::nullopt;
}

std::optional<Value> ProgramResolver::string_test(const syntax::Binary& node, Span span, BareWord bare) {
  using enum syntax::BinaryOperator;
  auto subject = scalar(*node.left, bare);
  auto pattern = scalar(*node.right, BareWord::text);
  if (!subject || !pattern) return std::nullopt;
  const auto* literal = std::get_if<Text>(&pattern->node);
  if (subject->type.kind != TypeKind::string || pattern->type.kind != TypeKind::string) {
    const auto& wrong = subject->type.kind != TypeKind::string ? *subject : *pattern;
    error(DiagnosticKind::type_mismatch, wrong.span,
          fmt::format("`{}` needs a string, not {}", text_of(node.op), describe(wrong.type)), "not a string",
          wrong.type.kind == TypeKind::symbol ? "filter after the closure: `{ … } | where …`" : "");
    return std::nullopt;
  }
  if (literal == nullptr) {
    error(DiagnosticKind::not_supported, pattern->span,
          fmt::format("`{}` needs a literal text on its right", text_of(node.op)), "not a literal",
          "write the text in quotation marks");
    return std::nullopt;
  }
  bool negated = false;
  bool prefix = false, suffix = false;
  std::string text = literal->value;
  switch (node.op) {
    case not_starts_with:
      negated = true;
      [[fallthrough]];
    case starts_with:
      prefix = true;
      break;
    case not_ends_with:
      negated = true;
      [[fallthrough]];
    case ends_with:
      suffix = true;
      break;
    case not_matches:
      negated = true;
      [[fallthrough]];
    default: {
      // `=~` takes what is a plain test in disguise: `^text`, `text$`, `^text$`, `text`, with escaped dots.
      std::string plain;
      std::string_view rest = text;
      if (rest.starts_with('^')) {
        prefix = true;
        rest.remove_prefix(1);
      }
      bool special = false;
      for (std::size_t i = 0; i < rest.size(); ++i) {
        const char c = rest[i];
        if (c == '\\' && i + 1 < rest.size() &&
            std::string_view("\\.[](){}*+?^$|/-").find(rest[i + 1]) != std::string_view::npos) {
          plain += rest[++i];
        } else if (c == '$' && i + 1 == rest.size()) {
          suffix = true;
        } else if (std::string_view(".[](){}*+?^$|\\").find(c) != std::string_view::npos) {
          special = true;
        } else {
          plain += c;
        }
      }
      if (special) {
        error(
            DiagnosticKind::regular_expression, pattern->span, "the kernel cannot match a regular expression",
            "more than a literal text",
            "test with `starts-with`, `=~ \"text\"` or `==`, or filter after the closure: `{ … } | where …`");
        return std::nullopt;
      }
      text = std::move(plain);
      break;
    }
  }
  Expression test;
  const auto boolean = simple_type(TypeKind::boolean);
  if (prefix && suffix) {
    test = make_binary(Operator::equal, std::move(*subject),
                       {Text{text}, simple_type(TypeKind::string), pattern->span}, boolean, span);
  } else if (suffix) {
    auto ending = this->ends_with(std::move(*subject), text, node.op_span, span);
    if (!ending) return std::nullopt;
    test = std::move(*ending);
  } else if (text.empty()) {
    test = make_integer(1, boolean, span);
  } else {
    test = {TestString{prefix ? StringTest::starts_with : StringTest::contains,
                       std::make_shared<const Expression>(std::move(*subject)), text, false},
            boolean, span};
  }
  if (negated) test = make_not(std::move(test), span);
  return Value{std::move(test), span, false};
}

/// The end of a string is found in memory: where it ends first, byte by byte, then what stands there.
std::optional<Expression> ProgramResolver::ends_with(Expression subject, const std::string& suffix,
                                                     Span op_span, Span span) {
  const auto boolean = simple_type(TypeKind::boolean);
  if (suffix.empty()) return make_integer(1, boolean, span);
  if (const auto* read = std::get_if<LocalRead>(&subject.node)) {
    if (const auto source = sources_.find(read->local); source != sources_.end()) subject = source->second;
  }
  std::optional<Expression> address;
  if (const auto* string = std::get_if<ReadString>(&subject.node)) address = *string->address;
  if (const auto* field = std::get_if<FieldRead>(&subject.node);
      field != nullptr && field->access == FieldAccess::text) {
    address = Expression{FieldRead{field->name, FieldAccess::pointer}, simple_type(TypeKind::address),
                         subject.span};
  }
  if (!address) {
    error(
        DiagnosticKind::not_supported, op_span, "only the end of a string in memory can be tested",
        "bpftrace holds a copy only",
        "test a field or argument that is read here, use `starts-with` or `=~ \"text\"`, or filter after the "
        "closure: `{ … } | where …`");
    return std::nullopt;
  }
  const auto& points = clause_->attach_points;
  const bool is_user_probe = std::all_of(points.begin(), points.end(), [](const AttachPoint& point) {
    return point.probe->target == mappings::Target::path;
  });
  auto address_type = integer_type(64, false);
  address_type.is_user_memory = is_user_probe || subject.type.is_user_memory || address->type.is_user_memory;
  const auto end = new_local("end", address_type);
  push({FindEnd{end, *address, address_type.is_user_memory}, span});
  const auto size = make_integer(static_cast<std::int64_t>(suffix.size()), integer_type(64, true), span);
  auto begin = make_cast(std::move(*address), integer_type(64, false));
  auto length =
      make_binary(Operator::subtract, read_local(end, span), std::move(begin), integer_type(64, false), span);
  auto place = make_binary(Operator::subtract, read_local(end, span), size, address_type, span);
  Expression tail{ReadString{std::make_shared<const Expression>(std::move(place))},
                  simple_type(TypeKind::string), span};
  auto long_enough = make_binary(Operator::greater_equal, std::move(length), size, boolean, span);
  Expression same{
      TestString{StringTest::starts_with, std::make_shared<const Expression>(std::move(tail)), suffix, false},
      boolean, span};
  return make_and(std::move(long_enough), std::move(same), span);
}

}  // namespace nubpf::resolving
