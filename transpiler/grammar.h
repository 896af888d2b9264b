#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tao/pegtl.hpp>
#include <utility>
#include <vector>

#include "transpiler/diagnostic.h"
#include "transpiler/parse.h"

/// The grammar of Nushell as far as nubpf reads it: rules only, each below its EBNF. In the EBNF, `~` stands
/// for `space` where it is optional, `_` for `gap`, `!x` and `&x` for "not followed by" and "followed by",
/// and `x!` for a point of no return: what does not match there is an error, with the message that
/// grammar_messages.h gives it. A rule without an EBNF of its own is another one's name at a spot that has
/// its own message, or its own part in the tree. parse.cc makes syntax trees of it.
namespace nubpf::grammar {

using namespace tao::pegtl;

/// Which bytes part words. Nushell reads the text between two brackets on its own terms.
enum class Layout {
  block,   ///< `{ … }` and the script: a line end ends the statement
  group,   ///< `( … )`: a line end is a blank
  list,    ///< `[ … ]`, `match` arms and parameters: a line end is a blank, a comma ends a word
  record,  ///< `{key: value}`: as in a list, and a colon ends a word
};

/// What matching depends on besides the text, and what it reports.
struct Context {
  Layout layout = Layout::block;
  std::vector<std::size_t> open;  ///< where the brackets and quotes begin that are not closed yet
  int depth = 0;                  ///< how many of them are brackets
  bool is_cut_short = false;      ///< the text ended inside a bracket or a quote
  Diagnostics diagnostics;
};

/// Thrown where the text ends inside a bracket or a quote: no statement around it can be read either.
struct CutShort {};

/// Holds the layout for the duration of a match, whichever way it ends.
class LayoutScope {
 public:
  LayoutScope(Context& context, Layout layout)
      : context_(context), outer_(std::exchange(context.layout, layout)) {}
  ~LayoutScope() { context_.layout = outer_; }
  LayoutScope(const LayoutScope&) = delete;
  LayoutScope& operator=(const LayoutScope&) = delete;

 private:
  Context& context_;
  Layout outer_;
};

/// Keeps a bracket or quote among the open ones for the duration of a match, whichever way it ends.
class OpenScope {
 public:
  OpenScope(Context& context, std::size_t byte, bool nests) : context_(context), nests_(nests) {
    context_.open.push_back(byte);
    context_.depth += nests_;
  }
  ~OpenScope() {
    context_.depth -= nests_;
    context_.open.pop_back();
  }
  OpenScope(const OpenScope&) = delete;
  OpenScope& operator=(const OpenScope&) = delete;

 private:
  Context& context_;
  bool nests_;
};

// ---------------------------------------------------------------------------------------------------------------
// Rules that PEGTL has no word for. Each consumes exactly what its EBNF says.

/// blank-char = " " | "\t" | "\r" | in brackets: "\n"
struct blank_char {
  using rule_t = blank_char;
  using subs_t = empty_list;

  template <apply_mode, rewind_mode, template <typename...> class, template <typename...> class,
            typename ParseInput, typename... States>
  [[nodiscard]] static bool match(ParseInput& in, const Context& context, States&&...) {
    if (in.empty()) return false;
    const char c = in.peek_char();
    if (c != ' ' && c != '\t' && c != '\r' && (c != '\n' || context.layout == Layout::block)) return false;
    in.bump(1);
    return true;
  }
};

/// word-char = any byte but white space, "|", ";", brackets, quotes; in lists and records also ","; in
/// records also ":"
struct word_char {
  using rule_t = word_char;
  using subs_t = empty_list;

  [[nodiscard]] static bool holds(char c, Layout layout) {
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case '|':
      case ';':
      case '(':
      case ')':
      case '[':
      case ']':
      case '{':
      case '}':
      case '"':
      case '\'':
      case '`':
        return false;
      case ',':
        return layout != Layout::list && layout != Layout::record;
      case ':':
        return layout != Layout::record;
      default:
        return true;
    }
  }

  template <apply_mode, rewind_mode, template <typename...> class, template <typename...> class,
            typename ParseInput, typename... States>
  [[nodiscard]] static bool match(ParseInput& in, const Context& context, States&&...) {
    if (in.empty() || !holds(in.peek_char(), context.layout)) return false;
    in.bump(1);
    return true;
  }
};

/// odd-blank = a character that looks like a blank, or like nothing, and is none to Nushell
struct odd_blank : sor<TAO_PEGTL_STRING("\u00a0"), TAO_PEGTL_STRING("\u202f"), TAO_PEGTL_STRING("\u2009"),
                       TAO_PEGTL_STRING("\u200b"), TAO_PEGTL_STRING("\u3000")> {};

/// The rules one after the other, with another layout.
template <Layout L, typename... Rules>
struct in_layout {
  using rule_t = in_layout;
  using subs_t = type_list<seq<Rules...>>;

  template <apply_mode A, rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename ParseInput, typename... States>
  [[nodiscard]] static bool match(ParseInput& in, Context& context, States&&... st) {
    const LayoutScope scope(context, L);
    return Control<seq<Rules...>>::template match<A, M, Action, Control>(in, context, st...);
  }
};

struct too_deep : failure {};

/// A bracket and what follows it up to and with its partner, with the layout of its inside. Nests at most
/// kMaxNesting deep; what is deeper is an error, so that no text can exhaust the stack.
template <Layout L, typename Open, typename... Rest>
struct enclosed {
  using rule_t = enclosed;
  using subs_t = type_list<Open, seq<Rest...>>;

  template <apply_mode A, rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename ParseInput, typename... States>
  [[nodiscard]] static bool match(ParseInput& in, Context& context, States&&... st) {
    auto m = in.template mark<M>();
    using m_t = decltype(m);
    if (context.depth >= kMaxNesting) {
      if (!Control<at<Open>>::template match<A, M, Action, Control>(in, context, st...)) return false;
      Control<too_deep>::raise(static_cast<const ParseInput&>(in), context, st...);
    }
    const std::size_t opening = in.byte();
    if (!Control<Open>::template match<A, m_t::next_rewind_mode, Action, Control>(in, context, st...))
      return false;
    const OpenScope open(context, opening, true);
    const LayoutScope layout(context, L);
    return m(
        Control<seq<Rest...>>::template match<A, m_t::next_rewind_mode, Action, Control>(in, context, st...));
  }
};

