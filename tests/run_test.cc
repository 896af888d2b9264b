#include "adapter/run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "adapter/descriptor.h"
#include "adapter/process.h"
#include "adapter/replace_file.h"
#include "adapter/version.h"
#include "memory_file.h"
#include "recording_writer.h"
#include "transpiler/btf.h"

namespace nubpf {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A folder of its own, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nubpf-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  [[nodiscard]] std::filesystem::path path() const { return path_; }

  std::string script(const std::string& name, const std::string& body) const {
    const auto file = path_ / name;
    std::ofstream(file) << "#!/bin/sh\n" << body;
    chmod(file.c_str(), 0755);
    return file.string();
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(path_ / name).rdbuf();
    return text.str();
  }
  /// Waits until the file is there.
  [[nodiscard]] bool appears(const std::string& name) const {
    for (int i = 0; i < 500; ++i) {
      if (std::filesystem::exists(path_ / name)) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }

 private:
  std::filesystem::path path_;
};

constexpr const char* kReady = "echo __BPFTRACE_NOTIFY_PROBES_ATTACHED >&2\n";

Aggregation counting() {
  Aggregation aggregation;
  aggregation.name = "count";
  aggregation.kind = AggregationKind::count;
  aggregation.map = "@count";
  aggregation.value = integer_type(64, true);
  return aggregation;
}

/// Runs programs on scripts that play bpftrace.
struct Fixture {
  TemporaryFolder folder;
  Program program;
  RunOptions options;
  RecordingWriter writer;
  Diagnostics diagnostics;

  Fixture() {
    program.text = "BEGIN\n{\n  print((1, 2));\n}\n";
    program.source_map = {{3, {5, 9}}};
    program.schema.form = ResultForm::rows;
    program.schema.sites = {
        {.id = 1, .event = "begin", .columns = {{"n", integer_type(64, true)}}, .counter = "@__nubpf_n1"}};
  }

