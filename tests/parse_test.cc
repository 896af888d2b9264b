#include "transpiler/parse.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/golden_cases.h"
#include "tests/parse_samples.h"
#include "transpiler/literal.h"
#include "transpiler/render.h"

using namespace nubpf;

namespace {

ParseResult parsed(std::string_view text) {
  return parse({"test.nu", std::string(text), 0});
}

/// `KIND [begin,end) [begin,end)`, a label each.
std::string shown(const Diagnostic& diagnostic) {
  std::string text(info(diagnostic.kind).code.substr(std::string_view("nubpf::").size()));
  for (const Label& label : diagnostic.labels) {
    text += fmt::format(" [{},{})", label.span.begin, label.span.end);
  }
  return text;
}

std::vector<std::string> errors(std::string_view text) {
  std::vector<std::string> all;
  for (const Diagnostic& diagnostic : parsed(text).diagnostics) all.push_back(shown(diagnostic));
  return all;
}

/// The tree of a correct text, without the line for the script.
std::string tree(std::string_view text) {
  const ParseResult result = parsed(text);
  std::string out = syntax::to_string(result.script);
  out.erase(0, out.find('\n') + 1);
  for (const Diagnostic& diagnostic : result.diagnostics) {
    out += fmt::format("{}: {}\n", shown(diagnostic), diagnostic.message);
  }
  return out;
}

/// The one expression that a text consists of.
std::string value(std::string_view text) {
  std::string out = tree(text);
  out.erase(0, out.find('\n') + 1);
  for (std::size_t line = 0; line < out.size(); line = out.find('\n', line) + 1) out.erase(line, 4);
  return out;
}

using Errors = std::vector<std::string>;

/// Whatever the bytes: the result can be printed and rendered, and no span leaves the text.
void require_sound(const std::string& text) {
  const File file{"test.nu", text, 0};
  const ParseResult result = parse(file);
  static_cast<void>(syntax::to_string(result.script));
  for (const Diagnostic& diagnostic : result.diagnostics) {
    REQUIRE_FALSE(diagnostic.labels.empty());
    for (const Label& label : diagnostic.labels) {
      REQUIRE(label.span.begin <= label.span.end);
      REQUIRE(label.span.end <= text.size());
    }
    static_cast<void>(render(diagnostic, file, {}));
  }
}

}  // namespace

TEST_CASE("a call has its name, flags and arguments in order") {
  CHECK(tree("count $e.x --by comm -p --top=5 vfs_*") ==
        R"~(  Pipeline [0,37)
    Call count name=[0,5) [0,37)
      CellPath [6,10)
        Variable "e" [6,8)
        Member "x" [9,10)
      Flag --by [11,15)
      String bare "comm" [16,20)
      Flag -p [21,23)
      Flag --top [24,31)
        Int 5 [30,31)
      String bare "vfs_*" [32,37)
)~");
  CHECK(tree("^ls -l") ==
        R"~(  Pipeline [0,6)
    Call external ls name=[0,3) [0,6)
      Flag -l [4,6)
)~");
  CHECK(tree("`a b` 1") ==
        R"~(  Pipeline [0,7)
    Call external a b name=[0,5) [0,7)
      Int 1 [6,7)
)~");
}

TEST_CASE("a bare word runs to white space or a bracket") {
  CHECK(tree("a b:c/d*.e-f+g@h#i=j,k é 0x10:8:rw 5x ../a a..b - --") ==
        R"~(  Pipeline [0,53)
    Call a name=[0,1) [0,53)
      String bare "b:c/d*.e-f+g@h#i=j,k" [2,22)
      String bare "é" [23,25)
      String bare "0x10:8:rw" [26,35)
      String bare "5x" [36,38)
      String bare "../a" [39,43)
      String bare "a..b" [44,48)
      String bare "-" [49,50)
      String bare "--" [51,53)
)~");
}

