#include "transpiler/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "transpiler/mappings.h"

namespace nubpf::foreign {
namespace {

using mappings::ForeignKind;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr auto kNone = std::string_view::npos;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_name(c); });
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == kNone) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Where a word that ends before `end` begins.
std::size_t word_begin(std::string_view text, std::size_t end, std::string_view stops) {
  const auto stop = text.substr(0, end).find_last_of(stops);
  return stop == kNone ? 0 : stop + 1;
}

std::size_t word_end(std::string_view text, std::size_t begin, std::string_view stops) {
  return std::min(text.find_first_of(stops, begin), text.size());
}

std::size_t name_begin(std::string_view text, std::size_t end) {
  while (end > 0 && is_name(text[end - 1])) --end;
  return end;
}

/// Behind the string or character that begins at `at`.
std::size_t skip(std::string_view text, std::size_t at) {
  const char quote = text[at];
  if (quote != '"' && quote != '\'') return at + 1;
  for (++at; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

/// The partner of the bracket at `open`, within its statement.
std::optional<std::size_t> partner(std::string_view text, std::size_t open) {
  int depth = 0;
  for (auto at = open; at < text.size() && text[at] != '\n'; at = skip(text, at)) {
    if (text[at] == '(' || text[at] == '[') ++depth;
    if ((text[at] == ')' || text[at] == ']') && --depth == 0) return at;
  }
  return std::nullopt;
}

/// The parts between commas that are in no brackets.
std::vector<std::string_view> arguments_of(std::string_view inside) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < inside.size(); at = skip(inside, at)) {
    const char c = inside[at];
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (c != ',' || depth != 0) continue;
    parts.push_back(trimmed(inside.substr(begin, at - begin)));
    begin = at + 1;
  }
  if (const auto last = trimmed(inside.substr(begin)); !last.empty() || !parts.empty()) parts.push_back(last);
  return parts;
}

/// `name(inside)` as a whole.
struct Call {
  std::string_view name;
  std::vector<std::string_view> arguments;
};