  /// `body` is what bpftrace does once it has read its program.
  RunResult run(const std::string& body) {
    options.bpftrace = {folder.script("bpftrace", "cat > '" + (folder.path() / "program").string() +
                                                      "'\ncd '" + folder.path().string() + "'\n" + body)};
    return nubpf::run(program, options, writer, [this](const Diagnostic& d) { diagnostics.push_back(d); });
  }
  void count_aggregation() {
    program.schema.sites.clear();
    program.schema.form = ResultForm::value;
    program.schema.aggregations = {counting()};
  }
  [[nodiscard]] std::vector<std::int64_t> numbers() const {
    std::vector<std::int64_t> list;
    for (const auto& row : writer.rows) list.push_back(std::get<std::int64_t>(row.cells.at(0).node));
    return list;
  }
};

std::string row(int n) {
  return R"(echo '{"type": "value", "data": [1,)" + std::to_string(n) + "]}'\n";
}

bool is_alive(int pid) {
  return kill(pid, 0) == 0;
}

/// Sends a signal to this process a while after the file appears.
class Later {
 public:
  Later(const TemporaryFolder& folder, std::string file, int signal_number,
        milliseconds delay = milliseconds(0))
      : thread_([&folder, file = std::move(file), signal_number, delay] {
          if (!folder.appears(file)) return;
          std::this_thread::sleep_for(delay);
          kill(getpid(), signal_number);
        }) {}
  ~Later() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST_CASE("run: rows in order, the program on standard input, its arguments and environment") {
  Fixture f;
  f.program.arguments = {"-k"};
  f.program.environment = {{"BPFTRACE_STRLEN", "80"}};
  const RunResult result =
      f.run("echo \"$@\" > arguments; env > environment\n" + std::string(kReady) + row(1) + row(2) +
            "echo; echo; echo '{\"type\": \"map\", \"data\": {\"@__nubpf_n1\": 2}}'\n");
  CHECK(result.exit_code == 0);
  CHECK(result.rows == 2);
  REQUIRE(result.accounts.size() == 1);
  CHECK(result.accounts[0].emitted == 2);
  CHECK(result.accounts[0].lost() == 0);
  CHECK_FALSE(result.interrupted);
  CHECK(f.numbers() == std::vector<std::int64_t>{1, 2});
  CHECK(f.diagnostics.empty());
  CHECK(f.folder.read("program") == f.program.text);
  CHECK(f.folder.read("arguments") == "-k -f json -\n");
  const std::string environment = "\n" + f.folder.read("environment");
  CHECK(environment.find("\nBPFTRACE_STRLEN=80\n") != environment.npos);
  CHECK(environment.find("\nBPFTRACE_PERF_RB_PAGES=") != environment.npos);
  CHECK(environment.find("\n__BPFTRACE_NOTIFY_PROBES_ATTACHED=1\n") != environment.npos);
}

TEST_CASE(
    "run: a program ends with the process that bpftrace watches, and what comes after that is not lost") {
  Fixture f;
  f.program.ends_with_process = true;
  f.program.duration_ns = 200'000'000;
  const auto start = Clock::now();
  const RunResult result =
      f.run("echo \"$@\" > arguments\n" + std::string(kReady) + row(1) +
            // a process that has ended but was not waited for has no command line
            "while [ -n \"$(tr -d '\\0' 2>/dev/null < /proc/$4/cmdline)\" ]; do sleep 0.01; done\n" + row(2));
  CHECK(Clock::now() - start >= milliseconds(200));
  CHECK(result.exit_code == 0);
  CHECK_FALSE(result.interrupted);
  CHECK(f.numbers() == std::vector<std::int64_t>{1, 2});
  CHECK(f.diagnostics.empty());
  const std::string arguments = f.folder.read("arguments");
  CHECK(arguments.substr(0, arguments.find_last_of(' ', arguments.size() - 4)) == "-f json -p");
}

TEST_CASE("run: where the end of the watched process does not end bpftrace, a signal does") {
  Fixture f;
  f.program.ends_with_process = true;
  f.program.duration_ns = 10'000'000;
  const RunResult result =
      f.run("trap 'exit 0' TERM\n" + std::string(kReady) + "while :; do sleep 0.01; done\n");
  CHECK(result.exit_code == 0);
}

TEST_CASE("run: a command that starts bpftrace gets its environment as words before the last") {
  Fixture f;
  f.program.environment = {{"BPFTRACE_STRLEN", "80"}};
  const std::string wrapper = f.folder.script("wrapper", "exec env -i \"$@\"\n");
  const std::string fake = f.folder.script(
      "bpftrace",
      "cat > /dev/null\necho \"{\\\"type\\\": \\\"value\\\", \\\"data\\\": [1,$BPFTRACE_STRLEN]}\"\n");
  f.options.bpftrace = {wrapper, "PATH=" + std::string(std::getenv("PATH")), fake};
  const RunResult result = run(f.program, f.options, f.writer, [](const Diagnostic&) {});
  CHECK(result.exit_code == 0);
  CHECK(f.numbers() == std::vector<std::int64_t>{80});
}

TEST_CASE("run: bpftrace reads few types where the program needs none, unless the user has chosen others") {
  const std::string script = R"(cat "$BPFTRACE_BTF" > types)" + std::string("\n") + kReady;
  Fixture f;
  CHECK(f.run(script).exit_code == 0);
  CHECK(f.folder.read("types").empty());
  f.program.needs_kernel_types = false;
  CHECK(f.run(script).exit_code == 0);
  CHECK(f.folder.read("types") == common_types());
  std::ofstream(f.folder.path() / "chosen") << "mine";
  setenv("BPFTRACE_BTF", (f.folder.path() / "chosen").c_str(), 1);
  CHECK(f.run(script).exit_code == 0);
  unsetenv("BPFTRACE_BTF");
  CHECK(f.folder.read("types") == "mine");
}

TEST_CASE("run: a program larger than a pipe") {
  Fixture f;
  f.program.text = std::string(3'000'000, ' ') + "\n";
  CHECK(f.run(std::string(kReady) + "wc -c < program > size\n").exit_code == 0);
  CHECK(std::stoi(f.folder.read("size")) == 3'000'001);
}

TEST_CASE("run: much on both pipes at once") {
  Fixture f;
  const RunResult result =
      f.run(std::string(kReady) +
            "awk 'BEGIN { for (i = 0; i < 60000; ++i) { print \"noise noise noise\" > "
            "\"/dev/stderr\"; print \"{\\\"type\\\": \\\"value\\\", \\\"data\\\": [1,\" i \"]}\" } }'\n");
  CHECK(result.rows == 60'000);
  const auto numbers = f.numbers();
  CHECK(numbers.back() == 59'999);
  CHECK(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST_CASE("run: a row is delivered when it comes, not at the end") {
  Fixture f;
  f.run(std::string(kReady) + row(1) + "sleep 0.3\n" + row(2) + "sleep 0.3\n");
  CHECK(f.writer.flushes >= 2);
}

TEST_CASE("run: no such bpftrace") {
  Fixture f;
  f.options.bpftrace = {"/nonexistent/bpftrace"};
  const RunResult result =
      run(f.program, f.options, f.writer, [&](const Diagnostic& d) { f.diagnostics.push_back(d); });
  CHECK(result.exit_code == 3);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::bpftrace_missing);
}

TEST_CASE("run: bpftrace refuses the program") {
  Fixture f;
  f.count_aggregation();
  const RunResult result = f.run("echo 'stdin:3:3-9: ERROR: Undefined map: @x' >&2; exit 1\n");
  CHECK(result.exit_code == 5);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::bpftrace_rejected);
  CHECK(f.diagnostics[0].labels.at(0).span == Span{5, 9});
  CHECK(f.writer.values.empty());
}

TEST_CASE("run: an end without an error before anything is traced is one") {
  Fixture f;
  CHECK(f.run("cat >/dev/null\necho garbage {} [\necho '{\"type\": 5}'\nexit 0\n").exit_code == 5);
  REQUIRE(f.diagnostics.size() >= 1);
  const auto& last = f.diagnostics.back();
  CHECK(last.kind == DiagnosticKind::bpftrace_rejected);
  CHECK(last.message == "bpftrace did not run the generated program (exit code 0)");
}

TEST_CASE("run: the verifier's log comes from a second, verbose run") {
  Fixture f;
  const RunResult result = f.run(
      "case \"$*\" in *-v*) printf 'Error log: \\nR1 invalid mem access\\n\\n' >&2;; esac\n"
      "echo 'ERROR: Error loading program: BEGIN (try -v)' >&2; exit 255\n");
  CHECK(result.exit_code == 5);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::verifier);
  CHECK(f.diagnostics[0].notes.back() == "R1 invalid mem access");
}

TEST_CASE("run: no rights") {
  Fixture f;
  CHECK(f.run("echo 'ERROR: bpftrace currently only supports running as the root user.' >&2; exit 1\n")
            .exit_code == 4);
}

TEST_CASE("run: bpftrace dies while it traces") {
  Fixture f;
  f.count_aggregation();
  const RunResult result = f.run(std::string(kReady) + "kill -SEGV $$\n");
  CHECK(result.exit_code == 6);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::bpftrace_died);
  // 0 would be a lie
  CHECK(f.writer.values.empty());
}

TEST_CASE("run: bpftrace warns of a probe that it leaves out") {
  Fixture f;
  CHECK(f.run("echo 'WARNING: could not attach probe BEGIN, skipping.' >&2\n" + std::string(kReady))
            .exit_code == 0);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::runtime_warning);
}

TEST_CASE("run: lost rows are reported") {
  Fixture f;
  const RunResult result =
      f.run(std::string(kReady) + row(1) + R"(echo '{"type": "map", "data": {"@__nubpf_n1": 3}}')" + "\n");
  CHECK(result.exit_code == 0);
  CHECK(result.rows == 1);
  REQUIRE(result.accounts.size() == 1);
  CHECK(result.accounts[0].emitted == 3);
  CHECK(result.accounts[0].lost() == 2);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::lost_events);
}

