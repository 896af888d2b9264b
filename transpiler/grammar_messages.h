#pragma once

#include <cstddef>
#include <string_view>
#include <tao/pegtl.hpp>

#include "transpiler/diagnostic.h"
#include "transpiler/foreign.h"
#include "transpiler/grammar.h"

/// What is said where a rule behind a point of no return does not match.
namespace nubpf::grammar {

/// How much of the text a message shows as found.
enum class Found {
  word,    ///< all up to white space or punctuation
  symbol,  ///< as long as it looks like an operator
  one,     ///< one character
  escape,  ///< a backslash and one character
  end,     ///< the end of the text; what stands at the spot was opened there
};

/// The message is "found FOUND, NEEDED".
struct Mistake {
  const char* needed = nullptr;
  const char* help = "";
  DiagnosticKind kind = DiagnosticKind::syntax;
  Found found = Found::word;
  bool closes =
      false;  ///< a partner is missing: at the end, and before the partner of another bracket, it is unclosed
  foreign::Reader reader = nullptr;  ///< knows more of what other languages write here
};

constexpr Mistake closing(const char* needed, const char* help = "") {
  return {needed, help, DiagnosticKind::syntax, Found::word, true};
}
constexpr Mistake foreign(const char* needed, const char* help) {
  return {needed, help, DiagnosticKind::bad_operator, Found::symbol};
}
constexpr Mistake foreign_word(const char* needed, const char* help) {
  return {needed, help, DiagnosticKind::bad_operator, Found::word};
}
constexpr Mistake literal_mistake(const char* needed, const char* help, Found found) {
  return {needed, help, DiagnosticKind::bad_literal, found};
}

constexpr Mistake read_by(foreign::Reader reader, Mistake mistake) {
  mistake.reader = reader;
  return mistake;
}

struct Messages {
  template <typename Rule>
  static constexpr Mistake mistake{};
  template <typename Rule>
  static constexpr const char* message = mistake<Rule>.needed;
  /// Rules raise only where the grammar says `need`.
  template <typename Rule>
  static constexpr bool raise_on_failure = false;
};

// clang-format off

// brackets and quotes
template <> inline constexpr Mistake Messages::mistake<too_deep> =
    {"at most 64 brackets inside each other can be read", "take the inner part out into a `let`", DiagnosticKind::too_deep, Found::one};
template <> inline constexpr Mistake Messages::mistake<closing_parenthesis> =
    closing("a `)` is needed", "add `)`");
template <> inline constexpr Mistake Messages::mistake<closing_bracket> =
    closing("a list item or `]` is needed", "add `]`");
template <> inline constexpr Mistake Messages::mistake<closing_brace> =
    closing("a `}` is needed", "add `}`");
template <> inline constexpr Mistake Messages::mistake<closing_record> =
    closing("a `key: value` pair or `}` is needed", "add `}`");
template <> inline constexpr Mistake Messages::mistake<closing_match> =
    closing("a pattern or `}` is needed", "add `}`");
template <> inline constexpr Mistake Messages::mistake<closing_pipe> =
    closing("a parameter name or `|` is needed", "close the parameters: `{|e| … }`");
template <> inline constexpr Mistake Messages::mistake<closing_angle> = closing("a type or `>` is needed");
template <> inline constexpr Mistake Messages::mistake<closing_signature> = closing("a parameter or `]` is needed");
template <> inline constexpr Mistake Messages::mistake<closing_round_signature> = closing("a parameter or `)` is needed");
template <> inline constexpr Mistake Messages::mistake<closing_types> = closing("a `]` is needed");
template <> inline constexpr Mistake Messages::mistake<closing_short> = closing("a `)` behind the flag's letter is needed");
template <> inline constexpr Mistake Messages::mistake<closing_double_quote> =
    closing("a closing `\"` is needed", "add `\"` behind the text");
template <> inline constexpr Mistake Messages::mistake<closing_single_quote> =
    closing("a closing `'` is needed", "add `'` behind the text");
template <> inline constexpr Mistake Messages::mistake<closing_backtick> =
    closing("a closing backtick is needed", "add a backtick behind the text");
template <> inline constexpr Mistake Messages::mistake<raw_text> =
    {"a closing `'` with as many `#` as the opening one is needed", "", DiagnosticKind::unclosed, Found::end, true};

// words
template <> inline constexpr Mistake Messages::mistake<apart> =
    read_by(foreign::neighbour, {"a blank is needed before it", "put a blank between the two words", DiagnosticKind::syntax, Found::word});
template <> inline constexpr Mistake Messages::mistake<odd_blank> =
    {"a plain blank is needed in the place of a special one", "delete it and type a blank", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<glued_operator> =
    read_by(foreign::glued, foreign("blanks are needed on both sides of an operator", "put a blank before and behind it"));
template <> inline constexpr Mistake Messages::mistake<glued_parenthesis> =
    read_by(foreign::call, {"a blank is needed between a command and its argument", "put a blank before the `(`, or drop an empty `()`", DiagnosticKind::syntax, Found::one});
template <> inline constexpr Mistake Messages::mistake<subscript> =
    read_by(foreign::subscript, {"a cell path or a blank is needed", "write `.0` for the first item, or put a blank before a list", DiagnosticKind::syntax, Found::one});
template <> inline constexpr Mistake Messages::mistake<glued_colon> =
    {"a word without `:` is needed in a record", "put the value in quotation marks", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<keyword_gap> = {"a blank and the rest of the statement are needed behind the keyword"};

// literals and values
template <> inline constexpr Mistake Messages::mistake<valid_escape> =
    literal_mistake("an escape such as `\\n`, `\\\"` or `\\u{e9}` is needed", "write `\\\\` for a backslash, or use single quotes", Found::escape);
template <> inline constexpr Mistake Messages::mistake<typographic_quote> =
    read_by(foreign::quotation, {"plain quotation marks are needed", "write `\"` on both sides", DiagnosticKind::syntax, Found::word});
template <> inline constexpr Mistake Messages::mistake<bad_integer> =
    literal_mistake("a hexadecimal, octal or binary number is needed behind such a prefix", "put quotation marks around it if it is a word", Found::word);
template <> inline constexpr Mistake Messages::mistake<name> = {"a variable name is needed behind `$`"};
template <> inline constexpr Mistake Messages::mistake<shell_expansion> =
    {"a variable name is needed behind `$`", "write the value itself, or `$NAME`", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<shell_parameter> =
    {"a parameter with a name is needed behind `$`", "write `def main [pid: int] { … }` around the program, and `$pid` in it", DiagnosticKind::syntax, Found::word};
template <> inline constexpr Mistake Messages::mistake<member> =
    {"a field name is needed behind `.`", "write `(map get NAME KEY)` for what a map keeps"};
template <> inline constexpr Mistake Messages::mistake<spread> =
    {"a single value is needed, nubpf does not spread lists or records", "write the items out", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<table_row> =
    {"a list item or `]` is needed, nubpf reads no tables", "write a list of records", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<colon> =
    closing("a `:` behind the key is needed", "put parentheses around a value of several words");
template <> inline constexpr Mistake Messages::mistake<record_item> = closing("a value is needed behind the key");
template <> inline constexpr Mistake Messages::mistake<type_text> = {"a type is needed"};

// operators of other languages
template <> inline constexpr Mistake Messages::mistake<c_and> = foreign("Nushell's `and` is needed", "write `and`, or `;` between commands");
template <> inline constexpr Mistake Messages::mistake<c_or> =
    {"Nushell's `or` is needed", "write `or`", DiagnosticKind::bad_operator, Found::symbol};
template <> inline constexpr Mistake Messages::mistake<c_not> = {"Nushell's `not` is needed", "write `not` and a blank", DiagnosticKind::bad_operator, Found::one};
template <> inline constexpr Mistake Messages::mistake<c_equals> = foreign("a comparison is needed here", "write `==`");
template <> inline constexpr Mistake Messages::mistake<keyword<c_equals>> =
    {"a command or an expression is needed", "", DiagnosticKind::syntax, Found::symbol};
template <> inline constexpr Mistake Messages::mistake<c_strict_equals> = foreign("Nushell's `==` or `!=` is needed", "write `==` or `!=`");
template <> inline constexpr Mistake Messages::mistake<sql_not_equals> = foreign("Nushell's `!=` is needed", "write `!=`");
template <> inline constexpr Mistake Messages::mistake<c_shift_left> = foreign("Nushell's `bit-shl` is needed", "write `bit-shl`");
template <> inline constexpr Mistake Messages::mistake<c_shift_right> = foreign("Nushell's `bit-shr` is needed", "write `bit-shr`");
template <> inline constexpr Mistake Messages::mistake<c_modulo> = foreign("Nushell's `mod` is needed", "write `mod`");
template <> inline constexpr Mistake Messages::mistake<c_bit_and> = foreign("Nushell's `bit-and` is needed", "write `bit-and`, in parentheses beside a comparison: `($in.flags bit-and 4) != 0`");
template <> inline constexpr Mistake Messages::mistake<c_bit_xor> = foreign("Nushell's `bit-xor` is needed", "write `bit-xor`");
template <> inline constexpr Mistake Messages::mistake<c_ternary> =
    foreign("Nushell's `if` is needed", "write `if CONDITION { A } else { B }`");
template <> inline constexpr Mistake Messages::mistake<split_not> = foreign_word("an operator is needed", "write `not-in`, or put `not` before the whole comparison");
template <> inline constexpr Mistake Messages::mistake<doubled_match> =
    read_by(foreign::word, foreign("an operator is needed", "write `!~`"));
template <> inline constexpr Mistake Messages::mistake<shell_test> =
    read_by(foreign::word, foreign_word("an operator is needed", ""));
template <> inline constexpr Mistake Messages::mistake<c_arrow> = foreign("Nushell's `.` is needed", "write `.`, also behind a pointer");
template <> inline constexpr Mistake Messages::mistake<step_operator> =
    read_by(foreign::step, foreign("Nushell's `+=` or `-=` is needed", "write `$x += 1` or `$x -= 1`"));
template <> inline constexpr Mistake Messages::mistake<c_step> =
    read_by(foreign::step, foreign_word("Nushell's `+=` or `-=` is needed", "write `$x += 1` or `$x -= 1`"));
template <> inline constexpr Mistake Messages::mistake<inner_assignment> = foreign("an operator is needed", "write `$x = $x OPERATOR VALUE` as a statement of its own");
template <> inline constexpr Mistake Messages::mistake<bare_assignment> =
    read_by(foreign::assignment, foreign("an argument is needed", "write `let NAME = …` for a new variable, `$NAME = …` for one made with `mut`"));
template <> inline constexpr Mistake Messages::mistake<lone_equals> =
    read_by(foreign::assignment, foreign("an argument is needed", "write `let NAME = …` for a new variable, `$NAME = …` for one made with `mut`"));
template <> inline constexpr Mistake Messages::mistake<negated_value> =
    read_by(foreign::sign, foreign_word("a subtraction is needed", "write `0 - $x`"));
template <> inline constexpr Mistake Messages::mistake<c_complement> =
    read_by(foreign::sign, foreign_word("Nushell's `bit-xor` is needed", "write `(… bit-xor -1)`"));
template <> inline constexpr Mistake Messages::mistake<c_map> =
    read_by(foreign::map, foreign_word("a command is needed: maps are written with `map set` or an aggregation", "write `map set NAME KEY VALUE`, or `count --by KEY --as NAME`"));
template <> inline constexpr Mistake Messages::mistake<bpftrace_map> =
    read_by(foreign::map, foreign_word("a command is needed: maps are written with `map set` or an aggregation", "write `map set NAME KEY VALUE`, or `count --by KEY --as NAME`"));
template <> inline constexpr Mistake Messages::mistake<redirection> =
    {"an argument is needed, nothing can be redirected in a program", "write it behind the closure: `{ … } | save FILE`", DiagnosticKind::syntax, Found::word};
template <> inline constexpr Mistake Messages::mistake<c_function_arrow> =
    {"a statement is needed", "drop it: the statements follow the parameters", DiagnosticKind::syntax, Found::symbol};
template <> inline constexpr Mistake Messages::mistake<background> =
    {"an argument or the end of the statement is needed", "drop it; in Nushell, `job spawn { … }` runs a trace in the background", DiagnosticKind::syntax, Found::word};
template <> inline constexpr Mistake Messages::mistake<c_comment> =
    {"a `#` is needed, which begins a comment", "write `# …` in each line of it", DiagnosticKind::syntax, Found::word};

// expressions
template <> inline constexpr Mistake Messages::mistake<operator_gap> =
    foreign_word("a blank is needed behind the operator", "put a blank before and behind the operator");
template <> inline constexpr Mistake Messages::mistake<right_operand> = {"a value is needed behind the operator"};
template <> inline constexpr Mistake Messages::mistake<negated_operand> = {"a value is needed behind `not`"};
template <> inline constexpr Mistake Messages::mistake<condition> = {"a condition is needed"};
template <> inline constexpr Mistake Messages::mistake<row_condition> = {"a condition is needed behind `where`"};
template <> inline constexpr Mistake Messages::mistake<then_block> =
    read_by(foreign::branch, {"an operator or a block in braces is needed", "put parentheses around a command: `if (map has start $e.tid) { … }`"});
template <> inline constexpr Mistake Messages::mistake<else_gap> = {"a block in braces or `if` is needed behind `else`"};
template <> inline constexpr Mistake Messages::mistake<else_block> = {"a block in braces or `if` is needed behind `else`"};
template <> inline constexpr Mistake Messages::mistake<block_parameters> =
    {"a statement is needed, a block has no parameters", "drop the `| … |`", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<record_as_block> =
    {"a block of statements is needed, and these braces hold a record", "put braces around the record: `{ {key: value} }`", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<match_subject> = {"a value is needed behind `match`"};
template <> inline constexpr Mistake Messages::mistake<arms> =
    {"the arms in braces are needed", "put parentheses around a value of several words: `match ($a + 1) { … }`"};
template <> inline constexpr Mistake Messages::mistake<pattern> = {"a pattern is needed behind `|`"};
template <> inline constexpr Mistake Messages::mistake<arm_arrow> =
    {"`=>` with blanks on both sides is needed behind the pattern", "write `PATTERN => VALUE`, with braces around a body of several words"};
template <> inline constexpr Mistake Messages::mistake<arm_body> = {"a value or a block in braces is needed behind `=>`"};

// commands and statements
template <> inline constexpr Mistake Messages::mistake<flag_value> = {"a value is needed behind `=`"};
template <> inline constexpr Mistake Messages::mistake<external_target> = {"a command name is needed behind `^`"};
template <> inline constexpr Mistake Messages::mistake<next_stage> = {"a command or an expression is needed behind `|`"};
template <> inline constexpr Mistake Messages::mistake<binding_name> = {"a variable name is needed"};
template <> inline constexpr Mistake Messages::mistake<equals_gap> =
    read_by(foreign::declaration, {"` = ` and a value are needed behind the name", "put a blank before and behind the `=`"});
template <> inline constexpr Mistake Messages::mistake<equals_sign> = {"` = ` and a value are needed behind the name"};
template <> inline constexpr Mistake Messages::mistake<value_gap> = {"a blank and a value are needed behind `=`"};
template <> inline constexpr Mistake Messages::mistake<assigned_value> = {"a value is needed behind the assignment"};
template <> inline constexpr Mistake Messages::mistake<loop_variable> =
    {"a variable name is needed behind `for`", "write `for i in 0..<10 { … }`"};
template <> inline constexpr Mistake Messages::mistake<in_word> = {"`in` is needed behind the variable"};
template <> inline constexpr Mistake Messages::mistake<iterated> = {"a range or a list is needed behind `in`"};
template <> inline constexpr Mistake Messages::mistake<loop_block> = {"a block in braces is needed"};
template <> inline constexpr Mistake Messages::mistake<use_word> = {"a module name is needed behind `use`"};
template <> inline constexpr Mistake Messages::mistake<def_name> = {"a command name is needed behind `def`"};
template <> inline constexpr Mistake Messages::mistake<signature> = {"parameters in brackets are needed", "write `[]` for none"};
template <> inline constexpr Mistake Messages::mistake<identifier> = {"a parameter name is needed"};
template <> inline constexpr Mistake Messages::mistake<parameter_flag> = {"a flag name is needed behind `--`"};
template <> inline constexpr Mistake Messages::mistake<parameter_end> = {"a blank or `,` is needed between parameters"};
template <> inline constexpr Mistake Messages::mistake<default_value> = {"a value is needed behind `=`"};
template <> inline constexpr Mistake Messages::mistake<type_pairs> = {"types such as `nothing -> table` are needed behind `:`"};
template <> inline constexpr Mistake Messages::mistake<type_arrow> = {"`->` and the type of the output are needed"};
template <> inline constexpr Mistake Messages::mistake<def_gap> = {"a blank and a block in braces are needed behind the parameters"};
template <> inline constexpr Mistake Messages::mistake<def_block> = {"a block in braces is needed behind the parameters"};
template <> inline constexpr Mistake Messages::mistake<expected_statement> = {"a command or an expression is needed"};
template <> inline constexpr Mistake Messages::mistake<stray_closer> =
    {"an opening partner is needed before it", "drop it", DiagnosticKind::unclosed, Found::one};
template <> inline constexpr Mistake Messages::mistake<piped_statement> =
    {"the end of the statement is needed, it has no value to pass on", "", DiagnosticKind::syntax, Found::one};
template <> inline constexpr Mistake Messages::mistake<late_operator> = {"the end of the statement is needed", "put parentheses around the whole expression"};
template <> inline constexpr Mistake Messages::mistake<statement_end> =
    read_by(foreign::word, {"an operator, `|` or the end of the statement is needed", "put `;` between two statements, `|` between two stages"});

// clang-format on

/// Notes a mistake at byte `at` of the text, unless one is known there already. Sets `context.is_cut_short`.
void report(Context& context, std::string_view text, std::size_t at, const Mistake& mistake);

/// PEGTL's control: every point of no return has its message, and reports it before it gives up the
/// statement.
template <typename Rule>
struct Control : must_if<Messages>::control<Rule> {
  template <typename ParseInput, typename... States>
  [[noreturn]] static void raise(const ParseInput& in, Context& context, States&&... st) {
    // a copy: clang 14 does not emit the specialisations that a template refers to
    static constexpr Mistake kMistake = Messages::mistake<Rule>;
    report(context, {in.begin(), static_cast<std::size_t>(in.end() - in.begin())}, in.byte(), kMistake);
    if (context.is_cut_short) throw CutShort{};
    must_if<Messages>::control<Rule>::raise(in, context, st...);
  }
};

}  // namespace nubpf::grammar