std::optional<Call> read_call(std::string_view text) {
  const auto open = text.find('(');
  if (open == kNone || !is_name(text.substr(0, open))) return std::nullopt;
  const auto close = partner(text, open);
  if (!close || *close + 1 != text.size()) return std::nullopt;
  return Call{text.substr(0, open), arguments_of(text.substr(open + 1, *close - open - 1))};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != kNone; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// The column that an expression of bpftrace reads: `filename` for `str(args->filename)`.
std::optional<std::string> column(std::string_view expression) {
  expression = trimmed(expression);
  if (const auto inner = read_call(expression); inner && inner->name == "str" && !inner->arguments.empty())
    return column(inner->arguments.front());
  for (const std::string_view head : {"args->", "args."}) {
    if (expression.starts_with(head)) expression.remove_prefix(head.size());
  }
  if (const auto* row = mappings::find_foreign(ForeignKind::field, expression))
    return std::string(row->instead);
  if (is_name(expression)) return std::string(expression);
  return std::nullopt;
}

/// The same in the place of a value. Without an equivalent: a word that stands for one.
std::string value(std::string_view expression) {
  expression = trimmed(expression);
  const bool is_literal = is_number(expression) || expression.starts_with('"');
  const bool is_variable = expression.starts_with('$') && expression.find_first_of("([-") == kNone;
  if (is_literal || is_variable) return std::string(expression);
  if (const auto name = column(expression)) return "$in." + *name;
  return "VALUE";
}

/// The same in the place of an argument that may be a column.
std::string argument(std::string_view expression) {
  if (const auto name = column(expression)) return *name;
  return value(expression);
}

/// KEY for the keys in a map's brackets.
std::string by(std::string_view keys) {
  const auto parts = arguments_of(keys);
  if (parts.empty()) return "";
  std::vector<std::string> names;
  for (const auto part : parts) names.push_back(column(part) ? *column(part) : value(part));
  for (auto& name : names) {
    if (name == "VALUE") name = "KEY";
  }
  const auto list = fmt::format("{}", fmt::join(names, " "));
  return names.size() == 1 ? list : "[" + list + "]";
}

/// An aggregation as a command: `lhist ret --min 0 --max 10 --step 1` for `lhist(args.ret, 0, 10, 1)`.
std::optional<std::string> aggregation(const Call& call) {
  const auto* const command = mappings::find_command(call.name);
  if (command == nullptr || command->role != mappings::Role::aggregation) return std::nullopt;
  std::string text(command->name);
  if (call.arguments.empty()) return text;
  text += " " + argument(call.arguments.front());
  std::size_t next = 1;
  for (const auto& flag : command->flags) {
    if (flag.value == mappings::FlagValue::integer && next < call.arguments.size())
      text += fmt::format(" --{} {}", flag.name, call.arguments[next++]);
  }
  return text;
}

const mappings::Function* find_function(std::string_view bpftrace_name) {
  for (const auto& row : mappings::functions()) {
    for (const auto spelling : {row.bpftrace, row.people}) {
      if (spelling.substr(0, spelling.find('(')) == bpftrace_name) return &row;
    }
  }
  return mappings::find_function(bpftrace_name);
}

std::string conversion(const mappings::Function& function, const Call& call) {
  const auto& arguments = call.arguments;
  if (function.takes_name) {
    auto name = arguments.empty() ? function.usage : arguments.front();
    if (name.size() > 2 && name.front() == '"' && is_name(name.substr(1, name.size() - 2)))
      name = name.substr(1, name.size() - 2);
    return fmt::format("write `({} {})`", function.name, name);
  }
  if (arguments.empty()) return fmt::format("write `(VALUE | {})`", function.name);
  // ntop() has the family of the address before it.
  if (function.usage.empty()) return fmt::format("write `({} | {})`", value(arguments.back()), function.name);
  return fmt::format("write `({} | {} {})`", value(arguments.front()), function.name,
                     arguments.size() > 1 ? value(arguments[1]) : std::string(function.usage));
}

std::string command_call(const mappings::Command& command, const Call& call) {
  if (call.arguments.empty() || command.max_arguments == 0) return fmt::format("write `{}`", command.name);
  if (const auto text = aggregation(call)) return fmt::format("write `{}`", *text);
  if (call.arguments.size() == 1)
    return fmt::format("write `{} {}`", command.name, argument(call.arguments.front()));
  return command.surplus.empty() ? fmt::format("write `{} {}`", command.name, command.usage)
                                 : std::string(command.surplus);
}

/// Help on `delete(@start[tid])`; empty where the argument is no map.
std::string map_call(const Call& call) {
  if (call.arguments.empty() || !call.arguments.front().starts_with('@')) return {};
  const auto* const row = mappings::find_foreign(ForeignKind::map_function, call.name);
  if (row == nullptr) return {};
  const auto map = call.arguments.front();
  const auto open = std::min(map.find('['), map.size());
  const auto name = map.substr(1, open - 1);
  std::string help(row->instead);
  if (!name.empty()) replace_all(help, "NAME", name);
  if (map.ends_with(']')) replace_all(help, "KEY", by(map.substr(open + 1, map.size() - open - 2)));
  if (call.arguments.size() > 1) replace_all(help, "KEY", by(call.arguments[1]));
  return help;
}

bool is_c_type(std::string_view text) {
  text = trimmed(text);
  if (text.ends_with('*')) return true;
  for (const std::string_view word : {"struct ", "union ", "enum ", "unsigned "}) {
    if (text.starts_with(word)) return true;
  }
  for (const std::string_view name :
       {"int", "long", "short", "char",   "u8",     "u16",    "u32",  "u64",   "s8",    "s16",
        "s32", "s64",  "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"}) {
    if (text == name || (text.ends_with("_t") && text.substr(0, text.size() - 2) == name)) return true;
  }
  return false;
}

}  // namespace

