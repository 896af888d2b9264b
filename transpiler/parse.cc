#include "transpiler/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/parse_tree.hpp>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "transpiler/foreign.h"
#include "transpiler/grammar.h"
#include "transpiler/grammar_messages.h"
#include "transpiler/literal.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

/// How high a syntax tree may grow, counted in brackets, operators and `else if`s, so that later phases may
/// walk it recursively.
constexpr int kMaxHeight = 256;

/// How many errors are collected before reading stops.
constexpr std::size_t kMaxErrors = 100;

/// The first word of the module's commands, and the variable of its constants, under `overlay use --prefix`.
constexpr std::string_view kModuleName = "nubpf";

/// Ends the whole reading.
struct TooManyErrors {};

std::uint32_t offset(std::size_t byte) {
  return static_cast<std::uint32_t>(byte);
}

bool is_known(const Diagnostics& diagnostics, Span span) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [span](const Diagnostic& d) { return d.labels.front().span.begin == span.begin; });
}

void add(Diagnostics& diagnostics, Diagnostic diagnostic) {
  if (is_known(diagnostics, diagnostic.labels.front().span)) return;
  if (diagnostics.size() >= kMaxErrors) throw TooManyErrors{};
  diagnostics.push_back(std::move(diagnostic));
}

// What a message shows as found
// ------------------------------------------------------------------------------------

constexpr int kFoundColumns = 32;

/// The bytes of the first character, at least one.
std::size_t character_size(std::string_view text) {
  std::string ignored;
  return text.empty() ? 0 : append_visible_character(ignored, text).bytes;
}

std::size_t found_size(std::string_view text, grammar::Found found) {
  const auto run = [text](auto&& belongs) {
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    return std::max(static_cast<std::size_t>(end - text.begin()), character_size(text));
  };
  switch (found) {
    case grammar::Found::one:
      return character_size(text);
    case grammar::Found::escape:
      return 1 + character_size(text.substr(1));
    case grammar::Found::symbol:
      return run([](char c) { return std::string_view("=!<>+-*/%&^~?|").find(c) != std::string_view::npos; });
    case grammar::Found::word:
    case grammar::Found::end:
      break;
  }
  return run([](char c) { return grammar::word_char::holds(c, grammar::Layout::list); });
}

std::string found_text(std::string_view found, bool at_end) {
  if (found.empty()) return at_end ? "the end of the text" : "the end of the line";
  if (found == "`") return "a backtick";
  std::string shown = "`";
  append_cut(shown, found, kFoundColumns, "…");
  return shown + "`";
}

/// A closing bracket that is not the partner of `open`.
bool closes_another(char c, char open) {
  const char partner = open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : '\0';
  return (c == ')' || c == ']' || c == '}') && c != partner;
}

}  // namespace

void grammar::report(Context& context, std::string_view text, std::size_t at, const Mistake& mistake) {
  const bool rest = mistake.found == Found::end;
  const std::size_t opening = rest ? at : context.open.empty() ? text.size() : context.open.back();
  if (rest) at = text.size();
  const bool at_end = at >= text.size();
  const bool at_line_end =
      !at_end && (text[at] == '\n' || (text[at] == '\r' && text.substr(at).starts_with("\r\n")));
  const std::size_t size = at_end || at_line_end ? 0 : found_size(text.substr(at), mistake.found);
  const Span span{offset(at), offset(at + size)};
  context.is_cut_short = at_end && (rest || !context.open.empty());

  if (const auto advice = mistake.reader == nullptr ? std::nullopt : mistake.reader(text, at)) {
    const auto found = text.substr(advice->begin, advice->end - advice->begin);
    add(context.diagnostics, {mistake.kind,
                              fmt::format("found {}, {}", found_text(found, false),
                                          advice->needed.empty() ? mistake.needed : advice->needed),
                              {{{offset(advice->begin), offset(advice->end)}, ""}},
                              visible(advice->help),
                              {}});
    return;
  }
  Diagnostic diagnostic{mistake.kind, {}, {{span, ""}}, mistake.help, {}};
  diagnostic.message = fmt::format("found {}, {}", found_text(text.substr(at, size), at_end), mistake.needed);
  if (mistake.closes && opening < text.size() && (at_end || closes_another(text[at], text[opening]))) {
    diagnostic.kind = DiagnosticKind::unclosed;
    diagnostic.labels.push_back({{offset(opening), offset(opening + 1)}, "opened here"});
  }
  add(context.diagnostics, std::move(diagnostic));
}

namespace {

// The parse tree
// ---------------------------------------------------------------------------------------------------

/// What a node of PEGTL's parse tree stands for.
enum class Kind {
  none,
  any_pattern,
  arm,
  assignment,
  assign_operator,
  backtick_quoted,
  bare_word,
  binding,
  binding_keyword,
  block,
  boolean,
  break_statement,
  call,
  chain,
  closure,
  closure_parameters,
  continue_statement,
  def_parameter,
  def_statement,
  default_value,
  doc_comment,
  dots,
  double_quoted,
  double_text,
  duration,
  external_name,
  filesize,
  flag_name,
  float_number,
  for_statement,
  guard,
  identifier,
  if_expression,
  integer,
  interpolation,
  list,
  long_flag,
  loop_statement,
  match_expression,
  math_operator,
  negation,
  next_if,
  null,
  optional_mark,
  overlay_use,
  parameter_comment,
  path,
  pattern,
  pipeline,
  predicate,
  range,
  raw_quoted,
  record,
  record_entry,
  rest_mark,
  return_statement,
  short_flag,
  short_letter,
  single_quoted,
  single_text,
  subexpression,
  type_text,
  use_statement,
  use_word,
  variable,
  while_statement,
};

struct Node : tao::pegtl::parse_tree::basic_node<Node> {
  Kind kind = Kind::none;

