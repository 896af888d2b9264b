#include "adapter/decode.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nubpf {
namespace {

/// The elements of a `value` message's tuple.
std::vector<const Node*> elements(const Message& message) {
  std::vector<const Node*> list;
  if (message.kind != MessageKind::value || message.data->kind != NodeKind::list) return list;
  const Node* node = &first(*message.data);
  for (std::uint32_t i = 0; i < message.data->size; ++i, node = &next(*node)) list.push_back(node);
  return list;
}

std::string value_line(const std::string& data) {
  return R"({"type": "value", "data": )" + data + "}";
}

/// The text of a decoded JSON string.
std::string decoded_string(const std::string& json) {
  Decoder decoder;
  const Message& message = decoder.decode(value_line(json));
  REQUIRE(message.kind == MessageKind::value);
  REQUIRE(message.data->kind == NodeKind::string);
  return std::string(message.data->text);
}

TEST_CASE("decode: a tuple's elements in order") {
  Decoder decoder;
  const auto list = elements(decoder.decode(value_line(R"([1,"a",-3,18446744073709551615,true,null,0.5])")));
  REQUIRE(list.size() == 7);
  CHECK(list[0]->integer == 1);
  CHECK(list[1]->text == "a");
  CHECK(list[2]->integer == -3);
  CHECK(list[3]->kind == NodeKind::unsigned_integer);
  CHECK(static_cast<std::uint64_t>(list[3]->integer) == 18446744073709551615ULL);
  CHECK(list[4]->kind == NodeKind::boolean);
  CHECK(list[4]->integer == 1);
  CHECK(list[5]->kind == NodeKind::null);
  CHECK(list[6]->real == 0.5);
}

TEST_CASE("decode: nested tuples are skipped as one element") {
  Decoder decoder;
  const auto list = elements(decoder.decode(value_line(R"([1,["b",[2,3]],4])")));
  REQUIRE(list.size() == 3);
  CHECK(list[1]->kind == NodeKind::list);
  CHECK(list[1]->size == 2);
  CHECK(first(*list[1]).text == "b");
  CHECK(next(first(*list[1])).size == 2);
  CHECK(list[2]->integer == 4);
}

TEST_CASE("decode: 2^63-1 and 2^63 are told apart") {
  Decoder decoder;
  const auto list = elements(decoder.decode(value_line("[9223372036854775807,9223372036854775808]")));
  REQUIRE(list.size() == 2);
  CHECK(list[0]->kind == NodeKind::integer);
  CHECK(list[1]->kind == NodeKind::unsigned_integer);
}

TEST_CASE("decode: bytes from 0x80 on come back from bpftrace's spelling") {
  CHECK(decoded_string(R"("uni\uffffffc3\uffffffa9code")") ==
        "uni\xc3\xa9"
        "code");
  CHECK(decoded_string(R"("\uffffffff\uffffff80")") == "\xff\x80");
  // the bytes of U+FFFF itself
  CHECK(decoded_string(R"("\uffffffef\uffffffbf\uffffffbfff80")") ==
        "\xef\xbf\xbf"
        "ff80");
}

TEST_CASE("decode: what only looks like that spelling stays") {
  CHECK(decoded_string(R"("\\uffffffc3")") == "\\uffffffc3");
  CHECK(decoded_string(R"("\\\uffffffc3")") == "\\\xc3");
  CHECK(decoded_string(R"("\\\\uffffffc3")") == "\\\\uffffffc3");
  CHECK(decoded_string(R"("\uffff")") == "\xef\xbf\xbf");
  CHECK(decoded_string(R"("\uffffff7f")") ==
        "\xef\xbf\xbf"
        "ff7f");
}

TEST_CASE("decode: escapes, control bytes and raw bytes that are not UTF-8") {
  CHECK(decoded_string(R"("q\"q\\ \n\t\r\u0001\u001b")") == "q\"q\\ \n\t\r\x01\x1b");
  CHECK(decoded_string("\"raw \xff\xc3 \x80\"") == "raw \xff\xc3 \x80");
  CHECK(decoded_string(R"("")").empty());
  CHECK(decoded_string(R"("a,b: {\"type\": \"value\"}")") == R"(a,b: {"type": "value"})");
}

TEST_CASE("decode: maps and statistics") {
  Decoder decoder;
  {
    const Message& message = decoder.decode(R"({"type": "map", "data": {"@y": {"1,b": 5, "2,c": 6}}})");
    REQUIRE(message.kind == MessageKind::map);
    CHECK(first(*message.data).text == "@y");
    const Node& content = next(first(*message.data));
    CHECK(content.size == 2);
    CHECK(first(content).text == "1,b");
    CHECK(next(first(content)).integer == 5);
  }
  const Message& message =
      decoder.decode(R"({"type": "stats", "data": {"@st": {"count": 2, "average": 3, "total": 7}}})");
  CHECK(message.kind == MessageKind::stats);
}

TEST_CASE("decode: lost events, in both forms") {
  Decoder decoder;
  const Message& old_form = decoder.decode(R"({"type": "lost_events", "data": {"events": 1556}})");
  REQUIRE(old_form.kind == MessageKind::lost_events);
  CHECK(old_form.data->integer == 1556);
  const Message& new_form = decoder.decode(R"({"type": "lost_events", "count": 42, "data": {"events": 42}})");
  REQUIRE(new_form.kind == MessageKind::lost_events);
  CHECK(new_form.data->integer == 42);
}

TEST_CASE("decode: helper and runtime errors carry their place") {
  Decoder decoder;
  const Message& helper = decoder.decode(
      R"({"type": "helper_error", "msg": "Map full", "helper": "map_update_elem", "retcode": -7, "line": 3, "col": 27})");
  REQUIRE(helper.kind == MessageKind::helper_error);
  CHECK(helper.helper == "map_update_elem");
  CHECK(helper.return_code == -7);
  CHECK(helper.line == 3);
  CHECK(helper.column == 27);
  const Message& runtime = decoder.decode(
      R"({"type": "runtime_error", "msg": "Divide by 0", "filename": "stdin", "line": 1, "col": 27})");
  REQUIRE(runtime.kind == MessageKind::runtime_error);
  CHECK(runtime.text == "Divide by 0");
}

TEST_CASE("decode: text of printf and its like") {
  Decoder decoder;
  for (const char* type : {"printf", "time", "join", "cat", "syscall"}) {
    const Message& message = decoder.decode(std::string(R"({"type": ")") + type + R"(", "data": "hi 3\n"})");
    REQUIRE(message.kind == MessageKind::text);
    CHECK(message.text == "hi 3\n");
  }
}

TEST_CASE("decode: types that nubpf does not use are skipped") {
  Decoder decoder;
  for (const char* line :
       {R"({"type": "attached_probes", "data": {"probes": 1}})",
        R"({"type": "attached_probes", "count": 1, "data": {"probes": 1}})",
        R"({"type": "test_result", "anything": [1,{"a":2}]})", R"({"type": "hist", "data": {}})"}) {
    CHECK(decoder.decode(line).kind == MessageKind::other);
  }
}

TEST_CASE("decode: lines that are no messages") {
  Decoder decoder;
  for (const char* line : {"", "Attaching 1 probe...", "No probes to attach", "{ print((1, 2));", "[1,2]"}) {
    CHECK(decoder.decode(line).kind == MessageKind::none);
  }
}

TEST_CASE("decode: malformed messages") {
  Decoder decoder;
  const std::string deep = value_line(std::string(200'000, '['));
  const std::string unbalanced = R"({"type": "value", "data": [1)";
  for (const std::string& line :
       {unbalanced, value_line("00:00:00:00:00:00"), value_line("[1,0x55]"), deep, value_line("1") + "x",
        std::string(R"({"type": "value"})"), std::string(R"({"type": "map", "data": 3})"),
        std::string(R"({"type": "lost_events", "data": {}})"),
        std::string(R"({"type": "printf", "data": 3})"), value_line("\"open"), value_line("\"bad \x01\""),
        value_line(R"("\q")"), std::string(R"({"type")")}) {
    CHECK(decoder.decode(line).kind == MessageKind::malformed);
  }
  CHECK(decoder.decode(value_line("1")).kind == MessageKind::value);
}

TEST_CASE("decode: every cut of a message is malformed, and none harms") {
  Decoder decoder;
  const std::string line = value_line(R"([1,"a\uffffffc3\"b",[2,{"k": "\\"}],-3])");
  REQUIRE(decoder.decode(line).kind == MessageKind::value);
  for (std::size_t length = 7; length < line.size(); ++length) {
    CHECK(decoder.decode(line.substr(0, length)).kind == MessageKind::malformed);
  }
}

TEST_CASE("decode: a huge map line") {
  Decoder decoder;
  std::string line = R"({"type": "map", "data": {"@c": {"k0": 0)";
  for (int i = 1; i < 200'000; ++i) line += ", \"k" + std::to_string(i) + "\": " + std::to_string(i);
  const Message& message = decoder.decode(line + "}}}");
  REQUIRE(message.kind == MessageKind::map);
  CHECK(next(first(*message.data)).size == 200'000);
}

}  // namespace
}  // namespace nubpf
