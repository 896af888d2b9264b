// Tracepoints through a command that may run bpftrace while its user may not read tracefs.

#include "adapter/bpftrace_tracepoints.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "adapter/cache.h"
#include "tests/live.h"
#include "transpiler/host_kernel.h"

namespace nubpf {
namespace {

namespace fs = std::filesystem;

/// A `sudo` that answers as bpftrace would, and counts how often it was asked.
struct FakeCommand {
  FakeCommand() : calls(live::new_file(".calls", "")) {
    const auto format = read_text(NUBPF_SOURCE_DIR "/tests/kernel/events/sched/sched_wakeup/format");
    std::string json;
    for (const char c : format)
      json += c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '"' ? "\\\"" : std::string(1, c);
    const auto answer = live::new_file(".json", R"({"type": "attached_probes", "data": {"probes": 1}})"
                                                "\n{\"type\": \"cat\", \"data\": \"" +
                                                    json + "\"}\n");
    script =
        live::new_file(".sh", "echo call >> " + calls.string() +
                                  "\ncase \"$*\" in *-l*) echo tracepoint:sched:sched_wakeup; exit;; esac\n"
                                  "grep -q sched/sched_wakeup/format && cat " +
                                  answer.string() + "\n");
  }
  [[nodiscard]] BpftraceCommand command() const { return {"sh", script.string()}; }
  [[nodiscard]] std::size_t count() const {
    const auto text = read_text(calls);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  static std::string read_text(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  fs::path calls, script;
};

struct CacheFolder {
  CacheFolder() { setenv("XDG_CACHE_HOME", live::new_file(".cache", "").replace_extension("d").c_str(), 1); }
  CacheFolder(const CacheFolder&) = delete;
  CacheFolder& operator=(const CacheFolder&) = delete;
  ~CacheFolder() { unsetenv("XDG_CACHE_HOME"); }
};

TEST_CASE("a tracepoint is read through the command, once for each kernel") {
  const CacheFolder cache;
  const FakeCommand fake;
  const HostKernel kernel({"/nonexistent", "/nonexistent"}, tracepoints_through(fake.command()));
  CHECK(kernel.tracepoints_readable());
  const auto found = kernel.tracepoint("sched", "sched_wakeup");
  REQUIRE(found);
  CHECK(found->fields.front().name == "comm");
  CHECK(found->fields.front().array == 16U);
  CHECK(fake.count() == 1);

  const HostKernel again({"/nonexistent", "/nonexistent"}, tracepoints_through(fake.command()));
  REQUIRE(again.tracepoint("sched", "sched_wakeup"));
  CHECK(fake.count() == 1);
  CHECK(kernel.tracepoints("sched:*") == std::vector<std::string>{"sched:sched_wakeup"});
}

TEST_CASE("what the command does not know is no tracepoint, and the next run asks again") {
  const CacheFolder cache;
  const FakeCommand fake;
  const HostKernel before({"/nonexistent", "/nonexistent"}, tracepoints_through(fake.command()));
  CHECK_FALSE(before.tracepoint("sched", "none"));
  CHECK_FALSE(before.tracepoint("sched", "none"));
  CHECK(fake.count() == 1);
  const HostKernel kernel({"/nonexistent", "/nonexistent"}, tracepoints_through(fake.command()));
  CHECK_FALSE(kernel.tracepoint("sched", "none"));
  CHECK(fake.count() == 2);
  // nothing that could end the string in the program that asks
  CHECK_FALSE(kernel.tracepoint("sched", "x\"); system(\"id"));
  CHECK(fake.count() == 2);
}

TEST_CASE("readable tracefs is read, and plain bpftrace is not asked") {
  const FakeCommand fake;
  const HostKernel kernel({NUBPF_SOURCE_DIR "/tests/kernel", "/nonexistent"},
                          tracepoints_through(fake.command()));
  CHECK(kernel.tracepoint("sched", "sched_wakeup"));
  CHECK(fake.count() == 0);
  CHECK(tracepoints_through({"bpftrace"}) == nullptr);
}

TEST_CASE("the cache keeps what was written last, and misses what was not") {
  const CacheFolder cache;
  CHECK_FALSE(read_cache("a/b"));
  write_cache("a/b", "one");
  write_cache("a/b", std::string("two\0", 4));
  CHECK(read_cache("a/b") == std::string("two\0", 4));
}

}  // namespace
}  // namespace nubpf