TEST_CASE("statements end at line ends and semicolons, pipelines may go on behind a line end") {
  CHECK(tree("a;b\nc # not a | d\r\n\n  # note\n | e |\n\n f") ==
        R"~(  Pipeline [0,1)
    Call a name=[0,1) [0,1)
  Pipeline [2,3)
    Call b name=[2,3) [2,3)
  Pipeline [4,39)
    Call c name=[4,5) [4,5)
    Call e name=[32,33) [32,33)
    Call f name=[38,39) [38,39)
)~");
}

TEST_CASE("inside parentheses a line end is a blank") {
  CHECK(tree("(a\n  b # c\n  | d; e)") ==
        R"~(  Pipeline [0,20)
    Subexpression [0,20)
      body [0,20)
        Pipeline [1,16)
          Call a name=[1,2) [1,6)
            String bare "b" [5,6)
          Call d name=[15,16) [15,16)
        Pipeline [18,19)
          Call e name=[18,19) [18,19)
)~");
}

TEST_CASE("bindings and assignments take pipelines") {
  CHECK(tree("mut x: list<int> = timer stop | count") ==
        R"~(  Let mut "x" name=[4,5) type="list<int>" [0,37)
    Pipeline [19,37)
      Call timer name=[19,24) [19,29)
        String bare "stop" [25,29)
      Call count name=[32,37) [32,37)
)~");
  CHECK(tree("const $y = 3; let z = $y") ==
        R"~(  Let const "y" name=[7,8) [0,12)
    Pipeline [11,12)
      Int 3 [11,12)
  Let let "z" name=[18,19) [14,24)
    Pipeline [22,24)
      Variable "y" [22,24)
)~");
  CHECK(tree("$x.a ++= 3 | b") ==
        R"~(  Assign ++= op=[5,8) [0,14)
    CellPath [0,4)
      Variable "x" [0,2)
      Member "a" [3,4)
    Pipeline [9,14)
      Int 3 [9,10)
      Call b name=[13,14) [13,14)
)~");
}

TEST_CASE("an operator binds as in Nushell") {
  CHECK(tree("1 + 2 * 3 ** 2 ** 2 - 4") ==
        R"~(  Pipeline [0,23)
    Binary - op=[20,21) [0,23)
      Binary + op=[2,3) [0,19)
        Int 1 [0,1)
        Binary * op=[6,7) [4,19)
          Int 2 [4,5)
          Binary ** op=[10,12) [8,19)
            Int 3 [8,9)
            Binary ** op=[15,17) [13,19)
              Int 2 [13,14)
              Int 2 [18,19)
      Int 4 [22,23)
)~");
  CHECK(tree("not a == 1 and b < 2 or c in [1]") ==
        R"~(  Pipeline [0,32)
    Binary or op=[21,23) [0,32)
      Binary and op=[11,14) [0,20)
        Binary == op=[6,8) [0,10)
          Unary not [0,5)
            String bare "a" [4,5)
          Int 1 [9,10)
        Binary < op=[17,18) [15,20)
          String bare "b" [15,16)
          Int 2 [19,20)
      Binary in op=[26,28) [24,32)
        String bare "c" [24,25)
        List [29,32)
          Int 1 [30,31)
)~");
  CHECK(tree("$a bit-or $b bit-and 1 bit-shl 2 == 3") ==
        R"~(  Pipeline [0,37)
    Binary bit-or op=[3,9) [0,37)
      Variable "a" [0,2)
      Binary bit-and op=[13,20) [10,37)
        Variable "b" [10,12)
        Binary == op=[33,35) [21,37)
          Binary bit-shl op=[23,30) [21,32)
            Int 1 [21,22)
            Int 2 [31,32)
          Int 3 [36,37)
)~");
}

