// The kernel's types, read from the BTF of tests/kernel/types.c.
#include "transpiler/btf.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "transpiler/host_kernel.h"
#include "transpiler/mappings.h"
#include "transpiler/parse.h"
#include "transpiler/resolve.h"

using namespace nubpf;

namespace {

constexpr const char* kTypes = NUBPF_SOURCE_DIR "/tests/kernel/types.btf";
constexpr const char* kTracefs = NUBPF_SOURCE_DIR "/tests/kernel";

std::unique_ptr<Btf> types() {
  auto btf = Btf::load(kTypes, {});
  REQUIRE(btf);
  return btf;
}

KernelMember member(const Btf& btf, std::string_view type, std::string_view name) {
  const auto id = btf.find_type(type);
  REQUIRE(id);
  const auto members = btf.members(*id);
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& one) { return one.name == name; });
  REQUIRE(found != members.end());
  return *found;
}

Diagnostics diagnose(const std::string& program, const KernelTypes& kernel) {
  const File file{"test", program, 0};
  const auto parsed = parse(file);
  REQUIRE_FALSE(has_errors(parsed.diagnostics));
  return resolve(file, parsed.script, kernel, {}).diagnostics;
}

}  // namespace

TEST_CASE("what is not BTF is not loaded") {
  CHECK(Btf::load("/nonexistent", {}) == nullptr);
  CHECK(Btf::load(NUBPF_SOURCE_DIR "/tests/kernel/types.c", {}) == nullptr);
}

TEST_CASE("a function's parameters and what it returns") {
  const auto btf = types();
  const auto read = btf->function("vfs_read");
  REQUIRE(read);
  REQUIRE(read->parameters.size() == 4);
  CHECK(read->parameters[2].name == "count");
  CHECK(read->parameters[2].declaration == "size_t");
  const auto count = btf->type(read->parameters[2].type);
  CHECK(count.kind == KernelTypeKind::integer);
  CHECK(count.bits == 64);
  CHECK_FALSE(count.is_signed);
  const auto buffer = btf->type(read->parameters[1].type);
  CHECK(buffer.kind == KernelTypeKind::pointer);
  CHECK(buffer.is_user_memory);
  CHECK_FALSE(btf->type(read->parameters[0].type).is_user_memory);
  CHECK(read->return_declaration == "ssize_t");
  CHECK(btf->type(read->return_type).is_signed);
  CHECK(btf->function("tcp_set_state")->return_type == 0);
  CHECK_FALSE(btf->function("struct file"));
  CHECK(btf->functions("vfs_r*") == std::vector<std::string>{"vfs_read", "vfs_readv"});
}

TEST_CASE("types without their typedefs and qualifiers") {
  const auto btf = types();
  CHECK(btf->type(member(*btf, "struct file_system_type", "name").type).kind == KernelTypeKind::pointer);
  const auto text = btf->type(btf->type(member(*btf, "struct qstr", "name").type).target);
  CHECK(text.kind == KernelTypeKind::character);
  // a byte under another name is a number
  CHECK(btf->type(btf->type(member(*btf, "struct in6_addr", "in6_u").type).id).kind ==
        KernelTypeKind::structure);
  CHECK(btf->type(member(*btf, "struct sk_buff", "pfmemalloc").type).kind == KernelTypeKind::boolean);
  CHECK(btf->type(member(*btf, "struct sock_common", "skc_state").type).bits == 8);
  const auto lock = btf->type(member(*btf, "struct file", "f_lock").type);
  CHECK(lock.kind == KernelTypeKind::structure);
  CHECK(lock.name == "struct spinlock");
  // a struct that only a typedef names
  const auto counter = btf->type(member(*btf, "struct sock", "sk_drops").type);
  CHECK(counter.name == "atomic_t");
  CHECK(btf->members(counter.id).size() == 1);
  CHECK(btf->type(btf->type(member(*btf, "struct path", "mnt").type).target).name == "struct vfsmount");
  CHECK(btf->type(0).kind == KernelTypeKind::nothing);
  CHECK(btf->type(KernelTypeId{7} << 32U).kind == KernelTypeKind::nothing);
}

TEST_CASE("members of anonymous structs and unions are members of the struct around them") {
  const auto btf = types();
  CHECK(member(*btf, "struct sock_common", "skc_daddr").declaration == "__be32");
  CHECK(member(*btf, "struct qstr", "len").bit_field == 0);
  CHECK(member(*btf, "struct file", "f_path").declaration == "const struct path");
  CHECK(member(*btf, "struct sock", "sk_shutdown").bit_field == 2);
  CHECK(member(*btf, "struct task_struct", "in_execve").bit_field == 1);
  const auto files = btf->type(member(*btf, "struct files_struct", "fd_array").type);
  CHECK(files.kind == KernelTypeKind::array);
  CHECK(files.length == 64);
  CHECK(btf->members(*btf->find_type("enum pid_type")).empty());
}

TEST_CASE("enumerations have names, of every width and sign") {
  const auto btf = types();
  const auto names = [&](std::string_view type) { return *btf->enumerators(*btf->find_type(type)); };
  CHECK(names("enum hrtimer_restart") == Enumerators{{0, "HRTIMER_NORESTART"}, {1, "HRTIMER_RESTART"}});
  CHECK(names("enum below_zero") == Enumerators{{-1, "BELOW_ZERO"}, {1, "ABOVE_ZERO"}});
  CHECK(btf->type(*btf->find_type("enum below_zero")).is_signed);
  CHECK(btf->enumerators(*btf->find_type("struct sock")) == nullptr);
  CHECK(btf->enumerator("TCP_CLOSE") == 7);
  CHECK(btf->enumerator("BELOW_ZERO") == -1);
  CHECK_FALSE(btf->enumerator("TCP_KLOSE"));
}

