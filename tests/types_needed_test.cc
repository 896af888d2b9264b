// Which programs bpftrace can compile without the kernel's BTF, and what it gets in its place.
#include "transpiler/types_needed.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "adapter/types_file.h"
#include "transpiler/btf.h"
#include "transpiler/host_kernel.h"
#include "transpiler/mappings.h"
#include "transpiler/parse.h"
#include "transpiler/resolve.h"

namespace nubpf {
namespace {

constexpr const char* kTypes = NUBPF_SOURCE_DIR "/tests/kernel/types.btf";
constexpr const char* kTracefs = NUBPF_SOURCE_DIR "/tests/kernel";

bool needs(const std::string& text) {
  INFO(text);
  const HostKernel kernel({kTracefs, kTypes});
  const File file{"test", text, 0};
  const auto parsed = parse(file);
  const auto result = resolve(file, parsed.script, kernel, {});
  REQUIRE(result.diagnostics.empty());
  REQUIRE(result.programs.size() == 1);
  return result.programs.front().needs_kernel_types;
}

TEST_CASE("types: events, their fields and what bpftrace has in every probe need none") {
  CHECK_FALSE(needs("tracepoint sched:sched_switch { count --by comm }"));
  CHECK_FALSE(needs("tracepoint sched:sched_switch { count --by next_comm }"));
  CHECK_FALSE(needs("tracepoint syscalls:sys_enter_openat { select pid comm filename }"));
  CHECK_FALSE(needs("tracepoint syscalls:sys_exit_* {|e| if $e.ret < 0 { count } }"));
  CHECK_FALSE(needs("kprobe vfs_read {|e| hist $e.count }"));
  CHECK_FALSE(needs("kretprobe vfs_re* { count --by func }"));
  CHECK_FALSE(needs("profile --hz 99 { count --by ustack }"));
  CHECK_FALSE(needs("uprobe /bin/bash:readline {|e| {low: ($e.arg0 | cast u32)} }"));
  CHECK_FALSE(needs("tracepoint sched:sched_switch { count --by next_comm } --command 'ls'"));
}

TEST_CASE("types: trampolines, paths into structs, the current task and casts do") {
  CHECK(needs("fentry vfs_read {|e| hist $e.count }"));
  CHECK(needs("trace { tracepoint sched:sched_switch { count }; fexit vfs_read { count } }"));
  CHECK(needs("kprobe vfs_read {|e| count --by $e.file.f_flags }"));
  CHECK(needs("tracepoint sched:sched_switch { select ppid }"));
  CHECK(needs("tracepoint sched:sched_switch {|e| {parent: $e.task.real_parent.tgid} }"));
  CHECK(needs("uprobe /bin/bash:readline {|e| $e.arg0 | cast 'struct task_struct *' | get tgid | count }"));
  CHECK(needs("uprobe /bin/bash:readline { {at: (uaddr readline)} }"));
  CHECK(needs("tracepoint sched:sched_switch {|e| map set seen $e.tid 1; {n: (map len seen)} }"));
}

TEST_CASE("types: a layout is plain where C and the common names say all of it") {
  const auto is_plain = [](const std::string& declaration) {
    TracepointField field;
    field.name = "x";
    field.declaration = declaration;
    return is_plain_field(field);
  };
  for (const auto* const declaration :
       {"int", "unsigned long", "const char *", "const char *const *", "u64", "pid_t", "struct sock *",
        "const struct iovec *", "union bpf_attr *", "bool", "umode_t", "void *"}) {
    INFO(declaration);
    CHECK(is_plain(declaration));
  }
  for (const auto* const declaration :
       {"enum zone_type", "xfs_ino_t", "sigset_t *", "struct timespec64", "__rel_loc char", "union x"}) {
    INFO(declaration);
    CHECK_FALSE(is_plain(declaration));
  }
  TracepointField named;
  named.declaration = "char";
  named.has_named_bound = true;
  CHECK_FALSE(is_plain_field(named));
}

TEST_CASE("types: the common ones are what each kernel has under their names") {
  const auto path = std::filesystem::temp_directory_path() / ("nubpf-types-" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << common_types();
  const auto common = Btf::load(path.string(), {});
  std::filesystem::remove(path);
  REQUIRE(common);
  std::vector<std::unique_ptr<Btf>> kernels;
  kernels.push_back(Btf::load(kTypes, {}));
  REQUIRE(kernels.front());
  if (auto host = Btf::load("/sys/kernel/btf/vmlinux", {})) kernels.push_back(std::move(host));
  std::size_t compared = 0;
  for (const auto& row : mappings::kernel_typedefs()) {
    INFO(row.name);
    const auto id = common->find_type(row.name);
    REQUIRE(id);
    const auto type = common->type(*id);
    CHECK((type.kind == KernelTypeKind::integer || type.kind == KernelTypeKind::boolean));
    for (const auto& kernel : kernels) {
      const auto found = kernel->find_type(row.name);
      if (!found) continue;
      ++compared;
      const auto known = kernel->type(*found);
      CHECK(known.kind == type.kind);
      CHECK(known.bits == type.bits);
      CHECK(known.is_signed == type.is_signed);
    }
  }
  CHECK(compared >= 10);
}

TEST_CASE("types: the file is given only where it is sure to be found") {
  const auto own = types_file_for({"bpftrace"});
  REQUIRE(own);
  CHECK(std::filesystem::file_size(*own) == common_types().size());
  const auto behind_sudo = types_file_for({"/usr/bin/sudo", "-n", "bpftrace"});
  REQUIRE(behind_sudo);
  CHECK(behind_sudo->starts_with("/proc/" + std::to_string(getpid()) + "/fd/"));
  CHECK(std::filesystem::file_size(*behind_sudo) == common_types().size());
  CHECK_FALSE(types_file_for({"sudo", "-u", "root", "bpftrace"}));
  CHECK_FALSE(types_file_for({"ssh", "host", "bpftrace"}));
}

}  // namespace
}  // namespace nubpf
