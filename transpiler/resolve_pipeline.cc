// Pipelines: stages in order, and which command a call is.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"
#include "transpiler/suggest.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

/// The row whose name a call begins with, and how many words of it are arguments in the text: `map set` is
/// two words.
template <class Row>
std::pair<const Row*, std::size_t> find_row(const syntax::Call& call, const Row* (*find)(std::string_view)) {
  if (!call.arguments.empty()) {
    if (const auto* first = std::get_if<syntax::Box<syntax::Expression>>(&call.arguments.front().node)) {
      const auto* word = std::get_if<syntax::StringLiteral>(&(*first)->node);
      if (word != nullptr && word->quote == syntax::Quote::bare) {
        if (const auto* row = find(fmt::format("{} {}", call.name, word->value))) return {row, 1};
      }
    }
  }
  return {find(call.name), 0};
}

std::pair<const mappings::Command*, std::size_t> find_command(const syntax::Call& call) {
  return find_row(call, &mappings::find_command);
}

const mappings::Foreign* find_foreign_command(std::string_view name) {
  return mappings::find_foreign(mappings::ForeignKind::command, name);
}

std::pair<const mappings::Function*, std::size_t> find_function(const syntax::Call& call) {
  return find_row(call, &mappings::find_function);
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

std::optional<Value> ProgramResolver::pipeline(const syntax::Pipeline& line, bool is_statement) {
  const auto outer_input = input_;
  std::optional<Value> current = outer_input ? *outer_input : event_value(line.span);
  for (std::size_t i = 0; i < line.stages.size(); ++i) {
    const bool is_first = i == 0;
    const auto* next = std::get_if<syntax::Call>(&line.stages[i].node);
    const bool takes_nothing = next != nullptr && next->name == "default";
    if (!is_first && !takes_nothing && std::holds_alternative<NoValue>(current->node)) {
      const auto* const row =
          next != nullptr ? mappings::find_foreign(mappings::ForeignKind::command, next->name) : nullptr;
      error(DiagnosticKind::no_value, line.stages[i].span, "this stage gets no value",
            "the stage before it yields nothing",
            row != nullptr ? std::string(row->instead) : "write it as a statement of its own");
      current = std::nullopt;
      break;
    }
    if (!is_first && !takes_nothing && current->maybe_nothing && is_statement) {
      // Go on only where there is a value.
      push({If{is_there(*current, current->span), {}, {}}, line.span});
      current_ = &std::get<If>(current_->back().node).then;
      current->maybe_nothing = false;
    }
    if (!is_first) input_ = *current;
    const auto& node = line.stages[i];
    const auto* after =
        i + 1 < line.stages.size() ? std::get_if<syntax::Call>(&line.stages[i + 1].node) : nullptr;
    const bool has_default = after != nullptr && after->name == "default";
    current = stage(node, std::move(*current), is_first, is_statement && !has_default);
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
  const bool is_number = std::holds_alternative<syntax::IntLiteral>(stage.node);
  error(DiagnosticKind::misplaced_command, stage.span, "an expression cannot take the pipeline's value",
        "not a command",
        is_number ? "write `bit-or` in the place of `|` to join bits"
                  : "use `$in` in a command, such as `emit {x: $in}`");
  return std::nullopt;
}

std::optional<Value> ProgramResolver::unknown_command(const syntax::Call& call) {
  if (call.is_external) {
    error(DiagnosticKind::user_space_command, call.name_span,
          fmt::format("`^{}` cannot run in the kernel", call.name), "an external command",
          "run it outside of the closure");
    return std::nullopt;
  }
  const auto [foreign, words] = find_row(call, &find_foreign_command);
  if (foreign != nullptr) {
    error(DiagnosticKind::user_space_command,
          words == 0 ? call.name_span : cover(call.name_span, call.arguments.front().span),
          fmt::format("`{}` does not run in the kernel", foreign->name), "not a command of the kernel side",
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
  const auto head = std::string_view(call.name).substr(0, call.name.find('.'));
  if (find_binding(head) != nullptr) {
    help = fmt::format("write `${}`", call.name);
  } else if (is_column(head) || head == "args") {
    help = call.arguments.empty()
               ? fmt::format("write `get {0}` or `$in.{0}` for the column", call.name)
               : fmt::format("write `$in.{0}` for the column: inside parentheses a bare word is a command",
                             call.name);
  }
  error(DiagnosticKind::unknown_command, call.name_span, fmt::format("there is no command `{}`", call.name),
        "not a command of the kernel side", std::move(help));
  return std::nullopt;
}

std::optional<Value> ProgramResolver::call(const syntax::Call& call, Span span, Value input, bool is_first,
                                           bool is_statement) {
  if (call.is_external) return unknown_command(call);
  static const std::map<std::string_view, std::string_view> kSeedNames = {{"send", "emit"},
                                                                          {"histogram", "hist"}};
  if (const auto [function, function_words] = find_function(call); function != nullptr) {
    BoundCall bound;
    const int second = function->usage.empty() ? 0 : 1;
    const auto usage = second == 0 ? std::string_view("[VALUE]") : function->usage;
    if (!bind_call(call, function->name, {}, second, 1, function_words, usage, bound)) return std::nullopt;
    return conversion(*function, bound, std::move(input), is_first, span);
  }
  const auto* stack = std::get_if<Expression>(&input.node);
  if ((call.name == "first" || call.name == "take") && !is_first && stack != nullptr &&
      stack->type.kind == TypeKind::stack) {
    return first_frames(call, input, span);
  }
  auto [command, words] = find_command(call);
  if (const auto seed = kSeedNames.find(call.name); seed != kSeedNames.end())
    command = mappings::find_command(seed->second);
  if (command == nullptr) return unknown_command(call);
  BoundCall bound;
  if (!bind_call(call, command->name, command->flags, command->min_arguments, command->max_arguments, words,
                 command->usage, bound, command->surplus)) {
    return std::nullopt;
  }
  if (!is_statement && command->role != mappings::Role::shape && command->role != mappings::Role::cast &&
      command->name != "map get" && command->name != "map take" && command->name != "map has" &&
      command->name != "map len" && command->name != "timer stop") {
    error(DiagnosticKind::misplaced_command, call.name_span,
          fmt::format("`{}` yields no value, and one is needed here", command->name), "used as a value",
          "write it as a statement of its own");
    return std::nullopt;
  }
  switch (command->role) {
    case mappings::Role::filter:
      return where(bound, std::move(input), is_statement);
    case mappings::Role::shape:
      if (command->name == "default") return default_stage(bound, std::move(input), span);
      return shape(*command, bound, std::move(input));
    case mappings::Role::cast:
      if (is_first && std::holds_alternative<EventValue>(input.node)) {
        error(DiagnosticKind::no_value, call.name_span, fmt::format("`{}` needs a value", command->name),
              "nothing is piped in", fmt::format("write `VALUE | {}`", command->name));
        return std::nullopt;
      }
      if (command->name == "cast") return kernel_cast(bound, std::move(input), span);
      return cast(*command, std::move(input), span);
    case mappings::Role::aggregation:
      if (is_first) input = event_value(span);
      return aggregation(*command, bound, std::move(input), span);
    case mappings::Role::state:
      if (command->name.starts_with("timer")) return timer(*command, bound, span, is_statement);
      if (command->name == "map len") return map_length(bound, span);
      return map_command(*command, bound, span, is_statement);
    case mappings::Role::output:
      if (command->name == "emit") return emit(bound, input, span);
      if (command->name == "report") return report(bound, span);
      return print(bound, input, span);
    case mappings::Role::action:
      return action(*command, bound, span);
  }
  return std::nullopt;
}

}  // namespace nubpf::resolving
