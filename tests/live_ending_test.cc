// A trace ends when it should, with its results, and leaves nothing behind.

#include <string>

#include "tests/live.h"
#include "tests/live_watched.h"

namespace nubpf::live {
namespace {

/// The probes that are made through tracefs.
std::string named_probes() {
  std::string text;
  for (const auto* name : {"kprobe_events", "uprobe_events"}) {
    std::ifstream file(std::filesystem::path("/sys/kernel/tracing") / name);
    text += std::string(std::istreambuf_iterator<char>(file), {});
  }
  return text;
}

bool runs(int pid) {
  return ::kill(pid, 0) == 0;
}

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const std::string kCount = "tracepoint syscalls:sys_enter_lseek { where fd == 1000 | count }";
const std::string kRows = "tracepoint syscalls:sys_enter_lseek { where fd == 1000 | select pid offset }";
const std::string kForEver = repeat(0, step("seek", 1) + step("sleep", 1'000'000));

TEST_CASE("only the command and its children are traced, and the trace ends with it") {
  if (skipped()) return;
  // the same events from elsewhere, all the time
  Running noise({NUBPF_WORKLOAD, new_file(".steps", repeat(0, repeat(100, step("seek", 1)) +
                                                                  in_child(repeat(10, step("seek", 1)))))
                                     .string()});
  const auto steps = repeat(20, step("seek", 1)) +
                     in_child(repeat(7, step("seek", 1)) + in_child(repeat(5, step("seek", 1)))) +
                     repeat(3, in_child(step("seek", 1)));
  CHECK(traced(kCount, steps) == "35\n");
  CHECK_FALSE(noise.status());

  // without the command all would be seen
  const auto of_pid = run(nubpf(kRows + " | first 3", {"--pid", std::to_string(noise.pid())}));
  const auto line = "{\"pid\":" + std::to_string(noise.pid()) + ",\"offset\":1}\n";
  CHECK(of_pid.output == line + line + line);
}

TEST_CASE("a command of the shell is traced with all its processes") {
  if (skipped()) return;
  const auto command =
      workload(repeat(4, step("seek", 1))) + "; " + workload(repeat(6, step("seek", 1))) + " | cat";
  const auto result = run(nubpf(kCount, {"-c", command}));
  CHECK(result.output == "10\n");
  CHECK(result.errors.empty());
}

TEST_CASE("a command that cannot be started is an error") {
  if (skipped()) return;
  const auto result = run(nubpf(kCount, {"-c", "/no/such/program"}));
  CHECK(result.status == 2);
  CHECK(result.output.empty());
  CHECK(result.errors.find("/no/such/program") != std::string::npos);
}

TEST_CASE("--for ends in time, with results") {
  if (skipped()) return;
  const Watched watched;
  const auto start = std::chrono::steady_clock::now();
  const auto result = run(nubpf(kCount, with(watched.option(), {"-c", workload(kForEver), "--for", "1sec"})));
  const auto took = std::chrono::steady_clock::now() - start;
  INFO(result.errors);
  CHECK(result.status == 0);
  CHECK(std::stoi("0" + result.output) > 10);
  CHECK(took >= 1s);
  CHECK(took < 15s);
  CHECK_FALSE(watched.is_there());
}

TEST_CASE("enough rows end the trace") {
  if (skipped()) return;
  const Watched watched;
  const auto probes = named_probes();
  // the events begin when the test has seen the programs
  const auto mark = folder() / "mark-first";
  const auto go = folder() / "go-first";
  const auto command = "sh -c 'touch " + mark.string() + "; until [ -e " + go.string() +
                       " ]; do sleep 0.01; done; exec " + workload(kForEver) + "'";
  Running tool(nubpf(kRows + " | first 3", with(watched.option(), {"-c", command})));
  REQUIRE(wait_until([&] { return std::filesystem::exists(mark) || tool.status(); }));
  const auto programs = watched.programs();
  CHECK_FALSE(programs.empty());
  for (const auto id : programs) CHECK(exists_program(id));
  std::ofstream(go) << "";
  CHECK(tool.wait() == 0);
  CHECK(tool.errors().empty());
  CHECK(json_lines(tool.output()).size() == 3);
  CHECK_FALSE(watched.is_there());
  for (const auto id : programs) CHECK(wait_until([&] { return !exists_program(id); }));
  CHECK(named_probes() == probes);
}

TEST_CASE("SIGINT, SIGTERM and SIGHUP deliver the final results") {
  if (skipped()) return;
  const auto number = GENERATE(SIGINT, SIGTERM, SIGHUP);
  INFO(number);
  const Watched watched;
  const auto mark = folder() / ("mark" + std::to_string(number));
  const auto steps = repeat(4321, step("seek", 1)) + step("mark", mark.string()) + "wait\n";
  Running tool(nubpf(kCount, with(watched.option(), {"-c", workload(steps)})));
  REQUIRE(wait_until([&] { return std::filesystem::exists(mark) || tool.status(); }));
  const auto programs = watched.programs();
  CHECK_FALSE(programs.empty());
  tool.send(number);
  CHECK(tool.wait() == 0);
  CHECK(tool.output() == "4321\n");
  CHECK(tool.errors().empty());
  CHECK_FALSE(watched.is_there());
  for (const auto id : programs) CHECK(wait_until([&] { return !exists_program(id); }));
}

TEST_CASE("SIGINT delivers the rows that came before it") {
  if (skipped()) return;
  const auto mark = folder() / "mark-rows";
  const auto steps = repeat(500, step("seek", 1)) + step("mark", mark.string()) + "wait\n";
  Running tool(nubpf("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | get offset }",
                     {"-c", workload(steps)}));
  REQUIRE(wait_until([&] { return std::filesystem::exists(mark) || tool.status(); }));
  tool.send(SIGINT);
  CHECK(tool.wait() == 0);
  std::string expected;
  for (int i = 0; i < 500; ++i) expected += "1\n";
  CHECK(tool.output() == expected);
  CHECK(tool.errors().empty());
}

TEST_CASE("--for loses nothing, though events of all processors come while it ends") {
  if (skipped()) return;
  const auto steps = repeat(0, step("seek", 1) + step("sleep", 50'000));
  const auto both = "sh -c '" + workload(steps) + " & exec " + workload(steps) + "'";
  const auto result =
      run(nubpf("trace {\n"
                "  tracepoint syscalls:sys_enter_lseek { where fd == 1000 | select pid offset }\n"
                "  tracepoint syscalls:sys_enter_clock_nanosleep { select tid cpu }\n"
                "  tracepoint syscalls:sys_exit_clock_nanosleep { select tid ret }\n"
                "}",
                {"-c", both, "--for", "500ms"}));
  CHECK(result.status == 0);
  CHECK(result.errors.empty());
  CHECK(json_lines(result.output).size() > 300);
}

TEST_CASE("an early SIGINT ends it as well") {
  if (skipped()) return;
  const Watched watched;
  Running tool(nubpf(kCount, with(watched.option(), {"-c", workload(kForEver)})));
  REQUIRE(wait_until([&] { return watched.pid() > 0; }));
  tool.send(SIGINT);
  CHECK(tool.wait());
  CHECK(wait_until([&] { return !watched.is_there(); }, 5s));
}

TEST_CASE("bpftrace dies with nubpf") {
  if (skipped()) return;
  const Watched watched;
  const auto mark = folder() / "mark-kill";
  const auto steps = step("mark", mark.string()) + kForEver;
  Running tool(nubpf(kCount, with(watched.option(), {"-c", workload(steps)})));
  REQUIRE(wait_until([&] { return std::filesystem::exists(mark) || tool.status(); }));
  REQUIRE(watched.is_there());
  const auto programs = watched.programs();
  CHECK_FALSE(programs.empty());
  tool.send(SIGKILL);
  CHECK(tool.wait() == -SIGKILL);
  CHECK(wait_until([&] { return !watched.is_there(); }, 5s));
  for (const auto id : programs) CHECK(wait_until([&] { return !exists_program(id); }));
}

TEST_CASE("the end of its reader ends the trace") {
  if (skipped()) return;
  const Watched watched;
  // bash: `head` ends, and the shell waits for nubpf too
  const auto command =
      "set -o pipefail; \"$0\" -e \"$1\" --bpftrace \"$2\" -c \"$3\" | head -n 1; echo ${PIPESTATUS[0]}";
  const auto result =
      run({"bash", "-c", command, NUBPF_BINARY, kRows, watched.option().back(), workload(kForEver)});
  INFO(result.errors);
  CHECK(result.errors.empty());
  const auto lines = json_lines(result.output);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["offset"].GetInt() == 1);
  CHECK(lines[1].GetInt() == 0);
  CHECK_FALSE(watched.is_there());
}

TEST_CASE("the command is ended with the trace") {
  if (skipped()) return;
  const auto result = run(nubpf(kRows + " | first 1", {"-c", workload(kForEver)}));
  const auto rows = json_lines(result.output);
  REQUIRE(rows.size() == 1);
  const auto pid = rows[0]["pid"].GetInt();
  CHECK(wait_until([&] { return !runs(pid); }, 5s));
}

TEST_CASE("what the program itself ends is over") {
  if (skipped()) return;
  CHECK(traced("trace {\n"
               "  tracepoint syscalls:sys_enter_lseek { where fd == 1000 | count }\n"
               "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 { exit } }\n"
               "}",
               repeat(99, step("seek", 1)) + step("read", 1) + "wait\n") == "99\n");
}

}  // namespace
}  // namespace nubpf::live
