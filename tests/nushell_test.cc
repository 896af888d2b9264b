// What the Nushell module asks of the tool: programs put together of pieces, and the places of errors in
// them.

#include "adapter/tool/nushell.h"

#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "adapter/nuon.h"
#include "adapter/tool/nushell_captures.h"
#include "adapter/tool/nushell_completion.h"
#include "adapter/tool/nushell_source.h"
#include "tests/golden_cases.h"
#include "transpiler/nushell_module.h"

namespace nubpf::tool {
namespace {

std::string nuon(const Value& value) {
  std::string text;
  append_nuon(text, value);
  return text;
}

/// As Nushell 0.115 prints a closure.
constexpr std::string_view kNewDebug = R"(Closure {
    val: Closure {
        block_id: BlockId(356),
        captures: {
            VarId(93): Int {
                val: -7,
                internal_span: Span[149232..149234],
            },
            VarId(90): String {
                val: "a\"b\\ \n\u{1b}é",
                internal_span: Span[10..14],
            },
            VarId(91): List {
                vals: [
                    Duration {
                        val: 3000000000,
                        internal_span: Span[1..2],
                    },
                    Duration {
                        val: 5,
                        internal_span: Span[3..4],
                    },
                ],
                signals: None,
                internal_span: Span[20..22],
            },
            VarId(89): Filesize {
                val: Filesize(
                    4000,
                ),
                internal_span: Span[30..35],
            },
            VarId(85): Nothing {
                internal_span: Span[70..73],
            },
            VarId(88): Bool {
                val: true,
                internal_span: Span[40..43],
            },
            VarId(87): Date {
                val: 2026-11-25T20:50:43.123456789+00:00,
                internal_span: Span[50..53],
            },
            VarId(86): Record {
                val: SharedCow(
                    Record {
                        inner: [
                            (
                                "a: }b",
                                Int {
                                    val: 1,
                                    internal_span: Span[5..6],
                                },
                            ),
                        ],
                    },
                ),
                internal_span: Span[60..63],
            },
        },
    },
    internal_span: Span[149455..149463],
})";

/// As Nushell 0.108 does.
constexpr std::string_view kOldDebug = R"(Closure {
    val: Closure {
        block_id: BlockId(368),
        captures: [
            (
                VarId(103),
                Int {
                    val: 7,
                    internal_span: Span {
                        start: 135821,
                        end: 135823,
                    },
                },
            ),
        ],
    },
    internal_span: Span {
        start: 135887,
        end: 135895,
    },
})";

TEST_CASE("captured values are read from both notations of Nushell") {
  const auto captures = read_captures(kNewDebug);
  REQUIRE(captures);
  REQUIRE(captures->size() == 8);
  CHECK((*captures)[0].use == NushellSpan{149232, 149234});
  CHECK((*captures)[0].value == Value{std::int64_t{-7}});
  CHECK((*captures)[1].value == Value{std::string("a\"b\\ \n\x1b\xc3\xa9")});
  CHECK(nuon(*(*captures)[2].value) == "[3sec, 5ns]");
  CHECK((*captures)[2].use == NushellSpan{20, 22});
  CHECK((*captures)[3].value == Value{Filesize{4000}});
  CHECK((*captures)[4].value == Value{Null{}});
  CHECK((*captures)[5].value == Value{true});
  CHECK((*captures)[6].type == "Date");
  CHECK_FALSE((*captures)[6].value);
  CHECK((*captures)[7].type == "Record");
  CHECK_FALSE((*captures)[7].value);
  CHECK((*captures)[7].use == NushellSpan{60, 63});

  const auto old = read_captures(kOldDebug);
  REQUIRE(old);
  REQUIRE(old->size() == 1);
  CHECK(old->front().use == NushellSpan{135821, 135823});
  CHECK(old->front().value == Value{std::int64_t{7}});
}