std::optional<Advice> call(std::string_view text, std::size_t at) {
  const auto begin = name_begin(text, at);
  const auto name = text.substr(begin, at - begin);
  const bool is_part = begin > 0 && std::string_view("$.@-").find(text[begin - 1]) != kNone;
  if (!is_name(name) || is_part) return std::nullopt;
  const auto close = partner(text, at);
  Call call{name, {}};
  if (close) call.arguments = arguments_of(text.substr(at + 1, *close - at - 1));
  Advice advice{begin, close ? *close + 1 : at, "a command with its arguments behind blanks is needed", {}};
  if (auto help = map_call(call); !help.empty()) {
    advice.needed = "a command of nubpf is needed";
    advice.help = std::move(help);
  } else if (const auto* command = mappings::find_command(name)) {
    advice.help = command_call(*command, call);
  } else if (const auto* function = find_function(name)) {
    advice.needed = "a conversion is needed";
    advice.help = conversion(*function, call);
  } else if (const auto* row = mappings::find_foreign(ForeignKind::command, name)) {
    advice.needed = "a column or a command of nubpf is needed";
    advice.help = row->instead;
  } else if (mappings::find_context_field(name) != nullptr) {
    advice.needed = "a column without parentheses is needed";
    advice.help = fmt::format("write `{}`", name);
  } else {
    return std::nullopt;
  }
  return advice;
}

std::optional<Advice> map(std::string_view text, std::size_t at) {
  auto end = at + 1;
  while (end < text.size() && is_name(text[end])) ++end;
  const auto name = text.substr(at + 1, end - at - 1);
  std::string keys;
  if (end < text.size() && text[end] == '[') {
    const auto close = partner(text, end);
    if (!close) return std::nullopt;
    keys = by(text.substr(end + 1, *close - end - 1));
    end = *close + 1;
  }
  const auto by_keys = keys.empty() ? "" : " --by " + keys;
  const auto as_name = name.empty() ? "" : fmt::format(" --as {}", name);
  const auto place =
      (name.empty() ? std::string("NAME") : std::string(name)) + (keys.empty() ? "" : " " + keys);
  const auto rest = trimmed(text.substr(end, word_end(text, end, ";\n}") - end));
  if (rest.starts_with("++"))
    return Advice{at, end, "a command is needed", fmt::format("write `count{}{}`", by_keys, as_name)};
  if (rest.starts_with("+=")) {
    return Advice{at, end, "a command is needed",
                  fmt::format("write `sum {}{}{}`", argument(rest.substr(2)), by_keys, as_name)};
  }
  if (!rest.starts_with('=') || rest.starts_with("=="))
    return Advice{at, end, "a command is needed", fmt::format("write `(map get {})`", place)};
  const auto right = trimmed(rest.substr(1));
  const auto made = read_call(right);
  if (const auto command = made ? aggregation(*made) : std::nullopt)
    return Advice{at, end, "a command is needed", fmt::format("write `{}{}{}`", *command, by_keys, as_name)};
  auto help = fmt::format("write `map set {} {}`", place, value(right));
  if (right == "nsecs") help += ", or `timer start` here and `timer stop` where it ends";
  return Advice{at, end, "a command is needed", std::move(help)};
}

std::optional<Advice> subscript(std::string_view text, std::size_t at) {
  if (const auto begin = name_begin(text, at); begin > 0 && text[begin - 1] == '@')
    return map(text, begin - 1);
  const auto close = partner(text, at);
  if (!close) return std::nullopt;
  const auto index = trimmed(text.substr(at + 1, *close - at - 1));
  if (!is_number(index)) return std::nullopt;
  return Advice{at, *close + 1, "a cell path is needed", fmt::format("write `.{}`", index)};
}