TEST_CASE("braces hold a record, a closure or a block, as Nushell decides") {
  CHECK(tree(R"~({a: 1, "b": $c d : {}})~") ==
        R"~(  Pipeline [0,22)
    Record [0,22)
      key:
        String bare "a" [1,2)
      value:
        Int 1 [4,5)
      key:
        String double_quoted "b" [7,10)
      value:
        Variable "c" [12,14)
      key:
        String bare "d" [15,16)
      value:
        Record [19,21)
)~");
  CHECK(tree("{ a b }") ==
        R"~(  Pipeline [0,7)
    Closure [0,7)
      body [0,7)
        Pipeline [2,5)
          Call a name=[2,3) [2,5)
            String bare "b" [4,5)
)~");
  CHECK(tree("{|e, $f: int| $e }") ==
        R"~(  Pipeline [0,18)
    Closure parameters [0,18)
      Parameter "e" [2,3)
      Parameter "f" [6,7)
      body [0,18)
        Pipeline [14,16)
          Variable "e" [14,16)
)~");
  CHECK(tree("{||}") ==
        R"~(  Pipeline [0,4)
    Closure parameters [0,4)
      body [0,4)
)~");
  CHECK(tree("emit {} {x}") ==
        R"~(  Pipeline [0,11)
    Call emit name=[0,4) [0,11)
      Closure [5,7)
        body [5,7)
      Closure [8,11)
        body [8,11)
          Pipeline [9,10)
            Call x name=[9,10) [9,10)
)~");
  CHECK(tree("if a { } else { b c }") ==
        R"~(  Pipeline [0,21)
    If [0,21)
      condition:
        String bare "a" [3,4)
      then [5,8)
      else [14,21)
        Pipeline [16,19)
          Call b name=[16,17) [16,19)
            String bare "c" [18,19)
)~");
}

TEST_CASE("ranges have any of their bounds, and steps") {
  CHECK(tree("..<5") ==
        R"~(  Pipeline [0,4)
    Range exclusive [0,4)
      to:
        Int 5 [3,4)
)~");
  CHECK(tree("$a.b..(1)") ==
        R"~(  Pipeline [0,9)
    Range inclusive [0,9)
      from:
        CellPath [0,4)
          Variable "a" [0,2)
          Member "b" [3,4)
      to:
        Subexpression [6,9)
          body [6,9)
            Pipeline [7,8)
              Int 1 [7,8)
)~");
  CHECK(tree("0..2..=-10") ==
        R"~(  Pipeline [0,10)
    Range inclusive [0,10)
      from:
        Int 0 [0,1)
      step:
        Int 2 [3,4)
      to:
        Int -10 [7,10)
)~");
  CHECK(tree("1..") ==
        R"~(  Pipeline [0,3)
    Range inclusive [0,3)
      from:
        Int 1 [0,1)
)~");
}

TEST_CASE("cell paths take names, strings, numbers and question marks") {
  CHECK(tree(R"~($e.args.0?."b c".d-e)~") ==
        R"~(  Pipeline [0,20)
    CellPath [0,20)
      Variable "e" [0,2)
      Member "args" [3,7)
      Member 0 optional [8,9)
      Member "b c" [11,16)
      Member "d-e" [17,20)
)~");
  CHECK(tree("(a).b") ==
        R"~(  Pipeline [0,5)
    CellPath [0,5)
      Subexpression [0,3)
        body [0,3)
          Pipeline [1,2)
            Call a name=[1,2) [1,2)
      Member "b" [4,5)
)~");
  CHECK(tree("{a: 1}.a") ==
        R"~(  Pipeline [0,8)
    CellPath [0,8)
      Record [0,6)
        key:
          String bare "a" [1,2)
        value:
          Int 1 [4,5)
      Member "a" [7,8)
)~");
}