TEST_CASE("types are found by how C spells them") {
  const auto btf = types();
  CHECK(btf->find_type("struct sock"));
  CHECK(btf->find_type("enum pid_type"));
  CHECK(btf->find_type("umode_t"));
  CHECK_FALSE(btf->find_type("sock"));
  CHECK_FALSE(btf->find_type("union sock"));
  const auto states = btf->find_type("enum { TCP_CLOSE }");
  REQUIRE(states);
  CHECK(btf->find_type("enum { TCP_LISTEN }") == states);
  CHECK(btf->type(*states).name.empty());
  CHECK(btf->enumerators(*states)->front() == std::pair(std::int64_t{1}, std::string("TCP_ESTABLISHED")));
  CHECK(btf->find_type("enum { PIDTYPE_SID }") == btf->find_type("enum pid_type"));
  CHECK_FALSE(btf->find_type("enum { NO_SUCH }"));
  const auto names = btf->type_names();
  CHECK(std::is_sorted(names.begin(), names.end()));
  for (const auto* const name : {"struct sock", "enum pid_type", "atomic_t"})
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
}

TEST_CASE("a macro has the value of C, and no enumerator of a kernel has its name") {
  const auto value = [](std::string_view name) { return mappings::find_kernel_constant(name)->value; };
  CHECK(value("AF_INET6") == 10);
  CHECK(value("AT_FDCWD") == -100);
  CHECK(value("SIGKILL") == 9);
  CHECK(value("EWOULDBLOCK") == value("EAGAIN"));
  CHECK(value("TASK_UNINTERRUPTIBLE") == 2);
  CHECK(mappings::find_kernel_constant("TCP_CLOSE") == nullptr);
  std::vector<std::unique_ptr<Btf>> kernels;
  kernels.push_back(types());
  if (auto host = Btf::load("/sys/kernel/btf/vmlinux", {})) kernels.push_back(std::move(host));
  std::set<std::string_view> seen;
  for (const auto& macro : mappings::kernel_constants()) {
    INFO(macro.name);
    CHECK(seen.insert(macro.name).second);
    for (const auto& kernel : kernels) CHECK_FALSE(kernel->enumerator(macro.name));
  }
}

TEST_CASE("a program that needs no types does not load them") {
  const auto loads = [](const std::string& program) {
    const HostKernel kernel({kTracefs, kTypes});
    CHECK(diagnose(program, kernel).empty());
    return kernel.types_loaded();
  };
  CHECK_FALSE(loads("tracepoint sched:sched_switch { count --by comm }"));
  CHECK_FALSE(
      loads("tracepoint sched:sched_switch {|e| if $e.prev_state == TASK_RUNNING { {task: $e.task} } }"));
  CHECK_FALSE(loads("tracepoint syscalls:sys_enter_openat { select pid comm filename }"));
  CHECK_FALSE(loads("uretprobe /bin/bash:readline {|e| {line: ($e.retval | into string)} }"));
  CHECK_FALSE(loads("uprobe /bin/bash:readline {|e| {low: ($e.arg0 | cast u32)} }"));
  CHECK_FALSE(loads("profile --hz 99 { count --by kstack }"));
  CHECK(loads("tracepoint sched:sched_switch {|e| {parent: $e.task.real_parent.tgid} }"));
  CHECK(loads("kprobe vfs_read {|e| {bytes: $e.count} }"));
}

TEST_CASE("a function that neither BTF nor the kernel's symbols have is not there") {
  const auto symbols = std::filesystem::temp_directory_path() / ("nubpf-symbols-" + std::to_string(getpid()));
  std::ofstream(symbols) << "0000000000000000 T vfs_read\n"
                            "0000000000000000 t copy_data.isra.0\n"
                            "0000000000000000 t in_a_module\t[some_module]\n";
  const HostKernel kernel({kTracefs, kTypes, {}, symbols.string()});
  const auto message = [&](const std::string& program) {
    const auto diagnostics = diagnose(program, kernel);
    return diagnostics.empty() ? std::string()
                               : diagnostics.front().message + "; " + diagnostics.front().help;
  };
  CHECK(message("kprobe vfs_read { count }").empty());
  CHECK(message("kprobe vfs_rea* { count }").empty());
  CHECK(message("kprobe copy_data.isra.0 { count }").empty());
  CHECK(message("kprobe in_a_module { count }").empty());
  CHECK(message("kprobe some_module:in_a_module { count }").empty());
  CHECK(message("kprobe vfs_read --offset 4 { count }").empty());
  CHECK(message("kprobe vfs_rea { count }") ==
        "this kernel has no function `vfs_rea`; write `vfs_read`; of an inlined function, trace the callers");
  CHECK(message("kretprobe copy_data { count }") ==
        "this kernel has no function `copy_data`; `nubpf list 'kretprobe:*copy_data*'` lists those of a like "
        "name; of an inlined function, trace the callers");
  CHECK(message("fentry in_a_module { count }")
            .starts_with("this kernel has no function `in_a_module` that BTF describes"));
  std::filesystem::remove(symbols);
}
