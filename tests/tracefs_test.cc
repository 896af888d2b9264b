#include "transpiler/tracefs.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "transpiler/host_kernel.h"

using namespace nubpf;

namespace {

constexpr const char* kOpenat =
    "name: sys_enter_openat\n"
    "ID: 782\n"
    "format:\n"
    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
    "\n"
    "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
    "\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
    "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
    "\n"
    "print fmt: \"field:int fake; offset:1; size:2; signed:0;\", ((unsigned long)(REC->dfd))\n";

TracepointField only_field(const std::string& declaration) {
  const auto fields =
      parse_tracepoint_format("\tfield:" + declaration + ";\toffset:8;\tsize:16;\tsigned:0;\n");
  REQUIRE(fields.size() == 1);
  return fields.front();
}

/// A tracefs of its own in a temporary folder.
class FakeTracefs {
 public:
  FakeTracefs() {
    std::filesystem::create_directories(root_);
    add("syscalls", "sys_enter_openat");
    add("syscalls", "sys_exit_openat");
    add("sched", "sched_switch");
    std::ofstream(root_ / "events" / "enable") << "0\n";
  }
  ~FakeTracefs() { std::filesystem::remove_all(root_); }
  FakeTracefs(const FakeTracefs&) = delete;
  FakeTracefs& operator=(const FakeTracefs&) = delete;

  [[nodiscard]] std::string path() const { return root_.string(); }

 private:
  void add(const std::string& category, const std::string& name) {
    const auto folder = root_ / "events" / category / name;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "format") << kOpenat;
  }

  std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("nubpf-tracefs-" + std::to_string(::getpid()));
};

}  // namespace

TEST_CASE("a format file gives its fields without the common ones") {
  const auto fields = parse_tracepoint_format(kOpenat);
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].name == "__syscall_nr");
  CHECK(fields[0].declaration == "int");
  CHECK(fields[0].offset == 8);
  CHECK(fields[0].size == 4);
  CHECK(fields[0].is_signed);
  CHECK(fields[1].name == "dfd");
  CHECK(fields[1].size == 8);
  CHECK_FALSE(fields[1].is_signed);
  CHECK(fields[2].name == "filename");
  CHECK(fields[2].declaration == "const char *");
  CHECK_FALSE(fields[2].is_data_loc);
  CHECK_FALSE(fields[2].array);
}

TEST_CASE("declarations are split into type, name and bound") {
  SECTION("fixed array") {
    const auto field = only_field("char comm[16]");
    CHECK(field.name == "comm");
    CHECK(field.declaration == "char");
    CHECK(field.array == 16U);
  }
  SECTION("array bound by a C constant: the size of bytes tells it") {
    CHECK(only_field("char comm[TASK_COMM_LEN]").array == 16U);
    CHECK(only_field("u64 slots[NR_SLOTS]").array == 0U);
  }
  SECTION("array without a bound") {
    CHECK(only_field("unsigned long args[]").array == 0U);
  }
  SECTION("dynamic string") {
    const auto field = only_field("__data_loc char[] filename");
    CHECK(field.name == "filename");
    CHECK(field.declaration == "char");
    CHECK(field.is_data_loc);
    CHECK_FALSE(field.array);
  }
  SECTION("dynamic array of another type") {
    const auto field = only_field("__data_loc unsigned int[] cpus");
    CHECK(field.declaration == "unsigned int");
    CHECK(field.is_data_loc);
  }
  SECTION("a relative dynamic string is not taken for one that bpftrace can read") {
    const auto field = only_field("__rel_loc char[] name");
    CHECK(field.name == "name");
    CHECK(field.declaration == "__rel_loc char");
    CHECK_FALSE(field.is_data_loc);
  }
  SECTION("pointers") {
    CHECK(only_field("const char *const * argv").declaration == "const char *const *");
    CHECK(only_field("struct file *f").declaration == "struct file *");
  }
  SECTION("enumeration") {
    CHECK(only_field("enum dma_data_direction dir").declaration == "enum dma_data_direction");
  }
}