/// A quotation mark and what follows it up to and with its partner.
template <typename Open, typename... Rest>
struct quoted {
  using rule_t = quoted;
  using subs_t = type_list<Open, seq<Rest...>>;

  template <apply_mode A, rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename ParseInput, typename... States>
  [[nodiscard]] static bool match(ParseInput& in, Context& context, States&&... st) {
    auto m = in.template mark<M>();
    using m_t = decltype(m);
    const std::size_t opening = in.byte();
    if (!Control<Open>::template match<A, m_t::next_rewind_mode, Action, Control>(in, context, st...))
      return false;
    const OpenScope open(context, opening, false);
    return m(
        Control<seq<Rest...>>::template match<A, m_t::next_rewind_mode, Action, Control>(in, context, st...));
  }
};

/// The rules one after the other; does not match where brackets stand very deep: these are only skipped.
template <typename... Rules>
struct shallow {
  using rule_t = shallow;
  using subs_t = type_list<seq<Rules...>>;

  template <apply_mode A, rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename ParseInput, typename... States>
  [[nodiscard]] static bool match(ParseInput& in, Context& context, States&&... st) {
    if (context.depth >= 4 * kMaxNesting) return false;
    const OpenScope open(context, in.byte(), true);
    return Control<seq<Rules...>>::template match<A, M, Action, Control>(in, context, st...);
  }
};

/// raw-text = "r" n * "#" "'" { any } "'" n * "#"
struct raw_text {
  using rule_t = raw_text;
  using subs_t = empty_list;

  template <apply_mode, rewind_mode, template <typename...> class, template <typename...> class,
            typename ParseInput, typename... States>
  [[nodiscard]] static bool match(ParseInput& in, Context&, States&&...) {
    const std::string_view text(in.current(), in.size(0));
    const std::size_t quote = text.find('\'');
    if (quote == std::string_view::npos) return false;
    const std::string closing = "'" + std::string(quote - 1, '#');
    const std::size_t end = text.find(closing, quote + 1);
    if (end == std::string_view::npos) return false;
    in.bump(end + closing.size());
    return true;
  }
};

/// An error where one of the rules matches: what other languages write, or what cannot stand here.
template <typename... Rules>
struct refused : sor<seq<at<Rules>, raise<Rules>>...> {};

/// Each rule, or the error that is bound to it.
template <typename... Rules>
struct need : seq<sor<Rules, raise<Rules>>...> {};

// ---------------------------------------------------------------------------------------------------------------
// White space and words

/// newline = "\n"
struct newline : one<'\n'> {};
/// comment = "#" { any but "\n" }
struct comment : seq<one<'#'>, star<not_one<'\n'>>> {};
/// ~ = { blank-char | comment }
struct space : star<sor<blank_char, comment>> {};
/// _ = blank-char ~
struct gap : seq<blank_char, space> {};
/// lines = { blank-char | newline | comment }
struct lines : star<sor<blank_char, newline, comment>> {};

/// A word of the language: its letters, and no further word-char.
template <typename Letters>
struct keyword : seq<Letters, not_at<word_char>> {};

/// high-byte = any byte of a character beyond ASCII, but of an odd-blank
struct high_byte : seq<not_at<odd_blank>, range<'\x80', '\xff'>> {};
/// name-start = letter | "_" | high-byte
struct name_start : sor<alpha, one<'_'>, high_byte> {};
/// name = name-start { name-start | digit }
struct name : seq<name_start, star<sor<name_start, digit>>> {};
/// identifier = name, where it names a new variable
struct identifier : name {};
/// dashed-name = ( name-start | digit ) { name-start | digit | "-" !">" }
struct dashed_name
    : seq<sor<name_start, digit>, star<sor<name_start, digit, seq<one<'-'>, not_at<one<'>'>>>>>> {};

/// arrow = "->"
struct arrow : string<'-', '>'> {};
/// bare-word = word-char { word-char }, up to an arrow or an odd-blank
struct bare_word : plus<not_at<sor<arrow, odd_blank>>, word_char> {};

struct c_arrow : arrow {};
/// step-operator = "++" | "--"
struct step_operator : sor<string<'+', '+'>, string<'-', '-'>> {};
/// operator-char = "=" | "!" | "<" | ">" | "+" | "-" | "*" | "/" | "%" | "&" | "^" | "~" | "?"
struct operator_char : one<'=', '!', '<', '>', '+', '-', '*', '/', '%', '&', '^', '~', '?'> {};
struct glued_operator : operator_char {};
/// subscript = "["
struct subscript : one<'['> {};
struct glued_parenthesis : one<'('> {};
struct glued_colon : one<':'> {};
/// apart = !( word-char | "(" | "[" | "{" | '"' | "'" | "`" )
struct apart : not_at<sor<word_char, one<'(', '[', '{', '"', '\'', '`'>>> {};
/// word-end = apart!
struct word_end
    : sor<apart, refused<odd_blank, c_arrow, step_operator>, seq<at<operator_char>, raise<glued_operator>>,
          refused<subscript, glued_parenthesis>, raise<apart>> {};

// ---------------------------------------------------------------------------------------------------------------
// Literals

/// digits = digit { digit | "_" }
struct digits : seq<digit, star<sor<digit, one<'_'>>>> {};
/// sign = "+" | "-"
struct sign : one<'+', '-'> {};
/// exponent = ( "e" | "E" ) [ sign ] digits
struct exponent : seq<one<'e', 'E'>, opt<sign>, digits> {};
/// fraction = "." !"." [ digits ]
struct fraction : seq<one<'.'>, not_at<one<'.'>>, opt<digits>> {};
/// point-digits = "." digits
struct point_digits : seq<one<'.'>, digits> {};
/// quantity = [ "-" ] ( digits [ fraction ] | point-digits ) [ exponent ]
struct quantity : seq<opt<one<'-'>>, sor<seq<digits, opt<fraction>>, point_digits>, opt<exponent>> {};

