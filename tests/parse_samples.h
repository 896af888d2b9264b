#pragma once

#include <array>
#include <string_view>

#include "transpiler/diagnostic.h"
#include "transpiler/source.h"

namespace nubpf {

/// A text with one mistake and what is said of it.
struct MistakeSample {
  std::string_view text;
  DiagnosticKind kind;
  Span span;
  std::string_view message;
  std::string_view help;
};

// clang-format off
inline constexpr auto kMistakes = std::to_array<MistakeSample>({
    {"kprobe f { count", DiagnosticKind::unclosed, {16, 16}, "found the end of the text, a `}` is needed", "add `}`"},
    {"kprobe f { count --by [comm pid", DiagnosticKind::unclosed, {31, 31}, "found the end of the text, a list item or `]` is needed", "add `]`"},
    {"kprobe f { emit {a: 1", DiagnosticKind::unclosed, {21, 21}, "found the end of the text, a `key: value` pair or `}` is needed", "add `}`"},
    {"kprobe f { emit (1 + 2 }", DiagnosticKind::unclosed, {23, 24}, "found `}`, a `)` is needed", "add `)`"},
    {"kprobe f { emit (1 + 2", DiagnosticKind::unclosed, {22, 22}, "found the end of the text, a `)` is needed", "add `)`"},
    {"kprobe f { emit [1, 2) }", DiagnosticKind::unclosed, {21, 22}, "found `)`, a list item or `]` is needed", "add `]`"},
    {"kprobe f {|a b", DiagnosticKind::unclosed, {14, 14}, "found the end of the text, a parameter name or `|` is needed", "close the parameters: `{|e| … }`"},
    {"kprobe f {|a + b| count }", DiagnosticKind::syntax, {13, 14}, "found `+`, a parameter name or `|` is needed", "close the parameters: `{|e| … }`"},
    {"match $x { 1 => 2", DiagnosticKind::unclosed, {17, 17}, "found the end of the text, a pattern or `}` is needed", "add `}`"},
    {"match $x { 1 => 2 ) }", DiagnosticKind::unclosed, {18, 19}, "found `)`, a pattern or `}` is needed", "add `}`"},
    {R"~(print "abc)~", DiagnosticKind::unclosed, {10, 10}, R"~(found the end of the text, a closing `"` is needed)~", R"~(add `"` behind the text)~"},
    {"print 'abc", DiagnosticKind::unclosed, {10, 10}, "found the end of the text, a closing `'` is needed", "add `'` behind the text"},
    {"print `abc", DiagnosticKind::unclosed, {10, 10}, "found the end of the text, a closing backtick is needed", "add a backtick behind the text"},
    {R"~(print $"abc)~", DiagnosticKind::unclosed, {11, 11}, R"~(found the end of the text, a closing `"` is needed)~", R"~(add `"` behind the text)~"},
    {R"~(print $"abc (1 + 2")~", DiagnosticKind::syntax, {18, 19}, R"~(found `"`, a blank is needed before it)~", "put a blank between the two words"},
    {"print $'abc", DiagnosticKind::unclosed, {11, 11}, "found the end of the text, a closing `'` is needed", "add `'` behind the text"},
    {"print r##'abc'#", DiagnosticKind::unclosed, {15, 15}, "found the end of the text, a closing `'` with as many `#` as the opening one is needed", ""},
    {"count } | sum", DiagnosticKind::unclosed, {6, 7}, "found `}`, an opening partner is needed before it", "drop it"},
    {"count )", DiagnosticKind::unclosed, {6, 7}, "found `)`, an opening partner is needed before it", "drop it"},
    {"count ]", DiagnosticKind::unclosed, {6, 7}, "found `]`, an opening partner is needed before it", "drop it"},
    {"let x: list<int = 3", DiagnosticKind::syntax, {16, 17}, "found `=`, a type or `>` is needed", ""},
    {"def main [a {", DiagnosticKind::syntax, {12, 13}, "found `{`, a parameter or `]` is needed", ""},
    {"def main (a ] { }", DiagnosticKind::unclosed, {12, 13}, "found `]`, a parameter or `)` is needed", ""},
    {"def main []: [int -> int { }", DiagnosticKind::syntax, {25, 26}, "found `{`, a `]` is needed", ""},
    {"def main [--all (-a b] { }", DiagnosticKind::syntax, {19, 20}, "found ` `, a `)` behind the flag's letter is needed", ""},
    {"count(1)", DiagnosticKind::syntax, {0, 8}, "found `count(1)`, a command with its arguments behind blanks is needed", "write `count 1`"},
    {"frobnicate(1)", DiagnosticKind::syntax, {10, 11}, "found `(`, a blank is needed between a command and its argument", "put a blank before the `(`, or drop an empty `()`"},
    {"delete(@start[tid])", DiagnosticKind::syntax, {0, 19}, "found `delete(@start[tid])`, a command of nubpf is needed", "write `map delete start tid`"},
    {"@b[pid, comm] = lhist(args->ret, 0, 100, 10)", DiagnosticKind::bad_operator, {0, 13}, "found `@b[pid, comm]`, a command is needed", "write `lhist ret --min 0 --max 100 --step 10 --by [pid comm] --as b`"},
    {"@x[tid] += args.ret", DiagnosticKind::bad_operator, {0, 7}, "found `@x[tid]`, a command is needed", "write `sum ret --by tid --as x`"},
    {"emit $(date)", DiagnosticKind::syntax, {6, 7}, "found `(`, a variable name is needed behind `$`", "write the value itself, or `$NAME`"},
    {"emit a = 1", DiagnosticKind::bad_operator, {7, 8}, "found `=`, an argument is needed", "write `let a = …` for a new variable, `$a = …` for one made with `mut`"},
    {"where a -ge 1", DiagnosticKind::bad_operator, {8, 11}, "found `-ge`, Nushell's `>=` is needed", "write `>=`"},
    {"where a !=~ 1", DiagnosticKind::bad_operator, {8, 11}, "found `!=~`, Nushell's `!~` is needed", "write `!~`"},
    {"emit ~$x", DiagnosticKind::bad_operator, {5, 8}, "found `~$x`, Nushell's `bit-xor` is needed", "write `($x bit-xor -1)`"},
    {"n++", DiagnosticKind::bad_operator, {0, 3}, "found `n++`, Nushell's `+=` or `-=` is needed", "write `$n += 1`"},
    {"count &", DiagnosticKind::syntax, {6, 7}, "found `&`, an argument or the end of the statement is needed", "drop it; in Nushell, `job spawn { … }` runs a trace in the background"},
    {"=> count", DiagnosticKind::syntax, {0, 2}, "found `=>`, a statement is needed", "drop it: the statements follow the parameters"},
    {"count // all", DiagnosticKind::syntax, {6, 8}, "found `//`, a `#` is needed, which begins a comment", "write `# …` in each line of it"},
    {"kprobe:vfs_read { count }", DiagnosticKind::unknown_command, {0, 15}, "found `kprobe:vfs_read`, a clause command and its attach point are needed", "write `kprobe vfs_read { … }`"},
    {"kprobe f /args->x == 1 && uid == 0/ { count }", DiagnosticKind::syntax, {9, 35}, "found the predicate `/args->x == 1 && uid == 0/`, a `where` in the closure is needed", "write `{ where x == 1 and uid == 0 | … }`"},
    {"$e.x[0]", DiagnosticKind::syntax, {4, 7}, "found `[0]`, a cell path is needed", "write `.0`"},
    {"count{ }", DiagnosticKind::syntax, {5, 6}, "found `{`, a blank is needed before it", "put a blank between the two words"},
    {R"~("a""b")~", DiagnosticKind::syntax, {3, 4}, R"~(found `"`, a blank is needed before it)~", "put a blank between the two words"},
    {R"~("a"b)~", DiagnosticKind::syntax, {3, 4}, "found `b`, a blank is needed before it", "put a blank between the two words"},
    {"$e.x+1", DiagnosticKind::bad_operator, {4, 5}, "found `+`, blanks are needed on both sides of an operator", "write `$e.x + 1`"},
    {"$e->pid", DiagnosticKind::bad_operator, {2, 4}, "found `->`, Nushell's `.` is needed", "write `.`, also behind a pointer"},
    {"where args->ret > 0", DiagnosticKind::bad_operator, {10, 12}, "found `->`, Nushell's `.` is needed", "write `.`, also behind a pointer"},
    {"$n++", DiagnosticKind::bad_operator, {2, 4}, "found `++`, Nushell's `+=` or `-=` is needed", "write `$n += 1`"},
    {"mut n = 0; $n--", DiagnosticKind::bad_operator, {13, 15}, "found `--`, Nushell's `+=` or `-=` is needed", "write `$n -= 1`"},
    {"let", DiagnosticKind::syntax, {3, 3}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"if", DiagnosticKind::syntax, {2, 2}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"let x=3", DiagnosticKind::syntax, {5, 7}, "found `=3`, ` = ` and a value are needed behind the name", "put a blank before and behind the `=`"},
    {"let = 3", DiagnosticKind::syntax, {4, 5}, "found `=`, a variable name is needed", ""},
    {"let x 3", DiagnosticKind::syntax, {6, 7}, "found `3`, ` = ` and a value are needed behind the name", ""},
    {"let x: = 3", DiagnosticKind::syntax, {7, 8}, "found `=`, a type is needed", ""},
    {"let x =3", DiagnosticKind::syntax, {7, 8}, "found `3`, a blank and a value are needed behind `=`", ""},
    {"let x = ", DiagnosticKind::syntax, {8, 8}, "found the end of the text, a value is needed behind the assignment", ""},
    {"mut x = ;", DiagnosticKind::syntax, {8, 9}, "found `;`, a value is needed behind the assignment", ""},
    {"$n = ", DiagnosticKind::syntax, {5, 5}, "found the end of the text, a value is needed behind the assignment", ""},
    {"$n =3", DiagnosticKind::syntax, {4, 5}, "found `3`, a blank and a value are needed behind `=`", ""},
    {"$n //= 2", DiagnosticKind::bad_operator, {3, 6}, "found `//=`, an operator is needed", "write `$x = $x OPERATOR VALUE` as a statement of its own"},
    {"x = 3", DiagnosticKind::bad_operator, {2, 3}, "found `=`, an argument is needed", "write `let x = …` for a new variable, `$x = …` for one made with `mut`"},
    {"x += 3", DiagnosticKind::bad_operator, {2, 4}, "found `+=`, an argument is needed", "write `$x += …`, and `mut x = …` before it"},
    {"count = 5", DiagnosticKind::bad_operator, {6, 7}, "found `=`, an argument is needed", "write `let count = …` for a new variable, `$count = …` for one made with `mut`"},
    {"= 3", DiagnosticKind::syntax, {0, 1}, "found `=`, a command or an expression is needed", ""},
    {"if true and", DiagnosticKind::syntax, {11, 11}, "found the end of the text, a value is needed behind the operator", ""},
    {"if $x == 3 && $y { }", DiagnosticKind::bad_operator, {11, 13}, "found `&&`, Nushell's `and` is needed", "write `and`, or `;` between commands"},
    {"if $x || $y { }", DiagnosticKind::bad_operator, {6, 8}, "found `||`, Nushell's `or` is needed", "write `or`"},
    {"where a || b", DiagnosticKind::bad_operator, {8, 10}, "found `||`, Nushell's `or` is needed", "write `or`"},
    {"if !$x { }", DiagnosticKind::bad_operator, {3, 4}, "found `!`, Nushell's `not` is needed", "write `not` and a blank"},
    {"!$x", DiagnosticKind::bad_operator, {0, 1}, "found `!`, Nushell's `not` is needed", "write `not` and a blank"},
    {"if $x = 3 { }", DiagnosticKind::bad_operator, {6, 7}, "found `=`, a comparison is needed here", "write `==`"},
    {"if $x === 3 { }", DiagnosticKind::bad_operator, {6, 9}, "found `===`, Nushell's `==` or `!=` is needed", "write `==` or `!=`"},
    {"if $x !== 3 { }", DiagnosticKind::bad_operator, {6, 9}, "found `!==`, Nushell's `==` or `!=` is needed", "write `==` or `!=`"},
    {"if $x <> 3 { }", DiagnosticKind::bad_operator, {6, 8}, "found `<>`, Nushell's `!=` is needed", "write `!=`"},
    {"if $x << 3 { }", DiagnosticKind::bad_operator, {6, 8}, "found `<<`, Nushell's `bit-shl` is needed", "write `bit-shl`"},
    {"if $x >> 3 { }", DiagnosticKind::bad_operator, {6, 8}, "found `>>`, Nushell's `bit-shr` is needed", "write `bit-shr`"},
    {"if $x % 3 == 1 { }", DiagnosticKind::bad_operator, {6, 7}, "found `%`, Nushell's `mod` is needed", "write `mod`"},
    {"if $x & 3 { }", DiagnosticKind::bad_operator, {6, 7}, "found `&`, Nushell's `bit-and` is needed", "write `bit-and`, in parentheses beside a comparison: `($in.flags bit-and 4) != 0`"},
    {"if $x ^ 3 { }", DiagnosticKind::bad_operator, {6, 7}, "found `^`, Nushell's `bit-xor` is needed", "write `bit-xor`"},
    {"if $x not in [1] { }", DiagnosticKind::bad_operator, {6, 9}, "found `not`, an operator is needed", "write `not-in`, or put `not` before the whole comparison"},
    {"if $x -> y { }", DiagnosticKind::bad_operator, {6, 8}, "found `->`, Nushell's `.` is needed", "write `.`, also behind a pointer"},
    {"let y = $x == 1 ? 2 : 3", DiagnosticKind::bad_operator, {16, 17}, "found `?`, Nushell's `if` is needed", "write `if CONDITION { A } else { B }`"},
    {"if $x += 1 { }", DiagnosticKind::bad_operator, {6, 8}, "found `+=`, an operator is needed", "write `$x = $x OPERATOR VALUE` as a statement of its own"},
    {"1 +2", DiagnosticKind::bad_operator, {3, 4}, "found `2`, a blank is needed behind the operator", "put a blank before and behind the operator"},
    {"1 +", DiagnosticKind::syntax, {3, 3}, "found the end of the text, a value is needed behind the operator", ""},
    {"not", DiagnosticKind::syntax, {3, 3}, "found the end of the text, a value is needed behind `not`", ""},
    {"if not { }", DiagnosticKind::syntax, {7, 8}, "found `{`, a value is needed behind `not`", ""},
    {"where > 3", DiagnosticKind::syntax, {6, 7}, "found `>`, a condition is needed behind `where`", ""},
    {"where a==1", DiagnosticKind::bad_operator, {6, 10}, "found the word `a==1`, blanks are needed on both sides of an operator", "write `a == 1`"},
    {"where a!=1 and b", DiagnosticKind::bad_operator, {6, 10}, "found the word `a!=1`, blanks are needed on both sides of an operator", "write `a != 1`"},
    {"where a&&b==1", DiagnosticKind::bad_operator, {6, 13}, "found the word `a&&b==1`, blanks are needed on both sides of an operator", "write `a and b==1`"},
    {"@count = 3", DiagnosticKind::bad_operator, {0, 6}, "found `@count`, a command is needed", "write `map set count 3`"},
    {"@count[$e.pid] = 3", DiagnosticKind::bad_operator, {0, 14}, "found `@count[$e.pid]`, a command is needed", "write `map set count $e.pid 3`"},
    {"if @a { }", DiagnosticKind::bad_operator, {3, 5}, "found `@a`, a command is needed", "write `(map get a)`"},
    {"0 - -$x", DiagnosticKind::bad_operator, {4, 7}, "found `-$x`, a subtraction is needed", "write `(0 - $x)`"},
    {"-$x", DiagnosticKind::bad_operator, {0, 3}, "found `-$x`, a subtraction is needed", "write `(0 - $x)`"},
    {"-(1)", DiagnosticKind::bad_operator, {0, 1}, "found `-`, a subtraction is needed", "write `0 - $x`"},
    {"emit -$x", DiagnosticKind::bad_operator, {5, 8}, "found `-$x`, a subtraction is needed", "write `(0 - $x)`"},
    {"- 3", DiagnosticKind::syntax, {0, 1}, "found `-`, a command or an expression is needed", ""},
    {"print o> file", DiagnosticKind::syntax, {6, 8}, "found `o>`, an argument is needed, nothing can be redirected in a program", "write it behind the closure: `{ … } | save FILE`"},
    {"print a err>> file", DiagnosticKind::syntax, {8, 13}, "found `err>>`, an argument is needed, nothing can be redirected in a program", "write it behind the closure: `{ … } | save FILE`"},
    {"count && sum", DiagnosticKind::bad_operator, {6, 8}, "found `&&`, Nushell's `and` is needed", "write `and`, or `;` between commands"},
    {R"~(print "\q")~", DiagnosticKind::bad_literal, {7, 9}, R"~(found `\q`, an escape such as `\n`, `\"` or `\u{e9}` is needed)~", R"~(write `\\` for a backslash, or use single quotes)~"},
    {R"~(print "\xg")~", DiagnosticKind::bad_literal, {7, 9}, R"~(found `\x`, an escape such as `\n`, `\"` or `\u{e9}` is needed)~", R"~(write `\\` for a backslash, or use single quotes)~"},
    {R"~(print "\u{110000}")~", DiagnosticKind::bad_literal, {6, 18}, R"~(found a `\u{…}` that is no Unicode character, a code up to `10ffff` and outside `d800` to `dfff` is needed)~", ""},
    {R"~(print "\xff")~", DiagnosticKind::bad_literal, {6, 12}, "found escapes that make bytes that are not UTF-8, text in UTF-8 is needed", R"~(write `\u{e9}` for a character)~"},
    {R"~(print $"\u{d800}(1)")~", DiagnosticKind::bad_literal, {8, 16}, R"~(found a `\u{…}` that is no Unicode character, a code up to `10ffff` and outside `d800` to `dfff` is needed)~", ""},
    {"let x = 0xzz", DiagnosticKind::bad_literal, {8, 12}, "found `0xzz`, a hexadecimal, octal or binary number is needed behind such a prefix", "put quotation marks around it if it is a word"},
    {"let x = 0b102", DiagnosticKind::bad_literal, {8, 13}, "found `0b102`, a hexadecimal, octal or binary number is needed behind such a prefix", "put quotation marks around it if it is a word"},
    {"let x = 1_000_", DiagnosticKind::bad_literal, {8, 14}, "found `1_000_`, a digit behind each `_` is needed", "drop the last `_`"},
    {"let x = 9223372036854775808", DiagnosticKind::bad_literal, {8, 27}, "found `9223372036854775808`, a smaller integer is needed: 64 bits with a sign hold it", ""},
    {"let x = 300000wk", DiagnosticKind::bad_literal, {8, 16}, "found `300000wk`, a smaller duration is needed: 64 bits with a sign hold it", ""},
    {"let x = 10eb", DiagnosticKind::bad_literal, {8, 12}, "found `10eb`, a smaller file size is needed: 64 bits with a sign hold it", ""},
    {"let x = 0x1ffffffffffffffff", DiagnosticKind::bad_literal, {8, 27}, "found `0x1ffffffffffffffff`, a smaller integer is needed: 64 bits with a sign hold it", ""},
    {"let x = $e.99999999999999999999", DiagnosticKind::bad_literal, {11, 31}, "found `99999999999999999999`, a smaller index is needed: 64 bits with a sign hold it", ""},
    {"$", DiagnosticKind::syntax, {1, 1}, "found the end of the text, a variable name is needed behind `$`", ""},
    {"$1", DiagnosticKind::syntax, {1, 2}, "found `1`, a parameter with a name is needed behind `$`", "write `def main [pid: int] { … }` around the program, and `$pid` in it"},
    {"$e.", DiagnosticKind::syntax, {3, 3}, "found the end of the text, a field name is needed behind `.`", "write `(map get NAME KEY)` for what a map keeps"},
    {"$e.(1)", DiagnosticKind::syntax, {3, 4}, "found `(`, a field name is needed behind `.`", "write `(map get NAME KEY)` for what a map keeps"},
    {"[...$x]", DiagnosticKind::syntax, {1, 2}, "found `.`, a single value is needed, nubpf does not spread lists or records", "write the items out"},
    {"emit {...$x}", DiagnosticKind::syntax, {6, 7}, "found `.`, a single value is needed, nubpf does not spread lists or records", "write the items out"},
    {"[[a b]; [1 2]]", DiagnosticKind::syntax, {6, 7}, "found `;`, a list item or `]` is needed, nubpf reads no tables", "write a list of records"},
    {"emit {a: 1 + 2}", DiagnosticKind::syntax, {13, 14}, "found `2`, a `:` behind the key is needed", "put parentheses around a value of several words"},
    {"emit {a: }", DiagnosticKind::syntax, {9, 10}, "found `}`, a value is needed behind the key", ""},
    {"emit {a: b:c}", DiagnosticKind::syntax, {10, 11}, "found `:`, a word without `:` is needed in a record", "put the value in quotation marks"},
    {"emit {a:1 b}", DiagnosticKind::syntax, {11, 12}, "found `}`, a `:` behind the key is needed", "put parentheses around a value of several words"},
    {"if true", DiagnosticKind::syntax, {7, 7}, "found the end of the text, an operator or a block in braces is needed", "put parentheses around a command: `if (map has start $e.tid) { … }`"},
    {"if true {|x| 1 }", DiagnosticKind::syntax, {9, 10}, "found `|`, a statement is needed, a block has no parameters", "drop the `| … |`"},
    {"if true { a: 1 }", DiagnosticKind::syntax, {8, 9}, "found `{`, a block of statements is needed, and these braces hold a record", "put braces around the record: `{ {key: value} }`"},
    {"if true { } else 3", DiagnosticKind::syntax, {17, 18}, "found `3`, a block in braces or `if` is needed behind `else`", ""},
    {"if true { } else{ }", DiagnosticKind::syntax, {16, 17}, "found `{`, a block in braces or `if` is needed behind `else`", ""},
    {"if true { } 3", DiagnosticKind::syntax, {12, 13}, "found `3`, an operator, `|` or the end of the statement is needed", "put `;` between two statements, `|` between two stages"},
    {"match", DiagnosticKind::syntax, {5, 5}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"match { 1 => 2 }", DiagnosticKind::syntax, {6, 7}, "found `{`, a value is needed behind `match`", ""},
    {"match 3", DiagnosticKind::syntax, {7, 7}, "found the end of the text, the arms in braces are needed", "put parentheses around a value of several words: `match ($a + 1) { … }`"},
    {"match 3 + 4 { 1 => 2 }", DiagnosticKind::syntax, {8, 9}, "found `+`, the arms in braces are needed", "put parentheses around a value of several words: `match ($a + 1) { … }`"},
    {"match 3 { 1 | => 2 }", DiagnosticKind::syntax, {14, 16}, "found `=>`, a pattern is needed behind `|`", ""},
    {"match 3 { 1 2 }", DiagnosticKind::syntax, {12, 13}, "found `2`, `=>` with blanks on both sides is needed behind the pattern", "write `PATTERN => VALUE`, with braces around a body of several words"},
    {"match 3 { 1 => }", DiagnosticKind::syntax, {15, 16}, "found `}`, a value or a block in braces is needed behind `=>`", ""},
    {"match 3 { => 2 }", DiagnosticKind::syntax, {10, 12}, "found `=>`, a pattern or `}` is needed", "add `}`"},
    {"match 3 { 1 => 2 + 3 }", DiagnosticKind::syntax, {19, 20}, "found `3`, `=>` with blanks on both sides is needed behind the pattern", "write `PATTERN => VALUE`, with braces around a body of several words"},
    {"match 3 { 1 if => 2 }", DiagnosticKind::syntax, {18, 19}, "found `2`, `=>` with blanks on both sides is needed behind the pattern", "write `PATTERN => VALUE`, with braces around a body of several words"},
    {"while", DiagnosticKind::syntax, {5, 5}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"while true", DiagnosticKind::syntax, {10, 10}, "found the end of the text, an operator or a block in braces is needed", "put parentheses around a command: `if (map has start $e.tid) { … }`"},
    {"loop", DiagnosticKind::syntax, {4, 4}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"loop 3", DiagnosticKind::syntax, {5, 6}, "found `3`, a block in braces is needed", ""},
    {"for", DiagnosticKind::syntax, {3, 3}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"for in [1]", DiagnosticKind::syntax, {7, 8}, "found `[`, `in` is needed behind the variable", ""},
    {"for 3 in [1] { }", DiagnosticKind::syntax, {4, 5}, "found `3`, a variable name is needed behind `for`", "write `for i in 0..<10 { … }`"},
    {"for x of [1] { }", DiagnosticKind::syntax, {6, 8}, "found `of`, `in` is needed behind the variable", ""},
    {"for x in ", DiagnosticKind::syntax, {9, 9}, "found the end of the text, a range or a list is needed behind `in`", ""},
    {"for x in [1]", DiagnosticKind::syntax, {12, 12}, "found the end of the text, a block in braces is needed", ""},
    {"for x in 1 + 2 { }", DiagnosticKind::syntax, {11, 12}, "found `+`, a block in braces is needed", ""},
    {"for x in [1] { } | count", DiagnosticKind::syntax, {17, 18}, "found `|`, the end of the statement is needed, it has no value to pass on", ""},
    {"break | count", DiagnosticKind::syntax, {6, 7}, "found `|`, the end of the statement is needed, it has no value to pass on", ""},
    {"return 1 + 2", DiagnosticKind::syntax, {9, 10}, "found `+`, the end of the statement is needed", "put parentheses around the whole expression"},
    {"return 1 2", DiagnosticKind::syntax, {9, 10}, "found `2`, an operator, `|` or the end of the statement is needed", "put `;` between two statements, `|` between two stages"},
    {"use", DiagnosticKind::syntax, {3, 3}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"use | count", DiagnosticKind::syntax, {4, 5}, "found `|`, a module name is needed behind `use`", ""},
    {"overlay use", DiagnosticKind::syntax, {11, 11}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"def", DiagnosticKind::syntax, {3, 3}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"def main", DiagnosticKind::syntax, {8, 8}, "found the end of the text, a blank and the rest of the statement are needed behind the keyword", ""},
    {"def main[] { }", DiagnosticKind::syntax, {8, 9}, "found `[`, a cell path or a blank is needed", "write `.0` for the first item, or put a blank before a list"},
    {"def main { }", DiagnosticKind::syntax, {9, 10}, "found `{`, parameters in brackets are needed", "write `[]` for none"},
    {"def main []", DiagnosticKind::syntax, {11, 11}, "found the end of the text, a blank and a block in braces are needed behind the parameters", ""},
    {"def main []{ }", DiagnosticKind::syntax, {11, 12}, "found `{`, a blank and a block in braces are needed behind the parameters", ""},
    {"def main [] 3", DiagnosticKind::syntax, {12, 13}, "found `3`, a block in braces is needed behind the parameters", ""},
    {"def main [--] { }", DiagnosticKind::syntax, {12, 13}, "found `]`, a flag name is needed behind `--`", ""},
    {"def main [...] { }", DiagnosticKind::syntax, {13, 14}, "found `]`, a parameter name is needed", ""},
    {"def main [a-b] { }", DiagnosticKind::syntax, {11, 13}, "found `-b`, a blank or `,` is needed between parameters", ""},
    {"def main [a: ] { }", DiagnosticKind::syntax, {13, 14}, "found `]`, a type is needed", ""},
    {"def main [a = ] { }", DiagnosticKind::syntax, {14, 15}, "found `]`, a value is needed behind `=`", ""},
    {"def main [a? b] { }", DiagnosticKind::syntax, {13, 14}, "found the required parameter `b` behind an optional one, an optional one is needed here", "write `b?`, or move it to the front"},
    {"def main []: int { }", DiagnosticKind::syntax, {17, 18}, "found `{`, `->` and the type of the output are needed", ""},
    {"def main []: { }", DiagnosticKind::syntax, {13, 14}, "found `{`, types such as `nothing -> table` are needed behind `:`", ""},
    {"def main [a,,b] { }", DiagnosticKind::syntax, {12, 13}, "found `,`, a parameter or `]` is needed", ""},
    {"count |", DiagnosticKind::syntax, {7, 7}, "found the end of the text, a command or an expression is needed behind `|`", ""},
    {"count | | sum", DiagnosticKind::syntax, {8, 9}, "found `|`, a command or an expression is needed behind `|`", ""},
    {"| count", DiagnosticKind::syntax, {0, 1}, "found `|`, a command or an expression is needed", ""},
    {"count | )", DiagnosticKind::syntax, {8, 9}, "found `)`, a command or an expression is needed behind `|`", ""},
    {"count --by= x", DiagnosticKind::syntax, {11, 12}, "found ` `, a value is needed behind `=`", ""},
    {"^", DiagnosticKind::syntax, {1, 1}, "found the end of the text, a command name is needed behind `^`", ""},
    {R"~(count --x"y")~", DiagnosticKind::syntax, {9, 10}, R"~(found `"`, a blank is needed before it)~", "put a blank between the two words"},
    {"1 2", DiagnosticKind::syntax, {2, 3}, "found `2`, an operator, `|` or the end of the statement is needed", "put `;` between two statements, `|` between two stages"},
    {"$x y", DiagnosticKind::syntax, {3, 4}, "found `y`, an operator, `|` or the end of the statement is needed", "put `;` between two statements, `|` between two stages"},
    {R"~("a" b)~", DiagnosticKind::syntax, {4, 5}, "found `b`, an operator, `|` or the end of the statement is needed", "put `;` between two statements, `|` between two stages"},
    {"kprobe f { count --by comm ] }", DiagnosticKind::unclosed, {27, 28}, "found `]`, an opening partner is needed before it", "drop it"},
    {"if { }", DiagnosticKind::syntax, {3, 4}, "found `{`, a condition is needed", ""},
    {"def [a] { }", DiagnosticKind::syntax, {4, 5}, "found `[`, a command name is needed behind `def`", ""},
    {R"~(1 2 # } ( ")~", DiagnosticKind::syntax, {2, 3}, "found `2`, an operator, `|` or the end of the statement is needed", "put `;` between two statements, `|` between two stages"},
});
// clang-format on

/// Correct programs that hold every construct of the grammar between them.
inline constexpr auto kPrograms = std::to_array<std::string_view>({
    R"~(kprobe vfs_read { count --by comm } --for 5sec
tracepoint syscalls:sys_enter_openat { select pid comm filename } | first 10
tracepoint syscalls:sys_exit_read { where ret > 0 | sum ret --by comm }
profile --hz 99 { count --by kstack } --for=10sec -p 3)~",
    R"~(# A program with everything around it.
overlay use nubpf --prefix
use std/assert; use nubpf [a b]
let big: filesize = 4kb
const rate = 1.5ms; mut total: list<record<a: int, b: string>> = []
# Counts reads.
#   Slowly.
def --env main [
  pid?: int  # the process
  $who: string@users = "x", --comm (-c): string = 'bash' # its name
  --all, -x: int = -3
  ...$rest: list<string>
]: nothing -> table<a: int> {
  trace { kprobe vfs_read { count } } --command "sleep 1"
}
def "two words" (a = [1 2], b = {c: 1}) : [int -> int, string -> list<int>] { return }
def 'three words' [] { }; def `four words` [] { })~",
    R"~(kprobe [vfs_read, "vfs_write"] {|e, $f: record<pid: int>, g?|
  if $e.pid == 3 and not ($e.comm starts-with "sys") or $e.x? in [1 2] xor false { count }
  else if not not $f.a."b c".'d'.`e`.0 != null { break } else { continue }
  for i in 0..<4 { emit {i: $i} }; for $j: int in [1 2] { }
  while $e.a bit-and 0xff != 0b10 { loop { return 5 } }
  mut n = {b: 0}
  $n.b += 1; $n.b -= 0o17; $n.b *= +2; $n.b /= 1_000; $n ++= [3]; $n.b = 1 | count
  match $e.mode { 0 | 1 => { count }, 1..3 if $e.a > 3 => $e.b, "x" => count, _ => {a: 1}
    [a, $b] => break, {c: $d} => continue # no comma
    -5 => return, f => (1) }
})~",
    R"~(print $"a ($in.b | $in + 1) \u{e9} \x41" $'c (1)d' r#'raw "' text'# `back tick`
5sec | count; -1.5day + 3wk - .5hr * 2min / 1us // 4ns mod 3ms ** 2µs ++ 1μs
4kB + 1.5MiB - 2e3gib < 3b <= 1TB > 2pib >= 3eb
1.5 + 1e5 + .5e-3 == 1.; true; null; not true; not (1 == 2)
"a" =~ "b" and 'a' !~ "b" or "a" like b and "a" not-like b
$in.a not-in [] or $in has 1 and $in.a not-has 2 or $in.a starts-with x and $in.a not-starts-with x
$in ends-with x or $in not-ends-with x
1 bit-or 2 bit-xor 3 bit-shl 4 bit-shr 5
1 + if true { 1 } else { 2 } * match 3 { _ => 1 }
..5; 1..; 1..3; 0..2..10; ..<5; 0..=5; $in..$in; (1)..(3); $in.b..; 1..-3; 1.5..3
{}; {($in.a ++ (b c) ++ ")"): 1}; {||}; {|| count}; { count }; {"a b": 1, 'c': 2, `d`: 3, $in: 4, (f): 5, $"g(1)": 6, h: {i: 1}}.h.i
[a, {b: 1} {|x| 1} {} (2) [3].0 $"c" 'd' -1]; ([]).0; (let x = 3; $x
  | count); (
  # comment
  1 +
  2
)
$in.a | where a.b > 3 and not c | where {|e| true } | where
where | count; let é = 1
^ls -l; ^"ls"; ^'ls' a; `l s` b
count --by {} --x={a: 1} --y=$in.z -a -- - --5 a=b a,b a#b ~/x *.c {|e| $e}
echo a # comment
# comment

  | count |

# comment
  sum)~",
});

}  // namespace nubpf