TEST_CASE("lines that are no field are skipped") {
  for (const auto* const line :
       {"", "\tfield:", "\tfield:int;\toffset:8;\tsize:4;\tsigned:1;",
        "\tfield:int x;\toffset:;\tsize:4;\tsigned:1;", "\tfield:int x;\tsize:4;\toffset:8;", "\tfield:int x",
        "\tfield:int a];\toffset:8;", "\tfield:int x;\toffset:99999999999;\tsize:4;\tsigned:1;"}) {
    INFO(line);
    CHECK(parse_tracepoint_format(line).empty());
  }
}

TEST_CASE("wildcards") {
  CHECK(matches_wildcard("vfs_read", "vfs_read"));
  CHECK_FALSE(matches_wildcard("vfs_read", "vfs_readv"));
  CHECK(matches_wildcard("*", ""));
  CHECK(matches_wildcard("vfs_*", "vfs_"));
  CHECK(matches_wildcard("*:sys_enter_*at", "syscalls:sys_enter_openat"));
  CHECK_FALSE(matches_wildcard("*:sys_enter_*at", "syscalls:sys_enter_open"));
  CHECK(matches_wildcard("a**b", "ab"));
  CHECK_FALSE(matches_wildcard("ab*ba", "aba"));
  CHECK(matches_wildcard("*a*a", "aa"));
  CHECK_FALSE(matches_wildcard("", "a"));
}

TEST_CASE("the host's tracepoints are read from tracefs") {
  const FakeTracefs tracefs;
  const HostKernel kernel({tracefs.path(), "/nonexistent"});
  CHECK(kernel.tracepoints_readable());
  CHECK(kernel.tracepoints("*") == std::vector<std::string>{"sched:sched_switch", "syscalls:sys_enter_openat",
                                                            "syscalls:sys_exit_openat"});
  CHECK(kernel.tracepoints("syscalls:sys_enter_*") == std::vector<std::string>{"syscalls:sys_enter_openat"});
  CHECK(kernel.tracepoints("*_openat").size() == 2);
  CHECK(kernel.tracepoints("s*:*switch") == std::vector<std::string>{"sched:sched_switch"});
  CHECK(kernel.tracepoints("net:*").empty());

  const auto openat = kernel.tracepoint("syscalls", "sys_enter_openat");
  REQUIRE(openat);
  CHECK(openat->category == "syscalls");
  CHECK(openat->name == "sys_enter_openat");
  CHECK(openat->fields.size() == 3);
  CHECK_FALSE(kernel.tracepoint("syscalls", "sys_enter_opennat"));
  CHECK_FALSE(kernel.tracepoint("syscalls", ""));
  CHECK_FALSE(kernel.tracepoint("..", "events"));
  CHECK_FALSE(kernel.tracepoint("syscalls/sys_enter_openat/..", "sys_enter_openat"));
}

TEST_CASE("a host without tracefs and BTF answers with nothing") {
  const HostKernel kernel({"/nonexistent", "/nonexistent"});
  CHECK_FALSE(kernel.tracepoints_readable());
  CHECK(kernel.tracepoints("*").empty());
  CHECK_FALSE(kernel.tracepoint("syscalls", "sys_enter_openat"));
  CHECK_FALSE(kernel.function("vfs_read"));
  CHECK(kernel.functions("*").empty());
  CHECK_FALSE(kernel.enumerator("TCP_CLOSE"));
  CHECK_FALSE(kernel.types_readable());
  CHECK_FALSE(kernel.find_type("struct sock"));
  CHECK(kernel.may_have_symbol("vfs_read"));
}

TEST_CASE("functions and enumerators come from the kernel's BTF") {
  const auto roots = default_host_roots();
  if (!std::filesystem::exists(roots.btf)) {
    WARN("this kernel has no BTF");
    return;
  }
  const HostKernel kernel(roots);
  const auto read = kernel.function("vfs_read");
  REQUIRE(read);
  REQUIRE(read->parameters.size() == 4);
  CHECK(read->parameters[0].name == "file");
  CHECK(read->parameters[0].declaration == "struct file *");
  CHECK(read->parameters[2].name == "count");
  CHECK(read->parameters[2].declaration == "size_t");
  CHECK(read->return_declaration == "ssize_t");
  CHECK_FALSE(kernel.function("vfs_raed"));

  const auto names = kernel.functions("vfs_*");
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::find(names.begin(), names.end(), "vfs_write") != names.end());
  CHECK(kernel.enumerator("TCP_CLOSE") == 7);
  CHECK_FALSE(kernel.enumerator("TCP_KLOSE"));
}