std::optional<Advice> word(std::string_view text, std::size_t at) {
  constexpr std::string_view kStops = " \t\r\n|;()[]{}\"'`,";
  const auto end = word_end(text, at, kStops);
  const auto found = text.substr(at, end - at);
  if (found.empty()) return std::nullopt;
  if (const auto* row = mappings::find_foreign(ForeignKind::operation, found))
    return Advice{at, end, fmt::format("Nushell's `{}` is needed", row->instead),
                  fmt::format("write `{}`", row->instead)};
  // `comm in bash zsh`
  const auto before = trimmed(text.substr(0, at));
  const auto item = word_begin(before, before.size(), kStops);
  const auto head = trimmed(before.substr(0, item));
  const auto operation = head.substr(word_begin(head, head.size(), kStops));
  if (operation != "in" && operation != "not-in") return std::nullopt;
  return Advice{at, end, "a list in brackets is needed",
                fmt::format("write `{} [{} {}]`", operation, before.substr(item), found)};
}

std::optional<Advice> branch(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  constexpr std::string_view kNeeded = "a block in braces is needed";
  if (text[at] == ';') return Advice{at, at + 1, std::string(kNeeded), "write `if CONDITION { … }`"};
  if (auto advice = word(text, at)) return advice;
  const auto end = word_end(text, at, "{}\n;|");
  if (end < text.size() && text[end] == '{') return std::nullopt;
  const auto statement = trimmed(text.substr(at, end - at));
  if (statement.empty() || statement.find_first_of("()[]\"'") != kNone) return std::nullopt;
  return Advice{at, at + statement.size(), std::string(kNeeded), fmt::format("write `{{ {} }}`", statement)};
}

std::optional<Advice> assignment(std::string_view text, std::size_t at) {
  const auto before = trimmed(text.substr(0, at));
  const auto name = before.substr(name_begin(before, before.size()));
  const auto end = word_end(text, at, " \t\r\n;");
  if (!is_name(name)) return std::nullopt;
  const auto operation = text.substr(at, end - at);
  if (operation != "=") {
    return Advice{
        at, end, {}, fmt::format("write `${} {} …`, and `mut {} = …` before it", name, operation, name)};
  }
  return Advice{
      at,
      end,
      {},
      fmt::format("write `let {0} = …` for a new variable, `${0} = …` for one made with `mut`", name)};
}

std::optional<Advice> declaration(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] == '=') return std::nullopt;
  return Advice{at, text[at] == '\n' ? at : at + 1, {}, "write ` = VALUE` behind the name"};
}

std::optional<Advice> step(std::string_view text, std::size_t at) {
  auto begin = at, end = at;
  if (is_name(text[at])) {
    while (end < text.size() && is_name(text[end])) ++end;
  } else {
    begin = name_begin(text, at);
  }
  const auto name = text.substr(begin, end - begin);
  const bool is_member = begin > 0 && text[begin - 1] == '.';
  if (!is_name(name) || is_member || end + 1 >= text.size()) return std::nullopt;
  return Advice{at, end + 2, {}, fmt::format("write `${} {}= 1`", name, text[end])};
}

std::optional<Advice> glued(std::string_view text, std::size_t at) {
  constexpr std::string_view kStops = " \t\r\n|;(){},";
  constexpr std::string_view kSigns = "=!<>+-*/%&^~?";
  const auto begin = word_begin(text, at, kStops);
  const auto end = text.find_first_not_of(kSigns, at);
  const auto right_end = end == kNone ? kNone : word_end(text, end, kStops);
  if (right_end == kNone || right_end == end || begin == at) return std::nullopt;
  const auto operation = text.substr(at, end - at);
  if (operation.find('=') != kNone && operation != "==" && operation != "!=" && operation != "<=" &&
      operation != ">=" && operation != "=~")
    return std::nullopt;
  return Advice{at,
                end,
                {},
                fmt::format("write `{} {} {}`", text.substr(begin, at - begin), operation,
                            text.substr(end, right_end - end))};
}

std::optional<Advice> sign(std::string_view text, std::size_t at) {
  const auto end = word_end(text, at, " \t\r\n|;(){}[],\"'`");
  if (end <= at + 2) return std::nullopt;
  const auto operand = text.substr(at + 1, end - at - 1);
  if (text[at] == '-') return Advice{at, end, {}, fmt::format("write `(0 - {})`", operand)};
  return Advice{at, end, {}, fmt::format("write `({} bit-xor -1)`", operand)};
}

