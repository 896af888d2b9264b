#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "transpiler/source.h"

/// What the user wrote, before any name has a meaning: the part of Nushell's syntax that nubpf reads.
/// Commands are not told apart here: `kprobe f { … }`, `count --by comm` and `map set start 1` are all Calls.
namespace nubpf::syntax {

struct Expression;
struct Statement;

template <class T>
using Box = std::unique_ptr<T>;

enum class Quote { bare, single_quoted, double_quoted, backtick, raw };

struct NullLiteral {};
struct BoolLiteral {
  bool value = false;
};
struct IntLiteral {
  std::int64_t value = 0;
};
/// Nanoseconds: `5sec`, `1.5ms`.
struct DurationLiteral {
  std::int64_t nanoseconds = 0;
};
/// Bytes: `4kb` (1000), `4kib` (1024).
struct FilesizeLiteral {
  std::int64_t bytes = 0;
};
/// Kept as text: nubpf only ever refuses it.
struct FloatLiteral {
  std::string text;
};
/// `value` has its escapes undone. A bare word has Quote::bare: `comm`, `syscalls:sys_enter_*`, `TCP_CLOSE`.
struct StringLiteral {
  std::string value;
  Quote quote = Quote::bare;
};
/// `$"a ($e.b) c"`: texts and expressions in order.
struct Interpolation {
  std::vector<std::variant<std::string, Box<Expression>>> parts;
};
/// `$name`, without the `$`. `$in`, `$ctx` and `$it` are variables like others here.
struct Variable {
  std::string name;
};
/// One step of a cell path: `.name`, `."a b"`, `.0`; `optional` for a trailing `?`.
struct PathMember {
  std::variant<std::string, std::int64_t> name;
  bool optional = false;
  Span span;
};
/// `$e.args.filename`, `($x).field`. Also a bare dotted word where a row condition or `get` takes a column:
/// there the parser leaves it a bare StringLiteral.
struct CellPath {
  Box<Expression> head;
  std::vector<PathMember> members;
};
struct List {
  std::vector<Expression> items;
};
struct RecordEntry;
struct Record {
  std::vector<RecordEntry> entries;
};
/// `1..3`, `0..<4`, `1..`, `..5`; `step` for `0..2..10`.
struct Range {
  Box<Expression> from, step, to;
  bool inclusive = true;
};
struct Block {
  std::vector<Statement> statements;
  Span span;  ///< with its braces or parentheses, where it has any
};
/// `( … )`: usually one pipeline.
struct Subexpression {
  Block block;
};
struct Parameter {
  std::string name;
  Span span;
};
/// `{ … }` or `{|e| … }`.
struct Closure {
  std::vector<Parameter> parameters;
  bool has_parameters = false;  ///< whether there is a `| … |` at all
  Block body;
};

enum class UnaryOperator { negate, logical_not };
enum class BinaryOperator {
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  modulo,
  power,
  concatenate,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  logical_xor,
  bit_and,
  bit_or,
  bit_xor,
  bit_shift_left,
  bit_shift_right,
  in,
  not_in,
  has,
  not_has,
  starts_with,
  not_starts_with,
  ends_with,
  not_ends_with,
  matches,
  not_matches,  // =~ !~ (and `like`, `not-like`)
};
struct Unary {
  UnaryOperator op{};
  Box<Expression> operand;
};
struct Binary {
  BinaryOperator op{};
  Span op_span;
  Box<Expression> left, right;
};
/// `otherwise` is a Block's Closure-less form (Subexpression is not used): an If expression or a Block.
struct If {
  Box<Expression> condition;
  Block then;
  Box<Expression> else_if;  ///< an expression that holds an If
  std::optional<Block> otherwise;
};
/// One pattern of a match arm: a literal, a Range, or nothing for `_`.
struct MatchPattern {
  Box<Expression> value;  ///< null for `_`
  Span span;
};
/// `PATTERN | PATTERN => BODY`; a body without braces is a Block of one pipeline.
struct MatchArm {
  std::vector<MatchPattern> patterns;
  Box<Expression> guard;  ///< `PATTERN if GUARD =>`; null if none
  Block body;
  Span span;
};
struct Match {
  Box<Expression> subject;
  std::vector<MatchArm> arms;
};

/// `--by`, `-p`; without the dashes. Only `--name=value` has a value here: whether the next word belongs to a
/// flag is known to its command's signature, not to the parser.
struct Flag {
  std::string name;
  bool is_short = false;
  Box<Expression> value;
};
struct Argument {
  std::variant<Box<Expression>, Flag> node;
  Span span;
};
/// A command: `count --by comm`, `timer start`, `where pid > 3`. `name` is the first word only.
/// Arguments keep their order. The one argument of `where` may be a row condition: an expression in which a
/// bare word is a StringLiteral{bare}, to be read as a column on the left of an operator.
struct Call {
  std::string name;
  Span name_span;
  bool is_external = false;  ///< `^name`
  std::vector<Argument> arguments;
};

struct Expression {
  std::variant<NullLiteral, BoolLiteral, IntLiteral, DurationLiteral, FilesizeLiteral, FloatLiteral,
               StringLiteral, Interpolation, Variable, CellPath, List, Record, Range, Subexpression, Closure,
               Unary, Binary, If, Match, Call>
      node;
  Span span;
};

/// `key: value`; the key is a bare word, a string, or `$variable` / `(expression)`.
struct RecordEntry {
  Expression key;
  Expression value;
};

/// `a | b | c`. A stage is a Call, an If, a Match or any other expression. `is_error_pipe` marks `e>|` and
/// the like.
struct Pipeline {
  std::vector<Expression> stages;
  Span span;
};
/// `let x = …`, `mut x = …`, `const x = …`. The value is a pipeline (`let d = timer stop`).
struct Let {
  enum class Kind { let, mut, constant } kind = Kind::let;
  std::string name;
  Span name_span;
  std::optional<std::string> type_text;  ///< `let x: int = …`
  Pipeline value;
};
/// `$x += 1`; `op` is empty for a plain `=`.
struct Assign {
  Expression target;
  std::optional<BinaryOperator> op;
  Span op_span;
  Pipeline value;
};
struct For {
  std::string variable;
  Span variable_span;
  Expression range;
  Block body;
};
struct While {
  Expression condition;
  Block body;
};
struct Loop {
  Block body;
};
struct Break {};
struct Continue {};
struct Return {
  std::optional<Pipeline> value;
};
/// `overlay use nubpf …`, `use nubpf *`, `use std/assert`: the words after the keyword(s).
struct Use {
  bool is_overlay = false;
  std::vector<std::string> words;
};
/// One parameter of `def NAME […]`: `pid: int`, `pid?: int`, `--comm (-c): string = "bash"`, `--flag`,
/// `...rest`.
struct DefParameter {
  std::string name;
  Span span;
  std::string short_flag;
  std::string type_text;  ///< empty where none is given
  bool is_flag = false;
  bool is_optional = false;
  bool is_rest = false;
  std::optional<Expression> default_value;
  std::string comment;  ///< the `# …` behind it
};
/// `def main […] { … }`; `comment` is the block of `#` lines right above it.
struct Def {
  std::string name;
  Span name_span;
  std::vector<DefParameter> parameters;
  Block body;
  std::string comment;
};

struct Statement {
  std::variant<Pipeline, Let, Assign, For, While, Loop, Break, Continue, Return, Use, Def> node;
  Span span;
};

/// A whole source text: several statements, of which each clause or `trace` is a program of its own.
struct Script {
  Block block;
};

/// One line a node, two spaces a level: `Kind detail [begin,end)`; what `--dump syntax` shows.
[[nodiscard]] std::string to_string(const Script& script);

}  // namespace nubpf::syntax