TEST_CASE("run: what bpftrace says last is kept behind a storm of words") {
  Fixture f;
  const RunResult result = f.run(
      "awk 'BEGIN { for (i = 0; i < 10000; ++i) "
      "print \"stdin:1:1-2: WARNING: noise that goes on and on, number \" i > \"/dev/stderr\" }'\n"
      "echo 'stdin:3:3-9: ERROR: Undefined map: @x' >&2; exit 1\n");
  CHECK(result.exit_code == 5);
  REQUIRE_FALSE(f.diagnostics.empty());
  CHECK(f.diagnostics[0].kind == DiagnosticKind::bpftrace_rejected);
  CHECK(f.diagnostics[0].labels.at(0).span == Span{5, 9});
}

TEST_CASE("run: a storm on standard error while it traces costs no row") {
  Fixture f;
  const RunResult result = f.run(
      std::string(kReady) +
      "awk 'BEGIN { for (i = 0; i < 10000; ++i) print \"\\033[31mnoise \\377 \" i > \"/dev/stderr\" }' &\n" +
      row(1) + "wait\n" + row(2));
  CHECK(result.exit_code == 0);
  CHECK(f.numbers() == std::vector<std::int64_t>{1, 2});
  CHECK(f.diagnostics.empty());
}

TEST_CASE("run: garbage among the messages is told, and costs only itself") {
  Fixture f;
  const RunResult result =
      f.run(std::string(kReady) + row(1) +
            "printf '\\000\\001\\377\\376garbage\\n{\\n{\"type\"\\n{\"type\": \"value\", \"data\": [1,\\n'\n"
            "printf '{\"type\": \"value\", \"data\": [77,\\033[31m]}\\n{\"type\": \"value\", \"data\": "
            "[77,5]}\\n'\n"
            "printf '{\"type\": \"map\", \"data\": []}\\n{\"type\": \"nonsense\", \"data\": {}}\\n'\n" +
            row(2) +
            // halves of a line, and one without its end
            "printf '{\"type\": \"value\", '; sleep 0.1; printf '\"data\": [1,3]}\\n'\n"
            "printf '{\"type\": \"value\", \"data\": [1,4]}'\n");
  CHECK(result.exit_code == 0);
  CHECK(f.numbers() == std::vector<std::int64_t>{1, 2, 3, 4});
  // each kind of garbage once
  REQUIRE(f.diagnostics.size() == 2);
  for (const auto& diagnostic : f.diagnostics) CHECK(diagnostic.kind == DiagnosticKind::malformed_output);
}

