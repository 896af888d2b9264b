#include "transpiler/main_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>
#include <variant>
#include <vector>

#include "transpiler/parse.h"
#include "transpiler/suggest.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

using syntax::Def;
using syntax::DefParameter;

/// What a parameter takes.
enum class Takes { boolean, integer, duration, filesize, string, any };

struct ParameterType {
  Takes takes = Takes::any;
  bool is_list = false;
};

constexpr std::array kTypes = {
    std::pair{std::string_view("any"), Takes::any},
    std::pair{std::string_view("bool"), Takes::boolean},
    std::pair{std::string_view("int"), Takes::integer},
    std::pair{std::string_view("duration"), Takes::duration},
    std::pair{std::string_view("filesize"), Takes::filesize},
    std::pair{std::string_view("string"), Takes::string},
    std::pair{std::string_view("path"), Takes::string},
    std::pair{std::string_view("directory"), Takes::string},
    std::pair{std::string_view("glob"), Takes::string},
};

std::optional<Takes> takes_of(std::string_view type) {
  const auto* const row =
      std::find_if(kTypes.begin(), kTypes.end(), [type](const auto& r) { return r.first == type; });
  return row == kTypes.end() ? std::nullopt : std::optional(row->second);
}

Takes takes_of(const ScalarConstant& constant) {
  static constexpr std::array kOfVariant = {Takes::boolean, Takes::integer, Takes::duration, Takes::filesize,
                                            Takes::string};
  return kOfVariant[constant.index()];
}

std::string_view type_name(Takes takes) {
  return std::find_if(kTypes.begin(), kTypes.end(), [takes](const auto& r) { return r.second == takes; })
      ->first;
}

bool is_switch(const DefParameter& parameter) {
  return parameter.is_flag && parameter.type_text.empty() && !parameter.default_value;
}

/// Nothing for a type that has no place in the kernel.
std::optional<ParameterType> type_of(const DefParameter& parameter) {
  std::string_view text = parameter.type_text;
  ParameterType type;
  if (is_switch(parameter)) return ParameterType{Takes::boolean, false};
  if (text == "list" || (text.starts_with("list<") && text.ends_with('>'))) {
    type.is_list = true;
    text = text == "list" ? "any" : text.substr(5, text.size() - 6);
  }
  if (text.empty()) {
    if (!parameter.default_value) return type;
    const auto value = literal_constant(*parameter.default_value);
    if (!value) return type;
    if (const auto* scalar = std::get_if<ScalarConstant>(&*value)) type.takes = takes_of(*scalar);
    type.is_list = std::holds_alternative<std::vector<ScalarConstant>>(*value);
    return type;
  }
  const auto takes = takes_of(text);
  if (!takes) return std::nullopt;
  type.takes = *takes;
  return type;
}

std::string type_text(const DefParameter& parameter) {
  const auto type = type_of(parameter);
  if (!type) return parameter.type_text;
  const auto name = std::string(type_name(type->takes));
  if (!type->is_list) return name;
  return type->takes == Takes::any ? "list" : "list<" + name + ">";
}

/// The literal that a word spells in Nushell's grammar.
std::optional<Constant> literal_word(const std::string& word) {
  const auto parsed = parse({"--", word, 0});
  const auto& statements = parsed.script.block.statements;
  if (!parsed.diagnostics.empty() || statements.size() != 1) return std::nullopt;
  const auto* const line = std::get_if<syntax::Pipeline>(&statements.front().node);
  if (line == nullptr || line->stages.size() != 1) return std::nullopt;
  return literal_constant(line->stages.front());
}

std::optional<Constant> value_of(const ParameterType& type, const std::string& word) {
  if (type.takes == Takes::string && !type.is_list) return ScalarConstant(word);
  auto literal = literal_word(word);
  if (type.is_list) {
    const auto* const items = literal ? std::get_if<std::vector<ScalarConstant>>(&*literal) : nullptr;
    const bool fits = items != nullptr && std::all_of(items->begin(), items->end(), [&](const auto& item) {
                        return type.takes == Takes::any || takes_of(item) == type.takes;
                      });
    return fits ? literal : std::nullopt;
  }
  const auto* const scalar = literal ? std::get_if<ScalarConstant>(&*literal) : nullptr;
  if (type.takes == Takes::any) return scalar != nullptr ? literal : Constant(ScalarConstant(word));
  return scalar != nullptr && takes_of(*scalar) == type.takes ? literal : std::nullopt;
}