  template <typename Rule, typename ParseInput, typename... States>
  void start(const ParseInput& in, States&&... st);
};

/// A rule whose matches are nodes.
template <Kind K>
struct Kept : std::true_type {
  static constexpr Kind kind = K;
};

/// A rule whose matches are nodes unless they hold one node only: then that one stands for them.
template <Kind K>
struct Folded : Kept<K> {
  template <typename... States>
  static void transform(std::unique_ptr<Node>& node, States&&...) noexcept {
    if (node->children.size() == 1) node = std::move(node->children.front());
  }
};

template <typename Rule>
struct Selector : std::false_type {
  static constexpr Kind kind = Kind::none;
};

// clang-format off
template <> struct Selector<grammar::any_pattern> : Kept<Kind::any_pattern> {};
template <> struct Selector<grammar::arm> : Kept<Kind::arm> {};
template <> struct Selector<grammar::assignment> : Kept<Kind::assignment> {};
template <> struct Selector<grammar::assign_operator> : Kept<Kind::assign_operator> {};
template <> struct Selector<grammar::assign_target> : Folded<Kind::path> {};
template <> struct Selector<grammar::assigned_value> : Kept<Kind::pipeline> {};
template <> struct Selector<grammar::backtick_quoted> : Kept<Kind::backtick_quoted> {};
template <> struct Selector<grammar::bare_return> : Kept<Kind::return_statement> {};
template <> struct Selector<grammar::bare_word> : Kept<Kind::bare_word> {};
template <> struct Selector<grammar::binding> : Kept<Kind::binding> {};
template <> struct Selector<grammar::binding_keyword> : Kept<Kind::binding_keyword> {};
template <> struct Selector<grammar::block> : Kept<Kind::block> {};
template <> struct Selector<grammar::boolean> : Kept<Kind::boolean> {};
template <> struct Selector<grammar::break_statement> : Kept<Kind::break_statement> {};
template <> struct Selector<grammar::call> : Kept<Kind::call> {};
template <> struct Selector<grammar::call_name> : Kept<Kind::bare_word> {};
template <> struct Selector<grammar::chain> : Kept<Kind::chain> {};
template <> struct Selector<grammar::closure> : Kept<Kind::closure> {};
template <> struct Selector<grammar::closing_pipe> : Kept<Kind::closure_parameters> {};
template <> struct Selector<grammar::condition> : Kept<Kind::chain> {};
template <> struct Selector<grammar::continue_statement> : Kept<Kind::continue_statement> {};
template <> struct Selector<grammar::def_parameter> : Kept<Kind::def_parameter> {};
template <> struct Selector<grammar::def_statement> : Kept<Kind::def_statement> {};
template <> struct Selector<grammar::def_word> : Kept<Kind::bare_word> {};
template <> struct Selector<grammar::default_value> : Kept<Kind::default_value> {};
template <> struct Selector<grammar::doc_comment> : Kept<Kind::doc_comment> {};
template <> struct Selector<grammar::dots> : Kept<Kind::dots> {};
template <> struct Selector<grammar::double_interpolation> : Kept<Kind::interpolation> {};
template <> struct Selector<grammar::double_quoted> : Kept<Kind::double_quoted> {};
template <> struct Selector<grammar::double_text> : Kept<Kind::double_text> {};
template <> struct Selector<grammar::duration> : Kept<Kind::duration> {};
template <> struct Selector<grammar::external_name> : Kept<Kind::external_name> {};
template <> struct Selector<grammar::external_word> : Kept<Kind::bare_word> {};
template <> struct Selector<grammar::filesize> : Kept<Kind::filesize> {};
template <> struct Selector<grammar::flag_name> : Kept<Kind::flag_name> {};
template <> struct Selector<grammar::float_number> : Kept<Kind::float_number> {};
template <> struct Selector<grammar::for_statement> : Kept<Kind::for_statement> {};
template <> struct Selector<grammar::guard> : Kept<Kind::guard> {};
template <> struct Selector<grammar::head_chain> : Kept<Kind::chain> {};
template <> struct Selector<grammar::identifier> : Kept<Kind::identifier> {};
template <> struct Selector<grammar::if_expression> : Kept<Kind::if_expression> {};
template <> struct Selector<grammar::integer> : Kept<Kind::integer> {};
template <> struct Selector<grammar::key_word> : Kept<Kind::bare_word> {};
template <> struct Selector<grammar::list_literal> : Kept<Kind::list> {};
template <> struct Selector<grammar::long_flag> : Kept<Kind::long_flag> {};
template <> struct Selector<grammar::loop_statement> : Kept<Kind::loop_statement> {};
template <> struct Selector<grammar::match_expression> : Kept<Kind::match_expression> {};
template <> struct Selector<grammar::math_operator> : Kept<Kind::math_operator> {};
template <> struct Selector<grammar::member_name> : Kept<Kind::bare_word> {};
template <> struct Selector<grammar::negation> : Kept<Kind::negation> {};
template <> struct Selector<grammar::next_if> : Kept<Kind::next_if> {};
template <> struct Selector<grammar::null_literal> : Kept<Kind::null> {};
template <> struct Selector<grammar::number_or_range> : Folded<Kind::range> {};
template <> struct Selector<grammar::open_range> : Kept<Kind::range> {};
template <> struct Selector<grammar::optional_mark> : Kept<Kind::optional_mark> {};
template <> struct Selector<grammar::overlay_use> : Kept<Kind::overlay_use> {};
template <> struct Selector<grammar::parameter_comment> : Kept<Kind::parameter_comment> {};
template <> struct Selector<grammar::parameter_flag> : Kept<Kind::flag_name> {};
template <> struct Selector<grammar::path_or_range> : Folded<Kind::range> {};
template <> struct Selector<grammar::path_value> : Folded<Kind::path> {};
template <> struct Selector<grammar::pattern> : Kept<Kind::pattern> {};
template <> struct Selector<grammar::pipeline> : Kept<Kind::pipeline> {};
template <> struct Selector<grammar::predicate> : Kept<Kind::predicate> {};
template <> struct Selector<grammar::raw_text> : Kept<Kind::raw_quoted> {};
template <> struct Selector<grammar::record_entry> : Kept<Kind::record_entry> {};
template <> struct Selector<grammar::record_literal> : Kept<Kind::record> {};
template <> struct Selector<grammar::record_value> : Folded<Kind::path> {};
template <> struct Selector<grammar::rest_mark> : Kept<Kind::rest_mark> {};
template <> struct Selector<grammar::return_statement> : Kept<Kind::return_statement> {};
template <> struct Selector<grammar::row_condition> : Kept<Kind::chain> {};
template <> struct Selector<grammar::short_flag> : Kept<Kind::short_flag> {};
template <> struct Selector<grammar::short_letter> : Kept<Kind::short_letter> {};
template <> struct Selector<grammar::single_interpolation> : Kept<Kind::interpolation> {};
template <> struct Selector<grammar::single_quoted> : Kept<Kind::single_quoted> {};
template <> struct Selector<grammar::single_text> : Kept<Kind::single_text> {};
template <> struct Selector<grammar::subexpression> : Kept<Kind::subexpression> {};
template <> struct Selector<grammar::type_text> : Kept<Kind::type_text> {};
template <> struct Selector<grammar::use_statement> : Kept<Kind::use_statement> {};
template <> struct Selector<grammar::use_word> : Kept<Kind::use_word> {};
template <> struct Selector<grammar::variable> : Kept<Kind::variable> {};
template <> struct Selector<grammar::where_call> : Kept<Kind::call> {};
template <> struct Selector<grammar::where_name> : Kept<Kind::bare_word> {};
template <> struct Selector<grammar::while_statement> : Kept<Kind::while_statement> {};
// clang-format on

template <typename Rule, typename ParseInput, typename... States>
void Node::start(const ParseInput& in, States&&...) {
  m_begin = tao::pegtl::internal::iterator(in.iterator());
  kind = Selector<Rule>::kind;
}

// Operators
// --------------------------------------------------------------------------------------------------------

using syntax::BinaryOperator;

struct OperatorRow {
  std::string_view text;
  BinaryOperator op;
  int precedence;  ///< as in Nushell's `help operators` (0.115)
};

constexpr std::array kOperators = {
    OperatorRow{"**", BinaryOperator::power, 100},
    OperatorRow{"*", BinaryOperator::multiply, 95},
    OperatorRow{"/", BinaryOperator::divide, 95},
    OperatorRow{"//", BinaryOperator::floor_divide, 95},
    OperatorRow{"mod", BinaryOperator::modulo, 95},
    OperatorRow{"+", BinaryOperator::add, 90},
    OperatorRow{"-", BinaryOperator::subtract, 90},
    OperatorRow{"bit-shl", BinaryOperator::bit_shift_left, 85},
    OperatorRow{"bit-shr", BinaryOperator::bit_shift_right, 85},
    OperatorRow{"++", BinaryOperator::concatenate, 80},
    OperatorRow{"==", BinaryOperator::equal, 80},
    OperatorRow{"!=", BinaryOperator::not_equal, 80},
    OperatorRow{"<", BinaryOperator::less, 80},
    OperatorRow{"<=", BinaryOperator::less_equal, 80},
    OperatorRow{">", BinaryOperator::greater, 80},
    OperatorRow{">=", BinaryOperator::greater_equal, 80},
    OperatorRow{"=~", BinaryOperator::matches, 80},
    OperatorRow{"like", BinaryOperator::matches, 80},
    OperatorRow{"!~", BinaryOperator::not_matches, 80},
    OperatorRow{"not-like", BinaryOperator::not_matches, 80},
    OperatorRow{"in", BinaryOperator::in, 80},
    OperatorRow{"not-in", BinaryOperator::not_in, 80},
    OperatorRow{"has", BinaryOperator::has, 80},
    OperatorRow{"not-has", BinaryOperator::not_has, 80},
    OperatorRow{"starts-with", BinaryOperator::starts_with, 80},
    OperatorRow{"not-starts-with", BinaryOperator::not_starts_with, 80},
    OperatorRow{"ends-with", BinaryOperator::ends_with, 80},
    OperatorRow{"not-ends-with", BinaryOperator::not_ends_with, 80},
    OperatorRow{"bit-and", BinaryOperator::bit_and, 75},
    OperatorRow{"bit-xor", BinaryOperator::bit_xor, 70},
    OperatorRow{"bit-or", BinaryOperator::bit_or, 60},
    OperatorRow{"and", BinaryOperator::logical_and, 50},
    OperatorRow{"xor", BinaryOperator::logical_xor, 45},
    OperatorRow{"or", BinaryOperator::logical_or, 40},
};

/// The row of an operator that the grammar has let through.
const OperatorRow& operator_row(std::string_view text) {
  return *std::find_if(kOperators.begin(), kOperators.end() - 1,
                       [text](const OperatorRow& row) { return row.text == text; });
}

/// `left` binds its right operand before `right` may have it.
bool binds_first(const OperatorRow& left, const OperatorRow& right) {
  if (left.op == BinaryOperator::power && right.op == BinaryOperator::power) return false;
  return left.precedence >= right.precedence;
}

/// The operator that a word of a condition has swallowed: `==` in `a==1`. Empty: none.
std::string_view swallowed_operator(std::string_view word) {
  constexpr std::string_view kSigns = "=<>!~&";
  for (std::size_t at = word.find_first_of(kSigns); at != std::string_view::npos;
       at = word.find_first_of(kSigns, at + 1)) {
    const std::string_view rest = word.substr(at);
    if (rest[0] == '=' || rest[0] == '<' || rest[0] == '>' || rest.starts_with("!=") ||
        rest.starts_with("!~") || rest.starts_with("&&")) {
      return rest.substr(0, rest.find_first_not_of(kSigns));
    }
  }
  return {};
}

// From the parse tree to the syntax tree
// -----------------------------------------------------------------------------

using Children = Node::children_t;
using syntax::Expression;
using syntax::Quote;

template <typename T>
syntax::Box<T> boxed(T value) {
  return std::make_unique<T>(std::move(value));
}

/// Without the `#`, the blank behind it and what is left of a CRLF.
std::string_view comment_text(std::string_view comment) {
  comment.remove_prefix(1);
  if (comment.starts_with(' ')) comment.remove_prefix(1);
  if (comment.ends_with('\r')) comment.remove_suffix(1);
  return comment;
}

/// Makes the syntax tree of a parse tree, and reports what the grammar cannot see: numbers out of range, text
/// that is not UTF-8, trees that are too high. A statement with such an error is left out.
class Converter {
 public:
  Converter(const File& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  [[nodiscard]] syntax::Block block_of(const Children& children, std::size_t from, Span span);

 private:
  [[nodiscard]] Span span_of(const Node& node) const;
  [[nodiscard]] std::string_view text_of(const Node& node) const { return node.string_view(); }
  void refuse(DiagnosticKind kind, Span span, std::string message, std::string help = {});

  /// Counts `steps` more levels of the tree, for the duration of a scope. Tells whether they are too many.
  class Height;

  void add_statement(std::vector<syntax::Statement>& statements, const Node& node,
                     const std::string& comment);
  void set_statement(syntax::Statement& statement, const Node& node, const std::string& comment);
  [[nodiscard]] std::string comment_above(const Children& children, std::size_t at) const;
  [[nodiscard]] syntax::Block block(const Node& node) { return block_of(node.children, 0, span_of(node)); }
  [[nodiscard]] syntax::Pipeline pipeline(const Node& node);
  [[nodiscard]] syntax::Let binding(const Node& node);
  [[nodiscard]] syntax::Assign assignment(const Node& node);
  [[nodiscard]] syntax::For for_loop(const Node& node);
  [[nodiscard]] syntax::Use use(const Node& node);
  [[nodiscard]] syntax::Def def(const Node& node, const std::string& comment);
  [[nodiscard]] syntax::DefParameter def_parameter(const Node& node);
  void add_parameter(std::vector<syntax::DefParameter>& parameters, syntax::DefParameter parameter);

  [[nodiscard]] Expression expression(const Node& node);
  [[nodiscard]] Expression chain(const Node& node);
  [[nodiscard]] Expression operand(const Node& node);
  [[nodiscard]] Expression if_chain(const Node& node);
  [[nodiscard]] syntax::Match match(const Node& node);
  [[nodiscard]] syntax::MatchArm arm(const Node& node);
  [[nodiscard]] syntax::Block arm_body(const Node& node);
  [[nodiscard]] syntax::Call call(const Node& node);
  static void drop_prefix(syntax::Call& call);
  [[nodiscard]] syntax::Argument argument(const Node& node);
  [[nodiscard]] syntax::CellPath cell_path(const Node& node);
  [[nodiscard]] syntax::PathMember path_member(const Node& node);
  [[nodiscard]] syntax::Range range(const Node& node);
  [[nodiscard]] syntax::Record record(const Node& node);
  [[nodiscard]] syntax::Closure closure(const Node& node);
  [[nodiscard]] syntax::Interpolation interpolation(const Node& node);

  [[nodiscard]] std::int64_t number(const Node& node, std::optional<std::int64_t> (*value)(std::string_view),
                                    std::string_view what);
  [[nodiscard]] syntax::StringLiteral string(const Node& node);
  [[nodiscard]] std::string unescape(const Node& node, std::string_view text);
  [[nodiscard]] std::string word(const Node& node) { return string(node).value; }
  void check_utf8(const Node& node, std::string_view text);

  const File& file_;
  Diagnostics& diagnostics_;
  int height_ = 0;
  bool failed_ = false;  ///< the statement at hand has an error
};

class Converter::Height {
 public:
  Height(Converter& converter, const Node& node, std::size_t steps)
      : height_(converter.height_), before_(converter.height_) {
    height_ += static_cast<int>(std::min<std::size_t>(steps, kMaxHeight + 1));
    is_too_much_ = height_ > kMaxHeight;
    if (is_too_much_) {
      converter.refuse(
          DiagnosticKind::too_deep, converter.span_of(node),
          fmt::format("found an expression of more than {} steps, a simpler one is needed", kMaxHeight),
          "name a part of it with `let`");
    }
  }
  ~Height() { height_ = before_; }
  Height(const Height&) = delete;
  Height& operator=(const Height&) = delete;