TEST_CASE("what is no closure is refused, however it ends") {
  for (const std::string_view text :
       {"", "Closure", "Int { val: 1 }", "Closure { val: Closure { captures: 1"})
    CHECK_FALSE(read_captures(text));
  // every beginning of a right one
  for (std::size_t size = 0; size < kOldDebug.size(); ++size)
    CHECK_FALSE(read_captures(kOldDebug.substr(0, size)));
  std::string deep(100'000, '[');
  CHECK_FALSE(read_captures(deep));
}

NushellCall call() {
  NushellCall call;
  call.module = nushell_module_id();
  call.command = "tracepoint";
  call.target = {"\"a:b\"", "a:b", {111, 114}};
  call.closure = {
      "{|e| $min }", "{|e| $min }", {115, 126}, std::string(kOldDebug), {{{135821, 135823}, "$min"}}};
  call.flags = {{"for", "5sec", {127, 137}}, {"unsafe", "true", {138, 146}}};
  return call;
}

TEST_CASE("a call becomes a program whose places are the script's") {
  const auto assembled = assemble(call());
  CHECK(assembled.diagnostics.empty());
  const auto& source = assembled.source;
  CHECK(source.file.text == "let min = 7\ntracepoint a:b {|e| $min } --for 5sec --unsafe");
  const auto place = [&](std::string_view text) {
    const auto begin = static_cast<std::uint32_t>(source.file.text.find(text));
    return script_span(source, {begin, begin + static_cast<std::uint32_t>(text.size())});
  };
  CHECK(place("a:b") == NushellSpan{111, 114});
  CHECK(place("b {") == NushellSpan{113, 114});  // never beyond the piece that it begins in
  CHECK(place("$min }") == NushellSpan{120, 126});
  CHECK(place("5sec") == NushellSpan{127, 137});
  CHECK(place("min = 7") == NushellSpan{135821, 135823});
  const auto end = static_cast<std::uint32_t>(source.file.text.size());
  CHECK(script_span(source, {end, end}) == NushellSpan{138, 146});

  const auto again = source_from_json(to_json(source));
  REQUIRE(again);
  CHECK(again->file.text == source.file.text);
  CHECK(again->parts == source.parts);
}

TEST_CASE("a target that is no literal, and a closure out of a variable, keep their place as a whole") {
  auto indirect = call();
  indirect.target->source = "$point";
  indirect.closure.source = "$body";
  const auto source = assemble(indirect).source;
  CHECK(source.file.text.find("tracepoint \"a:b\" {|e|") != std::string::npos);
  const auto at = static_cast<std::uint32_t>(source.file.text.find("$min }"));
  CHECK(script_span(source, {at, at + 4}) == NushellSpan{115, 126});
}

TEST_CASE("a captured value cannot add to the program") {
  auto hostile = call();
  hostile.closure.captures =
      "Closure { val: Closure { captures: { VarId(1): String { val: \"x\\\"\\nexit; $y\", internal_span: "
      "Span[1..2] } } } }";
  hostile.closure.uses = {{{1, 2}, "$min"}};
  CHECK(assemble(hostile).source.file.text.starts_with("let min = \"x\\\"\\nexit; $y\"\n"));
}

TEST_CASE("captured values of other kinds are errors at their use") {
  auto other = call();
  other.closure.captures =
      "Closure { val: Closure { captures: { VarId(1): Float { val: 1.5, internal_span: Span[7..9] } } } }";
  other.closure.uses = {{{7, 9}, "$ratio"}};
  const auto assembled = assemble(other);
  REQUIRE(assembled.diagnostics.size() == 1);
  CHECK(assembled.diagnostics[0].kind == DiagnosticKind::type_mismatch);
  CHECK(assembled.diagnostics[0].message.find("`$ratio` is a float") == 0);
  CHECK(script_span(assembled.source, assembled.diagnostics[0].labels[0].span) == NushellSpan{7, 9});
}

TEST_CASE("the event under its name in the module is not taken for a captured value") {
  for (const auto* const name : {"$ctx", "$nubpf"}) {
    auto event = call();
    event.closure.uses = {{{135821, 135823}, name}};
    CHECK(assemble(event).source.file.text.starts_with("tracepoint "));
  }
}

TEST_CASE("requests that are none are refused") {
  for (const std::string_view json : {"", "[]", "{}", "{\"command\": 1}", "{\"command\": \"kprobe\"}",
                                      R"({"command": "kprobe", "closure": {"text": "{}"}, "flags": []})"}) {
    CHECK_FALSE(read_call(json));
    CHECK(nuon({plan(json, {})}).find("nubpf::nushell_module") != std::string::npos);
  }
  for (const std::string_view json :
       {"", "{}", R"({"text": "x", "parts": [[1]]})", R"({"text": "x", "parts": [1]})"})
    CHECK_FALSE(source_from_json(json));
}

TEST_CASE("a module of another version is refused") {
  const auto answer = nuon({plan(
      R"({"module": "0", "command": "begin", "target": null, "closure": {"text": "{ exit }", "source": "{ exit }",
          "span": {"start": 1, "end": 9}, "captures": "", "uses": []}, "flags": []})",
      {})});
  CHECK(answer.find("belongs to another version of the tool") != std::string::npos);
}

TEST_CASE("the module names the id that the tool expects") {
  CHECK(nushell_module().find("const module = \"" + nushell_module_id() + "\"") != std::string::npos);
  CHECK(read_text(NUBPF_SOURCE_DIR "/nu/nubpf/mod.nu") == nushell_module());
}

TEST_CASE("completions begin with what is typed, or else hold it") {
  const auto found = [&](std::string_view context) {
    return nuon(completions(golden_kernel(), context, {"false"}));
  };
  CHECK(found("tracepoint sched:sched_wakeup_") == "[{value: \"sched:sched_wakeup_new\"}]");
  CHECK(found("nubpf tracepoint [raw_syscalls:sys_enter sched:sched_wakeup_") ==
        "[{value: \"sched:sched_wakeup_new\"}]");
  CHECK(found("tracepoint wakeup_new") == "[{value: \"sched:sched_wakeup_new\"}]");
  CHECK(found("rawtracepoint sched_wakeup_") == "[{value: \"sched_wakeup_new\"}]");
  CHECK(found("probe tracepoint:sched:sched_wakeup_") == "[{value: \"tracepoint:sched:sched_wakeup_new\"}]");
  CHECK(found("software page-f").starts_with("[{value: \"page-faults\", description: "));
  CHECK(found("count --by usern").starts_with("[{value: \"username\", description: "));
  CHECK(found("interval 1") == "[]");
}

}  // namespace
}  // namespace nubpf::tool
