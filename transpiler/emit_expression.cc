#include "transpiler/emit_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "transpiler/text.h"

namespace nubpf {

using namespace resolved;

namespace {

/// bpftrace's operators, as in C; a larger number binds tighter.
struct OperatorText {
  Operator op;
  std::string_view text;
  int precedence;
};
constexpr std::array kOperators = {
    OperatorText{Operator::logical_or, "||", 2},    OperatorText{Operator::logical_and, "&&", 3},
    OperatorText{Operator::bit_or, "|", 4},         OperatorText{Operator::bit_xor, "^", 5},
    OperatorText{Operator::bit_and, "&", 6},        OperatorText{Operator::equal, "==", 7},
    OperatorText{Operator::not_equal, "!=", 7},     OperatorText{Operator::less, "<", 8},
    OperatorText{Operator::less_equal, "<=", 8},    OperatorText{Operator::greater, ">", 8},
    OperatorText{Operator::greater_equal, ">=", 8}, OperatorText{Operator::shift_left, "<<", 9},
    OperatorText{Operator::shift_right, ">>", 9},   OperatorText{Operator::add, "+", 10},
    OperatorText{Operator::subtract, "-", 10},      OperatorText{Operator::multiply, "*", 11},
    OperatorText{Operator::divide, "/", 11},        OperatorText{Operator::modulo, "%", 11},
};
constexpr int kSearchedBytes = 199;
constexpr int kConditionalPrecedence = 1;
constexpr int kUnaryPrecedence = 12;
constexpr int kPrimaryPrecedence = 13;

const OperatorText& row_of(Operator op) {
  for (const auto& row : kOperators) {
    if (row.op == op) return row;
  }
  return kOperators.front();
}

struct Piece {
  std::string text;
  int precedence = kPrimaryPrecedence;
};

class Printer {
 public:
  explicit Printer(const ExpressionContext& context) : context_(context) {}

  /// The value. A pointer is a number here, so that it can be sent, kept, compared and calculated with.
  Piece print(const Expression& expression) const {
    if (!is_pointer(expression.type)) return raw(expression);
    if (const auto* cast = std::get_if<Cast>(&expression.node)) return print(*cast->operand);
    auto piece = raw(expression);
    if (!is_bpftrace_pointer(expression)) return piece;
    return {fmt::format("(uint64){}", parenthesized(std::move(piece), kPrimaryPrecedence)), kUnaryPrecedence};
  }

  /// A pointer with its type, for a variable or a function that takes one.
  Piece pointer(const Expression& expression) const {
    if (has_type(expression)) return raw(expression);
    return {fmt::format("({}){}", spelling(expression.type),
                        parenthesized(argument(expression), kPrimaryPrecedence)),
            kUnaryPrecedence};
  }

  /// Where bpftrace takes pointers and numbers: what it has for a pointer needs no cast to a number.
  Piece argument(const Expression& expression) const {
    return is_pointer(expression.type) && is_bpftrace_pointer(expression) ? raw(expression)
                                                                          : print(expression);
  }

  std::string at_least(const Expression& expression, int precedence) const {
    return parenthesized(print(expression), precedence);
  }

  static std::string parenthesized(Piece piece, int precedence) {
    return piece.precedence < precedence ? fmt::format("({})", piece.text) : std::move(piece.text);
  }

  /// As the operand of `&&`, `||` or `!`, or as a whole condition.
  std::string truth(const Expression& expression, int precedence) const {
    if (const auto* has = std::get_if<MapHas>(&expression.node)) {
      return map_has(*has);
    }
    return at_least(expression, precedence);
  }

 private:
  Piece raw(const Expression& expression) const {
    return std::visit([&](const auto& node) { return this->node(node, expression.type); }, expression.node);
  }

  /// Whether bpftrace takes the expression, which is of a pointer's type here, for a pointer too.
  bool is_bpftrace_pointer(const Expression& expression) const {
    const auto& node = expression.node;
    if (const auto* read = std::get_if<ArgumentRead>(&node)) return read->is_typed;
    if (const auto* read = std::get_if<LocalRead>(&node)) return context_.clause.locals[read->local].is_typed;
    return std::holds_alternative<Member>(node) || std::holds_alternative<Index>(node) ||
           std::holds_alternative<Cast>(node) || std::holds_alternative<ContextRead>(node) ||
           std::holds_alternative<FieldRead>(node);
  }