  [[nodiscard]] bool is_too_much() const { return is_too_much_; }

 private:
  int& height_;
  int before_;
  bool is_too_much_ = false;
};

Span Converter::span_of(const Node& node) const {
  const char* const begin = file_.text.data();
  return {offset(static_cast<std::size_t>(node.m_begin.data - begin)),
          offset(static_cast<std::size_t>(node.m_end.data - begin))};
}

void Converter::refuse(DiagnosticKind kind, Span span, std::string message, std::string help) {
  failed_ = true;
  add(diagnostics_, {kind, std::move(message), {{span, ""}}, std::move(help), {}});
}

// Statements

syntax::Block Converter::block_of(const Children& children, std::size_t from, Span span) {
  syntax::Block block{{}, span};
  const bool outer = failed_;
  for (std::size_t i = from; i < children.size(); ++i) {
    if (children[i]->kind == Kind::doc_comment) continue;
    add_statement(block.statements, *children[i],
                  children[i]->kind == Kind::def_statement ? comment_above(children, i) : std::string());
  }
  failed_ = outer;
  return block;
}

void Converter::add_statement(std::vector<syntax::Statement>& statements, const Node& node,
                              const std::string& comment) {
  failed_ = false;
  syntax::Statement statement{{}, span_of(node)};
  set_statement(statement, node, comment);
  if (!failed_) statements.push_back(std::move(statement));
}

void Converter::set_statement(syntax::Statement& statement, const Node& node, const std::string& comment) {
  const Children& parts = node.children;
  switch (node.kind) {
    case Kind::binding:
      statement.node = binding(node);
      return;
    case Kind::assignment:
      statement.node = assignment(node);
      return;
    case Kind::for_statement:
      statement.node = for_loop(node);
      return;
    case Kind::while_statement:
      statement.node = syntax::While{expression(*parts[0]), block(*parts[1])};
      return;
    case Kind::loop_statement:
      statement.node = syntax::Loop{block(*parts[0])};
      return;
    case Kind::break_statement:
      statement.node = syntax::Break{};
      return;
    case Kind::continue_statement:
      statement.node = syntax::Continue{};
      return;
    case Kind::return_statement: {
      syntax::Return result;
      if (!parts.empty()) {
        result.value.emplace();
        result.value->span = span_of(*parts[0]);
        result.value->stages.push_back(expression(*parts[0]));
      }
      statement.node = std::move(result);
      return;
    }
    case Kind::use_statement:
      statement.node = use(node);
      return;
    case Kind::def_statement:
      statement.node = def(node, comment);
      return;
    default:
      statement.node = pipeline(node);
      return;
  }
}

/// The text of the lines with nothing but a comment right above child `at`, without their `#`.
std::string Converter::comment_above(const Children& children, std::size_t at) const {
  const std::string_view text = file_.text;
  const auto line_before =
      [text](std::uint32_t byte) {  // where the line begins if only blanks stand before `byte`
        const std::size_t last = text.substr(0, byte).find_last_not_of(" \t");
        return last == std::string_view::npos || text[last] == '\n' ? std::optional(last + 1) : std::nullopt;
      };
  std::vector<std::string_view> lines;
  std::optional<std::size_t> line = line_before(span_of(*children[at]).begin);
  for (; line && at > 0 && children[at - 1]->kind == Kind::doc_comment; --at) {
    const Span comment = span_of(*children[at - 1]);
    if (comment.end + 1 != *line) break;
    line = line_before(comment.begin);
    if (line) lines.push_back(comment_text(file_.slice(comment)));
  }
  return fmt::format("{}", fmt::join(lines.rbegin(), lines.rend(), "\n"));
}

syntax::Pipeline Converter::pipeline(const Node& node) {
  syntax::Pipeline pipeline{{}, span_of(node)};
  pipeline.stages.reserve(node.children.size());
  for (const auto& stage : node.children) pipeline.stages.push_back(expression(*stage));
  return pipeline;
}

syntax::Let Converter::binding(const Node& node) {
  syntax::Let let;
  for (const auto& part : node.children) {
    const std::string_view text = text_of(*part);
    if (part->kind == Kind::binding_keyword) {
      let.kind = text == "let"   ? syntax::Let::Kind::let
                 : text == "mut" ? syntax::Let::Kind::mut
                                 : syntax::Let::Kind::constant;
    } else if (part->kind == Kind::identifier) {
      check_utf8(*part, text);
      let.name = text;
      let.name_span = span_of(*part);
    } else if (part->kind == Kind::type_text) {
      let.type_text = text;
    } else {
      let.value = pipeline(*part);
    }
  }
  return let;
}

syntax::Assign Converter::assignment(const Node& node) {
  syntax::Assign assign{
      expression(*node.children[0]), {}, span_of(*node.children[1]), pipeline(*node.children[2])};
  std::string_view op = text_of(*node.children[1]);
  op.remove_suffix(1);
  if (!op.empty()) assign.op = operator_row(op).op;
  return assign;
}

syntax::For Converter::for_loop(const Node& node) {
  const Children& parts = node.children;
  const Node& range = *parts[parts.size() - 2];
  check_utf8(*parts[0], text_of(*parts[0]));
  return {std::string(text_of(*parts[0])), span_of(*parts[0]), expression(range), block(*parts.back())};
}

syntax::Use Converter::use(const Node& node) {
  syntax::Use use;
  for (const auto& part : node.children) {
    if (part->kind == Kind::overlay_use) {
      use.is_overlay = true;
    } else {
      const Node& inner = *part->children.front();
      use.words.push_back(inner.kind == Kind::list ? std::string(text_of(inner)) : word(inner));
    }
  }
  return use;
}

syntax::Def Converter::def(const Node& node, const std::string& comment) {
  syntax::Def def;
  def.comment = comment;
  for (const auto& part : node.children) {
    switch (part->kind) {
      case Kind::flag_name:
      case Kind::type_text:
        break;
      case Kind::def_parameter:
        add_parameter(def.parameters, def_parameter(*part));
        break;
      case Kind::block:
        def.body = block(*part);
        break;
      default:
        def.name = word(*part);
        def.name_span = span_of(*part);
        break;
    }
  }
  return def;
}

void Converter::add_parameter(std::vector<syntax::DefParameter>& parameters, syntax::DefParameter parameter) {
  const auto may_be_missing = [](const syntax::DefParameter& p) {
    return p.is_flag || p.is_rest || p.is_optional || p.default_value;
  };
  const auto is_optional = [&](const syntax::DefParameter& p) { return !p.is_flag && may_be_missing(p); };
  if (!may_be_missing(parameter) && std::any_of(parameters.begin(), parameters.end(), is_optional)) {
    refuse(DiagnosticKind::syntax, parameter.span,
           fmt::format(
               "found the required parameter `{}` behind an optional one, an optional one is needed here",
               visible(parameter.name)),
           fmt::format("write `{}?`, or move it to the front", visible(parameter.name)));
  }
  parameters.push_back(std::move(parameter));
}

syntax::DefParameter Converter::def_parameter(const Node& node) {
  syntax::DefParameter parameter;
  parameter.is_flag = text_of(node).starts_with('-');
  for (const auto& part : node.children) {
    const std::string_view text = text_of(*part);
    switch (part->kind) {
      case Kind::rest_mark:
        parameter.is_rest = true;
        break;
      case Kind::optional_mark:
        parameter.is_optional = true;
        break;
      case Kind::short_letter:
        parameter.short_flag = text;
        if (parameter.span == Span{}) parameter.span = span_of(*part);
        break;
      case Kind::type_text:
        parameter.type_text = text;
        break;
      case Kind::default_value:
        parameter.default_value = expression(*part->children.front());
        break;
      case Kind::parameter_comment:
        parameter.comment = comment_text(text);
        break;
      default:
        check_utf8(*part, text);
        parameter.name = text;
        parameter.span = span_of(*part);
        break;
    }
  }
  return parameter;
}

// Expressions

Expression Converter::expression(const Node& node) {
  Expression result{{}, span_of(node)};
  switch (node.kind) {
    case Kind::chain:
      return chain(node);
    case Kind::if_expression:
      return if_chain(node);
    case Kind::match_expression:
      result.node = match(node);
      break;
    case Kind::call:
      result.node = call(node);
      break;
    case Kind::path:
      result.node = cell_path(node);
      break;
    case Kind::range:
      result.node = range(node);
      break;
    case Kind::variable: {
      const std::string_view name = text_of(node).substr(1);
      check_utf8(node, name);
      result.node = syntax::Variable{std::string(name)};
      break;
    }
    case Kind::subexpression: {
      const Height height(*this, node, 1);
      if (!height.is_too_much()) result.node = syntax::Subexpression{block(node)};
      break;
    }
    case Kind::list: {
      const Height height(*this, node, 1);
      syntax::List list;
      if (!height.is_too_much()) {
        for (const auto& item : node.children) list.items.push_back(expression(*item));
      }
      result.node = std::move(list);
      break;
    }
    case Kind::record:
      result.node = record(node);
      break;
    case Kind::closure:
      result.node = closure(node);
      break;
    case Kind::interpolation:
      result.node = interpolation(node);
      break;
    case Kind::null:
      result.node = syntax::NullLiteral{};
      break;
    case Kind::boolean:
      result.node = syntax::BoolLiteral{text_of(node) == "true"};
      break;
    case Kind::integer:
      result.node = syntax::IntLiteral{number(node, integer_value, "integer")};
      break;
    case Kind::duration:
      result.node = syntax::DurationLiteral{number(node, duration_value, "duration")};
      break;
    case Kind::filesize:
      result.node = syntax::FilesizeLiteral{number(node, filesize_value, "file size")};
      break;
    case Kind::float_number:
      result.node = syntax::FloatLiteral{std::string(text_of(node))};
      break;
    default:
      result.node = string(node);
      break;
  }
  return result;
}

/// Operands and operators in order, as the text has them, become a tree by precedence.
Expression Converter::chain(const Node& node) {
  const Children& parts = node.children;
  const Height height(*this, node, parts.size() / 2);
  if (height.is_too_much()) return {syntax::NullLiteral{}, span_of(node)};

  std::vector<Expression> operands;
  std::vector<std::pair<const OperatorRow*, Span>> operators;
  std::vector<Span> negations;
  const auto reduce = [&operands, &operators] {
    Expression right = std::move(operands.back());
    operands.pop_back();
    Expression left = std::move(operands.back());
    operands.pop_back();
    const auto [row, op_span] = operators.back();
    operators.pop_back();
    const Span span = cover(left.span, right.span);
    operands.push_back(
        {syntax::Binary{row->op, op_span, boxed(std::move(left)), boxed(std::move(right))}, span});
  };

  for (const auto& part : parts) {
    if (part->kind == Kind::negation) {
      negations.push_back(span_of(*part));
    } else if (part->kind == Kind::math_operator) {
      const OperatorRow& row = operator_row(text_of(*part));
      while (!operators.empty() && binds_first(*operators.back().first, row)) reduce();
      operators.emplace_back(&row, span_of(*part));
    } else {
      Expression value = operand(*part);
      for (; !negations.empty(); negations.pop_back()) {
        const Span span = cover(negations.back(), value.span);
        value = {syntax::Unary{syntax::UnaryOperator::logical_not, boxed(std::move(value))}, span};
      }
      operands.push_back(std::move(value));
    }
  }
  while (!operators.empty()) reduce();
  return std::move(operands.front());
}

Expression Converter::operand(const Node& node) {
  const std::string_view word = node.kind == Kind::bare_word ? text_of(node) : std::string_view();
  const std::string_view op = swallowed_operator(word);
  if (!op.empty()) {
    const auto at = static_cast<std::size_t>(op.data() - word.data());
    const std::string apart =
        fmt::format("{} {} {}", word.substr(0, at), op == "&&" ? "and" : op, word.substr(at + op.size()));
    refuse(DiagnosticKind::bad_operator, span_of(node),
           fmt::format("found the word {}, blanks are needed on both sides of an operator",
                       found_text(word, false)),
           fmt::format("write `{}`", visible(apart)));
  }
  return expression(node);
}

/// The children are a condition and its block, then an `if` for each `else if`, then the block of the `else`.
Expression Converter::if_chain(const Node& node) {
  const Children& parts = node.children;
  const Height height(*this, node, parts.size() - 1);
  if (height.is_too_much()) return {syntax::NullLiteral{}, span_of(node)};

  std::vector<Expression> branches;
  std::optional<syntax::Block> otherwise;
  const auto add_branch = [this, &branches, end = span_of(node).end](const Node& branch) {
    syntax::If branch_if{boxed(expression(*branch.children[0])), block(*branch.children[1]), nullptr, {}};
    branches.push_back({std::move(branch_if), {span_of(branch).begin, end}});
  };
  add_branch(node);
  for (std::size_t i = 2; i < parts.size(); ++i) {
    if (parts[i]->kind == Kind::next_if) {
      add_branch(*parts[i]);
    } else {
      otherwise = block(*parts[i]);
    }
  }
  std::get<syntax::If>(branches.back().node).otherwise = std::move(otherwise);
  for (; branches.size() > 1; branches.pop_back()) {
    std::get<syntax::If>(branches[branches.size() - 2].node).else_if = boxed(std::move(branches.back()));
  }
  return std::move(branches.front());
}

syntax::Match Converter::match(const Node& node) {
  syntax::Match match{boxed(expression(*node.children[0])), {}};
  for (std::size_t i = 1; i < node.children.size(); ++i) match.arms.push_back(arm(*node.children[i]));
  return match;
}

syntax::MatchArm Converter::arm(const Node& node) {
  syntax::MatchArm arm;
  arm.span = span_of(node);
  for (const auto& part : node.children) {
    if (part->kind == Kind::pattern) {
      const Node& value = *part->children.front();
      syntax::MatchPattern pattern{nullptr, span_of(*part)};
      if (value.kind != Kind::any_pattern) pattern.value = boxed(expression(value));
      arm.patterns.push_back(std::move(pattern));
    } else if (part->kind == Kind::guard) {
      arm.guard = boxed(expression(*part->children.front()));
    } else {
      arm.body = arm_body(*part);
    }
  }
  return arm;
}

/// A block as it stands; a value, a command or a jump as a block of one statement.
syntax::Block Converter::arm_body(const Node& node) {
  if (node.kind == Kind::block) return block(node);
  const Span span = span_of(node);
  syntax::Block body{{}, span};
  syntax::Statement statement{{}, span};
  switch (node.kind) {
    case Kind::break_statement:
    case Kind::continue_statement:
    case Kind::return_statement:
      set_statement(statement, node, {});
      break;
    default: {
      syntax::Pipeline pipeline{{}, span};
      if (node.kind == Kind::bare_word) {
        pipeline.stages.push_back({syntax::Call{word(node), span, false, {}}, span});
      } else {
        pipeline.stages.push_back(expression(node));
      }
      statement.node = std::move(pipeline);
    }
  }
  body.statements.push_back(std::move(statement));
  return body;
}

// Commands

syntax::Call Converter::call(const Node& node) {
  const Node& head = *node.children.front();
  syntax::Call call;
  call.is_external = head.kind != Kind::bare_word;
  call.name = word(head.kind == Kind::external_name ? *head.children.front() : head);
  call.name_span = span_of(head);
  if (const auto clause = call.is_external ? std::nullopt : foreign::clause(call.name)) {
    refuse(DiagnosticKind::unknown_command, call.name_span,
           fmt::format("found {}, a clause command and its attach point are needed",
                       found_text(text_of(head), false)),
           fmt::format("write `{} {{ … }}`", visible(*clause)));
  }
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    if (node.children[i]->kind != Kind::predicate) {
      call.arguments.push_back(argument(*node.children[i]));
      continue;
    }
    const std::string_view text = text_of(*node.children[i]);
    refuse(DiagnosticKind::syntax, span_of(*node.children[i]),
           fmt::format("found the predicate {}, a `where` in the closure is needed", found_text(text, false)),
           fmt::format("write `{{ where {} | … }}`",
                       visible(foreign::condition(text.substr(1, text.size() - 2)))));
  }
  drop_prefix(call);
  return call;
}

/// `overlay use --prefix nubpf` makes every command of the module `nubpf NAME`.
void Converter::drop_prefix(syntax::Call& call) {
  if (call.is_external || call.name != kModuleName || call.arguments.empty()) return;
  const auto* const argument = std::get_if<syntax::Box<syntax::Expression>>(&call.arguments.front().node);
  const auto* const name =
      argument == nullptr ? nullptr : std::get_if<syntax::StringLiteral>(&(*argument)->node);
  if (name == nullptr || name->quote != syntax::Quote::bare) return;
  call.name = name->value;
  call.name_span = call.arguments.front().span;
  call.arguments.erase(call.arguments.begin());
}

syntax::Argument Converter::argument(const Node& node) {
  const Span span = span_of(node);
  if (node.kind == Kind::short_flag)
    return {syntax::Flag{std::string(text_of(node).substr(1)), true, nullptr}, span};
  if (node.kind != Kind::long_flag) return {boxed(expression(node)), span};
  syntax::Flag flag{std::string(text_of(*node.children.front())), false, nullptr};
  if (node.children.size() > 1) flag.value = boxed(expression(*node.children[1]));
  return {std::move(flag), span};
}

// Values

syntax::CellPath Converter::cell_path(const Node& node) {
  syntax::CellPath path{boxed(expression(*node.children.front())), {}};
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    const Node& part = *node.children[i];
    if (part.kind == Kind::optional_mark) {
      path.members.back().optional = true;
    } else {
      path.members.push_back(path_member(part));
    }
  }
  // `$nubpf.ctx` is what `$ctx` is called where the module has its prefix
  auto* const head = std::get_if<syntax::Variable>(&path.head->node);
  const auto* const first = path.members.empty() ? nullptr : std::get_if<std::string>(&path.members[0].name);
  if (head != nullptr && head->name == kModuleName && first != nullptr && *first == "ctx") {
    head->name = *first;
    path.members.erase(path.members.begin());
  }
  return path;
}