/// Kilobytes of this process, from /proc.
std::int64_t memory(const std::string& field) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    std::int64_t number = 0;
    if (word == field && file >> number) return number;
  }
  return 0;
}

TEST_CASE("run: lines without an end take no memory without end") {
  // a `clear_refs` of 5 begins the peak anew
  std::ofstream("/proc/self/clear_refs") << 5;
  const auto before = memory("VmRSS:");
  Fixture f;
  const auto endless = [](const std::string& beginning) {
    return "printf '%s' '" + beginning + "'; head -c 200000000 /dev/zero | tr '\\0' x; echo\n";
  };
  const RunResult result = f.run(std::string(kReady) + "(" + endless("") + ") >&2\n" + row(1) + endless("") +
                                 row(2) + endless(R"({"type": "value", "data": [1,")") + row(3));
  CHECK(result.exit_code == 0);
  CHECK(f.numbers() == std::vector<std::int64_t>{1, 2, 3});
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::malformed_output);
  CHECK(memory("VmHWM:") - before < 80'000);
}

constexpr const char* kStopsWithMap =
    "trap 'echo \"{\\\"type\\\": \\\"map\\\", \\\"data\\\": {\\\"@count\\\": 5}}\"; exit 0' TERM\n";
constexpr const char* kTraces =
    "echo $$ > pid\n"
    "touch tracing\n"
    "while :; do sleep 0.02; done\n";

TEST_CASE("run: a signal stops it and the final maps are delivered") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    Fixture f;
    f.count_aggregation();
    const Later later(f.folder, "tracing", number);
    const RunResult result = f.run(std::string(kStopsWithMap) + kReady + kTraces);
    CHECK(result.exit_code == 0);
    CHECK(result.interrupted);
    CHECK(f.writer.values == std::vector<Value>{{std::int64_t{5}}});
  }
}

TEST_CASE("run: bpftrace 0.17 may miss the first signal") {
  Fixture f;
  f.count_aggregation();
  const Later later(f.folder, "tracing", SIGINT);
  const RunResult result =
      f.run(std::string(kReady) + "trap 'trap \"echo again > got; exit 0\" TERM' TERM\n" + "touch tracing\n" +
            "while :; do sleep 0.02; done\n");
  CHECK(result.exit_code == 0);
  CHECK(f.folder.read("got") == "again\n");
}

