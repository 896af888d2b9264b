#include "transpiler/syntax.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "transpiler/overloaded.h"
#include "transpiler/text.h"

namespace nubpf::syntax {
namespace {

std::string_view name_of(Quote quote) {
  switch (quote) {
    case Quote::bare:
      return "bare";
    case Quote::single_quoted:
      return "single_quoted";
    case Quote::double_quoted:
      return "double_quoted";
    case Quote::backtick:
      return "backtick";
    case Quote::raw:
      return "raw";
  }
  return "";
}

std::string_view name_of(UnaryOperator op) {
  return op == UnaryOperator::negate ? "negate" : "not";
}

std::string_view name_of(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::add:
      return "+";
    case BinaryOperator::subtract:
      return "-";
    case BinaryOperator::multiply:
      return "*";
    case BinaryOperator::divide:
      return "/";
    case BinaryOperator::floor_divide:
      return "//";
    case BinaryOperator::modulo:
      return "mod";
    case BinaryOperator::power:
      return "**";
    case BinaryOperator::concatenate:
      return "++";
    case BinaryOperator::equal:
      return "==";
    case BinaryOperator::not_equal:
      return "!=";
    case BinaryOperator::less:
      return "<";
    case BinaryOperator::less_equal:
      return "<=";
    case BinaryOperator::greater:
      return ">";
    case BinaryOperator::greater_equal:
      return ">=";
    case BinaryOperator::logical_and:
      return "and";
    case BinaryOperator::logical_or:
      return "or";
    case BinaryOperator::logical_xor:
      return "xor";
    case BinaryOperator::bit_and:
      return "bit-and";
    case BinaryOperator::bit_or:
      return "bit-or";
    case BinaryOperator::bit_xor:
      return "bit-xor";
    case BinaryOperator::bit_shift_left:
      return "bit-shl";
    case BinaryOperator::bit_shift_right:
      return "bit-shr";
    case BinaryOperator::in:
      return "in";
    case BinaryOperator::not_in:
      return "not-in";
    case BinaryOperator::has:
      return "has";
    case BinaryOperator::not_has:
      return "not-has";
    case BinaryOperator::starts_with:
      return "starts-with";
    case BinaryOperator::not_starts_with:
      return "not-starts-with";
    case BinaryOperator::ends_with:
      return "ends-with";
    case BinaryOperator::not_ends_with:
      return "not-ends-with";
    case BinaryOperator::matches:
      return "=~";
    case BinaryOperator::not_matches:
      return "!~";
  }
  return "";
}

std::string_view name_of(Let::Kind kind) {
  switch (kind) {
    case Let::Kind::let:
      return "let";
    case Let::Kind::mut:
      return "mut";
    case Let::Kind::constant:
      return "const";
  }
  return "";
}

std::string shown(Span span) {
  return fmt::format("[{},{})", span.begin, span.end);
}

/// Any text of the user, on one line and harmless.
std::string shown(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// Prints nodes, each on a line of its own, children two columns further in.
class Printer {
 public:
  [[nodiscard]] std::string take() { return std::move(out_); }

  void block(std::string_view role, const Block& block) {
    line(fmt::format("{} {}", role, shown(block.span)));
    const Indent indent(*this);
    for (const Statement& statement : block.statements) print(statement);
  }

 private:
  class Indent {
   public:
    explicit Indent(Printer& printer) : printer_(printer) { printer_.indent_ += 2; }
    ~Indent() { printer_.indent_ -= 2; }
    Indent(const Indent&) = delete;
    Indent& operator=(const Indent&) = delete;

   private:
    Printer& printer_;
  };

  void line(std::string_view text) {
    out_.append(indent_, ' ');
    out_ += text;
    out_ += '\n';
  }

  /// A line for what a node's child is, and the child below it.
  void child(std::string_view role, const Expression& expression) {
    line(role);
    const Indent indent(*this);
    print(expression);
  }
  void child(std::string_view role, const Box<Expression>& expression) {
    if (expression) child(role, *expression);
  }

  void print(const Pipeline& pipeline) {
    line(fmt::format("Pipeline {}", shown(pipeline.span)));
    const Indent indent(*this);
    for (const Expression& stage : pipeline.stages) print(stage);
  }

  void print(const Statement& statement) {
    const std::string span = shown(statement.span);
    std::visit(
        Overloaded{
            [&](const Pipeline& pipeline) { print(pipeline); },
            [&](const Let& let) {
              const std::string type = let.type_text ? fmt::format(" type={}", shown(*let.type_text)) : "";
              line(fmt::format("Let {} {} name={}{} {}", name_of(let.kind), shown(let.name),
                               shown(let.name_span), type, span));
              const Indent indent(*this);
              print(let.value);
            },
            [&](const Assign& assign) {
              line(fmt::format("Assign {}= op={} {}", assign.op ? name_of(*assign.op) : "",
                               shown(assign.op_span), span));
              const Indent indent(*this);
              print(assign.target);
              print(assign.value);
            },
            [&](const For& loop) {
              line(fmt::format("For {} variable={} {}", shown(loop.variable), shown(loop.variable_span),
                               span));
              const Indent indent(*this);
              child("range:", loop.range);
              block("body", loop.body);
            },
            [&](const While& loop) {
              line(fmt::format("While {}", span));
              const Indent indent(*this);
              child("condition:", loop.condition);
              block("body", loop.body);
            },
            [&](const Loop& loop) {
              line(fmt::format("Loop {}", span));
              const Indent indent(*this);
              block("body", loop.body);
            },
            [&](const Break&) { line(fmt::format("Break {}", span)); },
            [&](const Continue&) { line(fmt::format("Continue {}", span)); },
            [&](const Return& result) {
              line(fmt::format("Return {}", span));
              const Indent indent(*this);
              if (result.value) print(*result.value);
            },
            [&](const Use& use) {
              std::string words;
              for (const std::string& word : use.words) words += " " + shown(word);
              line(fmt::format("Use{}{} {}", use.is_overlay ? " overlay" : "", words, span));
            },
            [&](const Def& def) {
              const std::string comment = def.comment.empty() ? "" : " comment=" + shown(def.comment);
              line(fmt::format("Def {} name={}{} {}", shown(def.name), shown(def.name_span), comment, span));
              const Indent indent(*this);
              for (const DefParameter& parameter : def.parameters) print(parameter);
              block("body", def.body);
            },
        },
        statement.node);
  }

  void print(const DefParameter& parameter) {
    std::string text = fmt::format("Parameter {}", shown(parameter.name));
    if (!parameter.short_flag.empty()) text += fmt::format(" short={}", shown(parameter.short_flag));
    if (!parameter.type_text.empty()) text += fmt::format(" type={}", shown(parameter.type_text));
    if (parameter.is_flag) text += " flag";
    if (parameter.is_optional) text += " optional";
    if (parameter.is_rest) text += " rest";
    if (!parameter.comment.empty()) text += fmt::format(" comment={}", shown(parameter.comment));
    line(fmt::format("{} {}", text, shown(parameter.span)));
    const Indent indent(*this);
    if (parameter.default_value) child("default:", *parameter.default_value);
  }

  void print(const If& branch) {
    const Indent indent(*this);
    child("condition:", branch.condition);
    block("then", branch.then);
    child("else:", branch.else_if);
    if (branch.otherwise) block("else", *branch.otherwise);
  }

  void print(const MatchArm& arm) {
    line(fmt::format("Arm {}", shown(arm.span)));
    const Indent indent(*this);
    for (const MatchPattern& pattern : arm.patterns) {
      line(fmt::format("Pattern{} {}", pattern.value ? "" : " _", shown(pattern.span)));
      const Indent inner(*this);
      if (pattern.value) print(*pattern.value);
    }
    child("guard:", arm.guard);
    block("body", arm.body);
  }

  void print(const Argument& argument) {
    std::visit(Overloaded{
                   [&](const Box<Expression>& value) { print(*value); },
                   [&](const Flag& flag) {
                     line(fmt::format("Flag {}{} {}", flag.is_short ? "-" : "--", visible(flag.name),
                                      shown(argument.span)));
                     const Indent indent(*this);
                     if (flag.value) print(*flag.value);
                   },
               },
               argument.node);
  }

  void print(const PathMember& member) {
    const std::string name = std::visit(Overloaded{[](const std::string& text) { return shown(text); },
                                                   [](std::int64_t index) { return fmt::to_string(index); }},
                                        member.name);
    line(fmt::format("Member {}{} {}", name, member.optional ? " optional" : "", shown(member.span)));
  }

  void print(const Expression& expression) {
    const std::string span = shown(expression.span);
    const auto head = [&](std::string_view text) { line(fmt::format("{} {}", text, span)); };
    std::visit(
        Overloaded{
            [&](const NullLiteral&) { head("Null"); },
            [&](const BoolLiteral& literal) { head(literal.value ? "Bool true" : "Bool false"); },
            [&](const IntLiteral& literal) { head(fmt::format("Int {}", literal.value)); },
            [&](const DurationLiteral& literal) { head(fmt::format("Duration {}ns", literal.nanoseconds)); },
            [&](const FilesizeLiteral& literal) { head(fmt::format("Filesize {}b", literal.bytes)); },
            [&](const FloatLiteral& literal) { head(fmt::format("Float {}", literal.text)); },
            [&](const StringLiteral& literal) {
              head(fmt::format("String {} {}", name_of(literal.quote), shown(literal.value)));
            },
            [&](const Interpolation& interpolation) {
              head("Interpolation");
              const Indent indent(*this);
              for (const auto& part : interpolation.parts) {
                std::visit(Overloaded{[&](const std::string& text) { line("Text " + shown(text)); },
                                      [&](const Box<Expression>& value) { print(*value); }},
                           part);
              }
            },
            [&](const Variable& variable) { head("Variable " + shown(variable.name)); },
            [&](const CellPath& path) {
              head("CellPath");
              const Indent indent(*this);
              print(*path.head);
              for (const PathMember& member : path.members) print(member);
            },
            [&](const List& list) {
              head("List");
              const Indent indent(*this);
              for (const Expression& item : list.items) print(item);
            },
            [&](const Record& record) {
              head("Record");
              const Indent indent(*this);
              for (const RecordEntry& entry : record.entries) {
                child("key:", entry.key);
                child("value:", entry.value);
              }
            },
            [&](const Range& range) {
              head(range.inclusive ? "Range inclusive" : "Range exclusive");
              const Indent indent(*this);
              child("from:", range.from);
              child("step:", range.step);
              child("to:", range.to);
            },
            [&](const Subexpression& subexpression) {
              head("Subexpression");
              const Indent indent(*this);
              block("body", subexpression.block);
            },
            [&](const Closure& closure) {
              head(closure.has_parameters ? "Closure parameters" : "Closure");
              const Indent indent(*this);
              for (const Parameter& parameter : closure.parameters) {
                line(fmt::format("Parameter {} {}", shown(parameter.name), shown(parameter.span)));
              }
              block("body", closure.body);
            },
            [&](const Unary& unary) {
              head(fmt::format("Unary {}", name_of(unary.op)));
              const Indent indent(*this);
              print(*unary.operand);
            },
            [&](const Binary& binary) {
              head(fmt::format("Binary {} op={}", name_of(binary.op), shown(binary.op_span)));
              const Indent indent(*this);
              print(*binary.left);
              print(*binary.right);
            },
            [&](const If& branch) {
              head("If");
              print(branch);
            },
            [&](const Match& match) {
              head("Match");
              const Indent indent(*this);
              child("subject:", match.subject);
              for (const MatchArm& arm : match.arms) print(arm);
            },
            [&](const Call& call) {
              head(fmt::format("Call{} {} name={}", call.is_external ? " external" : "", visible(call.name),
                               shown(call.name_span)));
              const Indent indent(*this);
              for (const Argument& argument : call.arguments) print(argument);
            },
        },
        expression.node);
  }

  std::string out_;
  std::size_t indent_ = 0;
};

}  // namespace

std::string to_string(const Script& script) {
  Printer printer;
  printer.block("Script", script.block);
  return printer.take();
}

}  // namespace nubpf::syntax
