// Probes on functions of the kernel. Few kernels of development machines have them: `tests/vm/kernels` runs
// these on Debian's, and they say here what is missing.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/live.h"

namespace nubpf::live {
namespace {

bool without(const char* what, const char* file) {
  if (skipped()) return true;
  // a file that is there may still not be readable: then the kernel was built or started without
  if (std::ifstream(file).is_open()) return false;
  std::cout << "skipped: the kernel has no " << what << '\n';
  return true;
}

bool without_kprobes() {
  return without("kprobes", "/sys/kernel/tracing/kprobe_events");
}
bool without_fentry() {
  // what bpftrace asks for first
  return without("fentry", "/sys/kernel/tracing/available_filter_functions") ||
         without("BTF", "/sys/kernel/btf/vmlinux");
}

/// A file in memory seeks with a function that the kernel calls through a pointer: it is never inlined.
const std::string kSeek = "shmem_file_llseek";

/// Seeks of a file in memory to these places, with the number of times each.
std::string seeks() {
  return repeat(30, step("size", 4096)) + repeat(12, step("size", 70'000)) + step("size", 0);
}

/// The rows of a table by the text of their first column.
std::map<std::string, std::uint64_t> by_key(const std::string& output, const char* key, const char* value) {
  std::map<std::string, std::uint64_t> found;
  for (const auto& row : json_lines(output)) {
    const auto& cell = row[key];
    found[cell.IsString() ? string_of(cell) : std::to_string(cell.GetInt64())] = row[value].GetUint64();
  }
  return found;
}

using Counts = std::map<std::string, std::uint64_t>;

TEST_CASE("a kprobe counts every call of the function") {
  if (without_kprobes()) return;
  CHECK(traced("kprobe " + kSeek + " { count }", seeks()) == "43\n");
}

TEST_CASE("a kprobe reads the registers of arguments") {
  if (without_kprobes()) return;
  const auto output = traced("kprobe " + kSeek + " {|e| count --by $e.arg1 }", seeks());
  CHECK(by_key(output, "arg1", "count") == Counts{{"0", 1}, {"4096", 30}, {"70000", 12}});
}

TEST_CASE("a kretprobe reads the result") {
  if (without_kprobes()) return;
  CHECK(traced("kretprobe " + kSeek + " {|e| sum $e.retval }", seeks()) ==
        std::to_string(30 * 4096 + 12 * 70'000) + "\n");
}

TEST_CASE("a timer runs from the entry of a function to its return") {
  if (without_kprobes()) return;
  const auto program =
      "trace { kprobe " + kSeek + " { timer start }; kretprobe " + kSeek + " { timer stop | stats } }";
  const auto rows = json_lines(traced(program, seeks()));
  REQUIRE(rows.size() == 1);
  CHECK(rows.front()["count"].GetInt() == 43);
  CHECK(rows.front()["total"].GetInt64() > 0);
}

TEST_CASE("wildcards attach to all functions that match") {
  if (without_kprobes()) return;
  const auto output = traced("kprobe shmem_file_ll* { count --by func }", seeks());
  CHECK(by_key(output, "func", "count") == Counts{{kSeek, 43}});
  const auto many = by_key(traced("kprobe vfs_r* { count --by func }", in_child(seeks())), "func", "count");
  INFO(many.size());
  CHECK(many.contains("vfs_read"));  // the workload reads its script
}

TEST_CASE("a list of functions is one clause") {
  if (without_kprobes()) return;
  const auto output = traced("kprobe [" + kSeek + " do_sys_openat2] { where pid > 0 | count --by func }",
                             seeks() + repeat(5, step("open", std::string("/x"))));
  auto counts = by_key(output, "func", "count");
  CHECK(counts[kSeek] == 43);
  CHECK(counts["do_sys_openat2"] >= 5);  // and the file of its steps
}

TEST_CASE("kernel stacks lead from the function to the system call") {
  if (without_kprobes()) return;
  const auto rows = json_lines(traced("kprobe " + kSeek + " { count --by kstack }", seeks()));
  REQUIRE(rows.size() == 1);
  CHECK(rows.front()["count"].GetInt() == 43);
  std::vector<std::string> frames;
  for (const auto& frame : rows.front()["kstack"].GetArray()) frames.push_back(string_of(frame));
  REQUIRE(frames.size() >= 3);
  CHECK(frames.front().starts_with(kSeek));
  CHECK(std::any_of(frames.begin(), frames.end(),
                    [](const std::string& frame) { return frame.find("do_syscall_64") != frame.npos; }));
}

TEST_CASE("arguments have the names and types that the kernel gives them") {
  if (without_kprobes() || without("BTF", "/sys/kernel/btf/vmlinux")) return;
  const auto output = traced("kprobe " + kSeek + " { count --by offset }", seeks());
  CHECK(by_key(output, "offset", "count") == Counts{{"0", 1}, {"4096", 30}, {"70000", 12}});
  if (without_fentry()) return;
  const auto by_fentry = traced("fentry " + kSeek + " { where whence == 0 | sum offset }", seeks());
  CHECK(by_fentry == std::to_string(30 * 4096 + 12 * 70'000) + "\n");
}

TEST_CASE("members are followed through pointers") {
  if (without_kprobes() || without("BTF", "/sys/kernel/btf/vmlinux")) return;
  const auto output =
      traced("kprobe " + kSeek + " {|e| count --by {path: $e.file.f_path.dentry.d_name.name} }", seeks());
  CHECK(by_key(output, "path", "count") == Counts{{"memfd:workload", 43}});
}

TEST_CASE("functions of modules can be traced") {
  if (without_kprobes()) return;
  std::ifstream modules("/proc/modules");
  const std::string loaded{std::istreambuf_iterator<char>(modules), {}};
  if (loaded.find("overlay ") == std::string::npos) {
    std::cout << "skipped: the module overlay is not loaded\n";
    return;
  }
  const auto result = run(nubpf("kprobe ovl_open { count }", {"-c", "cat /etc/hostname"}));
  CHECK(result.errors.find("error") == std::string::npos);
  CHECK(std::stoi(result.output) >= 1);
}

TEST_CASE("only the processes of a command are traced") {
  if (without_kprobes()) return;
  const auto result =
      run(nubpf("kprobe do_sys_openat2 { count --by comm }", {"-c", "sh -c 'cat /etc/hostname; ls /'"}));
  const auto counts = by_key(result.output, "comm", "count");
  CHECK(counts.contains("cat"));
  CHECK(counts.contains("ls"));
  for (const auto& [comm, count] : counts) {
    INFO(comm);
    CHECK((comm == "cat" || comm == "ls" || comm == "sh" || comm == "nubpf"));
  }
}

TEST_CASE("fentry and fexit count like kprobes") {
  if (without_fentry()) return;
  CHECK(traced("fentry " + kSeek + " { count }", seeks()) == "43\n");
  CHECK(traced("fexit " + kSeek + " {|e| sum $e.retval }", seeks()) ==
        std::to_string(30 * 4096 + 12 * 70'000) + "\n");
}

TEST_CASE("a function that the kernel does not have is an error at its own place") {
  if (without_kprobes()) return;
  const auto result = run(nubpf("kprobe no_such_function_anywhere { count }", {"--for", "1sec"}));
  CHECK(result.status != 0);
  CHECK(result.errors.find("no_such_function_anywhere") != std::string::npos);
  CHECK(result.errors.find("--> -e:1:8") != std::string::npos);
}

}  // namespace
}  // namespace nubpf::live
