// Loops as straight code: `break` and `continue` become branches.
#include <algorithm>
#include <iterator>
#include <optional>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

bool has_jump(const Statements& list);

bool has_jump(const Statement& statement) {
  if (std::holds_alternative<Jump>(statement.node)) return true;
  const auto* branch = std::get_if<If>(&statement.node);
  return branch != nullptr && (has_jump(branch->then) || has_jump(branch->otherwise));
}

bool has_jump(const Statements& list) {
  return std::any_of(list.begin(), list.end(), [](const Statement& s) { return has_jump(s); });
}

void append(Statements& list, Statements more) {
  list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// In how many places control comes out at the end of a list whose jumps stand last in their branches.
int ways_out(const Statements& list) {
  if (list.empty()) return 1;
  const auto& last = list.back();
  if (std::holds_alternative<Jump>(last.node) || std::holds_alternative<Return>(last.node)) return 0;
  const auto* branch = std::get_if<If>(&last.node);
  if (branch == nullptr || !has_jump(last)) return 1;
  return ways_out(branch->then) + ways_out(branch->otherwise);
}

/// Puts `rest` at the one place where control comes out.
void continue_with(Statements& list, Statements rest) {
  auto* branch = list.empty() || !has_jump(list.back()) ? nullptr : std::get_if<If>(&list.back().node);
  if (branch == nullptr) return append(list, std::move(rest));
  continue_with(ways_out(branch->then) > 0 ? branch->then : branch->otherwise, std::move(rest));
}

/// Moves what stands behind a branch with a jump into the way that does not jump. Nothing where there are
/// several such ways.
std::optional<Statements> nested(Statements list) {
  Statements result;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool jumps = has_jump(list[i]);
    result.push_back(std::move(list[i]));
    if (!jumps) continue;
    auto* branch = std::get_if<If>(&result.back().node);
    if (branch == nullptr) return result;  // behind a jump nothing runs
    auto then = nested(std::move(branch->then));
    auto otherwise = nested(std::move(branch->otherwise));
    if (!then || !otherwise) return std::nullopt;
    branch->then = std::move(*then);
    branch->otherwise = std::move(*otherwise);
    if (i + 1 == list.size()) return result;
    const auto first = list.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    auto rest = nested(Statements(std::make_move_iterator(first), std::make_move_iterator(list.end())));
    if (!rest) return std::nullopt;
    const auto ways = ways_out(result);
    if (ways > 1) return std::nullopt;
    if (ways == 1) continue_with(result, std::move(*rest));
    return result;
  }
  return result;
}

/// Takes out the jumps of one kind; they stand last in their branches.
void drop_jumps(Statements& list, bool leaves_loop) {
  for (auto& statement : list) {
    if (auto* branch = std::get_if<If>(&statement.node)) {
      drop_jumps(branch->then, leaves_loop);
      drop_jumps(branch->otherwise, leaves_loop);
    }
  }
  std::erase_if(list, [&](const Statement& s) {
    const auto* jump = std::get_if<Jump>(&s.node);
    return jump != nullptr && jump->leaves_loop == leaves_loop;
  });
}

/// Branches that nothing is left in go away; one with only an `else` is turned round.
void tidy(Statements& list) {
  for (auto& statement : list) {
    auto* branch = std::get_if<If>(&statement.node);
    if (branch == nullptr) continue;
    tidy(branch->then);
    tidy(branch->otherwise);
    if (!branch->then.empty() || branch->otherwise.empty()) continue;
    const auto span = branch->condition.span;
    branch->condition = make_not(std::move(branch->condition), span);
    std::swap(branch->then, branch->otherwise);
  }
  std::erase_if(list, [](const Statement& s) {
    const auto* branch = std::get_if<If>(&s.node);
    return branch != nullptr && branch->then.empty() && branch->otherwise.empty();
  });
}

/// The general form, with a variable for each kind of jump.
class Flags {
 public:
  Flags(const std::function<std::uint32_t(std::string_view)>& new_flag, Span span)
      : in_loop_(new_flag("in_loop")), in_turn_(new_flag("in_turn")), span_(span) {}

  Statements loop(std::vector<Statements> turns) {
    Statements result;
    result.push_back(set(in_loop_, 1));
    for (std::size_t i = 0; i < turns.size(); ++i) {
      Statements turn;
      turn.push_back(set(in_turn_, 1));
      append(turn, guarded(std::move(turns[i])));
      if (i == 0)
        append(result, std::move(turn));
      else
        result.push_back(when(in_loop_, std::move(turn)));
    }
    return result;
  }

 private:
  Statement set(std::uint32_t flag, std::int64_t value) const {
    return {Assign{flag, make_integer(value, integer_type(64, true), span_)}, span_};
  }
  Statement when(std::uint32_t flag, Statements then) const {
    Expression read{LocalRead{flag}, integer_type(64, true), span_};
    auto test =
        make_binary(Operator::not_equal, std::move(read), make_integer(0, integer_type(64, true), span_),
                    simple_type(TypeKind::boolean), span_);
    return {If{std::move(test), std::move(then), {}}, span_};
  }

  Statements guarded(Statements list) const {
    Statements result;
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto& statement = list[i];
      if (const auto* jump = std::get_if<Jump>(&statement.node)) {
        if (jump->leaves_loop) result.push_back(set(in_loop_, 0));
        result.push_back(set(in_turn_, 0));
        return result;
      }
      const bool jumps = has_jump(statement);
      if (auto* branch = std::get_if<If>(&statement.node); branch != nullptr && jumps) {
        branch->then = guarded(std::move(branch->then));
        branch->otherwise = guarded(std::move(branch->otherwise));
      }
      result.push_back(std::move(statement));
      if (!jumps || i + 1 == list.size()) continue;
      const auto first = list.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      auto rest = guarded(Statements(std::make_move_iterator(first), std::make_move_iterator(list.end())));
      result.push_back(when(in_turn_, std::move(rest)));
      return result;
    }
    return result;
  }

  std::uint32_t in_loop_, in_turn_;
  Span span_;
};

}  // namespace

Statements unroll(std::vector<Statements> turns,
                  const std::function<std::uint32_t(std::string_view name)>& new_flag, Span span) {
  Statements straight;
  bool is_nested = true;
  for (const auto& turn : turns) {
    auto one = nested(turn);
    if (!one) {
      is_nested = false;
      break;
    }
    drop_jumps(*one, false);
    append(straight, std::move(*one));
  }
  auto whole = is_nested ? nested(std::move(straight)) : std::nullopt;
  if (whole) {
    drop_jumps(*whole, true);
    tidy(*whole);
    return std::move(*whole);
  }
  return Flags(new_flag, span).loop(std::move(turns));
}

}  // namespace nubpf::resolving