syntax::PathMember Converter::path_member(const Node& node) {
  syntax::PathMember member{word(node), false, span_of(node)};
  const std::string_view text = text_of(node);
  const bool is_index = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_index) member.name = number(node, integer_value, "index");
  return member;
}

/// The children are bounds with dots between them: `from..to`, `from..next..to`, either end may be missing.
syntax::Range Converter::range(const Node& node) {
  syntax::Range range;
  int dots = 0;
  for (const auto& part : node.children) {
    if (part->kind == Kind::dots) {
      ++dots;
      range.inclusive = text_of(*part) != "..<";
    } else {
      auto& bound = dots == 0 ? range.from : dots == 1 ? range.step : range.to;
      bound = boxed(expression(*part));
    }
  }
  if (dots == 1) range.to = std::move(range.step);
  return range;
}

syntax::Record Converter::record(const Node& node) {
  syntax::Record record;
  const Height height(*this, node, 1);
  if (height.is_too_much()) return record;
  for (const auto& entry : node.children) {
    record.entries.push_back({expression(*entry->children[0]), expression(*entry->children[1])});
  }
  return record;
}

syntax::Closure Converter::closure(const Node& node) {
  syntax::Closure closure;
  const Height height(*this, node, 1);
  if (height.is_too_much()) return closure;
  std::size_t body = 0;
  for (; body < node.children.size(); ++body) {
    const Node& part = *node.children[body];
    if (part.kind != Kind::identifier && part.kind != Kind::type_text &&
        part.kind != Kind::closure_parameters)
      break;
    closure.has_parameters = true;
    if (part.kind != Kind::identifier) continue;
    check_utf8(part, text_of(part));
    closure.parameters.push_back({std::string(text_of(part)), span_of(part)});
  }
  closure.body = block_of(node.children, body, span_of(node));
  return closure;
}

