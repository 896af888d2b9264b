// Whatever goes wrong around a trace: it ends, tells the truth by its exit code (docs/tool.md), delivers what
// could still be had, and leaves no program, map or process behind.

#include <algorithm>
#include <string>

#include "tests/live.h"
#include "tests/live_watched.h"

namespace nubpf::live {
namespace {

const std::string kCount = "tracepoint syscalls:sys_enter_lseek { where fd == 1000 | count }";
const std::string kRows = "tracepoint syscalls:sys_enter_lseek { where fd == 1000 | get offset }";
const std::string kForEver = repeat(0, step("seek", 1) + step("sleep", 1'000'000));

bool runs(int pid) {
  return pid > 0 && ::kill(pid, 0) == 0;
}

/// A trace that has come to a mark in its workload.
class Traced {
 public:
  /// `wrapper` is a script of the shell that starts nubpf by `"$@"`.
  Traced(const std::string& program, const std::string& before, const std::string& behind,
         const std::string& wrapper = "exec \"$@\"", const std::vector<std::string>& more = {},
         const std::string& bpftrace_by = "")
      : mark_(new_file(".mark", "")) {
    std::filesystem::remove(mark_);
    auto words = nubpf(program, {"--bpftrace", bpftrace_by + watched_.option().back(), "-c",
                                 workload(before + step("mark", mark_.string()) + behind)});
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.begin(), {"sh", "-c", wrapper, "sh"});
    tool_.emplace(words);
    is_there_ =
        wait_until([&] { return std::filesystem::exists(mark_) || tool_->status(); }) && !tool_->status();
    footprint_.emplace(watched_);
    command_ = child_of(tool_->pid());
  }

  [[nodiscard]] bool is_there() const { return is_there_ && !footprint_->is_empty(); }
  [[nodiscard]] Running& tool() { return *tool_; }
  [[nodiscard]] const Watched& bpftrace() const { return watched_; }
  /// The process of the workload.
  [[nodiscard]] int command() const { return command_; }
  /// Nothing of it is left.
  [[nodiscard]] bool is_gone() const {
    return wait_until([&] { return !watched_.is_there(); }, 10s) && footprint_->is_gone() &&
           wait_until([&] { return !runs(command_); }, 10s);
  }

 private:
  static int child_of(int parent) {
    const auto found = processes_of(parent, "nubpf_workload");
    return found.size() == 1 && found[0] != parent ? found[0] : 0;
  }