/// duration-unit = "ns" | "us" | "µs" | "ms" | "sec" | "min" | "hr" | "day" | "wk"
struct duration_unit
    : sor<TAO_PEGTL_STRING("ns"), TAO_PEGTL_STRING("us"), TAO_PEGTL_STRING("\u00b5s"),
          TAO_PEGTL_STRING("\u03bcs"), TAO_PEGTL_STRING("ms"), TAO_PEGTL_STRING("sec"),
          TAO_PEGTL_STRING("min"), TAO_PEGTL_STRING("hr"), TAO_PEGTL_STRING("day"), TAO_PEGTL_STRING("wk")> {
};
/// filesize-unit = [ "k" | "m" | "g" | "t" | "p" | "e" ] [ "i" ] "b", in any case; no "i" alone
struct filesize_unit : sor<seq<one<'k', 'K', 'm', 'M', 'g', 'G', 't', 'T', 'p', 'P', 'e', 'E'>,
                               opt<one<'i', 'I'>>, one<'b', 'B'>>,
                           one<'b', 'B'>> {};
/// duration = quantity duration-unit
struct duration : seq<quantity, duration_unit> {};
/// filesize = quantity filesize-unit
struct filesize : seq<quantity, filesize_unit> {};
/// float = [ sign ] ( digits fraction [ exponent ] | digits exponent | point-digits [ exponent ] )
struct float_number : seq<opt<sign>, sor<seq<digits, fraction, opt<exponent>>, seq<digits, exponent>,
                                         seq<point_digits, opt<exponent>>>> {};
/// prefixed-integer = "0x" ( hex-digit | "_" )+ | "0o" ( "0"…"7" | "_" )+ | "0b" ( "0" | "1" | "_" )+
struct prefixed_integer : sor<seq<TAO_PEGTL_STRING("0x"), plus<sor<xdigit, one<'_'>>>>,
                              seq<TAO_PEGTL_STRING("0o"), plus<sor<range<'0', '7'>, one<'_'>>>>,
                              seq<TAO_PEGTL_STRING("0b"), plus<one<'0', '1', '_'>>>> {};
/// integer = prefixed-integer | [ sign ] digits
struct integer : sor<prefixed_integer, seq<opt<sign>, digits>> {};
/// bad-integer = ( "0x" | "0o" | "0b" ) { letter | digit | "_" }, where that is no literal; `0x10:8:rw` is a
/// word
struct bad_integer : keyword<seq<one<'0'>, one<'x', 'o', 'b'>, star<sor<alnum, one<'_'>>>>> {};
/// boolean = "true" | "false"
struct boolean : sor<keyword<TAO_PEGTL_STRING("true")>, keyword<TAO_PEGTL_STRING("false")>> {};
/// null = "null"
struct null_literal : keyword<TAO_PEGTL_STRING("null")> {};

/// escape-code = one of "'\/bfnrtae0$^#|~(){} | "x" 2 * hex-digit | "u{" 1…6 * hex-digit "}"
struct escape_code
    : sor<one<'"', '\'', '\\', '/', 'b', 'f', 'n', 'r', 't', 'a', 'e', '0', '$', '^', '#', '|', '~', '(', ')',
              '{', '}'>,
          seq<one<'x'>, xdigit, xdigit>, seq<one<'u'>, one<'{'>, rep_min_max<1, 6, xdigit>, one<'}'>>> {};
/// escape = "\" escape-code!
struct valid_escape : seq<one<'\\'>, escape_code> {};
struct escape : seq<at<one<'\\'>>, need<valid_escape>> {};

struct closing_double_quote : one<'"'> {};
struct closing_single_quote : one<'\''> {};
struct closing_backtick : one<'`'> {};
/// double-quoted = '"' { escape | any but '"' } '"'!
struct double_quoted : quoted<one<'"'>, star<sor<escape, not_one<'"', '\\'>>>, need<closing_double_quote>> {};
/// single-quoted = "'" { any but "'" } "'"!
struct single_quoted : quoted<one<'\''>, star<not_one<'\''>>, need<closing_single_quote>> {};
/// backtick-quoted = "`" { any but "`" } "`"!
struct backtick_quoted : quoted<one<'`'>, star<not_one<'`'>>, need<closing_backtick>> {};
/// raw-quoted = &( "r" "#" { "#" } "'" ) raw-text!
struct raw_quoted : seq<at<one<'r'>, plus<one<'#'>>, one<'\''>>, need<raw_text>> {};

struct subexpression;
/// double-text = { escape | any but '"', "(" }
struct double_text : plus<sor<escape, not_one<'"', '(', '\\'>>> {};
/// double-interpolation = '$"' { double-text | subexpression } '"'!
struct double_interpolation
    : quoted<string<'$', '"'>, star<sor<double_text, subexpression>>, need<closing_double_quote>> {};
/// single-text = { any but "'", "(" }
struct single_text : plus<not_one<'\'', '('>> {};
/// single-interpolation = "$'" { single-text | subexpression } "'"!
struct single_interpolation
    : quoted<string<'$', '\''>, star<sor<single_text, subexpression>>, need<closing_single_quote>> {};

/// string = double-quoted | single-quoted | raw-quoted | backtick-quoted
struct string_literal : sor<double_quoted, single_quoted, raw_quoted, backtick_quoted> {};
/// interpolation = double-interpolation | single-interpolation
struct interpolation : sor<double_interpolation, single_interpolation> {};

// ---------------------------------------------------------------------------------------------------------------
// Values

/// shell-parameter = digit, as in `$1`
struct shell_parameter : digit {};
/// shell-expansion = "(" | "{", as in `$(date)` and `${x}`
struct shell_expansion : one<'(', '{'> {};
/// variable = "$" name!
struct variable : seq<one<'$'>, opt<refused<shell_parameter, shell_expansion>>, need<name>> {};
/// member-name = dashed-name
struct member_name : dashed_name {};
/// member = string | member-name
struct member : sor<double_quoted, single_quoted, backtick_quoted, member_name> {};
/// optional-mark = "?"
struct optional_mark : one<'?'> {};
/// path-step = "." !"." member! [ "?" ]
struct path_step : seq<one<'.'>, not_at<one<'.'>>, need<member>, opt<optional_mark>> {};

struct list_literal;
struct record_literal;
/// path-value = ( variable | subexpression | list ) { path-step }
struct path_value : seq<sor<variable, subexpression, list_literal>, star<path_step>> {};
/// record-value = record { path-step }
struct record_value : seq<record_literal, star<path_step>> {};