syntax::Interpolation Converter::interpolation(const Node& node) {
  syntax::Interpolation interpolation;
  const Height height(*this, node, 1);
  if (height.is_too_much()) return interpolation;
  for (const auto& part : node.children) {
    const std::string_view text = part->kind == Kind::subexpression ? std::string_view() : text_of(*part);
    if (part->kind == Kind::subexpression) {
      interpolation.parts.emplace_back(boxed(expression(*part)));
    } else if (part->kind == Kind::double_text) {
      interpolation.parts.emplace_back(unescape(*part, text));
    } else {
      check_utf8(*part, text);
      interpolation.parts.emplace_back(std::string(text));
    }
  }
  return interpolation;
}

std::int64_t Converter::number(const Node& node, std::optional<std::int64_t> (*value)(std::string_view),
                               std::string_view what) {
  const std::string_view text = text_of(node);
  if (has_loose_separator(text)) {
    refuse(DiagnosticKind::bad_literal, span_of(node),
           fmt::format("found {}, a digit behind each `_` is needed", found_text(text, false)),
           "drop the last `_`");
    return 0;
  }
  const auto number = value(text);
  if (!number) {
    refuse(DiagnosticKind::bad_literal, span_of(node),
           fmt::format("found {}, a smaller {} is needed: 64 bits with a sign hold it",
                       found_text(text, false), what));
  }
  return number.value_or(0);
}