TEST_CASE("interpolations hold text and expressions") {
  CHECK(tree(R"~($"a(1)\n\((b | c))d")~") ==
        R"~(  Pipeline [0,20)
    Interpolation [0,20)
      Text "a"
      Subexpression [3,6)
        body [3,6)
          Pipeline [4,5)
            Int 1 [4,5)
      Text "\n("
      Subexpression [10,17)
        body [10,17)
          Pipeline [11,16)
            Call b name=[11,12) [11,12)
            Call c name=[15,16) [15,16)
      Text ")d"
)~");
  CHECK(tree(R"~($'a\n(1)')~") ==
        R"~(  Pipeline [0,9)
    Interpolation [0,9)
      Text "a\\n"
      Subexpression [5,8)
        body [5,8)
          Pipeline [6,7)
            Int 1 [6,7)
)~");
}

TEST_CASE("a row condition takes bare words as columns") {
  CHECK(tree(R"~(where a.b > 3 and c =~ "d")~") ==
        R"~(  Pipeline [0,26)
    Call where name=[0,5) [0,26)
      Binary and op=[14,17) [6,26)
        Binary > op=[10,11) [6,13)
          String bare "a.b" [6,9)
          Int 3 [12,13)
        Binary =~ op=[20,22) [18,26)
          String bare "c" [18,19)
          String double_quoted "d" [23,26)
)~");
  CHECK(tree("where {|e| $e.a }") ==
        R"~(  Pipeline [0,17)
    Call where name=[0,5) [0,17)
      Closure parameters [6,17)
        Parameter "e" [8,9)
        body [6,17)
          Pipeline [11,15)
            CellPath [11,15)
              Variable "e" [11,13)
              Member "a" [14,15)
)~");
  CHECK(tree("where not $in.x") ==
        R"~(  Pipeline [0,15)
    Call where name=[0,5) [0,15)
      Unary not [6,15)
        CellPath [10,15)
          Variable "in" [10,13)
          Member "x" [14,15)
)~");
  CHECK(tree("where") ==
        R"~(  Pipeline [0,5)
    Call where name=[0,5) [0,5)
)~");
}

TEST_CASE("if has its branches inside each other") {
  CHECK(tree("if a == 1 { b } else if c { } else { d }") ==
        R"~(  Pipeline [0,40)
    If [0,40)
      condition:
        Binary == op=[5,7) [3,9)
          String bare "a" [3,4)
          Int 1 [8,9)
      then [10,15)
        Pipeline [12,13)
          Call b name=[12,13) [12,13)
      else:
        If [21,40)
          condition:
            String bare "c" [24,25)
          then [26,29)
          else [35,40)
            Pipeline [37,38)
              Call d name=[37,38) [37,38)
)~");
  CHECK(tree("let x = if a { 1 }\n# why\nelse { 2 }") ==
        R"~(  Let let "x" name=[4,5) [0,35)
    Pipeline [8,35)
      If [8,35)
        condition:
          String bare "a" [11,12)
        then [13,18)
          Pipeline [15,16)
            Int 1 [15,16)
        else [30,35)
          Pipeline [32,33)
            Int 2 [32,33)
)~");
}

TEST_CASE("match has arms of patterns, a guard and a body") {
  CHECK(tree(R"~(match $x { 1 | 2..3 if $y > 3 => { a }, _ => b, "c" => 5, d => return })~") ==
        R"~(  Pipeline [0,71)
    Match [0,71)
      subject:
        Variable "x" [6,8)
      Arm [11,38)
        Pattern [11,12)
          Int 1 [11,12)
        Pattern [15,19)
          Range inclusive [15,19)
            from:
              Int 2 [15,16)
            to:
              Int 3 [18,19)
        guard:
          Binary > op=[26,27) [23,29)
            Variable "y" [23,25)
            Int 3 [28,29)
        body [33,38)
          Pipeline [35,36)
            Call a name=[35,36) [35,36)
      Arm [40,46)
        Pattern _ [40,41)
        body [45,46)
          Pipeline [45,46)
            Call b name=[45,46) [45,46)
      Arm [48,56)
        Pattern [48,51)
          String double_quoted "c" [48,51)
        body [55,56)
          Pipeline [55,56)
            Int 5 [55,56)
      Arm [58,69)
        Pattern [58,59)
          String bare "d" [58,59)
        body [63,69)
          Return [63,69)
)~");
  CHECK(tree("match (a) {\n  [1, $b] => {c: 1} # d\n  null => { }\n}") ==
        R"~(  Pipeline [0,51)
    Match [0,51)
      subject:
        Subexpression [6,9)
          body [6,9)
            Pipeline [7,8)
              Call a name=[7,8) [7,8)
      Arm [14,31)
        Pattern [14,21)
          List [14,21)
            Int 1 [15,16)
            Variable "b" [18,20)
        body [25,31)
          Pipeline [25,31)
            Record [25,31)
              key:
                String bare "c" [26,27)
              value:
                Int 1 [29,30)
      Arm [38,49)
        Pattern [38,42)
          Null [38,42)
        body [46,49)
)~");
}