/// dots = "..<" | "..=" | ".."
struct dots : sor<string<'.', '.', '<'>, string<'.', '.', '='>, string<'.', '.'>> {};
/// number = float | integer
struct number : sor<float_number, integer> {};
/// bound = number | path-value
struct bound : sor<number, path_value> {};
/// range-tail = dots [ bound [ dots bound ] ]
struct range_tail : seq<dots, opt<bound, opt<dots, bound>>> {};

/// unit-literal = ( duration | filesize ) apart
struct unit_literal : seq<sor<duration, filesize>, apart> {};
/// number-or-range = number [ range-tail ] apart
struct number_or_range : seq<number, opt<range_tail>, apart> {};
/// path-or-range = path-value [ range-tail ]
struct path_or_range : seq<path_value, opt<range_tail>> {};
/// open-range = dots bound apart
struct open_range : seq<dots, bound, apart> {};

/// literal = unit-literal | number-or-range | open-range | boolean | null
struct literal : sor<unit_literal, number_or_range, open_range, boolean, null_literal> {};

/// negated-value = "-" ( "$" | "(" ), not a value
struct negated_value : seq<one<'-'>, one<'$', '('>> {};
/// spread = "..." ( "$" | "[" | "{" | "(" ), not a value
struct spread : seq<string<'.', '.', '.'>, one<'$', '[', '{', '('>> {};
/// c-map = "@" ( name | "[" ), not a value
struct c_map : seq<one<'@'>, sor<name, one<'['>>> {};
/// c-complement = "~" ( "$" | "(" ), not a value
struct c_complement : seq<one<'~'>, one<'$', '('>> {};
/// typographic-quote = one of "“”„‘’", not a value
struct typographic_quote
    : sor<TAO_PEGTL_STRING("\u201c"), TAO_PEGTL_STRING("\u201d"), TAO_PEGTL_STRING("\u201e"),
          TAO_PEGTL_STRING("\u2018"), TAO_PEGTL_STRING("\u2019")> {};
/// c-not = "!" not followed by "=" or "~", not a value
struct c_not : seq<one<'!'>, not_at<one<'=', '~'>>> {};

/// A value that begins with what no bare word begins with.
/// quoted-value = interpolation | string | path-or-range
struct quoted_value : sor<interpolation, string_literal, path_or_range> {};

/// word-value = literal | bare-word
struct word_value
    : sor<literal, refused<odd_blank, bad_integer, negated_value, c_complement, spread, typographic_quote>,
          bare_word> {};

// A record begins with a key and a colon; what else stands in braces is a closure or a block.

/// skipped-string = a string or the beginning of an interpolation, within one line
struct skipped_string : sor<seq<one<'"'>, star<sor<seq<one<'\\'>, any>, not_one<'"', '\n'>>>, one<'"'>>,
                            seq<one<'\''>, star<not_one<'\'', '\n'>>, one<'\''>>,
                            seq<one<'`'>, star<not_one<'`', '\n'>>, one<'`'>>> {};
struct skipped;
/// skipped-group = "(" { skipped } [ ")" ] | "[" { skipped } [ "]" ] | "{" { skipped | ")" | "]" } [ "}" ]
struct skipped_group
    : seq<at<one<'(', '[', '{'>>,
          shallow<
              sor<seq<one<'('>, star<skipped>, opt<one<')'>>>, seq<one<'['>, star<skipped>, opt<one<']'>>>,
                  seq<one<'{'>, star<sor<skipped, one<')', ']'>>>, opt<one<'}'>>>>>> {};
/// skipped-comment = blank-char comment
struct skipped_comment : seq<blank_char, comment> {};
/// skipped = skipped-comment | skipped-string | skipped-group | any but ")", "]", "}"
struct skipped : sor<alnum, skipped_comment, skipped_string, skipped_group, not_one<')', ']', '}'>> {};

/// key-group = "(" { key-group | skipped-string | any but "(", ")", "{", "}" } ")"
struct key_group
    : seq<one<'('>, shallow<star<sor<skipped_string, key_group, not_one<'(', ')', '{', '}'>>>, one<')'>>> {};
/// record-key-ahead = ( skipped-string | "$" skipped-string | key-group | word-char { word-char } ) ~ ":"
struct record_key_ahead
    : seq<sor<skipped_string, seq<one<'$'>, skipped_string>, key_group, plus<word_char>>, space, one<':'>> {};
/// fill = { blank-char | comment | "," }
struct fill : star<sor<blank_char, comment, one<','>>> {};
/// record-ahead = "{" fill ( record-key-ahead | spread )
struct record_ahead : seq<one<'{'>, in_layout<Layout::record, fill, sor<record_key_ahead, spread>>> {};
/// no-entries = "{" fill "}"
struct no_entries : seq<one<'{'>, in_layout<Layout::record, fill>, one<'}'>> {};

struct list_item;
struct closing_bracket : one<']'> {};
struct table_row : one<';'> {};
/// list = "[" fill { list-item fill } "]"!
struct list_literal : enclosed<Layout::list, one<'['>, fill, star<list_item, fill>, opt<refused<table_row>>,
                               need<closing_bracket>> {};

/// key-word = word-char { word-char }

struct key_word : plus<word_char> {};
/// record-key = interpolation | string | path-value | key-word
struct record_key : sor<interpolation, double_quoted, single_quoted, backtick_quoted, path_value, key_word> {
};
struct record_item;
struct colon : one<':'> {};
/// record-entry = record-key ~ ":"! ~ record-item!
struct record_entry : seq<opt<refused<spread>>, record_key, space, need<colon>, space, need<record_item>> {};
struct closing_record : one<'}'> {};
/// record = "{" fill { record-entry fill } "}"!
struct record_literal
    : enclosed<Layout::record, one<'{'>, fill, star<record_entry, fill>, need<closing_record>> {};

struct statements;
struct closing_parenthesis : one<')'> {};
/// subexpression = "(" statements ")"!
struct subexpression : enclosed<Layout::group, one<'('>, statements, need<closing_parenthesis>> {};

// ---------------------------------------------------------------------------------------------------------------
// Types, as text

struct closing_angle : one<'>'> {};
struct type_arguments;
/// type-part = word-char but "<", ">", "=" | "," | ":" | blank-char | type-arguments
struct type_part
    : sor<seq<not_at<one<'<', '>', '='>>, word_char>, one<',', ':'>, blank_char, type_arguments> {};