TEST_CASE("run: a program that stops itself gets SIGUSR1, once") {
  Fixture f;
  f.program.text += "self:signal:SIGUSR1\n{\n  exit();\n}\n";
  const Later later(f.folder, "tracing", SIGINT);
  const RunResult result = f.run(std::string(kReady) +
                                 "trap 'echo x >> got' USR1\ntrap 'echo term >> got' TERM\ntouch tracing\n"
                                 "while [ ! -e got ]; do sleep 0.02; done; sleep 0.6\n");
  CHECK(result.exit_code == 0);
  CHECK(f.folder.read("got") == "x\n");
}

TEST_CASE("run: rows that are still to come when the signal does are waited for") {
  Fixture f;
  const Later later(f.folder, "tracing", SIGINT);
  f.options.on_request = {milliseconds(1'000), milliseconds(60'000)};
  f.run(std::string(kReady) + "trap 'exit 0' TERM\ntouch tracing\n" +
        "i=0; while [ $i -lt 8 ]; do i=$((i+1)); echo \"{\\\"type\\\": \\\"value\\\", \\\"data\\\": "
        "[1,$i]}\"; sleep 0.02; done\n" +
        "while :; do sleep 0.02; done\n");
  CHECK(f.writer.rows.size() == 8);
}

TEST_CASE("run: a second signal kills at once") {
  Fixture f;
  f.count_aggregation();
  const Later first(f.folder, "tracing", SIGINT);
  const Later second(f.folder, "got", SIGINT);
  const auto start = Clock::now();
  const RunResult result =
      f.run(std::string(kReady) + "trap 'touch got' TERM\ntouch tracing\nwhile :; do sleep 0.02; done\n");
  CHECK(result.exit_code == 0);
  CHECK(result.interrupted);
  CHECK(f.writer.values.empty());
  CHECK(Clock::now() - start < milliseconds(3000));
}

TEST_CASE("run: a signal before the probes are attached ends it") {
  Fixture f;
  f.count_aggregation();
  const Later later(f.folder, "starting", SIGINT);
  const RunResult result = f.run("touch starting\nexec sleep 60\n");
  CHECK(result.exit_code == 0);
  CHECK(f.diagnostics.empty());
}

TEST_CASE("run: signals that are ignored stay ignored, and all are as before afterwards") {
  const auto handler = [](int number) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    return action.sa_handler;
  };
  const auto before = signal(SIGHUP, SIG_IGN);
  const auto interrupt = handler(SIGINT);
  const auto pipe = handler(SIGPIPE);
  Fixture f;
  const Later later(f.folder, "tracing", SIGHUP);
  const RunResult result = f.run(std::string(kReady) + "touch tracing; sleep 0.3\n" + row(1));
  CHECK_FALSE(result.interrupted);
  CHECK(f.writer.rows.size() == 1);
  CHECK(handler(SIGHUP) == SIG_IGN);
  CHECK(handler(SIGINT) == interrupt);
  CHECK(handler(SIGPIPE) == pipe);
  signal(SIGHUP, before);
}

TEST_CASE("run: a reader that has all it wants ends the trace with success") {
  Fixture f;
  f.writer.fails_after = 3;
  const RunResult result =
      f.run("echo $$ > pid\n" + std::string(kReady) + "while :; do " + row(1) + "sleep 0.01; done\n");
  CHECK(result.exit_code == 0);
  CHECK(f.diagnostics.empty());
  CHECK_FALSE(is_alive(std::stoi(f.folder.read("pid"))));
}

TEST_CASE("run: the end of the reader is seen while no rows come") {
  Fixture f;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const Descriptor write_end(ends[1]);
  f.options.output = write_end.get();
  std::thread closes([&] {
    (void)f.folder.appears("tracing");
    close(ends[0]);
  });
  const RunResult result = f.run(std::string(kReady) + "touch tracing\nexec sleep 60\n");
  closes.join();
  CHECK(result.exit_code == 0);
}

TEST_CASE("run: a full disk is an error") {
  Fixture f;
  f.writer.fails_after = 1;
  f.writer.fails_with = ENOSPC;
  const RunResult result = f.run(std::string(kReady) + row(1) + "exec sleep 60\n");
  CHECK(result.exit_code == 7);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::cannot_write);
}