  /// Whether bpftrace knows what the pointer points to. Of a tracepoint's field, 0.17 may not.
  bool has_type(const Expression& expression) const {
    const auto* field = std::get_if<FieldRead>(&expression.node);
    if (field != nullptr && field->access != FieldAccess::typed) return false;
    return is_bpftrace_pointer(expression);
  }

  static std::string spelling(const Type& type) {
    if (type.kind == TypeKind::structure) return type.name + " *";
    // A character has no name of its own in 0.17.
    const std::string name = type.name.empty() ? "void" : type.name == "char" ? "int8" : type.name;
    return fmt::format("{} {}", name, std::string(std::max<std::size_t>(type.stars, 1), '*'));
  }

  /// How many pointers a path follows from where bpftrace last was told a type.
  static int pointers_followed(const Expression& expression) {
    const auto* member = std::get_if<Member>(&expression.node);
    const auto* index = std::get_if<Index>(&expression.node);
    if (member == nullptr && index == nullptr) return 0;
    const auto& below = member != nullptr ? *member->object : *index->object;
    return pointers_followed(below) + (is_pointer(below.type) ? 1 : 0);
  }

  /// What `->`, `.` or `[` can follow.
  std::string object(const Expression& expression) const {
    // 0.17 knows the structs three pointers away, seen with a 6.1 kernel; from there on it has to be told.
    const bool is_far = expression.type.kind == TypeKind::structure && is_pointer(expression.type) &&
                        !expression.type.name.empty() && pointers_followed(expression) % 3 == 0 &&
                        pointers_followed(expression) > 0;
    if (is_far) return fmt::format("(({}){})", spelling(expression.type), raw(expression).text);
    return parenthesized(is_pointer(expression.type) ? pointer(expression) : raw(expression),
                         kPrimaryPrecedence);
  }

  Piece node(const Member& node, const Type&) const {
    return {
        fmt::format("{}{}{}", object(*node.object), is_pointer(node.object->type) ? "->" : ".", node.name),
        kPrimaryPrecedence};
  }
  Piece node(const Index& node, const Type&) const {
    // The resolver casts an array of length 0 to a pointer.
    const auto* cast = std::get_if<Cast>(&node.object->node);
    const bool is_array = cast != nullptr && cast->operand->type.kind == TypeKind::list;
    const Expression& read = is_array && context_.dialect.reads_open_arrays ? *cast->operand : *node.object;
    return {fmt::format("{}[{}]", object(read), node.index), kPrimaryPrecedence};
  }