/// type-arguments = "<" { type-part } ">"!
struct type_arguments : enclosed<Layout::list, one<'<'>, star<type_part>, need<closing_angle>> {};
/// type = dashed-name [ "@" dashed-name ] [ type-arguments ]
struct type_text : seq<dashed_name, opt<one<'@'>, dashed_name>, opt<type_arguments>> {};
/// type-annotation = ":" ~ type!
struct type_annotation : seq<one<':'>, space, need<type_text>> {};

// ---------------------------------------------------------------------------------------------------------------
// Closures and blocks

struct closing_brace : one<'}'> {};
/// closure-parameter = [ "$" ] name [ "?" ] [ ~ type-annotation ]
struct closure_parameter : seq<opt<one<'$'>>, identifier, opt<one<'?'>>, opt<space, type_annotation>> {};
struct closing_pipe : one<'|'> {};
/// closure-parameters = "|" fill { closure-parameter fill } "|"!
struct closure_parameters
    : seq<one<'|'>, in_layout<Layout::list, fill, star<closure_parameter, fill>, need<closing_pipe>>> {};
/// blank-lines = { blank-char | newline }
struct blank_lines : star<sor<blank_char, newline>> {};
/// closure = "{" [ blank-lines closure-parameters ] statements "}"!
struct block_statements;
struct closure : enclosed<Layout::block, one<'{'>, opt<blank_lines, closure_parameters>, block_statements,
                          need<closing_brace>> {};
struct block_parameters : one<'|'> {};
/// block = "{" statements "}"!
struct block
    : enclosed<Layout::block, one<'{'>, opt<blank_lines, at<block_parameters>, raise<block_parameters>>,
               block_statements, need<closing_brace>> {};
struct record_as_block : one<'{'> {};
/// block-point = block, where nothing else can stand
struct block_point : sor<seq<at<record_ahead>, raise<record_as_block>>, seq<block, word_end>> {};

// ---------------------------------------------------------------------------------------------------------------
// Expressions

/// redirection = ( "o" | "e" | "out" | "err" | "o+e" | "e+o" | "out+err" | "err+out" ) ">", not an argument
struct redirection
    : seq<sor<TAO_PEGTL_STRING("o+e"), TAO_PEGTL_STRING("e+o"), TAO_PEGTL_STRING("out+err"),
              TAO_PEGTL_STRING("err+out"), TAO_PEGTL_STRING("out"), TAO_PEGTL_STRING("err"), one<'o', 'e'>>,
          one<'>'>> {};
struct c_and : keyword<string<'&', '&'>> {};
/// c-comment = "//" | "/*", in the place of a word
struct c_comment : keyword<sor<string<'/', '/'>, string<'/', '*'>>> {};
/// background = "&" at the end of a command, as in a shell
struct background : keyword<one<'&'>> {};
/// lone-equals = "=", not an argument
struct lone_equals : keyword<one<'='>> {};

/// braces = no-entries: closure or record, as its place has it | record-value | closure
struct value_braces : sor<seq<at<sor<no_entries, record_ahead>>, record_value>, closure> {};
/// argument-braces = record-value | closure
struct argument_braces : sor<seq<at<record_ahead>, record_value>, closure> {};

/// list-item = ( value-braces | quoted-value | word-value ) word-end
struct list_item : seq<sor<value_braces, quoted_value, word_value>, word_end> {};
/// record-item = list-item !":"
struct record_item : seq<list_item, opt<refused<glued_colon>>> {};

/// word-operator = "and" | "or" | "xor" | "mod" | "in" | "not-in" | "has" | "not-has" | "like" | "not-like" |
///   "starts-with" | "not-starts-with" | "ends-with" | "not-ends-with" |
///   "bit-and" | "bit-or" | "bit-xor" | "bit-shl" | "bit-shr"
struct word_operator
    : seq<sor<TAO_PEGTL_STRING("and"), TAO_PEGTL_STRING("or"), TAO_PEGTL_STRING("xor"),
              TAO_PEGTL_STRING("mod"), TAO_PEGTL_STRING("in"), TAO_PEGTL_STRING("has"),
              TAO_PEGTL_STRING("like"),
              seq<TAO_PEGTL_STRING("not-"),
                  sor<TAO_PEGTL_STRING("in"), TAO_PEGTL_STRING("has"), TAO_PEGTL_STRING("like"),
                      TAO_PEGTL_STRING("starts-with"), TAO_PEGTL_STRING("ends-with")>>,
              TAO_PEGTL_STRING("starts-with"), TAO_PEGTL_STRING("ends-with"),
              seq<TAO_PEGTL_STRING("bit-"),
                  sor<TAO_PEGTL_STRING("and"), TAO_PEGTL_STRING("or"), TAO_PEGTL_STRING("xor"),
                      TAO_PEGTL_STRING("shl"), TAO_PEGTL_STRING("shr")>>>,
          not_at<word_char>> {};
/// symbol-operator = "==" | "!=" | "<=" | ">=" | "=~" | "!~" | "<" | ">" | "++" | "+" | "-" | "**" | "*" |
/// "//" | "/"
struct symbol_operator : sor<string<'=', '='>, string<'!', '='>, string<'<', '='>, string<'>', '='>,
                             string<'=', '~'>, string<'!', '~'>, one<'<'>, one<'>'>, string<'+', '+'>,
                             one<'+'>, one<'-'>, string<'*', '*'>, one<'*'>, string<'/', '/'>, one<'/'>> {};

/// bare-operator = ( symbol-operator | "&&" ), and no word-char behind it
struct bare_operator : keyword<sor<symbol_operator, string<'&', '&'>>> {};
/// operand = !bare-operator ( record-value | quoted-value | word-value ) word-end
using foreign_operand = refused<odd_blank, c_not, c_map>;
struct operand
    : seq<not_at<bare_operator>,
          sor<foreign_operand, seq<at<record_ahead>, record_value>, quoted_value, word_value>, word_end> {};
/// head-operand = ( value-braces | quoted-value | literal ) word-end
struct head_operand
    : seq<not_at<one<'`'>>,
          sor<value_braces, quoted_value, literal, refused<bad_integer, negated_value, c_complement>>,
          word_end> {};
/// condition-operand = closure word-end | operand
struct condition_operand : sor<seq<at<one<'{'>>, not_at<record_ahead>, closure, word_end>, operand> {};