TEST_CASE("loops and jumps") {
  CHECK(tree("for i in 0..<4 { a }; while a { break }; loop { continue }; return; return (1)") ==
        R"~(  For "i" variable=[4,5) [0,20)
    range:
      Range exclusive [9,14)
        from:
          Int 0 [9,10)
        to:
          Int 4 [13,14)
    body [15,20)
      Pipeline [17,18)
        Call a name=[17,18) [17,18)
  While [22,39)
    condition:
      String bare "a" [28,29)
    body [30,39)
      Break [32,37)
  Loop [41,58)
    body [46,58)
      Continue [48,56)
  Return [60,66)
  Return [68,78)
    Pipeline [75,78)
      Subexpression [75,78)
        body [75,78)
          Pipeline [76,77)
            Int 1 [76,77)
)~");
}

TEST_CASE("definitions keep types, defaults and comments") {
  CHECK(tree("# no\n\n#  one\n  # two\nexport # three\n# a\n#b\ndef main [a?: int = 3, # the a\n --comm "
             "(-c): string = \"x\" --all -p ...rest]: nothing -> int { }") ==
        R"~(  Pipeline [21,27)
    Call export name=[21,27) [21,27)
  Def "main" name=[47,51) comment="a\nb" [43,138)
    Parameter "a" type="int" optional comment="the a" [53,54)
      default:
        Int 3 [63,64)
    Parameter "comm" short="c" type="string" flag [77,81)
      default:
        String double_quoted "x" [97,100)
    Parameter "all" flag [103,106)
    Parameter "" short="p" flag [108,109)
    Parameter "rest" rest [113,117)
    body [135,138)
)~");
}

TEST_CASE("modules are kept as words") {
  CHECK(tree(R"~(overlay use a --prefix; use "c d" [e f])~") ==
        R"~(  Use overlay "a" "--prefix" [0,22)
  Use "c d" "[e f]" [24,39)
)~");
}

TEST_CASE("numbers, durations and file sizes have their values") {
  CHECK(value("1_000") == "Int 1000 [0,5)\n");
  CHECK(value("+5") == "Int 5 [0,2)\n");
  CHECK(value("-9223372036854775808") == "Int -9223372036854775808 [0,20)\n");
  CHECK(value("0xffff_ffff_ffff_ffff") == "Int -1 [0,21)\n");
  CHECK(value("0o17") == "Int 15 [0,4)\n");
  CHECK(value("0b1_01") == "Int 5 [0,6)\n");
  CHECK(value("1.5ms") == "Duration 1500000ns [0,5)\n");
  CHECK(value("-.5sec") == "Duration -500000000ns [0,6)\n");
  CHECK(value("2\u00b5s") == "Duration 2000ns [0,4)\n");
  CHECK(value("2\u03bcs") == "Duration 2000ns [0,4)\n");
  CHECK(value("1e3us") == "Duration 1000000ns [0,5)\n");
  CHECK(value("1wk") == "Duration 604800000000000ns [0,3)\n");
  CHECK(value("4KiB") == "Filesize 4096b [0,4)\n");
  CHECK(value("1.5kb") == "Filesize 1500b [0,5)\n");
  CHECK(value("0b") == "Filesize 0b [0,2)\n");
  CHECK(value("1.5e-3") == "Float 1.5e-3 [0,6)\n");
  CHECK(value("1.") == "Float 1. [0,2)\n");
  CHECK(value("true") == "Bool true [0,4)\n");
  CHECK(value("null") == "Null [0,4)\n");
}