  Piece node(const Integer& node, const Type&) const {
    if (context_.form == EmitForm::people && node.is_enumerator) return {node.name, kPrimaryPrecedence};
    if (context_.form == EmitForm::people && !node.name.empty()) {
      return {fmt::format("{} /* {} */", node.value, node.name),
              node.value >= 0 ? kPrimaryPrecedence : kUnaryPrecedence};
    }
    // bpftrace has no negative literals, only their negation.
    if (node.value >= 0) return {fmt::format("{}", node.value), kPrimaryPrecedence};
    return {fmt::format("{}", node.value), kUnaryPrecedence};
  }
  Piece node(const Text& node, const Type&) const { return {quote(node.value), kPrimaryPrecedence}; }
  Piece node(const ContextRead& node, const Type& type) const {
    if (type.name == "func" && !context_.dialect.knows_returning_function)
      return {"probe", kPrimaryPrecedence};
    if (node.depth > 0) return {fmt::format("{}({})", node.field->bpftrace, node.depth), kPrimaryPrecedence};
    const bool people = context_.form == EmitForm::people && !node.field->people.empty();
    return {std::string(people ? node.field->people : node.field->bpftrace),
            node.field->bpftrace.front() == '(' && !people ? kUnaryPrecedence : kPrimaryPrecedence};
  }
  Piece node(const FieldRead& node, const Type& type) const {
    auto field = fmt::format("args->{}", node.name);
    switch (node.access) {
      case FieldAccess::plain:
      case FieldAccess::typed:
        return {std::move(field), kPrimaryPrecedence};
      case FieldAccess::pointer:
        return {std::move(field), kPrimaryPrecedence};
      case FieldAccess::text:
        return {str(node.is_data_loc && context_.dialect.misplaces_texts ? place_of_text(node) : field),
                kPrimaryPrecedence};
      case FieldAccess::narrowed:
        return {fmt::format("({}int{}){}", type.is_signed ? "" : "u", type.bits, field), kUnaryPrecedence};
    }
    return {std::move(field), kPrimaryPrecedence};
  }
  Piece node(const ArgumentRead& node, const Type&) const { return {node.name, kPrimaryPrecedence}; }
  Piece node(const LocalRead& node, const Type&) const {
    return {"$" + context_.clause.locals[node.local].name, kPrimaryPrecedence};
  }
  Piece node(const MapRead& node, const Type&) const {
    return {map_text("@" + context_.program.maps[node.map].name, node.keys, context_), kPrimaryPrecedence};
  }
  Piece node(const MapHas& node, const Type&) const {
    return {fmt::format("{} != 0", map_has(node)), row_of(Operator::not_equal).precedence};
  }
  Piece node(const Binary& node, const Type&) const {
    const auto& row = row_of(node.op);
    if (node.op == Operator::logical_and || node.op == Operator::logical_or) {
      // `a && b || c`: C's precedence is right, but parentheses read better.
      const auto side = [&](const Expression& e) {
        const auto* inner = std::get_if<Binary>(&e.node);
        const bool other = inner != nullptr &&
                           (inner->op == Operator::logical_and || inner->op == Operator::logical_or) &&
                           inner->op != node.op;
        return other ? fmt::format("({})", print(e).text) : truth(e, row.precedence);
      };
      return {fmt::format("{} {} {}", side(*node.left), row.text, side(*node.right)), row.precedence};
    }
    const bool tests = node.op == Operator::equal || node.op == Operator::not_equal;
    const bool is_null = tests && std::holds_alternative<Integer>(node.right->node);
    auto left =
        is_null ? parenthesized(argument(*node.left), row.precedence) : at_least(*node.left, row.precedence);
    return {fmt::format("{} {} {}", left, row.text, at_least(*node.right, row.precedence + 1)),
            row.precedence};
  }
  Piece node(const Unary& node, const Type&) const {
    if (node.op == resolved::UnaryOperator::logical_not)
      return {fmt::format("!{}", truth(*node.operand, kPrimaryPrecedence)), kUnaryPrecedence};
    return {fmt::format("-{}", at_least(*node.operand, kPrimaryPrecedence)), kUnaryPrecedence};
  }
  Piece node(const Conditional& node, const Type&) const {
    return {fmt::format("{} ? {} : {}", truth(*node.condition, kConditionalPrecedence + 1),
                        at_least(*node.then, kConditionalPrecedence + 1),
                        at_least(*node.otherwise, kConditionalPrecedence + 1)),
            kConditionalPrecedence};
  }
  Piece node(const Cast& node, const Type& type) const {
    if (is_pointer(type)) {
      return {
          fmt::format("({}){}", spelling(type), parenthesized(argument(*node.operand), kPrimaryPrecedence)),
          kUnaryPrecedence};
    }
    // As a number it needs no second cast.
    if (is_pointer(node.operand->type) && type.bits == 64 && !type.is_signed) return print(*node.operand);
    return {fmt::format("({}int{}){}", type.is_signed ? "" : "u", type.bits,
                        at_least(*node.operand, kPrimaryPrecedence)),
            kUnaryPrecedence};
  }
  Piece node(const TestString& node, const Type&) const {
    const auto subject = print(*node.subject).text;
    if (node.test == StringTest::starts_with) {
      return {fmt::format("strncmp({}, {}, {}) {} 0", subject, quote(node.literal), node.literal.size(),
                          node.is_negated ? "!=" : "=="),
              row_of(Operator::equal).precedence};
    }
    return {fmt::format("{}strcontains({}, {})", node.is_negated ? "!" : "", searched(*node.subject),
                        quote(node.literal)),
            node.is_negated ? kUnaryPrecedence : kPrimaryPrecedence};
  }
  Piece node(const FunctionCall& node, const Type&) const {
    const bool people = context_.form == EmitForm::people && !node.function->people.empty();
    const auto pattern = people ? node.function->people : node.function->bpftrace;
    const auto value = argument(*node.argument).text;
    auto text = node.second ? fmt::format(fmt::runtime(pattern), value, print(*node.second).text)
                            : fmt::format(fmt::runtime(pattern), value);
    return {std::move(text), kPrimaryPrecedence};
  }
  Piece node(const ReadString& node, const Type&) const {
    // str() asks for no type.
    const auto* cast = std::get_if<Cast>(&node.address->node);
    const auto address = argument(cast != nullptr ? *cast->operand : *node.address).text;
    return {str(node.address->type.is_user_memory ? fmt::format("uptr({})", address) : address),
            kPrimaryPrecedence};
  }

