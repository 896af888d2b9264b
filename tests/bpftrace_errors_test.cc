#include "adapter/bpftrace_errors.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "adapter/source_lines.h"
#include "tests/golden_cases.h"
#include "transpiler/emit.h"
#include "transpiler/parse.h"
#include "transpiler/resolve.h"

namespace nubpf {
namespace {

Program sample_program() {
  Program program;
  program.text =
      "tracepoint:syscalls:sys_enter_openat,\n"
      "kprobe:vfs_read\n"
      "{\n"
      "  @count[comm] = count();\n"
      "  print((1, pid));\n"
      "}\n";
  program.source_map = {{1, {0, 10}}, {2, {11, 20}}, {4, {30, 40}}, {5, {50, 60}}};
  return program;
}

Diagnostics explain(const std::string& errors, int status = 1, bool was_tracing = false) {
  return explain_failure(sample_program(),
                         {.status = status, .was_tracing = was_tracing, .errors = errors, .output = {}});
}

constexpr const char* kNoise =
    "ERROR: Unknown error -1: couldn't set RLIMIT_MEMLOCK for bpftrace. If your program is not loading, you "
    "can "
    "try \"ulimit -l 8192\" to fix the problem\n";

TEST_CASE("bpftrace errors: every row of the table matches its own example") {
  const auto examples = row_examples();
  for (std::size_t i = 0; i < examples.size(); ++i) {
    INFO(examples[i]);
    CHECK(matching_row(examples[i]) == i);
  }
}

TEST_CASE("bpftrace errors: a location leads to the user's source") {
  const auto found = explain(std::string(kNoise) +
                             "stdin:5:3-18: ERROR: Undefined map: @x\n"
                             "  print((1, pid));\n"
                             "  ~~~~~~~~~~~~~~~\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == DiagnosticKind::bpftrace_rejected);
  REQUIRE(found[0].labels.size() == 1);
  CHECK(found[0].labels[0].span == Span{50, 60});
  CHECK(found[0].labels[0].text == "Undefined map: @x");
  CHECK(found[0].notes == std::vector<std::string>{"line 5 of it: print((1, pid));"});
}

TEST_CASE("bpftrace errors: the form without columns, and one error for one place") {
  const auto found = explain(
      "stdin:4-5: ERROR: none type passed to print() is not printable\n"
      "  @count[comm] = count();\n"
      "stdin:4:1-3: ERROR: Cannot cast from \"none\"\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].labels.at(0).span == Span{30, 40});
}

TEST_CASE("bpftrace errors: an error in bpftrace's library is shown where that is used") {
  const auto found = explain(
      "stdlib/base.bt:310:3-34: ERROR: Unknown function: '__deprecated_delete'\n"
      "  __deprecated_delete($map);\n"
      "  ~~~~~~~~~~~~~~~~~~~~~~~~~\n"
      "stdin:4:3-20: ERROR: expanded from\n"
      "  @count[comm] = count();\n"
      "  ~~~~~~~~~~~~\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].labels.at(0).span == Span{30, 40});
  CHECK(found[0].labels.at(0).text == "Unknown function: '__deprecated_delete'");
}

TEST_CASE(
    "bpftrace errors: attaching fails at the clause that names the probe, for the reason given before") {
  const auto found = explain(
      "stdin:2:1-16: WARNING: vfs_read is not traceable (either non-existing, inlined, or marked as "
      "\"notrace\"); "
      "attaching to it will likely fail\n"
      "kprobe:vfs_read\n"
      "~~~~~~~~~~~~~~~\n"
      "create_probe_event: open(/sys/kernel/debug/tracing/kprobe_events): No such file or directory\n"
      "ERROR: Error attaching probe: 'kprobe:vfs_read'\n",
      255);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == DiagnosticKind::no_kernel_support);
  CHECK(found[0].message == "this kernel has no kprobes");
  CHECK(found[0].labels.at(0).span == Span{11, 20});
}

TEST_CASE("bpftrace errors: attach points are whole words") {
  const auto found = explain("ERROR: Error attaching probe: 'kprobe:vfs'\n", 255);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == DiagnosticKind::attach_failed);
  CHECK(found[0].message == "`kprobe:vfs` could not be attached");
  CHECK(found[0].labels.empty());
}

TEST_CASE("bpftrace errors: the verifier names the probe in every version's words") {
  for (const char* error : {"ERROR: Error loading program: tracepoint:syscalls:sys_enter_openat (try -v)\n",
                            "ERROR: Error loading program: tracepoint:syscalls:sys_enter_openat\n",
                            "ERROR: Error loading BPF program for tracepoint:syscalls:sys_enter_openat_1. "
                            "Use -v for full kernel error "
                            "log.\nERROR: Loading BPF object(s) failed.\n",
                            "ERROR: Error loading BPF program for tracepoint:syscalls:sys_enter_openat_1. "
                            "Error code: -13. Use -v for "
                            "full kernel error log.\n"}) {
    INFO(error);
    const auto found = explain(error, 255);
    REQUIRE(found.size() == 1);
    CHECK(found[0].kind == DiagnosticKind::verifier);
    CHECK(found[0].message == "the kernel's verifier refused `tracepoint:syscalls:sys_enter_openat`");
    CHECK(found[0].labels.at(0).span == Span{0, 10});
  }
}

TEST_CASE("bpftrace errors: rights, stack and missing probes") {
  const auto kind = [](const char* errors) { return explain(errors).front().kind; };
  CHECK(kind("ERROR: bpftrace currently only supports running as the root user.\n") ==
        DiagnosticKind::no_privilege);
  CHECK(kind("ERROR: Missing CAP_BPF capability, please run bpftrace as the root user.\n") ==
        DiagnosticKind::no_privilege);
  CHECK(
      kind("error: <unknown>:0:0: in function tracepoint_syscalls_sys_enter_openat_1 i64 (ptr): Looks like "
           "the BPF "
           "stack limit is exceeded. Please move large on stack variables into BPF per-cpu array map.\n\n") ==
      DiagnosticKind::stack_limit);
  CHECK(kind("No probes to attach\n") == DiagnosticKind::attach_failed);
}

TEST_CASE("bpftrace errors: what no row knows is shown whole") {
  const auto found = explain(std::string(kNoise) + "something new\nERROR: and this\n", 1);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == DiagnosticKind::bpftrace_rejected);
  CHECK(found[0].notes == std::vector<std::string>{"bpftrace: something new", "bpftrace: and this"});
}

TEST_CASE("bpftrace errors: an end while tracing and a crash") {
  const auto died = explain("", 1, true);
  CHECK(died.at(0).kind == DiagnosticKind::bpftrace_died);
  const auto crashed = explain("", -SIGSEGV);
  REQUIRE(crashed.size() == 1);
  CHECK(crashed[0].kind == DiagnosticKind::bpftrace_died);
  CHECK(crashed[0].message == "bpftrace ended before the trace did (signal SIGSEGV)");
}

TEST_CASE("bpftrace errors: warnings of probes that are left out") {
  const auto found =
      explain_warnings(sample_program(), std::string(kNoise) +
                                             "WARNING: could not attach probe kprobe:vfs_read, skipping.\n"
                                             "stdin:1:1-9: WARNING: tracepoint not found: syscalls:nosuch\n"
                                             "WARNING: Addrspace is not set\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].kind == DiagnosticKind::runtime_warning);
  CHECK(found[0].labels.at(0).span == Span{11, 20});
  CHECK(found[1].labels.at(0).span == Span{0, 10});
}

/// What some versions of bpftrace said of one program (tests/bpftrace_errors.txt).
struct Recorded {
  std::string program;  ///< of nubpf
  std::string place;    ///< what stands in the line of bpftrace's program that is complained about
  std::string versions;
  int status = 0;
  std::string errors;    ///< with LINE for the number of that line
  std::string expected;  ///< kind | message | the text of the label
};

std::vector<Recorded> recorded_errors() {
  std::vector<Recorded> all;
  std::istringstream lines(
      read_text(std::filesystem::path(NUBPF_SOURCE_DIR) / "tests" / "bpftrace_errors.txt"));
  Recorded current;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("program: ")) current.program = line.substr(9);
    if (line.starts_with("place: ")) current.place = line.substr(7);
    if (line.starts_with("expected: ")) current.expected = line.substr(10);
    if (line.starts_with("[")) {
      current.versions = line.substr(1, line.find(']') - 1);
      current.status = std::stoi(line.substr(line.find(']') + 2));
      current.errors.clear();
      all.push_back(current);
    }
    if (line.starts_with("  ")) all.back().errors += line.substr(2) + "\n";
    if (line.starts_with("expected: ") && !all.empty() && !all.back().errors.empty() &&
        all.back().program == current.program) {
      all.back().expected = current.expected;
    }
  }
  return all;
}

void check_recorded(const Recorded& recorded, const std::string& version) {
  INFO(recorded.program << "  [" << version << "]\n" << recorded.errors);
  const File file{"in.nu", recorded.program, 0};
  const auto parsed = parse(file);
  const auto resolved = resolve(file, parsed.script, golden_kernel(), {});
  REQUIRE(resolved.programs.size() == 1);
  EmitOptions options;
  options.form = EmitForm::run;
  options.version = parse_version(version).value();
  const auto program = emit(resolved.programs.front(), options);
  const auto line = line_of_text(program, recorded.place);
  REQUIRE(line != 0);
  auto errors = recorded.errors;
  for (auto at = errors.find("LINE"); at != std::string::npos; at = errors.find("LINE"))
    errors.replace(at, 4, std::to_string(line));
  const auto found = explain_failure(program, {.status = recorded.status, .errors = errors, .output = {}});
  REQUIRE(found.size() == 1);
  const auto& first = found.front();
  const auto label =
      first.labels.empty() ? std::string() : std::string(file.slice(first.labels.front().span));
  CHECK(fmt::format("{} | {} | {}", info(first.kind).code.substr(7), first.message, label) ==
        recorded.expected);
}

TEST_CASE("bpftrace errors: what each version says of a program that nubpf lets through is decoded") {
  const auto all = recorded_errors();
  CHECK(all.size() >= 40);
  std::set<std::string> versions;
  for (const auto& recorded : all) {
    std::istringstream words(recorded.versions);
    for (std::string version; words >> version;) {
      check_recorded(recorded, version);
      versions.insert(version);
    }
  }
  CHECK(versions == std::set<std::string>{"0.17", "0.20", "0.21", "0.23", "0.25", "0.27"});
}

TEST_CASE("bpftrace errors: what no row knows is shown with its line of the program") {
  const auto found = explain("stdin:4:3-9: ERROR: entirely new words\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].labels.at(0).span == Span{30, 40});
  CHECK(found[0].labels.at(0).text == "entirely new words");
  CHECK(found[0].notes == std::vector<std::string>{"line 4 of it: @count[comm] = count();"});
}

TEST_CASE("bpftrace errors: an exception's reason counts, not that there was one") {
  const auto found = explain(
      "terminate called after throwing an instance of 'bpftrace::util::FatalUserException'\n"
      "  what():  Failed to get `cgroupid` for path: \"/no/such\": No such file or directory\n",
      -SIGABRT);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == DiagnosticKind::bpftrace_rejected);
  CHECK(found[0].message == "there is no cgroup `/no/such`");
}

TEST_CASE("bpftrace errors: hostile and huge texts") {
  const std::string huge(1'000'000, 'x');
  CHECK(explain("ERROR: " + huge + "\n").size() == 1);
  CHECK(explain("stdin:99999999999999999999:1-2: ERROR: x\n").at(0).labels.empty());
  CHECK(explain(std::string("ERROR: \0\xff\x1b[31m\n", 15)).size() == 1);
}

TEST_CASE("bpftrace errors: exit codes") {
  CHECK(exit_code_of(DiagnosticKind::bpftrace_missing) == 3);
  CHECK(exit_code_of(DiagnosticKind::no_privilege) == 4);
  CHECK(exit_code_of(DiagnosticKind::verifier) == 5);
  CHECK(exit_code_of(DiagnosticKind::bpftrace_died) == 6);
  CHECK(exit_code_of(DiagnosticKind::cannot_write) == 7);
  CHECK(exit_code_of(DiagnosticKind::lost_events) == 0);
}

}  // namespace
}  // namespace nubpf