TEST_CASE("literals are exact up to the ends of their range") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  CHECK(integer_value("9223372036854775807") == kMax);
  CHECK(integer_value("9223372036854775808") == std::nullopt);
  CHECK(integer_value("0x1_0000_0000_0000_0000") == std::nullopt);
  CHECK(duration_value("9223372036854775807ns") == kMax);
  CHECK(duration_value("9223372036.854775807sec") == kMax);
  CHECK(duration_value("9223372036.854775808sec") == std::nullopt);
  CHECK(duration_value("-9223372036854775808ns") == kMin);
  CHECK(duration_value("1.9999999999sec") == 1'999'999'999);
  CHECK(duration_value("1e-400000sec") == 0);
  CHECK(duration_value("1e99999999999sec") == std::nullopt);
  CHECK(duration_value("0e99999999999sec") == 0);
  CHECK(filesize_value("7.99999eib") == 9'223'360'507'639'729'739);
  CHECK(filesize_value("8eib") == std::nullopt);
  CHECK(filesize_value("1" + std::string(1000, '0') + "b") == std::nullopt);
  CHECK(filesize_value("0." + std::string(1000, '9') + "kb") == 999);
}

TEST_CASE("strings have their escapes undone, and others are kept") {
  CHECK(value(R"~("\"\'\\\/\b\f\n\r\t\a\e\$\^\#\|\~\(\)\{\}\x41\u{e9}\u{1F600}")~") ==
        "String double_quoted \"\\\"'\\\\/\\u0008\\u000c\\n\\r\\t\\u0007\\u001b$^#|~(){}A\u00e9\U0001f600\" "
        "[0,61)\n");
  CHECK(value(R"~('a\n"b')~") == "String single_quoted \"a\\\\n\\\"b\" [0,7)\n");
  CHECK(value(R"~(r##'a'#"b'##)~") == "String raw \"a'#\\\"b\" [0,12)\n");
  CHECK(value("\"a\nb\"") == "String double_quoted \"a\\nb\" [0,5)\n");
  CHECK(tree("a `b c`") ==
        "  Pipeline [0,7)\n"
        "    Call a name=[0,1) [0,7)\n"
        "      String backtick \"b c\" [2,7)\n");
  CHECK(unescaped(R"~(\0)~") == std::string(1, '\0'));
}

TEST_CASE("correct programs have no errors") {
  for (const std::string_view program : kPrograms) {
    CAPTURE(program);
    CHECK(errors(program) == Errors{});
  }
}

TEST_CASE("golden cases are read without errors, but for those that are meant to have one") {
  for (const GoldenCase& golden : golden_cases()) {
    if (golden.should_fail) continue;
    CAPTURE(golden.area, golden.name);
    CHECK(errors(read_text(golden.folder / "in.nu")) == Errors{});
  }
}

TEST_CASE("each mistake is named at its bytes, with what was found and what is needed") {
  for (const MistakeSample& sample : kMistakes) {
    CAPTURE(sample.text);
    const ParseResult result = parsed(sample.text);
    REQUIRE(result.diagnostics.size() == 1);
    const Diagnostic& diagnostic = result.diagnostics.front();
    CHECK(diagnostic.message == sample.message);
    CHECK(diagnostic.help == sample.help);
    CHECK(info(diagnostic.kind).code == info(sample.kind).code);
    CHECK(diagnostic.labels.front().span == sample.span);
  }
}

TEST_CASE("a mistake in a block and at the end of the text is found too") {
  for (const MistakeSample& sample : kMistakes) {
    CAPTURE(sample.text);
    const std::string indented = "kprobe f {\n" + std::string(sample.text) + "\n}";
    const ParseResult result = parsed(indented);
    REQUIRE_FALSE(result.diagnostics.empty());
    CHECK(has_errors(result.diagnostics));
  }
}

TEST_CASE("what is not closed is shown with its opening") {
  CHECK(errors("kprobe f {\n  count --by [a\n}\n") == Errors{"unclosed [27,28) [24,25)"});
  CHECK(errors("kprobe f { g {") == Errors{"unclosed [14,14) [13,14)"});
  CHECK(errors("a \"b") == Errors{"unclosed [4,4) [2,3)"});
  CHECK(errors("a r#'b'") == Errors{"unclosed [7,7) [2,3)"});
  const auto label = parsed("(a").diagnostics.at(0).labels.at(1);
  CHECK(label.text == "opened here");
}

TEST_CASE("reading goes on behind an error in the same block") {
  const ParseResult result = parsed(
      "kprobe a { let x = ; count; 1 2\n  sum }\n"
      "kprobe b { count --by (1 }\n"
      "kprobe c { if { } }; kprobe d { count }\n"
      "let = 3\n"
      "let y = 4\n");
  Errors all;
  for (const Diagnostic& diagnostic : result.diagnostics) all.push_back(shown(diagnostic));
  CHECK(all == Errors{"syntax [19,20)", "syntax [30,31)", "unclosed [65,66) [62,63)", "syntax [81,82)",
                      "syntax [111,112)"});
  CHECK(syntax::to_string(result.script) ==
        R"~(Script [0,125)
  Pipeline [0,39)
    Call kprobe name=[0,6) [0,39)
      String bare "a" [7,8)
      Closure [9,39)
        body [9,39)
          Pipeline [21,26)
            Call count name=[21,26) [21,26)
          Pipeline [34,37)
            Call sum name=[34,37) [34,37)
  Pipeline [40,66)
    Call kprobe name=[40,46) [40,66)
      String bare "b" [47,48)
      Closure [49,66)
        body [49,66)
  Pipeline [67,86)
    Call kprobe name=[67,73) [67,86)
      String bare "c" [74,75)
      Closure [76,86)
        body [76,86)
  Pipeline [88,106)
    Call kprobe name=[88,94) [88,106)
      String bare "d" [95,96)
      Closure [97,106)
        body [97,106)
          Pipeline [99,104)
            Call count name=[99,104) [99,104)
  Let let "y" name=[119,120) [115,124)
    Pipeline [123,124)
      Int 4 [123,124)
)~");
}

TEST_CASE("a statement with a bad literal is left out, its neighbours stay") {
  const ParseResult result = parsed("a 1_; b { c 0x10000000000000000; d }; e");
  CHECK(result.diagnostics.size() == 2);
  CHECK(syntax::to_string(result.script) ==
        "Script [0,39)\n"
        "  Pipeline [6,36)\n"
        "    Call b name=[6,7) [6,36)\n"
        "      Closure [8,36)\n"
        "        body [8,36)\n"
        "          Pipeline [33,34)\n"
        "            Call d name=[33,34) [33,34)\n"
        "  Pipeline [38,39)\n"
        "    Call e name=[38,39) [38,39)\n");
}

TEST_CASE("errors end after a hundred, in order") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "let\n";
  const ParseResult result = parsed(text);
  REQUIRE(result.diagnostics.size() == 100);
  CHECK(result.diagnostics.back().labels.front().span == Span{399, 399});
}

TEST_CASE("nesting has a limit, and so has the height of an expression") {
  const auto nested = [](int depth, std::string_view open, std::string_view close) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += "1";
    for (int i = 0; i < depth; ++i) text += close;
    return errors(text);
  };
  CHECK(nested(kMaxNesting, "(", ")") == Errors{});
  CHECK(nested(kMaxNesting + 1, "(", ")") == Errors{"too_deep [64,65)"});
  CHECK(nested(kMaxNesting, "[", "]") == Errors{});
  CHECK(nested(kMaxNesting + 1, "[", "]") == Errors{"too_deep [64,65)"});
  CHECK(nested(kMaxNesting + 1, "{a: ", "}") == Errors{"too_deep [256,257)"});
  CHECK(nested(kMaxNesting + 1, "{|a| ", "}") == Errors{"too_deep [320,321)"});
  CHECK(nested(100, "$\"(", ")\"") == Errors{"too_deep [194,195)"});
  CHECK(nested(200, "1 + ", "") == Errors{});
  CHECK(nested(600, "1 + ", "") == Errors{"too_deep [0,2401)"});
  CHECK(nested(600, "not ", "") == Errors{"too_deep [0,2401)"});

  std::string branches = "if a { }";
  for (int i = 0; i < 200; ++i) branches += " else if a { }";
  CHECK(errors(branches) == Errors{});
  for (int i = 0; i < 200; ++i) branches += " else if a { }";
  CHECK(errors(branches) == Errors{"too_deep [0,5608)"});
}

TEST_CASE("much of anything does no harm") {
  const auto repeat = [](std::string_view piece, std::size_t size) {
    CAPTURE(piece);
    std::string text;
    while (text.size() < size) text += piece;
    require_sound(text);
  };
  for (const std::string_view piece : {"{", "(", "[", "{a:", "$\"(", "{("}) repeat(piece, 1'000'000);
  for (const std::string_view piece : {"not ",  "1 + ",   "(1 + ", "\"",  "'",         "`",
                                       "{|a| ", "if a {", "! ",    "[{(", "let x: a<", "match 1 { 1 => ",
                                       ") ",    "} ",     "r#'",   "@",   "1..(",      "{ a ",
                                       "a | ",  ";",      "\\",    "a\n", "1 ",        "{a: (",
                                       "a ) ",  "$a.b",   "{((",   "1_"}) {
    repeat(piece, 100'000);
  }
}

TEST_CASE("line ends, byte order marks and bytes that are no text") {
  CHECK(tree("\xef\xbb\xbf"
             "a\r\nb\r\n") ==
        "  Pipeline [3,4)\n"
        "    Call a name=[3,4) [3,4)\n"
        "  Pipeline [6,7)\n"
        "    Call b name=[6,7) [6,7)\n");
  CHECK(errors("a \"b\xff\"; c\xfe d; $\xfd; # \xff\ne") ==
        Errors{"bad_literal [2,6)", "bad_literal [8,10)", "bad_literal [14,16)"});
  CHECK(value(std::string_view("'\0'", 3)) == "String single_quoted \"\\u0000\" [0,3)\n");
  CHECK(errors("let x = \"\xc3\"") == Errors{"bad_literal [8,11)"});
  CHECK(errors("") == Errors{});
  CHECK(errors("# only a comment") == Errors{});
}

TEST_CASE("no beginning of a program breaks the parser") {
  for (const std::string_view program : kPrograms) {
    for (std::size_t size = 0; size <= program.size(); ++size)
      require_sound(std::string(program.substr(0, size)));
  }
}

TEST_CASE("no changed byte breaks the parser") {
  constexpr std::string_view kBytes("\0\xff\n{}()[]\"'`|;:,#$.\\=& 0a", 26);
  std::uint32_t random = 1;
  for (const std::string_view program : kPrograms) {
    for (std::size_t at = 0; at < program.size(); ++at) {
      random = random * 1664525 + 1013904223;
      std::string text(program);
      text[at] = kBytes[(random >> 16) % kBytes.size()];
      require_sound(text);
      text.erase(at, 1);
      require_sound(text);
    }
  }
}