std::optional<Advice> neighbour(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  if (text[at] == ',') {
    return Advice{at, at + 1, "the end of the statement is needed",
                  "write `{name: VALUE, name: VALUE}` for a row, and blanks between arguments"};
  }
  if (at == 0 || text[at - 1] != ')') return std::nullopt;
  const auto open = text.substr(0, at).rfind('(');
  if (open == kNone) return std::nullopt;
  const auto type = trimmed(text.substr(open + 1, at - open - 2));
  const auto end = word_end(text, at, " \t\r\n|;)}],");
  if (!is_c_type(type) || end == at) return std::nullopt;
  return Advice{open, end, "a conversion is needed",
                fmt::format("write `({} | cast \"{}\")`", value(text.substr(at, end - at)), type)};
}

std::optional<Advice> quotation(std::string_view text, std::size_t at) {
  constexpr std::size_t kMark = 3;  // bytes
  const auto end = std::min({word_end(text, at + kMark, "\n"), text.find("\u201d", at + kMark),
                             text.find("\u201c", at + kMark), text.find("\u2019", at + kMark)});
  return Advice{at,
                std::min(end + kMark, text.size()),
                {},
                fmt::format("write `\"{}\"`", text.substr(at + kMark, end - at - kMark))};
}

std::optional<std::string> clause(std::string_view attach_point) {
  const auto colon = attach_point.find(':');
  const auto word = attach_point.substr(0, colon);
  const auto* const alias = mappings::find_foreign(ForeignKind::probe, word);
  const auto* const probe = mappings::find_probe(alias != nullptr ? alias->instead : word);
  if (probe == nullptr) return std::nullopt;
  if (colon == kNone) {
    const bool is_whole = alias != nullptr && probe->target == mappings::Target::none;
    return is_whole ? std::optional(std::string(probe->name)) : std::nullopt;
  }
  const auto target = attach_point.substr(colon + 1);
  const auto second = target.find(':');
  const auto first_part = target.substr(0, second);
  const auto last_part = second == kNone ? std::string_view() : target.substr(second + 1);
  const auto period = [&] {
    const auto unit = first_part == "s" ? std::string_view("sec") : first_part;
    return fmt::format("{}{}", last_part, unit);
  };
  switch (probe->target) {
    case mappings::Target::none:
      return std::string(probe->name);
    case mappings::Target::period:
      if (!is_number(last_part)) return fmt::format("{} 1sec", probe->name);
      if (first_part == "hz") return fmt::format("{} {}ms", probe->name, "10");
      return fmt::format("{} {}", probe->name, period());
    case mappings::Target::rate:
      if (!is_number(last_part)) return fmt::format("{} --hz 99", probe->name);
      if (first_part == "hz") return fmt::format("{} --hz {}", probe->name, last_part);
      return fmt::format("{} --every {}", probe->name, period());
    case mappings::Target::event:
      if (!is_number(last_part)) return fmt::format("{} {}", probe->name, first_part);
      return fmt::format("{} {} --count {}", probe->name, first_part, last_part);
    default:
      return fmt::format("{} {}", probe->name, target);
  }
}

std::string condition(std::string_view predicate) {
  std::string text(trimmed(predicate));
  for (const auto& [from, to] : {std::pair<std::string_view, std::string_view>{"&&", "and"},
                                 {"||", "or"},
                                 {"args->", ""},
                                 {"args.", ""}})
    replace_all(text, from, to);
  const bool is_comparison = text.find_first_of("=<>") != kNone;
  return is_comparison && text.find_first_of("@([{!$") == kNone ? text : "CONDITION";
}

std::optional<std::string> duration(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0) return std::nullopt;
  const auto unit = trimmed(text.substr(digits));
  if (unit.empty()) return fmt::format("{}sec", text.substr(0, digits));
  const auto* const row = mappings::find_foreign(ForeignKind::unit, unit);
  if (row == nullptr) return std::nullopt;
  return fmt::format("{}{}", text.substr(0, digits), row->instead);
}

}  // namespace nubpf::foreign