bool is_number(const std::string& word) {
  const auto literal = literal_word(word);
  const auto* const scalar = literal ? std::get_if<ScalarConstant>(&*literal) : nullptr;
  return scalar != nullptr && takes_of(*scalar) != Takes::boolean;
}

std::string shown_flag(const DefParameter& parameter) {
  return parameter.name.empty() ? "-" + parameter.short_flag : "--" + parameter.name;
}

std::string shown_parameter(const DefParameter& parameter) {
  return parameter.is_flag ? shown_flag(parameter) : parameter.name;
}

constexpr std::string_view kSeeHelp = "`nubpf FILE -- --help` shows what it takes";

/// Reads the words from left to right.
class ArgumentReader {
 public:
  ArgumentReader(const Def& main, std::span<const std::string> words) : main_(main), words_(words) {
    for (const auto& parameter : main.parameters) {
      if (parameter.is_flag) continue;
      if (parameter.is_rest)
        rest_ = &parameter;
      else
        positionals_.push_back(&parameter);
    }
  }

  tl::expected<Constants, Diagnostic> read() {
    bool only_positionals = false;
    while (next_ < words_.size() && !error_) {
      const auto& word = words_[next_++];
      if (!only_positionals && word == "--")
        only_positionals = true;
      else if (!only_positionals && word.starts_with("--"))
        long_flag(word.substr(2));
      else if (!only_positionals && word.size() > 1 && word[0] == '-' && !is_number(word))
        short_flags(word.substr(1));
      else
        positional(word);
    }
    if (!error_) missing();
    if (error_) return tl::unexpected(std::move(*error_));
    if (!rest_values_.empty()) result_[variable_name(*rest_)] = std::move(rest_values_);
    return std::move(result_);
  }

 private:
  void fail(std::string message, const DefParameter* parameter, std::string help = std::string(kSeeHelp)) {
    Diagnostic diagnostic{DiagnosticKind::usage, std::move(message), {}, std::move(help), {}};
    if (parameter != nullptr) diagnostic.labels.push_back({parameter->span, "the parameter"});
    error_ = std::move(diagnostic);
  }

  void set(const DefParameter& parameter, const std::string& word) {
    auto value = value_of(*type_of(parameter), word);
    if (!value)
      return fail(fmt::format("`{}` takes {} `{}`, not `{}`", shown_parameter(parameter),
                              type_text(parameter) == "int" ? "an" : "a", type_text(parameter), word),
                  &parameter);
    result_[variable_name(parameter)] = std::move(*value);
  }

  void flag(const DefParameter& parameter, const std::optional<std::string>& value) {
    if (is_switch(parameter)) return set(parameter, value.value_or("true"));
    if (value) return set(parameter, *value);
    if (next_ == words_.size())
      return fail(fmt::format("`{}` needs a value", shown_flag(parameter)), &parameter);
    set(parameter, words_[next_++]);
  }

  void long_flag(std::string_view text) {
    const auto equals = text.find('=');
    const auto name = std::string(text.substr(0, equals));
    for (const auto& parameter : main_.parameters) {
      if (!parameter.is_flag || parameter.name != name) continue;
      return flag(parameter, equals == std::string_view::npos
                                 ? std::nullopt
                                 : std::optional(std::string(text.substr(equals + 1))));
    }
    std::vector<std::string> names;
    for (const auto& parameter : main_.parameters) {
      if (parameter.is_flag) names.push_back(parameter.name);
    }
    const auto near = nearest(name, names);
    fail(fmt::format("the program has no flag `--{}`", name), nullptr,
         near ? fmt::format("write `--{}`", *near) : std::string(kSeeHelp));
  }

  /// `-v`, `-n 3`, `-vn 3`.
  void short_flags(std::string_view letters) {
    for (std::size_t i = 0; i < letters.size() && !error_; ++i) {
      const auto letter = letters.substr(i, 1);
      const auto parameter =
          std::find_if(main_.parameters.begin(), main_.parameters.end(),
                       [&](const DefParameter& p) { return p.is_flag && p.short_flag == letter; });
      if (parameter == main_.parameters.end())
        return fail(fmt::format("the program has no flag `-{}`", letter), nullptr);
      flag(*parameter, std::nullopt);
    }
  }