// Operators of other languages: each is an error that names Nushell's own.
struct c_or : string<'|', '|'> {};
struct c_equals : seq<one<'='>, not_at<one<'=', '~', '>'>>> {};
struct c_strict_equals : sor<string<'=', '=', '='>, string<'!', '=', '='>> {};
struct sql_not_equals : string<'<', '>'> {};
struct c_shift_left : string<'<', '<'> {};
struct c_shift_right : string<'>', '>'> {};
struct c_modulo : seq<one<'%'>, not_at<one<'='>>> {};
struct c_bit_and : keyword<one<'&'>> {};
struct c_bit_xor : keyword<one<'^'>> {};
struct c_ternary : keyword<one<'?'>> {};
struct split_not : keyword<TAO_PEGTL_STRING("not")> {};
/// inner-assignment = ( "++" | "+" | "-" | "**" | "*" | "//" | "/" | "%" | "&" | "^" ) "=", not an operator
struct inner_assignment : seq<sor<string<'+', '+'>, one<'+'>, one<'-'>, string<'*', '*'>, one<'*'>,
                                  string<'/', '/'>, one<'/'>, one<'%'>, one<'&'>, one<'^'>>,
                              one<'='>, not_at<one<'=', '~'>>> {};
/// shell-test = "-" ( "eq" | "ne" | "lt" | "le" | "gt" | "ge" )
struct shell_test
    : keyword<seq<one<'-'>, sor<TAO_PEGTL_STRING("eq"), TAO_PEGTL_STRING("ne"), TAO_PEGTL_STRING("lt"),
                                TAO_PEGTL_STRING("le"), TAO_PEGTL_STRING("gt"), TAO_PEGTL_STRING("ge")>>> {};
struct doubled_match : string<'!', '=', '~'> {};
using foreign_operator = refused<c_and, c_or, c_arrow, c_strict_equals, c_equals, sql_not_equals,
                                 c_shift_left, c_shift_right, c_modulo, c_bit_and, c_bit_xor, c_ternary,
                                 split_not, shell_test, doubled_match, inner_assignment>;

/// operator = word-operator | symbol-operator
struct math_operator : sor<word_operator, symbol_operator> {};
struct operator_gap : gap {};
/// negation = "not" ~
struct negation : seq<keyword<TAO_PEGTL_STRING("not")>, space> {};
struct if_expression;
struct match_expression;
/// negated = negation { negation } ( if | match | operand )!
struct negated_operand : sor<if_expression, match_expression, operand> {};
struct negated : seq<plus<negation>, need<negated_operand>> {};
/// right-operand = negated | if | match | operand
struct right_operand : sor<negated, negated_operand> {};
using operation_end = seq<at<sor<one<'\n', ';', '|', ')', ']', '}'>, eof>>, raise<right_operand>>;
/// operation = ~ operator _! right-operand!
struct operation
    : seq<space,
          sor<foreign_operator, seq<math_operator, sor<operator_gap, operation_end, raise<operator_gap>>,
                                    need<right_operand>>>> {};
/// chain = ( negated | operand ) { operation }
struct chain : seq<sor<negated, operand>, star<operation>> {};
/// head-chain = ( negated | head-operand ) { operation }
struct head_chain : seq<sor<negated, head_operand>, star<operation>> {};
/// row-condition = ( negated | condition-operand ) { operation }
struct row_condition : seq<sor<negated, condition_operand>, star<operation>> {};

/// if-branch = _! chain! ~ block!
struct keyword_gap : gap {};
struct condition : chain {};
struct then_block : block_point {};
struct if_branch : seq<need<keyword_gap, condition>, space, need<then_block>> {};
/// next-if = "if" if-branch
struct next_if : seq<keyword<TAO_PEGTL_STRING("if")>, if_branch> {};
/// else-if = lines "else" _ next-if
struct else_if : seq<lines, keyword<TAO_PEGTL_STRING("else")>, gap, next_if> {};
/// else = lines "else" _! block!
struct else_gap : gap {};
struct else_block : block_point {};
struct else_clause : seq<lines, keyword<TAO_PEGTL_STRING("else")>, need<else_gap, else_block>> {};
/// if = "if" if-branch { else-if } [ else ]
struct if_expression : seq<keyword<TAO_PEGTL_STRING("if")>, if_branch, star<else_if>, opt<else_clause>> {};

/// pattern = "_" apart | !"=>" list-item
struct any_pattern : seq<one<'_'>, apart> {};
struct pattern : seq<not_at<string<'=', '>'>>, sor<any_pattern, list_item>> {};
/// guard = _ "if" _! chain!
struct guard : seq<gap, keyword<TAO_PEGTL_STRING("if")>, need<keyword_gap, condition>> {};
/// arm-arrow = "=>" &_
struct arm_arrow : seq<string<'=', '>'>, at<gap>> {};
/// jump = "break" | "continue" | "return"
struct break_statement : keyword<TAO_PEGTL_STRING("break")> {};
struct continue_statement : keyword<TAO_PEGTL_STRING("continue")> {};
struct bare_return : keyword<TAO_PEGTL_STRING("return")> {};
struct jump : sor<break_statement, continue_statement, bare_return> {};
/// arm-body = record-value | block | jump | list-item
struct arm_body : sor<seq<at<record_ahead>, record_value, word_end>, seq<at<one<'{'>>, block, word_end>, jump,
                      list_item> {};
/// arm = pattern { ~ "|" ~ pattern! } [ guard ] ~ "=>"! ~ arm-body!
struct arm : seq<pattern, star<space, one<'|'>, space, need<pattern>>, opt<guard>, space, need<arm_arrow>,
                 space, need<arm_body>> {};
struct closing_match : one<'}'> {};
/// arms = "{" fill { arm fill } "}"!
struct arms : enclosed<Layout::list, one<'{'>, fill, star<arm, fill>, need<closing_match>> {};
/// match = "match" _! operand! ~ arms!
struct match_subject : operand {};
struct match_expression
    : seq<keyword<TAO_PEGTL_STRING("match")>, need<keyword_gap, match_subject>, space, need<arms>, word_end> {
};

// ---------------------------------------------------------------------------------------------------------------
// Commands and pipelines

