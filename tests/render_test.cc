#include "transpiler/render.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "transpiler/text.h"

namespace nubpf {
namespace {

const std::string kProgram = "tracepoint syscalls:sys_enter_openat { select pid filname }";
const std::string kTrace =
    "trace {\n"
    "\tkprobe vfs_read { timer start }\n"
    "  kretprobe vfs_read {\n"
    "    timer stop\n"
    "    | hist\n"
    "  }\n"
    "\n"
    "  end { 日本 }\n";

/// The first place of `word` in `text`.
Span at(const std::string& text, const std::string& word) {
  const auto begin = static_cast<std::uint32_t>(text.find(word));
  REQUIRE(begin < text.size());
  return {begin, begin + static_cast<std::uint32_t>(word.size())};
}

std::string draw(const Diagnostic& diagnostic, const std::string& text, int width = 120, bool color = false) {
  RenderOptions options;
  options.width = width;
  options.color = color;
  return "\n" + render(diagnostic, File{"-e", text, 0}, options);
}

Diagnostic unknown_field() {
  return {DiagnosticKind::unknown_field,
          "the event has no field `filname`",
          {{at(kProgram, "filname"), "not a field of `syscalls:sys_enter_openat`"}},
          "write `filename`",
          {}};
}

TEST_CASE("a diagnostic is a frame on the source", "[render]") {
  CHECK(draw(unknown_field(), kProgram) == R"(
error[nubpf::unknown_field]: the event has no field `filname`
  --> -e:1:51
   |
 1 | tracepoint syscalls:sys_enter_openat { select pid filname }
   |                                                   ^^^^^^^ not a field of `syscalls:sys_enter_openat`
   = help: write `filename`
)");
}

TEST_CASE("a text too long to stand beside its mark stands below it", "[render]") {
  CHECK(draw(unknown_field(), kProgram, 80) == R"(
error[nubpf::unknown_field]: the event has no field `filname`
  --> -e:1:51
   |
 1 | tracepoint syscalls:sys_enter_openat { select pid filname }
   |                                                   ^^^^^^^
   |                                  not a field of `syscalls:sys_enter_openat`
   = help: write `filename`
)");
}

TEST_CASE("several labels of a line are led to their texts", "[render]") {
  auto diagnostic = unknown_field();
  diagnostic.labels[0].text = "no such field";
  diagnostic.labels.push_back({at(kProgram, "syscalls:sys_enter_openat"), "the event"});
  diagnostic.labels.push_back({at(kProgram, "pid"), "this one is there"});
  CHECK(draw(diagnostic, kProgram, 80) == R"(
error[nubpf::unknown_field]: the event has no field `filname`
  --> -e:1:51
   |
 1 | tracepoint syscalls:sys_enter_openat { select pid filname }
   |            -------------------------          --- ^^^^^^^ no such field
   |            |                                  |
   |            |                                  this one is there
   |            the event
   = help: write `filename`
)");
}

TEST_CASE("labels at the same place each get their text", "[render]") {
  const std::string text = "count";
  CHECK(draw({DiagnosticKind::conflicting_map, "two", {{{0, 5}, "one"}, {{0, 5}, "other"}}, "", {}}, text) ==
        R"(
error[nubpf::conflicting_map]: two
  --> -e:1:1
   |
 1 | count
   | ^^^^^
   | |
   | one
   | other
)");
}

TEST_CASE("labels of several lines are drawn in the order of the lines", "[render]") {
  const auto end = static_cast<std::uint32_t>(kTrace.size());
  CHECK(draw({DiagnosticKind::unclosed,
              "`{` has no partner",
              {{{end, end}, "expected `}`"}, {at(kTrace, "{"), "opened here"}},
              "add `}`",
              {}},
             kTrace) == R"(
error[nubpf::unclosed]: `{` has no partner
  --> -e:9:1
   |
 1 | trace {
   |       - opened here
...
 9 |
   | ^ expected `}`
   = help: add `}`
)");
}

TEST_CASE("a single line between two labels is shown", "[render]") {
  CHECK(draw({DiagnosticKind::type_mismatch,
              "m",
              {{at(kTrace, "hist"), "here"}, {at(kTrace, "kretprobe"), "in this clause"}},
              "",
              {}},
             kTrace) == R"(
error[nubpf::type_mismatch]: m
  --> -e:5:7
   |
 3 |   kretprobe vfs_read {
   |   --------- in this clause
 4 |     timer stop
 5 |     | hist
   |       ^^^^ here
)");
}

TEST_CASE("a span over lines marks each of them, a long one its first and its last", "[render]") {
  CHECK(draw({DiagnosticKind::no_value, "m", {{at(kTrace, "timer stop\n    | hist"), "this"}}, "", {}},
             kTrace) == R"(
error[nubpf::no_value]: m
  --> -e:4:5
   |
 4 |     timer stop
   |     ^^^^^^^^^^
 5 |     | hist
   |     ^^^^^^ this
)");
  const Span clauses{at(kTrace, "vfs_read").begin, at(kTrace, "}\n\n").begin + 1};
  CHECK(draw({DiagnosticKind::no_value, "m", {{clauses, "these"}}, "", {}}, kTrace) == R"(
error[nubpf::no_value]: m
  --> -e:2:9
   |
 2 |     kprobe vfs_read { timer start }
   |            ^^^^^^^^^^^^^^^^^^^^^^^^
...
 6 |   }
   |   ^ these
)");
}

TEST_CASE("tabs and wide characters keep marks in place", "[render]") {
  CHECK(draw({DiagnosticKind::syntax, "m", {{at(kTrace, "本"), "wide"}}, "", {}}, kTrace) == R"(
error[nubpf::syntax]: m
  --> -e:8:10
   |
 8 |   end { 日本 }
   |           ^^ wide
)");
  CHECK(draw({DiagnosticKind::syntax, "m", {{{6, 8}, "tab"}}, "", {}}, "ab\tcd\tef") == R"(
error[nubpf::syntax]: m
  --> -e:1:7
   |
 1 | ab  cd  ef
   |         ^^ tab
)");
}

TEST_CASE("spans without characters still have a mark", "[render]") {
  CHECK(draw({DiagnosticKind::no_program, "m", {{{0, 0}, "nothing"}}, "", {}}, "") == R"(
error[nubpf::no_program]: m
  --> -e:1:1
   |
 1 |
   | ^ nothing
)");
  // Behind the end of the text, and the line end itself.
  CHECK(draw({DiagnosticKind::syntax, "m", {{{90, 99}, "x"}}, "", {}}, "ab") == R"(
error[nubpf::syntax]: m
  --> -e:1:3
   |
 1 | ab
   |   ^ x
)");
  CHECK(draw({DiagnosticKind::syntax, "m", {{{2, 4}, "x"}}, "", {}}, "ab\r\ncd") == R"(
error[nubpf::syntax]: m
  --> -e:1:3
   |
 1 | ab
   |   ^ x
)");
}

TEST_CASE("long lines are cut around the first label", "[render]") {
  const auto line = std::string(150, 'a') + " foo | bar " + std::string(150, 'b');
  CHECK(draw({DiagnosticKind::syntax, "m", {{at(line, "foo"), "this one"}}, "", {}}, line, 60) == R"(
error[nubpf::syntax]: m
  --> -e:1:152
   |
 1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa foo | bar bb…
   |                                           ^^^ this one
)");
  CHECK(draw({DiagnosticKind::syntax, "m", {{{0, 3}, "begin"}}, "", {}}, line, 40) == R"(
error[nubpf::syntax]: m
  --> -e:1:1
   |
 1 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
   | ^^^ begin
)");
  const auto end = static_cast<std::uint32_t>(line.size());
  CHECK(draw({DiagnosticKind::syntax, "m", {{{end, end}, "end"}}, "", {}}, line, 40) == R"(
error[nubpf::syntax]: m
  --> -e:1:312
   |
 1 | …bbbbbbbbbbbbbbbbbbbbbbbbbbbb
   |                              ^ end
)");
}

TEST_CASE("no line of a frame is wider than the terminal while its texts fit", "[render]") {
  const auto line = std::string(40, 'a') + "日本語日本語\x1b\t" + std::string(200, 'b');
  for (std::uint32_t begin = 0; begin < line.size(); begin += 3) {
    for (const int width : {30, 41, 80}) {
      const auto frame =
          draw({DiagnosticKind::syntax, "m", {{{begin, begin + 2}, "text"}}, "", {}}, line, width);
      std::size_t from = 0;
      while (from < frame.size()) {
        const auto to = frame.find('\n', from);
        CAPTURE(begin, width, frame);
        REQUIRE(display_width(frame.substr(from, to - from)) <= width);
        from = to + 1;
      }
      REQUIRE(frame.find('^') != std::string::npos);
      REQUIRE(frame.find("text") != std::string::npos);
    }
  }
}

TEST_CASE("notes and help stand below, also without source", "[render]") {
  CHECK(draw({DiagnosticKind::lost_events,
              "12 of 5012 rows did not arrive",
              {},
              "filter in the kernel with `where`",
              {"first\nsecond", "third"}},
             "") == R"(
warning[nubpf::lost_events]: 12 of 5012 rows did not arrive
  = note: first
          second
          third
  = help: filter in the kernel with `where`
)");
}

TEST_CASE("hostile source and texts are made visible", "[render]") {
  const std::string text = "x \x1b[31m\xff\u202e y";
  const auto frame = draw(
      {DiagnosticKind::syntax, "title \x1b]0;\n", {{at(text, "y"), "label\a"}}, "help\u009b", {"note\x7f"}},
      text);
  CHECK(frame == R"(
error[nubpf::syntax]: title \e]0;\n
  --> -e:1:11
   |
 1 | x \e[31m\xff\u{202e} y
   |                      ^ label\x07
   = note: note\x7f
   = help: help\u{9b}
)");
}

TEST_CASE("color paints severity, marks and frame", "[render]") {
  const auto frame = draw({DiagnosticKind::map_full, "m", {{{0, 2}, "x"}}, "h", {}}, "ab", 80, true);
  CHECK(frame ==
        "\n\x1b[1;33mwarning[nubpf::map_full]\x1b[0m\x1b[1m: m\x1b[0m\n"
        "  \x1b[1;34m-->\x1b[0m -e:1:1\n"
        "   \x1b[1;34m|\x1b[0m\n"
        " \x1b[1;34m1 |\x1b[0m ab\n"
        "   \x1b[1;34m|\x1b[0m \x1b[1;33m^^\x1b[0m \x1b[1;33mx\x1b[0m\n"
        "   \x1b[1;34m=\x1b[0m \x1b[36mhelp:\x1b[0m h\n");
}

TEST_CASE("line numbers of different length are aligned", "[render]") {
  std::string text;
  for (int i = 1; i <= 12; ++i) text += "line\n";
  CHECK(draw({DiagnosticKind::syntax, "m", {{{40, 44}, "a"}, {{50, 54}, "b"}}, "", {}}, text) == R"(
error[nubpf::syntax]: m
   --> -e:9:1
    |
  9 | line
    | ^^^^ a
 10 | line
 11 | line
    | ---- b
)");
}

TEST_CASE("the JSON form is one line with offsets in the user's script", "[render]") {
  RenderOptions options;
  options.format = ErrorFormat::json;
  auto diagnostic = unknown_field();
  diagnostic.notes = {"one", "two"};
  CHECK(render(diagnostic, File{"-e", kProgram, 1000}, options) ==
        R"({"code":"nubpf::unknown_field","severity":"error","message":"the event has no field `filname`",)"
        R"("help":"write `filename`","notes":["one","two"],"labels":[{"text":"not a field of )"
        R"(`syscalls:sys_enter_openat`","start":1050,"end":1057,"line":1,"column":51}],"file":"-e"})"
        "\n");
  CHECK(
      render({DiagnosticKind::lost_events, "m", {}, "", {}}, File{}, options) ==
      R"({"code":"nubpf::lost_events","severity":"warning","message":"m","help":null,"notes":[],"labels":[],"file":""})"
      "\n");
}

TEST_CASE("the JSON form is valid whatever the texts hold", "[render]") {
  RenderOptions options;
  options.format = ErrorFormat::json;
  const std::string text = "日本 \xff \"x\"\n\\ y";
  const auto json = render({DiagnosticKind::syntax,
                            "bad \xff\x1b\"\\\n",
                            {{at(text, "y"), "\xc3"}, {{500, 600}, "beyond"}},
                            "\u202e",
                            {"\x01"}},
                           File{"na\xffme", text, 0}, options);
  CHECK(std::count(json.begin(), json.end(), '\n') == 1);
  CHECK(visible(json.substr(0, json.size() - 1)) + "\n" == json);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  REQUIRE_FALSE(document.HasParseError());
  CHECK(std::string(document["message"].GetString()) == "bad \\xff\x1b\"\\\n");
  CHECK(std::string(document["help"].GetString()) == "\u202e");
  CHECK(document["labels"][0]["line"].GetInt() == 2);
  CHECK(document["labels"][0]["column"].GetInt() == 3);
  CHECK(document["labels"][1]["start"].GetInt() == 500);
}

}  // namespace
}  // namespace nubpf