  void positional(const std::string& word) {
    if (taken_ < positionals_.size()) return set(*positionals_[taken_++], word);
    if (rest_ == nullptr) return fail(fmt::format("`{}` is one argument too many", word), nullptr);
    const auto value = value_of(*type_of(*rest_), word);
    const auto* const scalar = value ? std::get_if<ScalarConstant>(&*value) : nullptr;
    if (scalar == nullptr)
      return fail(fmt::format("`{}` takes `{}`, not `{}`", rest_->name, type_text(*rest_), word), rest_);
    rest_values_.push_back(*scalar);
  }

  void missing() {
    for (std::size_t i = taken_; i < positionals_.size(); ++i) {
      const auto& parameter = *positionals_[i];
      if (parameter.is_optional || parameter.default_value) continue;
      return fail(fmt::format("the program needs `{}`", parameter.name), &parameter,
                  fmt::format("write `nubpf FILE -- {}`", parameter.name));
    }
  }

  const Def& main_;
  std::span<const std::string> words_;
  std::size_t next_ = 0, taken_ = 0;
  std::vector<const DefParameter*> positionals_;
  const DefParameter* rest_ = nullptr;
  std::vector<ScalarConstant> rest_values_;
  Constants result_;
  std::optional<Diagnostic> error_;
};

