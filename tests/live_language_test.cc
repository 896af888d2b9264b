// What the kernel makes of loops, branches, strings, lists and series.

#include <string>

#include "tests/live.h"

namespace nubpf::live {
namespace {

const std::string kOnSeek = "tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { ";

TEST_CASE("a loop is left and its turns are cut short") {
  if (skipped()) return;
  const auto program = kOnSeek +
                       "for i in 0..9 {\n"
                       "  if $i == 1 { continue }\n"
                       "  if $i > $e.offset { break }\n"
                       "  emit {at: $e.offset, i: $i}\n"
                       "} } }";
  CHECK(traced(program, step("seek", 3) + step("seek", 0)) ==
        "{\"at\":3,\"i\":0}\n{\"at\":3,\"i\":2}\n{\"at\":3,\"i\":3}\n{\"at\":0,\"i\":0}\n");
}

TEST_CASE("a loop with several ways through a turn") {
  if (skipped()) return;
  const auto program = kOnSeek +
                       "for i in [1 2 3 4] {\n"
                       "  if $e.offset == $i { continue }\n"
                       "  if $e.offset == 10 * $i { break }\n"
                       "  emit {i: $i}\n"
                       "} } }";
  CHECK(traced(program, step("seek", 2) + step("seek", 30)) ==
        "{\"i\":1}\n{\"i\":3}\n{\"i\":4}\n{\"i\":1}\n{\"i\":2}\n");
}

TEST_CASE("match and if are values") {
  if (skipped()) return;
  const auto program = kOnSeek +
                       "let size = match $e.offset { 0 => 0, 1..9 | 100.. => 1, _ => 2 }\n"
                       "let name = if $e.offset < 0 { let n = 0 - $e.offset; if $n == 7 { \"seven\" } else { "
                       "\"less\" } } else if $size == 1 { \"some\" } else { $e.comm }\n"
                       "emit {size: $size, name: $name} } }";
  CHECK(traced(program, step("name", std::string("w")) + step("seek", 0) + step("seek", 9) +
                            step("seek", 10) + step("seek", 500) + step("seek", -7) + step("seek", -8)) ==
        "{\"size\":0,\"name\":\"w\"}\n{\"size\":1,\"name\":\"some\"}\n{\"size\":2,\"name\":\"w\"}\n"
        "{\"size\":1,\"name\":\"some\"}\n{\"size\":2,\"name\":\"seven\"}\n{\"size\":2,\"name\":\"less\"}\n");
}

TEST_CASE("a default stands for what was never kept, and a map knows its length") {
  if (skipped()) return;
  if (lacks_len()) return;
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { map set seen $e.offset $e.offset } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 {\n"
      "    emit {zero: (map get seen 0 | default (-1)), one: (map get seen 1 | default (-1)), n: (map len "
      "seen)}\n"
      "    map delete seen 1 } }\n"
      "  tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { map clear seen } }\n"
      "}";
  CHECK(traced(program, step("read", 1) + step("seek", 0) + step("seek", 1) + step("seek", 1) +
                            step("read", 1) + step("read", 1) + step("open", std::string("x")) +
                            // bpftrace clears a map outside of the kernel, when it reads the event
                            step("sleep", 1'000'000'000) + step("read", 1)) ==
        "{\"zero\":-1,\"one\":-1,\"n\":0}\n{\"zero\":0,\"one\":1,\"n\":2}\n{\"zero\":0,\"one\":-1,\"n\":1}\n"
        "{\"zero\":-1,\"one\":-1,\"n\":0}\n");
}

TEST_CASE("the end of a string") {
  if (skipped()) return;
  const auto program =
      "tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 {\n"
      "  let file = $e.filename\n"
      "  emit {so: ($file ends-with \".so\"), plain: ($e.filename not-ends-with \"s\"), re: ($e.filename =~ "
      "'\\.so\\.1$')} } }";
  CHECK(traced(program, step("open", std::string("a.so")) + step("open", std::string("a.so.1")) +
                            step("open", std::string("so")) + step("open", std::string("")) +
                            step("open", std::string(".so.")) +
                            step("open", std::string(150, 'x') + ".sos")) ==
        "{\"so\":true,\"plain\":true,\"re\":false}\n{\"so\":false,\"plain\":true,\"re\":true}\n"
        "{\"so\":false,\"plain\":true,\"re\":false}\n{\"so\":false,\"plain\":true,\"re\":false}\n"
        "{\"so\":false,\"plain\":true,\"re\":false}\n{\"so\":false,\"plain\":false,\"re\":false}\n");
}

TEST_CASE("strings are put together behind the kernel") {
  if (skipped()) return;
  const auto program =
      kOnSeek + "emit {what: $\"($e.comm) seeks ($e.offset | into filesize): ($e.offset > 0)\"} } }";
  CHECK(traced(program, step("name", std::string("a%s\"")) + step("seek", 4096)) ==
        "{\"what\":\"a%s\\\" seeks 4.0 KiB: true\"}\n");
}

TEST_CASE("the item of a list that the event chooses") {
  if (skipped()) return;
  const auto program = kOnSeek +
                       "let names = [zero one two]\n"
                       "emit {name: ($names | get $e.offset), level: ([10 -20 30] | get $e.offset)} } }";
  CHECK(
      traced(program,
             step("seek", 0) + step("seek", 1) + step("seek", 2) + step("seek", 3) + step("seek", -1)) ==
      "{\"name\":\"zero\",\"level\":10}\n{\"name\":\"one\",\"level\":-20}\n{\"name\":\"two\",\"level\":30}\n"
      "{\"name\":\"\",\"level\":0}\n{\"name\":\"\",\"level\":0}\n");
}

TEST_CASE("a list in a variable is a key") {
  if (skipped()) return;
  if (lacks_len()) return;
  const auto program = kOnSeek +
                       "let key = [$e.offset $e.comm]; map set seen $key 1\n"
                       "emit {n: (map len seen), has: (map has seen [7 $e.comm])} } }";
  CHECK(traced(program, step("seek", 1) + step("seek", 7) + step("seek", 1)) ==
        "{\"n\":1,\"has\":false}\n{\"n\":2,\"has\":true}\n{\"n\":2,\"has\":true}\n");
}

TEST_CASE("an event of several probes tells which one fired") {
  if (skipped()) return;
  const auto program =
      "trace {\n"
      "  tracepoint [syscalls:sys_enter_lseek syscalls:sys_enter_read] {|e| if $e.fd == 1000 { {fd: $e.fd} } "
      "}\n"
      "  tracepoint syscalls:sys_enter_*openat {|e| if $e.dfd == 1000 { {file: $e.filename} } }\n"
      "}";
  CHECK(traced(program, step("read", 1) + step("seek", 1) + step("open", std::string("x"))) ==
        "{\"event\":\"tracepoint:syscalls:sys_enter_read\",\"fd\":1000}\n"
        "{\"event\":\"tracepoint:syscalls:sys_enter_lseek\",\"fd\":1000}\n"
        "{\"event\":\"tracepoint:syscalls:sys_enter_openat\",\"file\":\"x\"}\n");
}

TEST_CASE("an error number of either sign") {
  if (skipped()) return;
  const auto program = kOnSeek + "emit {error: ($e.offset | strerror)} } }";
  CHECK(traced(program, step("seek", -2) + step("seek", 13) + step("seek", 0)) ==
        "{\"error\":\"No such file or directory\"}\n{\"error\":\"Permission "
        "denied\"}\n{\"error\":\"Success\"}\n");
}

TEST_CASE("bytes and error numbers") {
  if (skipped()) return;
  const auto program =
      "tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 {\n"
      "  emit {bytes: ($e.filename | buf 4), error: ($e.flags bit-and 0 | strerror)} } }";
  const auto rows = json_lines(traced(program, step("open", std::string("a\x01\xff\x80zz"))));
  REQUIRE(rows.size() == 1);
  CHECK(string_of(rows[0]["error"]) == "Success");
}

TEST_CASE("argv arrives whole") {
  if (skipped()) return;
  const auto long_word = std::string(120, 'x');
  const auto captured =
      run(nubpf("tracepoint syscalls:sys_enter_execve {|e| {file: $e.filename, args: $e.argv} }",
                {"--format", "jsonl", "-c", "/usr/bin/env printf %s \"a b\" \"\" " + long_word}));
  CHECK(captured.status == 0);
  const auto rows = json_lines(captured.output);
  REQUIRE_FALSE(rows.empty());
  const auto& args = rows.back()["args"];
  REQUIRE(args.Size() == 5);
  CHECK(string_of(args[0]) == "printf");
  CHECK(string_of(args[2]) == "a b");
  CHECK(string_of(args[3]).empty());
  CHECK(string_of(args[4]) == long_word);
}

TEST_CASE("a series has a row for each interval, in order") {
  if (skipped()) return;
  const auto program = kOnSeek + "$e.offset | tseries --every 50ms --agg max } }";
  const auto rows =
      json_lines(traced(program, step("seek", 900) + step("seek", 7) + step("sleep", 150'000'000) +
                                     step("seek", 3) + step("seek", -2)));
  REQUIRE(rows.size() >= 2);
  CHECK(rows.front()["max"].GetInt64() == 900);
  CHECK(rows.back()["max"].GetInt64() == 3);
  for (std::size_t i = 1; i < rows.size(); ++i)
    CHECK(string_of(rows[i - 1]["time"]) < string_of(rows[i]["time"]));
}

TEST_CASE("a stack is as deep as it was asked for") {
  if (skipped()) return;
  const auto rows = json_lines(traced(
      kOnSeek + "emit {three: ($e.kstack | first 3), one: ($e.ustack | take 1)} } }", step("seek", 1)));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["three"].Size() == 3);
  CHECK(rows[0]["one"].Size() == 1);
}

TEST_CASE("strings that fill what is kept are told") {
  if (skipped()) return;
  const auto captured = trace(
      "tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { emit {file: $e.filename} } }",
      step("open", std::string(16, 'a')) + step("open", std::string(15, 'b')), {"--string-length", "16"});
  CHECK(captured.output == "{\"file\":\"aaaaaaaaaaaaaaaa\"}\n{\"file\":\"bbbbbbbbbbbbbbb\"}\n");
  CHECK(captured.errors.find("a string of `file` fills all 16 bytes") != std::string::npos);
}

TEST_CASE("the cgroup of a process has its path") {
  if (skipped()) return;
  const auto rows = json_lines(
      traced(kOnSeek + "emit {cgroup: ($e.cgroup | cgroup path), id: $e.cgroup} } }", step("seek", 1)));
  REQUIRE(rows.size() == 1);
  CHECK(string_of(rows[0]["cgroup"]).starts_with("/"));
}

TEST_CASE("a file takes parameters") {
  if (skipped()) return;
  const auto file = new_file(".nu", "def main [at?: int, --least: filesize = 1kb, --all] {\n" + kOnSeek +
                                        "where $at == null or $e.offset == $at\n"
                                        "| where $all or offset >= $least | get offset } }\n}\n");
  const auto with = [&](const std::vector<std::string>& words) {
    std::vector<std::string> command = {
        NUBPF_BINARY, file.string(), "--format",
        "jsonl",      "-c",          workload(step("seek", 5) + step("seek", 1000) + step("seek", 2000)),
        "--"};
    command.insert(command.end(), words.begin(), words.end());
    const auto captured = run(command);
    INFO(captured.errors);
    CHECK(captured.status == 0);
    return captured.output;
  };
  CHECK(with({}) == "1000\n2000\n");
  CHECK(with({"--all"}) == "5\n1000\n2000\n");
  CHECK(with({"2000"}) == "2000\n");
  CHECK(with({"5", "--least", "5b"}) == "5\n");
}

}  // namespace
}  // namespace nubpf::live