  std::filesystem::path mark_;
  Watched watched_;
  std::optional<Running> tool_;
  std::optional<Footprint> footprint_;
  bool is_there_ = false;
  int command_ = 0;
};

TEST_CASE("bpftrace is killed: no result is made up") {
  if (skipped()) return;
  const auto number = GENERATE(SIGKILL, SIGHUP, SIGSEGV);
  INFO(number);
  Traced traced(kCount, repeat(100, step("seek", 1)), "wait\n");
  REQUIRE(traced.is_there());
  CHECK(runs(traced.command()));
  ::kill(traced.bpftrace().pid(), number);
  CHECK(traced.tool().wait() == 6);
  CHECK(traced.tool().output().empty());
  CHECK(traced.tool().errors().find("nubpf::bpftrace_died") != std::string::npos);
  CHECK(traced.is_gone());
}

TEST_CASE("bpftrace is ended by somebody else: what it still gives is delivered") {
  if (skipped()) return;
  const auto number = GENERATE(SIGTERM, SIGINT);
  INFO(number);
  Traced traced(kCount, repeat(100, step("seek", 1)), repeat(0, step("read", 1) + step("sleep", 5'000'000)));
  REQUIRE(traced.is_there());
  // 0.17 may miss a signal
  CHECK(wait_until([&] {
    ::kill(traced.bpftrace().pid(), number);
    std::this_thread::sleep_for(300ms);
    return traced.tool().status().has_value();
  }));
  CHECK(traced.tool().wait() == 0);
  CHECK(traced.tool().output() == "100\n");
  CHECK(traced.is_gone());
}

TEST_CASE("the command is killed: its trace ends as if it had ended itself") {
  if (skipped()) return;
  Traced traced(kCount, repeat(100, step("seek", 1)), "wait\n");
  REQUIRE(traced.is_there());
  REQUIRE(traced.command() > 0);
  ::kill(traced.command(), SIGKILL);
  CHECK(traced.tool().wait() == 0);
  CHECK(traced.tool().output() == "100\n");
  CHECK(traced.tool().errors().empty());
  CHECK(traced.is_gone());
}

TEST_CASE("nubpf is killed: nothing of it stays, the command neither") {
  if (skipped()) return;
  Traced traced(kCount, "", kForEver);
  REQUIRE(traced.is_there());
  traced.tool().send(SIGKILL);
  CHECK(traced.tool().wait() == -SIGKILL);
  CHECK(traced.is_gone());
}

TEST_CASE("bpftrace that the kernel does not end with nubpf, as below sudo, ends by itself") {
  if (skipped()) return;
  Traced traced(kCount, "", kForEver, "exec \"$@\"", {}, "setpriv --pdeathsig clear ");
  REQUIRE(traced.is_there());
  traced.tool().send(SIGKILL);
  CHECK(traced.tool().wait() == -SIGKILL);
  CHECK(traced.is_gone());
}

TEST_CASE("a closed standard output and a full disk are errors of the output") {
  if (skipped()) return;
  const auto wrapper = GENERATE(as<std::string>(), "exec \"$@\" >&-", "exec \"$@\" >/dev/full");
  INFO(wrapper);
  SECTION("rows end the trace at once") {
    Traced traced(kRows, "", kForEver, wrapper);
    CHECK(traced.tool().wait() == 7);
    CHECK(traced.tool().errors().find("nubpf::cannot_write") != std::string::npos);
    CHECK(traced.is_gone());
  }
  SECTION("a final result cannot be written") {
    Traced traced(kCount, repeat(10, step("seek", 1)), "wait\n", wrapper);
    REQUIRE(traced.is_there());
    traced.tool().send(SIGINT);
    CHECK(traced.tool().wait() == 7);
    CHECK(traced.is_gone());
  }
}

TEST_CASE("closed descriptors are not mistaken for others") {
  if (skipped()) return;
  for (const auto* const closed : {"exec \"$@\" <&-", "exec \"$@\" 2>&-", "exec \"$@\" <&- 2>&-"}) {
    INFO(closed);
    Traced traced(kCount, repeat(100, step("seek", 1)), "wait\n", closed);
    REQUIRE(traced.is_there());
    traced.tool().send(SIGINT);
    CHECK(traced.tool().wait() == 0);
    CHECK(traced.tool().output() == "100\n");
    CHECK(traced.is_gone());
  }
}

TEST_CASE("a reader that sleeps gets every row that was kept, and is told of the others") {
  if (skipped()) return;
  constexpr int kSent = 400'000;
  const auto output = new_file(".rows", "");
  Traced traced(kRows, repeat(kSent, step("seek", 1)), "wait\n",
                "exec 3>" + output.string() + "; { \"$@\"; echo $? >&2; } | { sleep 4; cat >&3; }",
                {"--stats", "--error-format", "json"});
  REQUIRE(traced.is_there());
  const auto tool = processes_of(traced.tool().pid(), "nubpf");
  REQUIRE_FALSE(tool.empty());
  ::kill(tool[0], SIGINT);
  CHECK(traced.tool().wait() == 0);
  std::ifstream file(output);
  const auto rows = std::count(std::istreambuf_iterator<char>(file), {}, '\n');
  bool has_stats = false;
  for (const auto& line : json_lines(traced.tool().errors())) {
    if (!line.IsObject() || !line.HasMember("stats")) continue;
    has_stats = true;
    const auto& account = line["stats"]["sent"][0];
    CHECK(account["arrived"].GetInt64() == rows);
    CHECK(account["emitted"].GetInt64() == kSent);
    CHECK(account["lost"].GetInt64() == kSent - rows);
  }
  CHECK(has_stats);
  CHECK(traced.tool().errors().ends_with("0\n"));
  CHECK(traced.is_gone());
}

TEST_CASE("a terminal that changes its size changes nothing else") {
  if (skipped()) return;
  Traced traced(kRows, repeat(10, step("seek", 7)),
                repeat(20, step("seek", 7) + step("sleep", 10'000'000)) + "wait\n", "exec \"$@\"",
                {"--format", "table"});
  REQUIRE(traced.is_there());
  for (int i = 0; i < 20; ++i) {
    traced.tool().send(SIGWINCH);
    std::this_thread::sleep_for(15ms);
  }
  CHECK(wait_until(
      [&] { return std::count(traced.tool().output().begin(), traced.tool().output().end(), '7') == 30; }));
  traced.tool().send(SIGINT);
  CHECK(traced.tool().wait() == 0);
  CHECK(traced.tool().errors().empty());
  CHECK(traced.is_gone());
}

TEST_CASE("too few descriptors are an error, not a wait") {
  if (skipped()) return;
  // what this process was given by others does not count
  const std::string close = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ";
  int failed = 0;
  for (int limit = 4; limit <= 40; limit += limit < 20 ? 1 : 5) {
    const Watched watched;
    const auto result =
        run({"sh", "-c", close + "ulimit -n " + std::to_string(limit) + "; exec \"$@\"", "sh", NUBPF_BINARY,
             "-e", kCount, "--for", "200ms", "--bpftrace", watched.option().back()});
    INFO(limit << " " << result.status << "\n" << result.errors);
    CHECK(result.status >= 0);
    CHECK(result.status < 8);
    if (result.status != 0) {
      ++failed;
      CHECK(result.output.empty());
      CHECK(result.errors.find("nubpf::") != std::string::npos);
    }
    CHECK_FALSE(watched.is_there());
  }
  CHECK(failed > 0);
}

}  // namespace
}  // namespace nubpf::live