TEST_CASE("run: a row limit ends the trace") {
  Fixture f;
  f.options.row_limit = 2;
  const RunResult result =
      f.run("echo $$ > pid\n" + std::string(kReady) + row(1) + row(2) + row(3) + "exec sleep 60\n");
  CHECK(result.exit_code == 0);
  CHECK(f.numbers() == std::vector<std::int64_t>{1, 2});
  CHECK_FALSE(is_alive(std::stoi(f.folder.read("pid"))));
}

TEST_CASE("run: hostile text of a print reaches the terminal visible") {
  Fixture f;
  const MemoryFile file;
  const Descriptor saved(dup(STDERR_FILENO));
  dup2(file.fd(), STDERR_FILENO);
  f.run(R"(printf '%s\n' '{"type": "printf", "data": "a\tb \u001b[31m\uffffffff\n"}')"
        "\n");
  dup2(saved.get(), STDERR_FILENO);
  CHECK(file.text() == "a\tb \\e[31m\\xff\n");
}

TEST_CASE("run: bpftrace has its own process group and dies with nubpf") {
  TemporaryFolder folder;
  Program program;
  const std::string fake =
      folder.script("bpftrace", "cat > /dev/null; cd '" + folder.path().string() +
                                    "'; ps -o pgid= -p $$ > group; echo $$ > pid; touch tracing\n" + kReady +
                                    "while :; do sleep 0.05; done\n");
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    RecordingWriter writer;
    RunOptions options;
    options.bpftrace = {fake};
    (void)run(program, options, writer, [](const Diagnostic&) {});
    _exit(0);
  }
  REQUIRE(folder.appears("tracing"));
  const int pid = std::stoi(folder.read("pid"));
  CHECK(std::stoi(folder.read("group")) == pid);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  bool is_gone = false;
  for (int i = 0; i < 300 && !is_gone; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
    // an orphan that nobody waits for stays as a zombie
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    is_gone = !std::getline(stat, text) || text.find(") Z ") != text.npos;
  }
  CHECK(is_gone);
}

TEST_CASE("run: a command runs from the moment the probes are attached, and its end is the trace's") {
  Fixture f;
  auto command = start_command("sh -c 'touch " + (f.folder.path() / "ran").string() + "'");
  REQUIRE(command);
  f.options.command = &*command;
  const RunResult result = f.run("sleep 0.1; [ -e ran ] && touch early\n" + std::string(kReady) +
                                 "trap 'exit 0' TERM\nwhile [ ! -e ran ]; do sleep 0.01; done\n" + row(1) +
                                 "while :; do sleep 0.01; done\n");
  CHECK(result.exit_code == 0);
  CHECK_FALSE(result.interrupted);
  CHECK(f.writer.rows.size() == 1);
  CHECK_FALSE(std::filesystem::exists(f.folder.path() / "early"));
  CHECK(command->exit_code() == 0);
}

TEST_CASE("run: rows that wait when the command has ended are waited for") {
  Fixture f;
  f.program.text += "self:signal:SIGUSR1\n{\n  exit();\n}\n";
  auto command = start_command("true");
  REQUIRE(command);
  f.options.command = &*command;
  const RunResult result =
      f.run("trap 'touch asked' USR1\ntrap 'exit 0' TERM\n" + std::string(kReady) +
            "while [ ! -e asked ]; do sleep 0.01; done\n"
            "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo \"{\\\"type\\\": \\\"value\\\", \\\"data\\\": "
            "[1,$i]}\"; sleep 0.1; done\n");
  CHECK(result.exit_code == 0);
  CHECK(f.writer.rows.size() == 30);
}

TEST_CASE("run: a command that cannot be executed") {
  Fixture f;
  const std::string script = f.folder.script("bad", "");
  std::ofstream(script) << "#!/nonexistent/interpreter\n";
  auto command = start_command(script);
  REQUIRE(command);
  f.options.command = &*command;
  const RunResult result = f.run(std::string(kReady) + "exec sleep 60\n");
  CHECK(result.exit_code == 2);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::command_failed);
}

TEST_CASE("command: its process id is the command's own") {
  TemporaryFolder folder;
  const std::string script =
      folder.script("self", "echo $$ > '" + (folder.path() / "pid").string() + "'; exit \"$2\"\n");
  // words, a variable of the shell, and a list of commands
  for (const std::string& text :
       {script + " 'a b' 3", "X=3; exec " + script + " x $X", script + " x `echo 3`"}) {
    auto command = start_command(text);
    REQUIRE(command);
    REQUIRE_FALSE(command->release());
    for (int i = 0; i < 500 && !command->exit_code(); ++i) std::this_thread::sleep_for(milliseconds(10));
    CHECK(command->exit_code() == 3);
    CHECK(std::stoi(folder.read("pid")) == command->pid());
  }
}

