// What does not arrive whole is told: lost rows, full maps, cut texts, lists and stacks. In the order of a
// run, with exact numbers.

#include <algorithm>
#include <string>
#include <thread>

#include "tests/live.h"
#include "tests/live_watched.h"

namespace nubpf::live {
namespace {

constexpr int kStorm = 150'000;

/// The last processor: bpftrace from 0.24 on does not count what is lost there.
std::string on_last_processor(const std::string& command) {
  return "taskset -c " + std::to_string(std::thread::hardware_concurrency() - 1) + " " + command;
}

/// A storm of events in the time in which bpftrace does not run; then one now and then.
class Storm {
 public:
  Storm(const std::string& program, const std::vector<std::string>& more)
      : mark_(new_file(".mark", "")), go_(new_file(".go", "")), done_(new_file(".done", "")) {
    for (const auto& file : {mark_, go_, done_}) std::filesystem::remove(file);
    const auto steps = repeat(kStorm, step("seek", 1)) + step("mark", done_.string()) +
                       repeat(0, step("seek", 1) + step("sleep", 20'000'000));
    const auto command = "sh -c 'touch " + mark_.string() + "; until [ -e " + go_.string() +
                         " ]; do sleep 0.01; done; exec " + on_last_processor(workload(steps)) + "'";
    auto words = nubpf(program, {"--bpftrace", watched_.option().back(), "-c", command});
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.begin(), {"env", "BPFTRACE_PERF_RB_PAGES=16"});
    tool_.emplace(words);
  }

  /// Answers whether it came about.
  [[nodiscard]] bool blow() {
    const auto appears = [this](const std::filesystem::path& file) {
      return wait_until([&] { return std::filesystem::exists(file) || tool_->status(); }) && !tool_->status();
    };
    if (!appears(mark_)) return false;
    ::kill(watched_.pid(), SIGSTOP);
    std::ofstream(go_) << "";
    const bool is_done = appears(done_);
    ::kill(watched_.pid(), SIGCONT);
    return is_done;
  }

  [[nodiscard]] Running& tool() { return *tool_; }
  [[nodiscard]] const Watched& watched() const { return watched_; }

