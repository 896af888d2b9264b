// Rows with texts of all kinds arrive as they were traced, in their order.

#include <algorithm>
#include <msgpack.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/live.h"
#include "transpiler/text.h"

namespace nubpf::live {
namespace {

struct Text {
  std::string bytes;
  std::string shown;  ///< in JSON, where it is not UTF-8
};

/// Names that somebody gives to a file to confuse whoever lists it.
const std::vector<Text>& hostile_texts() {
  static const std::vector<Text> texts = [] {
    std::vector<Text> all = {
        {"/plain", {}},
        {"", {}},
        {" blanks before and after ", {}},
        {"/a\"b'c`d\"", {}},
        {"x,y, z", {}},
        {"two\nlines\n", {}},
        {"\r\t\v\f\b", {}},
        {"/\x1b[31mred\x1b]0;title\a\x1b[2J", {}},
        {"\x7f\x01", {}},
        {"/\xc3\xa4\xe6\xbc\xa2\xe5\xad\x97\xf0\x9f\x98\x80", {}},
        {"/\xc2\x9b"
         "31m",
         {}},
        {"/\xe2\x80\xae"
         "txt.exe\xe2\x80\xa8",
         {}},
        {"\xff\xfe\x80", "\\xff\\xfe\\x80"},
        {"cut\xe6\xbc", "cut\\xe6\\xbc"},
        {"\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80"},
        {"\\uffffffc3\\n\\xff\\\\", {}},
        {"%s%n%d%%", {}},
        {"{\"type\": \"value\", \"data\": [1]}", {}},
        {"[1,2]},", {}},
        {"7310579611,1,\"x\",7310579611", {}},
        {"@__nubpf_n1", {}},
        {"__BPFTRACE_NOTIFY_PROBES_ATTACHED", {}},
        {"$(reboot);`reboot`", {}},
        {std::string(150, 'l'), {}},
    };
    for (auto& text : all) {
      if (text.shown.empty()) text.shown = text.bytes;
    }
    return all;
  }();
  return texts;
}

std::string opens_of_hostile_texts() {
  std::string steps;
  for (const auto& text : hostile_texts()) steps += step("open", text.bytes);
  return steps;
}

const std::string kOpens = "tracepoint syscalls:sys_enter_openat { where dfd == 1000 | select filename dfd }";

TEST_CASE("hostile texts arrive as JSON lines") {
  if (skipped()) return;
  constexpr int kTimes = 5;
  const auto output = traced(kOpens, repeat(kTimes, opens_of_hostile_texts()));
  const auto rows = json_lines(output);
  const auto& texts = hostile_texts();
  REQUIRE(rows.size() == kTimes * texts.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(rows[i].MemberCount() == 2);
    CHECK(string_of(rows[i]["filename"]) == texts[i % texts.size()].shown);
    CHECK(rows[i]["dfd"].GetInt() == kWorkloadDescriptor);
  }
  const auto is_raw = [](char c) { return (c < ' ' && c >= 0 && c != '\n') || c == '\x7f'; };
  CHECK(std::none_of(output.begin(), output.end(), is_raw));
  CHECK(output.find("\xc2\x9b") == std::string::npos);
  CHECK(output.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("hostile texts arrive as MessagePack") {
  if (skipped()) return;
  const auto output = traced(kOpens, opens_of_hostile_texts(), {"--format", "msgpack"});
  std::size_t at = 0;
  for (const auto& text : hostile_texts()) {
    REQUIRE(at < output.size());
    const auto handle = msgpack::unpack(output.data(), output.size(), at);
    const auto& row = handle.get();
    REQUIRE(row.type == msgpack::type::MAP);
    REQUIRE(row.via.map.size == 2);
    CHECK(row.via.map.ptr[0].key.as<std::string>() == "filename");
    const auto& name = row.via.map.ptr[0].val;
    const bool is_text = text.shown == text.bytes;
    REQUIRE(name.type == (is_text ? msgpack::type::STR : msgpack::type::BIN));
    CHECK((is_text ? std::string(name.via.str.ptr, name.via.str.size)
                   : std::string(name.via.bin.ptr, name.via.bin.size)) == text.bytes);
    CHECK(row.via.map.ptr[1].val.as<int>() == kWorkloadDescriptor);
  }
  CHECK(at == output.size());
}

TEST_CASE("no format writes what a terminal obeys") {
  if (skipped()) return;
  const auto format = GENERATE(as<std::string>(), "table", "nuon", "csv");
  const auto output = traced(kOpens, opens_of_hostile_texts(), {"--format", format, "--color", "never"});
  INFO(format);
  CHECK(output.find('\x1b') == std::string::npos);
  CHECK(output.find('\a') == std::string::npos);
  CHECK(output.find("\xc2\x9b") == std::string::npos);
}

/// Texts that would say something in bpftrace's language, were they not constants.
std::string odd_text(std::minstd_rand& random) {
  static const std::vector<std::string> pieces = {
      "\"",           "\\",   "\\n",  "\\x41", "\\101",    "\\\n",
      "%s",           "%%",   "%",    "%-5d",  "/*",       "*/",
      "//",           "#",    "$1",   "$x",    "@x",       "\"; exit(); \"",
      "\");}",        "\n",   "\r",   "\t",    "\v",       "\x1b[31m",
      "\x7f",         "\x01", "\xff", "\x80",  "\xc3\xa4", "\xc2\x9b",
      "\xe2\x80\xae", "'",    "`",    "{",     "}",        ";",
      "?\?/",         " ",    "a",    "F",     "0"};
  std::string text;
  for (auto left = random() % 8; left > 0; --left) {
    text += random() % 3 > 0 ? pieces[random() % pieces.size()]
                             : std::string(1, static_cast<char>(1 + random() % 255));
  }
  return text;
}

TEST_CASE("constants are the same bytes in bpftrace, whatever they are") {
  if (skipped()) return;
  constexpr int kTexts = 8;
  std::minstd_rand random(4711);
  for (int round = 0; round < 12; ++round) {
    std::string parameters, emits;
    std::vector<std::string> texts;
    for (int i = 0; i < kTexts; ++i) {
      const auto name = "t" + std::to_string(i);
      parameters += name + ": string ";
      emits += "  emit {text: $" + name + "}\n  print $\"($" + name + ")\"\n";
      texts.push_back(odd_text(random));
    }
    const auto file = new_file(".nu", "def main [" + parameters + "] { begin {\n" + emits + "  exit } }\n");
    std::vector<std::string> words = {NUBPF_BINARY, file.string(), "--format", "msgpack", "--"};
    words.insert(words.end(), texts.begin(), texts.end());
    const auto result = run(words);
    CHECK(result.status == 0);
    std::size_t at = 0;
    std::string printed;
    for (const auto& text : texts) {
      INFO(hex(text));
      REQUIRE(at < result.output.size());
      const auto handle = msgpack::unpack(result.output.data(), result.output.size(), at);
      const auto& value = handle.get().via.map.ptr[0].val;
      // text that is not UTF-8 comes as binary, which has the same layout
      CHECK(std::string(value.via.str.ptr, value.via.str.size) == text);
      for (std::size_t from = 0; from <= text.size();) {
        const auto end = std::min(text.find_first_of("\n\t", from), text.size());
        printed += visible(std::string_view(text).substr(from, end - from));
        printed += end < text.size() ? text[end] : '\n';
        from = end + 1;
      }
    }
    CHECK(result.errors == printed);
  }
}

TEST_CASE("a text has as many bytes as it may have") {
  if (skipped()) return;
  std::string digits;
  while (digits.size() < 150) digits += "0123456789";
  const std::string program = "tracepoint syscalls:sys_enter_openat { where dfd == 1000 | get filename }";
  for (const std::size_t length : {1U, 7U, 40U, 64U, 100U, 150U}) {
    const auto result = trace(program, step("open", digits), {"--string-length", std::to_string(length)});
    CHECK(result.output == "\"" + digits.substr(0, length) + "\"\n");
    // a text that fills all its bytes may have been longer, and that is told
    CHECK(result.status == 0);
    CHECK(result.errors.find("nubpf::cut_strings") != std::string::npos);
  }
}

TEST_CASE("thousands of rows arrive without a gap") {
  if (skipped()) return;
  constexpr int kRows = 20'000;
  std::string steps;
  for (int i = 0; i < kRows; ++i) steps += step("seek", i - 10);
  std::string expected;
  for (int i = 0; i < kRows; ++i) expected += std::to_string(i - 10) + "\n";
  CHECK(traced("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | get offset }", steps) == expected);
}

TEST_CASE("integers of 64 bits arrive exactly") {
  if (skipped()) return;
  const auto reads = step("read", std::uint64_t{18446744073709551615U}) +
                     step("read", std::uint64_t{9007199254740993U}) + step("read", std::uint64_t{0});
  CHECK(traced("tracepoint syscalls:sys_enter_read { where fd == 1000 | get count }", reads) ==
        "18446744073709551615\n9007199254740993\n0\n");
  const auto seeks = step("seek", std::int64_t{-9223372036854775807} - 1) + step("seek", -1) +
                     step("seek", std::int64_t{9223372036854775807});
  CHECK(traced("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | get offset }", seeks) ==
        "-9223372036854775808\n-1\n9223372036854775807\n");
  CHECK(traced("tracepoint syscalls:sys_exit_lseek { get ret }",
               step("size", 5'000'000'000) + step("seek", 1)) == "5000000000\n-9\n");
}

TEST_CASE("rows of several shapes say which they are") {
  if (skipped()) return;
  const auto output = traced(
      "trace {\n"
      "  tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { emit {file: $e.filename} --as open } "
      "}\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { emit {to: $e.offset} --as seek } }\n"
      "  tracepoint syscalls:sys_enter_read { where fd == 1000 | count --as reads }\n"
      "}",
      step("open", std::string("a")) + step("seek", 3) + step("read", 1) + step("open", std::string("b")) +
          step("read", 1));
  CHECK(output ==
        "{\"event\":\"open\",\"file\":\"a\"}\n"
        "{\"event\":\"seek\",\"to\":3}\n"
        "{\"event\":\"open\",\"file\":\"b\"}\n"
        "{\"event\":\"reads\",\"count\":2}\n");
}

}  // namespace
}  // namespace nubpf::live