/// flag-name = letter { letter | digit | "-" | "_" }
struct flag_name : seq<alpha, star<sor<alnum, one<'-', '_'>>>> {};
/// flag-value = ( argument-braces | quoted-value | word-value )
struct flag_value : sor<argument_braces, quoted_value, word_value> {};
/// long-flag = "--" flag-name [ "=" flag-value! ]
struct long_flag : seq<string<'-', '-'>, flag_name, opt<one<'='>, need<flag_value>>> {};
/// short-flag = "-" letter { letter | digit }
struct short_flag : seq<one<'-'>, seq<alpha, star<alnum>>> {};
/// flag = ( long-flag | short-flag ) word-end
struct flag : seq<sor<long_flag, short_flag>, word_end> {};
/// argument = flag | ( argument-braces | quoted-value | word-value ) word-end
struct argument_value : seq<sor<argument_braces, quoted_value, word_value>, word_end> {};
struct argument : sor<refused<c_and, redirection, c_comment, background, lone_equals>, flag, argument_value> {
};

/// call-name = bare-word, but "-"
struct call_name : seq<not_at<keyword<one<'-'>>>, bare_word> {};
/// external-name = "^" ( string | bare-word ) | backtick-quoted
struct external_word : bare_word {};
struct external_target : sor<double_quoted, single_quoted, external_word> {};
struct external_name : sor<seq<one<'^'>, need<external_target>>, backtick_quoted> {};
/// stage-end = &( "|" | statement-end )
struct stage_end : at<sor<one<'|', ';', '\n', '}', ')', ']'>, eof>> {};
/// where = "where" [ _ !stage-end row-condition! ]
struct where_name : keyword<TAO_PEGTL_STRING("where")> {};
struct where_call : seq<where_name, word_end, opt<gap, not_at<stage_end>, need<row_condition>>> {};
struct bare_assignment : sor<inner_assignment, c_equals> {};
/// predicate = "/" { any but "/" } "/" ~ &"{", as in bpftrace
struct predicate : seq<one<'/'>, plus<not_one<'/', '\n', '{', '}'>>, one<'/'>, at<gap, one<'{'>>> {};
/// call = ( external-name | call-name ) word-end { _ ( predicate | argument ) }
struct call : seq<sor<external_name, call_name>, word_end,
                  opt<gap, at<keyword<bare_assignment>>, raise<bare_assignment>>,
                  star<gap, sor<predicate, argument>>> {};

/// stage = if | match | head-chain | where | call
/// bpftrace-map = "@", in the place of a command
struct bpftrace_map : one<'@'> {};
/// c-step = name ( "++" | "--" ), in the place of a command
struct c_step : keyword<seq<name, step_operator>> {};
/// c-function-arrow = "=>", in the place of a command
struct c_function_arrow : keyword<string<'=', '>'>> {};
using foreign_stage = refused<odd_blank, bpftrace_map, c_not, c_step, c_comment, c_complement,
                              c_function_arrow, keyword<c_equals>>;
struct stage : sor<foreign_stage, if_expression, match_expression, head_chain, where_call, call> {};
/// pipe = lines "|" !"|" lines
struct pipe : seq<lines, one<'|'>, not_at<one<'|'>>, lines> {};
struct next_stage : stage {};
/// pipeline = stage { pipe stage! }
struct pipeline : seq<stage, star<pipe, need<next_stage>>> {};

// ---------------------------------------------------------------------------------------------------------------
// Statements

/// binding = ( "let" | "mut" | "const" ) _! [ "$" ] name! [ type-annotation ] _! "=" _! pipeline!
struct binding_keyword : sor<keyword<TAO_PEGTL_STRING("let")>, keyword<TAO_PEGTL_STRING("mut")>,
                             keyword<TAO_PEGTL_STRING("const")>> {};
struct binding_name : seq<opt<one<'$'>>, identifier> {};
struct equals_gap : gap {};
struct equals_sign : seq<one<'='>, not_at<one<'='>>> {};
struct value_gap : gap {};
struct assigned_value : pipeline {};
struct binding : seq<binding_keyword, need<keyword_gap, binding_name>, opt<type_annotation>,
                     need<equals_gap, equals_sign, value_gap, assigned_value>> {};

/// assign-operator = "++=" | "+=" | "-=" | "*=" | "/=" | "=" !( "=" | "~" )
struct assign_operator : sor<string<'+', '+', '='>, string<'+', '='>, string<'-', '='>, string<'*', '='>,
                             string<'/', '='>, seq<one<'='>, not_at<one<'=', '~'>>>> {};
/// assignment = variable { path-step } _ assign-operator _! pipeline!
struct assign_target : seq<at<one<'$'>, name>, variable, star<path_step>> {};
struct assignment : seq<assign_target, gap, assign_operator, need<value_gap, assigned_value>> {};

/// for = "for" _! [ "$" ] name! [ type-annotation ] _! "in" _! operand! ~ block!
struct loop_variable : seq<opt<one<'$'>>, identifier> {};
struct in_word : keyword<TAO_PEGTL_STRING("in")> {};
struct iterated : operand {};
struct loop_block : block_point {};
struct for_statement
    : seq<keyword<TAO_PEGTL_STRING("for")>, need<keyword_gap, loop_variable>, opt<type_annotation>, space,
          need<in_word, keyword_gap, iterated>, space, need<loop_block>> {};
/// while = "while" _! chain! ~ block!
struct while_statement
    : seq<keyword<TAO_PEGTL_STRING("while")>, need<keyword_gap, condition>, space, need<then_block>> {};
/// loop = "loop" _! block!
struct loop_statement : seq<keyword<TAO_PEGTL_STRING("loop")>, need<keyword_gap, loop_block>> {};
/// return = "return" [ _ list-item ]
struct return_statement : seq<keyword<TAO_PEGTL_STRING("return")>, opt<gap, list_item>> {};

/// use = ( "overlay" _ "use" | "use" ) { _ ( list | string | bare-word ) }
struct overlay_use : seq<keyword<TAO_PEGTL_STRING("overlay")>, gap, keyword<TAO_PEGTL_STRING("use")>> {};
struct plain_use : keyword<TAO_PEGTL_STRING("use")> {};
struct use_word : seq<sor<list_literal, string_literal, bare_word>, word_end> {};
struct use_statement : seq<sor<overlay_use, plain_use>, need<keyword_gap, use_word>, star<gap, use_word>> {};