 private:
  std::filesystem::path mark_, go_, done_;
  Watched watched_;
  std::optional<Running> tool_;
};

/// The JSON objects of standard error that have this member.
std::vector<rapidjson::Document> with_member(const std::string& errors, const char* name) {
  auto all = json_lines(errors);
  std::vector<rapidjson::Document> found;
  for (auto& one : all) {
    if (one.IsObject() && one.HasMember(name)) found.push_back(std::move(one));
  }
  return found;
}

std::vector<std::string> messages_of(const std::string& errors, const std::string& code) {
  std::vector<std::string> messages;
  for (const auto& diagnostic : with_member(errors, "code")) {
    if (string_of(diagnostic["code"]) == "nubpf::" + code)
      messages.push_back(string_of(diagnostic["message"]));
  }
  return messages;
}

TEST_CASE("lost rows are told while the program runs, and counted exactly at its end") {
  if (skipped()) return;
  Storm storm("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | select offset comm }",
              {"--stats", "--error-format", "json"});
  REQUIRE(storm.blow());
  auto& tool = storm.tool();
  REQUIRE(wait_until([&] { return tool.errors().find("lost_events") != std::string::npos || tool.status(); },
                     20s));
  REQUIRE_FALSE(tool.status());
  const auto at_once = messages_of(tool.errors(), "lost_events");
  REQUIRE(at_once.size() == 1);
  CHECK(at_once[0].ends_with(" so far"));
  tool.send(SIGINT);
  CHECK(tool.wait() == 0);

  const auto rows = static_cast<std::uint64_t>(std::count(tool.output().begin(), tool.output().end(), '\n'));
  const auto stats = with_member(tool.errors(), "stats");
  REQUIRE(stats.size() == 1);
  const auto& told = stats[0]["stats"];
  REQUIRE(told["sent"].Size() == 1);
  const auto& account = told["sent"][0];
  CHECK(told["delivered"].GetUint64() == rows);
  CHECK(account["arrived"].GetUint64() == rows);
  CHECK(account["emitted"].GetUint64() > kStorm);
  CHECK(account["lost"].GetUint64() == account["emitted"].GetUint64() - rows);
  const auto all = messages_of(tool.errors(), "lost_events");
  REQUIRE(all.size() == 2);
  CHECK(all[1] == std::to_string(account["lost"].GetUint64()) + " of " +
                      std::to_string(account["emitted"].GetUint64()) + " rows were lost");
}

TEST_CASE("nothing lost, nothing told") {
  if (skipped()) return;
  const auto result = trace("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | select offset }",
                            repeat(1000, step("seek", 1)), {"--stats"});
  CHECK(result.status == 0);
  CHECK(result.errors ==
        "stats: 1000 rows delivered\n"
        "  rows of `tracepoint:syscalls:sys_enter_lseek`: 1000 of 1000 arrived, 0 lost\n");
  CHECK(traced("tracepoint syscalls:sys_enter_lseek { where fd == 1001 | select offset }", step("seek", 1))
            .empty());
}

TEST_CASE("a full map is told, with what was left out") {
  if (skipped()) return;
  constexpr int kKeys = 16384;
  std::string steps;
  for (int i = 0; i < kKeys + 100; ++i) steps += step("seek", i);
  const auto result = trace("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | count --by offset }",
                            steps, {"--error-format", "json"});
  CHECK(result.status == 0);
  const auto rows = json_lines(result.output);
  // where the kernel keeps entries for each processor, it has some more
  CHECK(rows.size() >= kKeys);
  CHECK(rows.size() < kKeys + 100);
  const auto told = messages_of(result.errors, "map_full");
  REQUIRE(told.size() == 2);
  CHECK(told[0] == "the map of `count` was full, so new keys were left out");
  CHECK(told[1] ==
        std::to_string(kKeys + 100 - rows.size()) + " updates of the map of `count` were left out in all");
}

TEST_CASE("stacks and lists that may have been longer are told") {
  if (skipped()) return;
  const std::string program = "tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { select ustack } }";
  const auto shallow = trace(program, step("deep", 20));
  CHECK(shallow.errors.empty());
  const auto frames = json_lines(shallow.output);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0]["ustack"].Size() > 20);

  const auto deep = trace(program, repeat(3, step("deep", 200)), {"--error-format", "json"});
  CHECK(deep.status == 0);
  CHECK(messages_of(deep.errors, "cut_stacks") ==
        std::vector<std::string>{
            "3 stacks of `ustack` hold all 127 frames that are kept: the outermost ones may be missing"});
  const auto keyed = trace("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | count --by ustack }",
                           repeat(3, step("deep", 200)), {"--error-format", "json"});
  CHECK(messages_of(keyed.errors, "cut_stacks").size() == 1);

  std::string arguments;
  for (int i = 0; i < 70; ++i) arguments += " x";
  const auto list = run(nubpf("tracepoint syscalls:sys_enter_execve { select argv }",
                              {"-c", "/bin/true" + arguments, "--error-format", "json"}));
  CHECK(messages_of(list.errors, "cut_lists") ==
        std::vector<std::string>{
            "a list of `argv` holds all 64 strings that are kept, and may have been longer"});
}

TEST_CASE("texts that may have been longer are told, in reports, too") {
  if (skipped()) return;
  const std::string name(30, 'n');
  const auto result = trace(
      "trace {\n"
      "  tracepoint syscalls:sys_enter_openat { where dfd == 1000 | count --by filename }\n"
      "  tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 { report count } }\n"
      "  end { report count }\n"
      "}",
      step("open", name) + step("read", 1), {"--string-length", "20", "--error-format", "json"});
  CHECK(result.status == 0);
  CHECK(messages_of(result.errors, "cut_strings").size() == 1);
  // names of threads have their own length
  CHECK(traced("tracepoint syscalls:sys_enter_lseek { where fd == 1000 | get comm }",
               step("name", std::string("fifteen-letters")) + step("seek", 1),
               {"--string-length", "8"}) == "\"fifteen-letters\"\n");
}

}  // namespace
}  // namespace nubpf::live