std::string literal_text(const ScalarConstant& constant) {
  if (const auto* text = std::get_if<std::string>(&constant)) return fmt::format("'{}'", *text);
  if (const auto* number = std::get_if<std::int64_t>(&constant)) return fmt::format("{}", *number);
  if (const auto* flag = std::get_if<bool>(&constant)) return *flag ? "true" : "false";
  const auto in_units = [](std::int64_t amount,
                           std::initializer_list<std::pair<const char*, std::int64_t>> units) {
    for (const auto& [unit, size] : units) {
      if (amount % size == 0) return fmt::format("{}{}", amount / size, unit);
    }
    return fmt::format("{}", amount);
  };
  if (const auto* bytes = std::get_if<FilesizeConstant>(&constant)) {
    return in_units(bytes->bytes,
                    {{"mib", 1 << 20}, {"mb", 1'000'000}, {"kib", 1 << 10}, {"kb", 1'000}, {"b", 1}});
  }
  return in_units(
      std::get<DurationConstant>(constant).nanoseconds,
      {{"min", 60'000'000'000}, {"sec", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}});
}

std::string default_text(const DefParameter& parameter) {
  if (!parameter.default_value) return {};
  const auto value = literal_constant(*parameter.default_value);
  const auto* const scalar = value ? std::get_if<ScalarConstant>(&*value) : nullptr;
  return scalar == nullptr ? std::string() : fmt::format(" (default: {})", literal_text(*scalar));
}

std::string described(const DefParameter& parameter, std::string_view extra) {
  const auto text = fmt::format("{}{}{}", parameter.comment, extra, default_text(parameter));
  return text.empty() ? "" : ":" + std::string(text.front() == ' ' ? "" : " ") + text;
}

/// Comments hold what their author wrote there, and the help is for a terminal.
std::string visible_lines(std::string_view text) {
  std::string shown;
  for (const std::string_view line : lines_of(text)) {
    append_visible(shown, line);
    shown += '\n';
  }
  return shown;
}

}  // namespace

const Def* find_main(const syntax::Script& script) {
  for (const auto& statement : script.block.statements) {
    const auto* const def = std::get_if<Def>(&statement.node);
    if (def != nullptr && def->name == "main") return def;
  }
  return nullptr;
}

std::string variable_name(const DefParameter& parameter) {
  auto name = parameter.name.empty() ? parameter.short_flag : parameter.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::optional<Constant> literal_constant(const syntax::Expression& expression) {
  const auto& node = expression.node;
  if (std::holds_alternative<syntax::NullLiteral>(node)) return Constant();
  if (const auto* literal = std::get_if<syntax::BoolLiteral>(&node)) return ScalarConstant(literal->value);
  if (const auto* literal = std::get_if<syntax::IntLiteral>(&node)) return ScalarConstant(literal->value);
  if (const auto* literal = std::get_if<syntax::DurationLiteral>(&node))
    return ScalarConstant(DurationConstant{literal->nanoseconds});
  if (const auto* literal = std::get_if<syntax::FilesizeLiteral>(&node))
    return ScalarConstant(FilesizeConstant{literal->bytes});
  if (const auto* literal = std::get_if<syntax::StringLiteral>(&node)) return ScalarConstant(literal->value);
  if (const auto* list = std::get_if<syntax::List>(&node)) {
    std::vector<ScalarConstant> items;
    for (const auto& item : list->items) {
      const auto element = literal_constant(item);
      const auto* const scalar = element ? std::get_if<ScalarConstant>(&*element) : nullptr;
      if (scalar == nullptr) return std::nullopt;
      items.push_back(*scalar);
    }
    return items;
  }
  return std::nullopt;
}

std::optional<Constant> default_constant(const DefParameter& parameter) {
  if (parameter.default_value) return literal_constant(*parameter.default_value);
  if (is_switch(parameter)) return ScalarConstant(false);
  if (parameter.is_rest) return std::vector<ScalarConstant>();
  return Constant();
}

Diagnostics check_parameters(const Def& main) {
  Diagnostics diagnostics;
  for (const auto& parameter : main.parameters) {
    if (!type_of(parameter)) {
      const bool is_float = parameter.type_text == "float" || parameter.type_text == "number";
      diagnostics.push_back(
          {is_float ? DiagnosticKind::float_number : DiagnosticKind::bad_argument,
           is_float
               ? std::string("the kernel has no floating-point numbers")
               : fmt::format("a parameter of type `{}` has no meaning in the kernel", parameter.type_text),
           {{parameter.span, fmt::format("this is `{}`", parameter.type_text)}},
           "use `int`, `bool`, `string`, `duration`, `filesize`, or a `list` of one of them",
           {}});
    }
    if (parameter.default_value && !literal_constant(*parameter.default_value)) {
      diagnostics.push_back({DiagnosticKind::bad_argument,
                             fmt::format("the default of `{}` must be a literal", parameter.name),
                             {{parameter.default_value->span, "not a literal"}},
                             "write the value itself",
                             {}});
    }
  }
  return diagnostics;
}

tl::expected<Constants, Diagnostic> bind_arguments(const Def& main, std::span<const std::string> words) {
  return ArgumentReader(main, words).read();
}

bool wants_help(const Def& main, std::span<const std::string> words) {
  const bool h_is_taken = std::any_of(main.parameters.begin(), main.parameters.end(),
                                      [](const DefParameter& p) { return p.is_flag && p.short_flag == "h"; });
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin(), end, [&](const std::string& word) {
    return word == "--help" || (word == "-h" && !h_is_taken);
  });
}

std::string main_help(const Def& main, std::string_view file) {
  std::string usage, flags, parameters;
  for (const auto& parameter : main.parameters) {
    if (parameter.is_flag) {
      const auto letter = parameter.short_flag.empty() ? "" : fmt::format("-{}", parameter.short_flag);
      const auto name = parameter.name.empty() ? "" : fmt::format("--{}", parameter.name);
      flags += fmt::format("  {}{}{}{}{}\n", letter, letter.empty() || name.empty() ? "" : ", ", name,
                           is_switch(parameter) ? "" : fmt::format(" <{}>", type_text(parameter)),
                           described(parameter, ""));
      continue;
    }
    if (parameter.is_rest)
      usage += fmt::format(" ...({})", parameter.name);
    else if (parameter.is_optional || parameter.default_value)
      usage += fmt::format(" ({})", parameter.name);
    else
      usage += fmt::format(" <{}>", parameter.name);
    parameters +=
        fmt::format("  {}{} <{}>{}\n", parameter.is_rest ? "..." : "", parameter.name, type_text(parameter),
                    described(parameter, parameter.is_optional ? " (optional)" : ""));
  }
  return visible_lines(fmt::format(
      "{}{}Usage:\n  > nubpf {} --{}{}\n\nFlags:\n  -h, --help: Display this help\n{}{}{}", main.comment,
      main.comment.empty() ? "" : "\n\n", visible(file), flags.empty() ? "" : " {flags}", usage, flags,
      parameters.empty() ? "" : "\nParameters:\n", parameters));
}

}  // namespace nubpf