  Piece node(const ReadStrings& node, const Type&) const { return print(*node.address); }
  /// As a column it is sent in parts; this is what a tuple of them is.
  Piece node(const Interpolated& node, const Type&) const {
    std::vector<std::string> values;
    for (const auto& part : node.parts) {
      if (const auto* inner = std::get_if<Box<Expression>>(&part))
        values.push_back(at_least(**inner, kConditionalPrecedence + 1));
    }
    return {fmt::format("{}", fmt::join(values, ", ")), kPrimaryPrecedence};
  }
  Piece node(const MapLength& node, const Type&) const {
    const auto& map = context_.program.maps[node.map];
    return {context_.dialect.has_len ? fmt::format("len(@{})", map.name) : length_map(map),
            kPrimaryPrecedence};
  }

  /// Within 1024 bytes strcontains() is more than the verifier looks through (0.23).
  std::string searched(const Expression& subject) const {
    if (!context_.dialect.long_strings || context_.string_length > 0) return print(subject).text;
    auto context = context_;
    context.string_length = kSearchedBytes;
    return Printer(context).print(subject).text;
  }

  /// What 0.23 takes for the place of such a text is the event's address and four times the offset. The first
  /// one's offset is known: it begins where the fixed part ends.
  static std::string place_of_text(const FieldRead& node) {
    const auto& first = node.place.first;
    const auto base = fmt::format("(uint64)args->{} - {}", first, 3 * node.place.fixed_bytes);
    if (node.name == first) return base;
    return fmt::format("{} + ((uint64)args->{} - (uint64)args->{}) / 4", base, node.name, first);
  }

  std::string str(std::string_view address) const {
    if (context_.string_length > 0)
      return fmt::format("str({}, {})", address,
                         context_.string_length + (context_.dialect.long_strings ? 1 : 0));
    return fmt::format("str({})", address);
  }

  std::string map_has(const MapHas& node) const {
    const auto& map = context_.program.maps[node.map];
    return map_text(needs_presence_map(map, context_.dialect) ? presence_map(map) : "@" + map.name, node.keys,
                    context_);
  }

  const ExpressionContext& context_;
};

}  // namespace

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const char c = text.front();
    std::string shown;
    const auto character = text.substr(0, append_visible_character(shown, text).bytes);
    text.remove_prefix(character.size());
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n' || c == '\t' || c == '\r' || shown == character) {
      quoted += shown;
    } else {
      // What a terminal might obey, in a form that bpftrace reads as the same bytes.
      for (const char byte : character) quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return quoted + '"';
}

std::string presence_map(const Map& map) {
  return fmt::format("@{}_set", map.name);
}

bool needs_presence_map(const Map& map, const Dialect& dialect) {
  return (map.is_tested || needs_length_map(map, dialect)) && map.value_may_be_zero;
}

std::string length_map(const Map& map) {
  return fmt::format("@{}_len", map.name);
}

bool needs_length_map(const Map& map, const Dialect& dialect) {
  return map.is_measured && !dialect.has_len;
}

std::string expression_text(const Expression& expression, const ExpressionContext& context) {
  return Printer(context).print(expression).text;
}

std::string argument_text(const Expression& expression, const ExpressionContext& context) {
  return Printer(context).argument(expression).text;
}

std::string pointer_text(const Expression& expression, const ExpressionContext& context) {
  return Printer(context).pointer(expression).text;
}

std::string condition_text(const Expression& expression, const ExpressionContext& context) {
  return Printer(context).truth(expression, 0);
}

std::string cast_text(std::string_view type, std::string_view operand) {
  const bool is_plain = std::all_of(operand.begin(), operand.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_$.->").find(c) != std::string_view::npos;
  });
  return is_plain ? fmt::format("({}){}", type, operand) : fmt::format("({})({})", type, operand);
}

std::string map_text(std::string_view map, const std::vector<Expression>& keys,
                     const ExpressionContext& context) {
  std::string text(map);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    text += i == 0 ? "[" : ", ";
    text += expression_text(keys[i], context);
  }
  if (!keys.empty()) text += "]";
  return text;
}

}  // namespace nubpf