TEST_CASE("command: one that is never released never runs") {
  TemporaryFolder folder;
  int pid = 0;
  {
    auto command = start_command("touch " + (folder.path() / "ran").string());
    REQUIRE(command);
    pid = command->pid();
    CHECK(is_alive(pid));
    CHECK_FALSE(command->exit_code());
  }
  CHECK_FALSE(is_alive(pid));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "ran"));
}

TEST_CASE("command: one that still runs is ended") {
  int pid = 0;
  {
    auto command = start_command("sleep 60");
    REQUIRE(command);
    pid = command->pid();
    REQUIRE_FALSE(command->release());
  }
  CHECK_FALSE(is_alive(pid));
}

TEST_CASE("command: its output goes to standard error") {
  const MemoryFile file;
  const Descriptor saved(dup(STDERR_FILENO));
  dup2(file.fd(), STDERR_FILENO);
  {
    auto command = start_command("echo hello");
    (void)command->release();
    for (int i = 0; i < 500 && !command->exit_code(); ++i) std::this_thread::sleep_for(milliseconds(10));
  }
  dup2(saved.get(), STDERR_FILENO);
  CHECK(file.text() == "hello\n");
}

TEST_CASE("command: what cannot be started") {
  for (const char* text : {"", "  ", "nosuchprogram -x", "/etc", "'open", "/dev/null"}) {
    INFO(text);
    const auto command = start_command(text);
    REQUIRE_FALSE(command);
    CHECK(command.error().kind == DiagnosticKind::command_failed);
  }
}

TEST_CASE("command: words") {
  using Words = std::vector<std::string>;
  CHECK(split_words("sudo bpftrace") == Words{"sudo", "bpftrace"});
  CHECK(split_words("  a\t'b c' \"d 'e'\" f\\ g h'i'\"j\" ") == Words{"a", "b c", "d 'e'", "f g", "hij"});
  CHECK(split_words(R"("a\"b\\c\d" '' "")") == Words{"a\"b\\c\\d", "", ""});
  CHECK(split_words("") == Words{});
  CHECK_FALSE(split_words("'a"));
  CHECK_FALSE(split_words("a \"b"));
}

/// Sets an environment variable for its life.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST_CASE("version: asked once, and again when the program changes") {
  TemporaryFolder folder;
  const Variable cache("XDG_CACHE_HOME", (folder.path() / "cache").string());
  const std::string calls = (folder.path() / "calls").string();
  const std::string fake = folder.script("bpftrace", "echo x >> " + calls + "; echo bpftrace v0.23.2\n");
  CHECK(bpftrace_version({fake}) == BpftraceVersion{0, 23, 2});
  CHECK(bpftrace_version({fake}) == BpftraceVersion{0, 23, 2});
  CHECK(folder.read("calls") == "x\n");
  std::filesystem::remove(fake);
  folder.script("bpftrace", "echo x >> " + calls + "; echo bpftrace v0.24.0-rc1\n");
  CHECK(bpftrace_version({fake}) == BpftraceVersion{0, 24, 0});
  CHECK(folder.read("calls") == "x\nx\n");
}

TEST_CASE("version: without a place for the cache, and with a broken one") {
  TemporaryFolder folder;
  const std::string fake = folder.script("bpftrace", "echo bpftrace v0.17.0\n");
  {
    const Variable cache("XDG_CACHE_HOME", "/proc/nonexistent");
    CHECK(bpftrace_version({fake}) == BpftraceVersion{0, 17, 0});
  }
  const Variable cache("XDG_CACHE_HOME", folder.path().string());
  std::filesystem::create_directories(folder.path() / "nubpf");
  std::ofstream(folder.path() / "nubpf" / "bpftrace-version") << "junk\n\xff";
  CHECK(bpftrace_version({fake}) == BpftraceVersion{0, 17, 0});
}

