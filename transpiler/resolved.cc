#include "transpiler/resolved.h"

#include <fmt/format.h>

#include "transpiler/emit_expression.h"
#include "transpiler/overloaded.h"

namespace nubpf::resolved {
namespace {

class Dumper {
 public:
  explicit Dumper(const Program& program) : program_(program) {}

  std::string dump() {
    add(0, fmt::format("program [{},{})", program_.span.begin, program_.span.end));
    if (program_.duration_ns) add(1, fmt::format("for {} ns", *program_.duration_ns));
    if (program_.pid) add(1, fmt::format("pid {}", *program_.pid));
    if (program_.command) add(1, fmt::format("command {}", quote(*program_.command)));
    if (program_.row_limit) add(1, fmt::format("first {}", *program_.row_limit));
    if (program_.string_length) add(1, fmt::format("string length {}", *program_.string_length));
    for (const auto* flag : {program_.unsafe ? "unsafe" : nullptr, program_.emit_bt ? "emit-bt" : nullptr,
                             program_.dry_run ? "dry-run" : nullptr}) {
      if (flag != nullptr) add(1, flag);
    }
    for (const auto& map : program_.maps) {
      std::string keys;
      for (const auto& key : map.keys) keys += (keys.empty() ? "" : ", ") + to_string(key);
      add(1, fmt::format("map {}[{}]: {}", map.name, keys, to_string(map.value)));
    }
    for (const auto& clause : program_.clauses) this->clause(clause);
    return std::move(text_);
  }

 private:
  void add(int level, std::string_view line) {
    text_.append(static_cast<std::size_t>(2 * level), ' ');
    text_ += line;
    text_ += '\n';
  }

  void clause(const Clause& clause) {
    clause_ = &clause;
    add(1, fmt::format("clause [{},{})", clause.span.begin, clause.span.end));
    for (const auto& point : clause.attach_points)
      add(2, fmt::format("attach {} {}", point.probe->name, point.target));
    for (const auto& local : clause.locals)
      add(2, fmt::format("local ${}: {}", local.name, to_string(local.type)));
    if (clause.predicate) add(2, "predicate " + expression(*clause.predicate));
    statements(clause.body, 2);
  }

  /// The expression and, where it is not plain from the text, its type.
  std::string expression(const Expression& e) const {
    const auto oldest = dialect_for(kOldestBpftrace);
    const ExpressionContext context{program_, *clause_, oldest, EmitForm::run, 0};
    return fmt::format("{} : {}", expression_text(e, context), to_string(e.type));
  }

  std::string expressions(const std::vector<Expression>& list) const {
    std::string joined;
    for (const auto& e : list) joined += (joined.empty() ? "" : ", ") + expression(e);
    return joined;
  }

  void statements(const Statements& list, int level) {
    for (const auto& statement : list) {
      std::visit(
          Overloaded{
              [&](const Assign& node) {
                add(level, fmt::format("${} = {}", clause_->locals[node.local].name, expression(node.value)));
              },
              [&](const If& node) {
                add(level, "if " + expression(node.condition));
                statements(node.then, level + 1);
                if (!node.otherwise.empty()) add(level, "else");
                statements(node.otherwise, level + 1);
              },
              [&](const Aggregate& node) {
                add(level,
                    fmt::format("aggregate {} [{}]{}", program_.schema.aggregations[node.aggregation].name,
                                expressions(node.keys), node.value ? " " + expression(*node.value) : ""));
              },
              [&](const Emit& node) {
                add(level, fmt::format("emit {} ({})", program_.schema.sites[node.site].id,
                                       expressions(node.values)));
              },
              [&](const MapSet& node) {
                add(level, fmt::format("set {} [{}] {}", program_.maps[node.map].name, expressions(node.keys),
                                       expression(node.value)));
              },
              [&](const MapDelete& node) {
                add(level,
                    fmt::format("delete {} [{}]", program_.maps[node.map].name, expressions(node.keys)));
              },
              [&](const MapClear& node) {
                add(level, fmt::format("clear {}", program_.maps[node.map].name));
              },
              [&](const Report& node) {
                add(level, fmt::format("report {}", program_.schema.reports[node.report].id));
              },
              [&](const Print& node) {
                add(level, "print");
                for (const auto& part : node.parts) {
                  const auto* plain = std::get_if<std::string>(&part);
                  add(level + 1, plain != nullptr ? quote(*plain) : expression(std::get<Expression>(part)));
                }
              },
              [&](const Exit&) { add(level, "exit"); },
              [&](const Action& node) {
                add(level, std::string(node.command->name));
                for (const auto& part : node.parts) {
                  const auto* plain = std::get_if<std::string>(&part);
                  add(level + 1, plain != nullptr ? quote(*plain) : expression(std::get<Expression>(part)));
                }
              },
              [&](const FindEnd& node) {
                add(level, fmt::format("${} = end of {}", clause_->locals[node.local].name,
                                       expression(node.address)));
              },
              [&](const Return&) { add(level, "return"); },
              [](const Jump&) {},
          },
          statement.node);
    }
  }

  const Program& program_;
  const Clause* clause_ = nullptr;
  std::string text_;
};

}  // namespace

std::string to_string(const Program& program) {
  return Dumper(program).dump();
}

}  // namespace nubpf::resolved