// Definitions

/// default = ~ "=" ~ list-item!
struct default_value : list_item {};
struct parameter_default : seq<space, one<'='>, space, need<default_value>> {};
/// parameter-type = ~ ":" ~ type!
struct parameter_type : seq<space, type_annotation> {};
/// short-name = ~ "(" "-" ( letter | digit ) ")"!
struct short_letter : alnum {};
struct closing_short : one<')'> {};
struct short_name : seq<space, string<'(', '-'>, short_letter, need<closing_short>> {};
/// rest-parameter = "..." [ "$" ] name! [ parameter-type ]
struct rest_mark : string<'.', '.', '.'> {};
struct rest_parameter : seq<rest_mark, opt<one<'$'>>, need<identifier>, opt<parameter_type>> {};
/// flag-parameter = ( "--" flag-name! [ short-name ] | "-" letter ) [ parameter-type ] [ parameter-default ]
struct parameter_flag : flag_name {};
struct flag_parameter
    : seq<sor<seq<string<'-', '-'>, need<parameter_flag>, opt<short_name>>, seq<one<'-'>, short_letter>>,
          opt<parameter_type>, opt<parameter_default>> {};
/// optional-parameter-mark = "?"
/// positional-parameter = [ "$" ] name [ "?" ] [ parameter-type ] [ parameter-default ]
struct positional_parameter
    : seq<opt<one<'$'>>, identifier, opt<optional_mark>, opt<parameter_type>, opt<parameter_default>> {};
/// parameter-comment = { " " | "\t" } [ "," ] { " " | "\t" } comment
struct parameter_comment : comment {};
struct trailing_comment : seq<star<one<' ', '\t'>>, opt<one<','>>, star<one<' ', '\t'>>, parameter_comment> {
};
/// parameter-end = &( blank-char | "," | "]" | ")" | end of text )
struct parameter_end : at<sor<blank_char, one<',', ']', ')'>, eof>> {};
/// parameter = ( rest-parameter | flag-parameter | positional-parameter ) parameter-end! [ parameter-comment
/// ]
struct def_parameter : seq<sor<rest_parameter, flag_parameter, positional_parameter>, need<parameter_end>,
                           opt<trailing_comment>> {};
/// parameter-list = ~ { parameter ~ [ "," ] ~ }
struct parameter_list : seq<space, star<def_parameter, space, opt<one<','>>, space>> {};
struct closing_signature : one<']'> {};
struct closing_round_signature : one<')'> {};
/// signature = "[" parameter-list "]"! | "(" parameter-list ")"!
struct signature : sor<enclosed<Layout::list, one<'['>, parameter_list, need<closing_signature>>,
                       enclosed<Layout::list, one<'('>, parameter_list, need<closing_round_signature>>> {};
/// type-pair = type ~ "->" ~ type
struct type_arrow : arrow {};
struct type_pair : seq<type_text, space, need<type_arrow>, space, need<type_text>> {};
struct closing_types : one<']'> {};
/// signature-types = ~ ":" ~ ( type-pair | "[" fill { type-pair fill } "]"! )!
struct type_pairs
    : sor<enclosed<Layout::list, one<'['>, fill, star<type_pair, fill>, need<closing_types>>, type_pair> {};
struct signature_types : seq<space, one<':'>, space, need<type_pairs>> {};
/// def = "def" { _ "--" flag-name } _! ( bare-word | string )! _! signature! [ signature-types ] _! block!
struct def_word : bare_word {};
struct def_name : seq<sor<double_quoted, single_quoted, backtick_quoted, def_word>, word_end> {};
struct def_gap : gap {};
struct def_block : block_point {};
struct def_statement : seq<keyword<TAO_PEGTL_STRING("def")>, star<gap, string<'-', '-'>, flag_name>,
                           need<keyword_gap, def_name, keyword_gap, signature>, opt<signature_types>,
                           need<def_gap, def_block>> {};

/// statement = binding | for | while | loop | break | continue | return | use | def | assignment | pipeline
struct statement
    : sor<binding, for_statement, while_statement, loop_statement, break_statement, continue_statement,
          return_statement, use_statement, def_statement, assignment, pipeline> {};
struct expected_statement : statement {};

// An error ends its statement, and reading goes on behind it.

/// statement-end = &( ";" | newline | "}" | ")" | "]" | end of text )
struct statement_end : at<sor<one<';', '\n', '}', ')', ']'>, eof>> {};
struct stray_closer : one<')', ']', '}'> {};
struct piped_statement : one<'|'> {};
struct late_operator : math_operator {};
/// whole-statement = statement! ~ statement-end!
struct whole_statement : seq<opt<refused<stray_closer>>, need<expected_statement>, space,
                             sor<refused<c_or, piped_statement, late_operator>, need<statement_end>>> {};
/// skipped-statement = { skipped | ")" | "]", but ";", newline, "}" }, in the place of a statement with an
/// error
struct skipped_statement : plus<not_at<one<';', '\n', '}'>>, sor<skipped, one<')', ']'>>> {};
/// guarded-statement = whole-statement | skipped-statement
struct guarded_statement : sor<try_catch<whole_statement>, skipped_statement> {};
/// doc-comment = comment
struct doc_comment : comment {};
/// separators = { blank-char | newline | ";" | doc-comment }
struct separators : star<sor<blank_char, newline, one<';'>, doc_comment>> {};
/// block-statements = separators { !"}" guarded-statement separators }
struct block_statements : seq<separators, star<not_at<sor<one<'}'>, eof>>, guarded_statement, separators>> {};
/// statements = separators { !( ")" | "]" | "}" ) whole-statement separators }
struct statements : seq<separators, star<not_at<sor<one<')', ']', '}'>, eof>>, whole_statement, separators>> {
};
/// stray-brace = "}" [ skipped-statement ]
struct stray_brace : seq<one<'}'>, opt<skipped_statement>> {};
/// script-statement = guarded-statement | stray-brace | { any }, where the text ends inside it
struct script_statement
    : sor<try_catch_type<CutShort, sor<guarded_statement, stray_brace>>, seq<any, until<eof>>> {};
/// script = [ byte-order-mark ] separators { script-statement separators }
struct script : seq<opt<utf8::bom>, separators, star<not_at<eof>, script_statement, separators>, eof> {};

}  // namespace nubpf::grammar