TEST_CASE("version: of a command of several words") {
  TemporaryFolder folder;
  const std::string fake = folder.script("bpftrace", "echo bpftrace v0.20.1\n");
  CHECK(bpftrace_version({"env", fake}) == BpftraceVersion{0, 20, 1});
}

TEST_CASE("version: missing, too old, and what is no bpftrace") {
  TemporaryFolder folder;
  const Variable cache("XDG_CACHE_HOME", folder.path().string());
  const auto kind = [](const BpftraceCommand& command) {
    const auto version = bpftrace_version(command);
    REQUIRE_FALSE(version);
    return version.error().kind;
  };
  CHECK(kind({"/nonexistent"}) == DiagnosticKind::bpftrace_missing);
  CHECK(kind({"nosuchprogram", "bpftrace"}) == DiagnosticKind::bpftrace_missing);
  CHECK(kind({folder.script("old", "echo bpftrace v0.16.0\n")}) == DiagnosticKind::bpftrace_too_old);
  CHECK(kind({folder.script("odd", "echo hello\n")}) == DiagnosticKind::bpftrace_missing);
  CHECK(kind({folder.script("fails", "exit 1\n")}) == DiagnosticKind::bpftrace_missing);
  const auto plain = folder.path() / "plain";
  std::ofstream(plain) << "text";
  CHECK(bpftrace_version({plain.string()}).error().message ==
        "`" + plain.string() + "` cannot be started: it is no executable file");
  CHECK(kind({"env", folder.script("sudo", "echo 'sudo: a password is required' >&2; exit 1\n")}) ==
        DiagnosticKind::no_privilege);
}

TEST_CASE("a file is replaced as a whole, and its draft cannot be prepared") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a" / "file";
  CHECK_FALSE(replace_file(path, "one"));
  CHECK_FALSE(replace_file(path, "two"));
  CHECK(folder.read("a/file") == "two");
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  const mode_t mask = umask(022);
  umask(mask);
  CHECK((status.st_mode & 0777) == (0666 & ~mask));
  // where a folder lies, no file can; the draft is gone
  std::filesystem::create_directories(folder.path() / "a" / "folder" / "x");
  CHECK(replace_file(folder.path() / "a" / "folder", "three"));
  CHECK(replace_file("/proc/nonexistent/file", ""));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path() / "a"), {}) == 2);
}

TEST_CASE("process: output, errors, input and status of a captured program") {
  const auto captured = capture({.words = {"sh", "-c", "cat; echo bad >&2; exit 3"}, .environment = {}},
                                "input", milliseconds(5000));
  REQUIRE(captured);
  CHECK(captured->output == "input");
  CHECK(captured->errors == "bad\n");
  CHECK(captured->status == 3);
}

TEST_CASE("process: a captured program does not run on") {
  const auto start = Clock::now();
  const auto limited = capture({.words = {"sleep", "60"}, .environment = {}}, {}, milliseconds(100));
  REQUIRE(limited);
  CHECK(limited->status == -SIGKILL);
  const auto enough =
      capture({.words = {"sh", "-c", "echo enough >&2; exec sleep 60"}, .environment = {}}, {},
              milliseconds(30'000), [](std::string_view errors) { return !errors.empty(); });
  REQUIRE(enough);
  CHECK(enough->status == -SIGKILL);
  CHECK(Clock::now() - start < milliseconds(10'000));
}

TEST_CASE("process: what cannot be started, and who runs a program") {
  CHECK(start_process({.words = {"nosuchprogram"}, .environment = {}}).error() == ENOENT);
  CHECK(start_process({.words = {"/dev/null"}, .environment = {}}).error() == EACCES);
  CHECK_FALSE(find_program("nosuchprogram"));
  CHECK_FALSE(find_program("/tmp"));
  CHECK(find_program("sh"));
  auto process = start_process({.words = {"sh", "-c", "sleep 60; :"}, .environment = {}});
  REQUIRE(process);
  std::vector<int> found;
  for (int i = 0; i < 500 && (found.empty() || found == std::vector{process->pid()}); ++i) {
    found = processes_of(process->pid(), "sleep");
    std::this_thread::sleep_for(milliseconds(10));
  }
  REQUIRE(found.size() == 1);
  CHECK(found[0] != process->pid());
  CHECK(processes_of(process->pid(), "nothing") == std::vector{process->pid()});
}

}  // namespace
}  // namespace nubpf
