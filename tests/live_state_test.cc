// Timers and maps keep what the program tells them.

#include <string>

#include "tests/live.h"

namespace nubpf::live {
namespace {

TEST_CASE("a timer measures sleeps") {
  if (skipped()) return;
  constexpr int kSleeps = 25;
  const auto rows =
      json_lines(traced("trace {\n"
                        "  tracepoint syscalls:sys_enter_nanosleep { timer start }\n"
                        "  tracepoint syscalls:sys_exit_nanosleep { timer stop | hist --by comm }\n"
                        "}",
                        step("name", std::string("sleeper")) + repeat(kSleeps, step("sleep", 20'000'000))));
  REQUIRE_FALSE(rows.empty());
  std::uint64_t count = 0;
  for (const auto& row : rows) {
    CHECK(string_of(row["comm"]) == "sleeper");
    CHECK(row["low"].GetUint64() >= 16'777'216);
    CHECK(row["high"].GetUint64() > 20'000'000);
    CHECK(row["high"].GetUint64() == 2 * row["low"].GetUint64());
    count += row["count"].GetUint64();
  }
  CHECK(rows.front()["low"].GetUint64() == 16'777'216);
  CHECK(count == kSleeps);
}

TEST_CASE("durations of several threads of work do not mix") {
  if (skipped()) return;
  const auto rows = json_lines(
      traced("trace {\n"
             "  tracepoint syscalls:sys_enter_nanosleep { timer start }\n"
             "  tracepoint syscalls:sys_exit_nanosleep {|e|\n"
             "    let took = (timer stop); if $took != null { emit {comm: $e.comm, took: $took} } }\n"
             "}",
             step("name", std::string("parent")) + step("sleep", 5'000'000) +
                 in_child(step("name", std::string("child")) + step("sleep", 30'000'000)) +
                 step("sleep", 10'000'000)));
  REQUIRE(rows.size() == 3);
  CHECK(string_of(rows[1]["comm"]) == "child");
  CHECK(rows[0]["took"].GetInt64() >= 5'000'000);
  CHECK(rows[1]["took"].GetInt64() >= 30'000'000);
  CHECK(rows[2]["took"].GetInt64() >= 10'000'000);
}

TEST_CASE("a timer that was not started yields nothing, and stops once") {
  if (skipped()) return;
  // reads start it, seeks stop it
  const auto rows = json_lines(
      traced("trace {\n"
             "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 { timer start } }\n"
             "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { timer stop | stats } }\n"
             "}",
             step("seek", 1) + step("read", 1) + step("seek", 1) + step("seek", 1) + step("read", 1) +
                 step("read", 1) + step("seek", 1) + step("seek", 1)));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["count"].GetInt() == 2);
}

TEST_CASE("a map keeps, changes and forgets") {
  if (skipped()) return;
  // open sets, read asks, seek deletes
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { map set file $e.pid $e.filename } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 {\n"
      "    emit {has: (map has file $e.pid), file: (map get file $e.pid)} } }\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { map delete file $e.pid } }\n"
      "}";
  const auto steps = step("read", 1) + step("open", std::string("a,\"\n")) + step("read", 1) +
                     step("open", std::string("b")) + in_child(step("read", 1)) + step("read", 1) +
                     step("seek", 1) + step("read", 1);
  CHECK(traced(program, steps, {"--string-length", "40"}) ==
        "{\"has\":false,\"file\":\"\"}\n"
        "{\"has\":true,\"file\":\"a,\\\"\\n\"}\n"
        "{\"has\":false,\"file\":\"\"}\n"
        "{\"has\":true,\"file\":\"b\"}\n"
        "{\"has\":false,\"file\":\"\"}\n");
}

TEST_CASE("a map has the value 0 that it was given") {
  if (skipped()) return;
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { map set last $e.pid $e.offset } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 {\n"
      "    emit {has: (map has last $e.pid), last: (map get last $e.pid)} } }\n"
      "}";
  CHECK(traced(program,
               step("read", 1) + step("seek", 0) + step("read", 1) + step("seek", -7) + step("read", 1)) ==
        "{\"has\":false,\"last\":0}\n{\"has\":true,\"last\":0}\n{\"has\":true,\"last\":-7}\n");
}

TEST_CASE("a map counts up across events") {
  if (skipped()) return;
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 {\n"
      "    map set total $e.comm ((map get total $e.comm) + $e.offset) } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 { emit {total: (map get total $e.comm)} } "
      "}\n"
      "}";
  CHECK(traced(program, step("name", std::string("a")) + repeat(1000, step("seek", 3)) + step("read", 1) +
                            step("name", std::string("b")) + step("seek", -4'000'000'000) +
                            step("read", 1)) == "{\"total\":3000}\n{\"total\":-4000000000}\n");
}

TEST_CASE("what is taken out of a map is gone, and 0 is a value") {
  if (skipped()) return;
  // seek keeps, read takes in a pipeline, open takes into a variable
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { map set last $e.pid $e.offset } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 {\n"
      "    map take last $e.pid | emit {last: $in, still: (map has last $e.pid)} } }\n"
      "  tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 {\n"
      "    let last = map take last $e.pid\n"
      "    if $last != null and $last < 5 { emit {last: $last, still: (map has last $e.pid)} } } }\n"
      "}";
  CHECK(traced(program, step("read", 1) + step("seek", 0) + step("read", 1) + step("read", 1) +
                            step("seek", -7) + step("open", std::string("x")) + step("read", 1) +
                            step("seek", 0) + step("open", std::string("x")) + step("seek", 9) +
                            step("open", std::string("x")) + step("open", std::string("x"))) ==
        "{\"last\":0,\"still\":false}\n{\"last\":-7,\"still\":false}\n{\"last\":0,\"still\":false}\n");
}

TEST_CASE("a text is taken out of a map and kept anew") {
  if (skipped()) return;
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { map set file $e.pid $e.filename; map "
      "set n 0 } }\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { map take n | map set n ($in + 1) } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 {\n"
      "    let file = map take file $e.pid | default \"none\"\n"
      "    emit {file: $file, n: (map get n)} } }\n"
      "}";
  CHECK(traced(program,
               step("seek", 1) + step("read", 1) + step("open", std::string("a")) + step("seek", 1) +
                   step("seek", 1) + step("read", 1) + step("read", 1),
               {"--string-length", "40"}) ==
        "{\"file\":\"none\",\"n\":0}\n{\"file\":\"a\",\"n\":2}\n{\"file\":\"none\",\"n\":2}\n");
}

TEST_CASE("records are kept, taken and forgotten as a whole") {
  if (skipped()) return;
  if (lacks_len()) return;
  // seek keeps, read takes, open looks
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 {\n"
      "    map set call $e.pid {offset: $e.offset, comm: $e.comm, n: ((map get call $e.pid).n + 1)} } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 {\n"
      "    map take call $e.pid | emit {offset: $in.offset, comm: $in.comm, n: $in.n} } }\n"
      "  tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 {\n"
      "    let call = map get call $e.pid | default {offset: (-1), comm: \"none\", n: 0}\n"
      "    emit {offset: $call.offset, comm: $call.comm, n: (map len call)} } }\n"
      "}";
  CHECK(traced(program, step("name", std::string("a, b")) + step("open", std::string("x")) + step("seek", 0) +
                            step("seek", -5) + step("open", std::string("x")) + step("read", 1) +
                            step("read", 1) + step("open", std::string("x")) + step("seek", 7) +
                            step("read", 1)) ==
        "{\"offset\":-1,\"comm\":\"none\",\"n\":0}\n{\"offset\":-5,\"comm\":\"a, b\",\"n\":1}\n"
        "{\"offset\":-5,\"comm\":\"a, b\",\"n\":2}\n{\"offset\":-1,\"comm\":\"none\",\"n\":0}\n"
        "{\"offset\":7,\"comm\":\"a, b\",\"n\":1}\n");
}

TEST_CASE("a map is cleared") {
  if (skipped()) return;
  const auto program =
      "trace {\n"
      "  tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { map set seen $e.offset 1 } }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 { emit {seen: (map has seen 5)} } }\n"
      "  tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { map clear seen; exit } }\n"
      "}";
  CHECK(traced(program, step("seek", 5) + step("read", 1) + step("open", std::string("x"))) ==
        "{\"seen\":true}\n");
}

}  // namespace
}  // namespace nubpf::live