syntax::StringLiteral Converter::string(const Node& node) {
  const std::string_view text = text_of(node);
  const auto inside = [text](std::size_t quotes) {
    return std::string(text.substr(quotes, text.size() - 2 * quotes));
  };
  switch (node.kind) {
    case Kind::double_quoted:
      return {unescape(node, text.substr(1, text.size() - 2)), Quote::double_quoted};
    case Kind::single_quoted:
      check_utf8(node, text);
      return {inside(1), Quote::single_quoted};
    case Kind::backtick_quoted:
      check_utf8(node, text);
      return {inside(1), Quote::backtick};
    case Kind::raw_quoted: {
      check_utf8(node, text);
      const std::size_t opening = text.find('\'') + 1;  // r#' … '#: the closing one lacks the r
      return {std::string(text.substr(opening, text.size() - 2 * opening + 1)), Quote::raw};
    }
    default:
      check_utf8(node, text);
      return {std::string(text), Quote::bare};
  }
}

std::string Converter::unescape(const Node& node, std::string_view text) {
  check_utf8(node, text);
  const auto value = unescaped(text);
  if (!value) {
    refuse(DiagnosticKind::bad_literal, span_of(node),
           "found a `\\u{…}` that is no Unicode character, a code up to `10ffff` and outside `d800` to "
           "`dfff` is needed");
  } else if (!is_utf8(*value)) {
    refuse(DiagnosticKind::bad_literal, span_of(node),
           "found escapes that make bytes that are not UTF-8, text in UTF-8 is needed",
           "write `\\u{e9}` for a character");
  }
  return value.value_or(std::string());
}

void Converter::check_utf8(const Node& node, std::string_view text) {
  if (is_utf8(text)) return;
  refuse(DiagnosticKind::bad_literal, span_of(node),
         "found bytes that are not UTF-8, text in UTF-8 is needed", "save the file as UTF-8");
}

}  // namespace

ParseResult parse(const File& file) {
  namespace pegtl = tao::pegtl;
  ParseResult result;
  const Span whole{0, offset(file.text.size())};
  result.script.block.span = whole;
  grammar::Context context;
  try {
    pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, std::string_view> in(
        file.text.data(), file.text.data() + file.text.size(), std::string_view());
    const auto root =
        pegtl::parse_tree::parse<grammar::script, Node, Selector, pegtl::nothing, grammar::Control>(in,
                                                                                                    context);
    if (root) result.script.block = Converter(file, context.diagnostics).block_of(root->children, 0, whole);
  } catch (const TooManyErrors&) {
    // What was read so far is not worth more errors.
  } catch (const pegtl::parse_error&) {
    // Reported where it was raised; only a script that nothing can be read of comes here.
  }
  result.diagnostics = std::move(context.diagnostics);
  std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return a.labels.front().span.begin < b.labels.front().span.begin;
                   });
  return result;
}

}  // namespace nubpf
