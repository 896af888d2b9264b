#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "adapter/exit_code.h"
#include "adapter/tool/doctor.h"
#include "adapter/tool/inquiries.h"
#include "adapter/tool/options.h"
#include "adapter/tool/stats.h"
#include "adapter/tool/terminal.h"
#include "transpiler/host_kernel.h"
#include "transpiler/mappings.h"

using namespace nubpf;
using namespace nubpf::tool;

namespace {

Options read(const std::vector<std::string>& words) {
  auto options = parse_options(words);
  if (!options) FAIL(options.error().message);
  return std::get<Options>(*options);
}

Diagnostic refused(const std::vector<std::string>& words) {
  auto options = parse_options(words);
  REQUIRE_FALSE(options);
  CHECK(options.error().kind == DiagnosticKind::usage);
  return options.error();
}

class FakeKernel final : public KernelTypes {
 public:
  [[nodiscard]] std::optional<Tracepoint> tracepoint(std::string_view category,
                                                     std::string_view name) const override {
    if (!readable || category != "syscalls" || name != "sys_enter_kill") return std::nullopt;
    Tracepoint kill{"syscalls", "sys_enter_kill", {}};
    kill.fields.push_back({"__syscall_nr", "int", 8, 4, true, false, std::nullopt});
    kill.fields.push_back({"pid", "pid_t", 16, 8, false, false, std::nullopt});
    kill.fields.push_back({"name", "char", 24, 16, false, false, 16U});
    kill.fields.push_back({"text", "char", 40, 4, false, true, std::nullopt});
    kill.fields.push_back({"kind", "enum pid_type", 44, 4, false, false, std::nullopt});
    kill.fields.push_back({"to", "const struct task_struct *", 48, 8, false, false, std::nullopt});
    return kill;
  }
  [[nodiscard]] std::vector<std::string> tracepoints(std::string_view) const override {
    if (!readable) return {};
    return {"sched:sched_switch", "syscalls:sys_enter_kill", "syscalls:sys_exit_kill"};
  }
  [[nodiscard]] bool tracepoints_readable() const override { return readable; }
  [[nodiscard]] std::optional<KernelFunction> function(std::string_view name) const override {
    return types.function(name);
  }
  [[nodiscard]] bool types_readable() const override { return types.types_readable(); }
  [[nodiscard]] bool may_have_symbol(std::string_view name) const override {
    return types.may_have_symbol(name);
  }
  [[nodiscard]] std::optional<KernelTypeId> find_type(std::string_view spelling) const override {
    return types.find_type(spelling);
  }
  [[nodiscard]] KernelType type(KernelTypeId id) const override { return types.type(id); }
  [[nodiscard]] std::vector<KernelMember> members(KernelTypeId id) const override {
    return types.members(id);
  }
  [[nodiscard]] std::shared_ptr<const Enumerators> enumerators(KernelTypeId id) const override {
    return types.enumerators(id);
  }
  [[nodiscard]] std::vector<std::string> type_names() const override { return types.type_names(); }
  [[nodiscard]] std::vector<std::string> functions(std::string_view) const override {
    return {"vfs_read", "vfs_write"};
  }
  [[nodiscard]] std::optional<std::int64_t> enumerator(std::string_view) const override {
    return std::nullopt;
  }

  bool readable = true;
  HostKernel types{{"/nonexistent", NUBPF_SOURCE_DIR "/tests/kernel/types.btf"}};
};

std::string cell(const Rows& rows, std::size_t row, std::size_t column) {
  return std::get<std::string>(rows.rows.at(row).at(column).node);
}

/// The cells of a row, with bars between them.
std::string line(const Rows& rows, std::size_t row) {
  std::string text;
  for (std::size_t i = 0; i < rows.columns.size(); ++i) text += (i > 0 ? "|" : "") + cell(rows, row, i);
  return text;
}

/// A host of files: what `doctor` finds is made up of them.
class FakeHost {
 public:
  FakeHost() {
    std::filesystem::remove_all(root_);
    host.root = root_.string();
    host.is_root_user = true;
    host.capabilities = ~std::uint64_t{0};
    host.bpftrace_version = [this](const BpftraceCommand&) { return version; };
    write("/proc/sys/kernel/osrelease", "6.1.0-42-amd64\n");
    write("/proc/modules", "");
    write("/proc/sys/kernel/perf_event_paranoid", "2\n");
    write("/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
    write("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
    write("/sys/kernel/tracing/events/syscalls/sys_enter_kill/format", "");
    write("/sys/kernel/tracing/events/sched/sched_switch/format", "");
    for (const auto* const device : {"kprobe", "uprobe", "cpu"}) {
      write(std::string("/sys/bus/event_source/devices/") + device + "/type", "6\n");
    }
  }
  ~FakeHost() { std::filesystem::remove_all(root_); }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  void write(const std::string& path, const std::string& text) const {
    const auto file = root_.string() + path;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file) << text;
  }
  void remove(const std::string& path) const { std::filesystem::remove_all(root_.string() + path); }

  [[nodiscard]] Finding finding(std::string_view check) const {
    for (auto& found : examine(host)) {
      if (found.check == check) return found;
    }
    FAIL("no check " << check);
    return {};
  }

  Host host;
  tl::expected<BpftraceVersion, Diagnostic> version = BpftraceVersion{0, 23, 2};

 private:
  std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("nubpf-host-" + std::to_string(::getpid()));
};

struct Ended {
  int code = -1;
  std::string output;  ///< standard output and standard error
};

/// Runs the built tool through a shell.
/// `before` is what the shell does first.
Ended run_tool(const std::string& arguments, const std::string& before = {}) {
  const auto command = before + "'" NUBPF_BINARY "' " + arguments + " 2>&1 </dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), [](FILE*) { return 0; });
  REQUIRE(pipe != nullptr);
  Ended ended;
  std::array<char, 4096> part{};
  while (const auto length = std::fread(part.data(), 1, part.size(), pipe.get())) {
    ended.output.append(part.data(), length);
  }
  const int status = pclose(pipe.get());
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("options may stand in any order") {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"-e", "kprobe f { count }", "--for", "3sec"},
           {"--for", "3sec", "-e", "kprobe f { count }"},
           {"--for=3sec", "--expression=kprobe f { count }"},
       }) {
    const auto options = read(words);
    CHECK(options.action == Action::trace);
    CHECK(options.expression == "kprobe f { count }");
    CHECK(options.program.duration_ns == 3'000'000'000);
  }
}

TEST_CASE("a file and all its options") {
  const auto options = read({"opens.nu", "-p", "42", "-c", "ls -l /tmp", "--unsafe", "--string-length", "128",
                             "--format", "msgpack", "--error-format", "json", "--color", "never", "-v",
                             "--bpftrace", "sudo -n 'my bpftrace'", "--dump", "source-map"});
  CHECK(options.file == "opens.nu");
  CHECK_FALSE(options.expression);
  CHECK(options.program.pid == 42);
  CHECK(options.program.command == "ls -l /tmp");
  CHECK(options.program.unsafe);
  CHECK(options.program.string_length == 128);
  CHECK(options.format == OutputFormat::msgpack);
  CHECK(options.error_format == ErrorFormat::json);
  CHECK(options.color == ColorChoice::never);
  CHECK(options.verbose);
  CHECK(options.bpftrace == BpftraceCommand{"sudo", "-n", "my bpftrace"});
  CHECK(options.dump == Dump::source_map);
}

TEST_CASE("an option's value is optional only behind an equals sign") {
  CHECK(read({"--emit-bt", "opens.nu"}).emit_bt == EmitForm::people);
  CHECK(read({"--emit-bt", "opens.nu"}).file == "opens.nu");
  CHECK(read({"--emit-bt=run", "opens.nu"}).emit_bt == EmitForm::run);
  CHECK(read({"opens.nu", "--emit-bt=people"}).emit_bt == EmitForm::people);
  CHECK_FALSE(read({"opens.nu"}).emit_bt);
}

TEST_CASE("durations are Nushell's") {
  CHECK(read({"f", "--for", "500ms"}).program.duration_ns == 500'000'000);
  CHECK(read({"f", "--for", "1.5sec"}).program.duration_ns == 1'500'000'000);
  CHECK(read({"f", "--for", "2min"}).program.duration_ns == 120'000'000'000);
  for (const auto* const word :
       {"3", "3s", "sec", "-3sec", "0sec", "3sec; count", "1sec + 1sec", "99999999wk", "("}) {
    INFO(word);
    const auto error = refused({"f", std::string("--for=") + word});
    CHECK(contains(error.message, "`--for` takes a duration"));
    CHECK(contains(error.help, "3sec"));
  }
}

TEST_CASE("what is wrong with a command line is said with a way out") {
  CHECK(refused({}).message == "no program was given");
  CHECK(refused({"--formt", "csv", "f"}).message == "there is no option `--formt`");
  CHECK(refused({"--formt", "csv", "f"}).help == "write `--format`");
  CHECK(refused({"--format", "tabel", "f"}).help == "write `--format=table`");
  CHECK(refused({"--dump=ast", "f"}).message ==
        "`--dump` takes one of `syntax`, `resolved`, `program`, `schema`, `source-map`, not `ast`");
  CHECK(refused({"f", "--for"}).message == "`--for` needs a value, and is given once at most");
  CHECK(refused({"f", "--pid", "1", "--pid", "2"}).message ==
        "`--pid` needs a value, and is given once at most");
  CHECK(refused({"f", "g"}).message == "`g` is one argument too many");
  CHECK(contains(refused({"f", "-e", "x"}).message, "two programs"));
  CHECK(contains(refused({"f", "--pid", "me"}).message, "`me`"));
  CHECK(contains(refused({"f", "--pid", "0"}).message, "`0`"));
  CHECK(contains(refused({"f", "--string-length", "65537"}).message, "`65537`"));
  CHECK(contains(refused({"f", "--bpftrace", "'sudo"}).message, "not closed"));
  CHECK(refused({"list", "--", "x"}).message == "only a program takes arguments");
  CHECK(refused({"list", "a", "b"}).message == "`b` is one argument too many");
  CHECK(refused({"doctor", "now"}).message == "`now` is one argument too many");
  CHECK(refused({"nu"}).help == "write `nubpf nu install`, then `overlay use nubpf` in Nushell");
  CHECK(refused({"fields"}).message == "`fields` needs a probe");
}

TEST_CASE("subcommands take the options of the tool on either side") {
  const auto list = read({"list", "sys_enter_*", "--format", "csv"});
  CHECK(list.action == Action::list);
  CHECK(list.words == std::vector<std::string>{"sys_enter_*"});
  CHECK(list.format == OutputFormat::csv);
  CHECK(read({"--format", "csv", "list"}).format == OutputFormat::csv);
  CHECK(read({"fields", "tracepoint", "syscalls:sys_enter_kill"}).words.size() == 2);
  CHECK(read({"builtins"}).action == Action::builtins);
  CHECK(read({"nu", "module"}).action == Action::nu_module);
  CHECK(read({"doctor", "--bpftrace", "/opt/bpftrace"}).bpftrace == BpftraceCommand{"/opt/bpftrace"});
}

TEST_CASE("bpftrace's command comes from the option, else from the environment") {
  ::setenv("NUBPF_BPFTRACE", "sudo bpftrace", 1);
  CHECK(read({"f"}).bpftrace == BpftraceCommand{"sudo", "bpftrace"});
  CHECK(read({"f", "--bpftrace", "/opt/bpftrace"}).bpftrace == BpftraceCommand{"/opt/bpftrace"});
  ::setenv("NUBPF_BPFTRACE", "", 1);
  CHECK(read({"f"}).bpftrace == BpftraceCommand{"bpftrace"});
  ::unsetenv("NUBPF_BPFTRACE");
}

TEST_CASE("help and version are information") {
  const auto help = parse_options({"--help"});
  REQUIRE(help);
  const auto& text = std::get<Information>(*help).text;
  for (const auto* const option :
       {"--for", "--pid", "--command", "--emit-bt[=run]", "--dump", "NUBPF_BPFTRACE"}) {
    INFO(option);
    CHECK(contains(text, option));
  }
  CHECK_FALSE(contains(text, "\n\n\n"));
  CHECK(std::get<Information>(*parse_options({"--version"})).text.starts_with("nubpf "));
}

TEST_CASE("the error format is known even where the command line is not") {
  CHECK(wanted_error_format({"--error-format", "json", "--bad"}) == ErrorFormat::json);
  CHECK(wanted_error_format({"--bad", "--error-format=json"}) == ErrorFormat::json);
  CHECK(wanted_error_format({"--", "--error-format=json"}) == ErrorFormat::text);
  CHECK(wanted_error_format({"--error-format"}) == ErrorFormat::text);
}

TEST_CASE("color and width follow the options and the environment") {
  ::setenv("COLUMNS", "132", 1);
  std::array<int, 2> pipe_ends{};
  REQUIRE(::pipe(pipe_ends.data()) == 0);
  CHECK_FALSE(terminal(pipe_ends[1], ColorChoice::automatic).is_terminal);
  CHECK_FALSE(terminal(pipe_ends[1], ColorChoice::automatic).color);
  CHECK(terminal(pipe_ends[1], ColorChoice::always).color);
  CHECK(terminal(pipe_ends[1], ColorChoice::never).width == 132);
  ::setenv("COLUMNS", "nonsense", 1);
  CHECK(terminal(pipe_ends[1], ColorChoice::never).width == 80);
  ::unsetenv("COLUMNS");
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST_CASE("list finds probes by a part of their name or by a wildcard") {
  const FakeKernel kernel;
  const auto count = [&](const std::string& pattern, bool has_kprobes = true) {
    const auto rows = list_probes(kernel, has_kprobes, pattern);
    return rows ? rows->rows.size() : 0;
  };
  CHECK(count("kill") == 2);
  CHECK(count("sys_enter_*") == 1);
  CHECK(count("syscalls:*") == 2);
  CHECK(count("tracepoint:*:sys_*") == 2);
  CHECK(count("tracepoint:") == 3);
  CHECK(count("kprobe:vfs_*") == 2);
  CHECK(count("vfs_*") == 2);
  CHECK(count("software:*") == 11);
  CHECK(count("") == 3 + 2 + 21);
  CHECK(count("", false) == 3 + 21);

  const auto fentry = list_probes(kernel, false, "fentry:vfs_r*");
  REQUIRE(fentry);
  REQUIRE(fentry->rows.size() == 1);
  CHECK(line(*fentry, 0) == "fentry|vfs_read");
}

TEST_CASE("list says why it finds nothing") {
  FakeKernel kernel;
  const auto nothing = list_probes(kernel, true, "nosuch");
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().kind == DiagnosticKind::unknown_probe);
  CHECK(nothing.error().message == "no probe of this host matches `nosuch`");

  const auto no_kprobes = list_probes(kernel, false, "vfs_read");
  REQUIRE_FALSE(no_kprobes);
  CHECK(contains(no_kprobes.error().message, "this kernel has no kprobes"));

  kernel.readable = false;
  const auto unreadable = list_probes(kernel, true, "kill");
  REQUIRE_FALSE(unreadable);
  CHECK(contains(unreadable.error().help, "nubpf doctor"));
}

TEST_CASE("fields shows the event of a probe, its own fields first") {
  const FakeKernel kernel;
  for (const auto* const words : {"tracepoint syscalls:sys_enter_kill", "tracepoint:syscalls:sys_enter_kill",
                                  "syscalls:sys_enter_kill"}) {
    INFO(words);
    const auto rows = probe_fields(kernel, words);
    REQUIRE(rows);
    CHECK(line(*rows, 0) == "__syscall_nr|int|int|");
    CHECK(cell(*rows, 1, 0) == "args.pid");
    CHECK(line(*rows, 2) == "name|string|char[16]|");
    CHECK(line(*rows, 3) == "text|string|char[]|");
    CHECK(line(*rows, 4) == "kind|enum pid_type|enum pid_type|");
    CHECK(line(*rows, 5) == "to|struct task_struct *|const struct task_struct *|");
    CHECK(line(*rows, 6) == "pid|int||process id (the kernel's thread group id)");
    CHECK(rows->rows.size() == 6 + mappings::context_fields().size() - 1);
  }
  const auto kprobe = probe_fields(kernel, "kprobe vfs_read");
  REQUIRE(kprobe);
  CHECK(line(*kprobe, 0) == "file|struct file *|struct file *|`arg0`");
  CHECK(line(*kprobe, 1) == "buf|string|char __user *|`arg1`");
  CHECK(line(*kprobe, 2) == "count|int|size_t|`arg2`");
  CHECK(kprobe->rows.size() == 4 + mappings::context_fields().size());
  const auto kretprobe = probe_fields(kernel, "kretprobe:vfs_read");
  REQUIRE(kretprobe);
  CHECK(cell(*kretprobe, 0, 0) == "retval");
  CHECK(cell(*kretprobe, 0, 2) == "ssize_t");
  CHECK(cell(*probe_fields(kernel, "vfs_read"), 0, 0) == "file");
  const auto fexit = probe_fields(kernel, "fexit finish_task");
  REQUIRE(fexit);
  CHECK(line(*fexit, 1) == "args.pid|struct pid *|struct pid *|an argument");
  CHECK(line(*fexit, 2) == "type|enum pid_type|enum pid_type|an argument");
  CHECK(line(*fexit, 3) == "retval|int|int|what the function returns");
  CHECK(cell(*probe_fields(kernel, "kretprobe tcp_set_state"), 0, 0) == "pid");
  CHECK(cell(*probe_fields(kernel, "interval 1sec"), 0, 0) == "pid");
  CHECK(cell(*probe_fields(kernel, "begin"), 0, 0) == "pid");
}

TEST_CASE("fields shows the members of a struct and the names of an enumeration") {
  const FakeKernel kernel;
  const auto common = probe_fields(kernel, "struct sock_common *");
  REQUIRE(common);
  CHECK(line(*common, 0) == "skc_addrpair|int|u64|");
  CHECK(line(*common, 1) == "skc_daddr|int|__be32|");
  CHECK(line(*common, 8) == "skc_reuse|int|unsigned char|4 bits");
  CHECK(line(*probe_fields(kernel, "enum pid_type"), 1) == "PIDTYPE_TGID|enum pid_type||1");
  const auto wrong = probe_fields(kernel, "struct sokc");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().help == "write `struct sock`");
}

TEST_CASE("fields says which probes there are") {
  FakeKernel kernel;
  const auto help = [&](const std::string& words) {
    const auto rows = probe_fields(kernel, words);
    REQUIRE_FALSE(rows);
    return rows.error().help;
  };
  CHECK(help("syscalls:sys_enter_kil") == "write `syscalls:sys_enter_kill`");
  CHECK(help("tracepoint:syscalls:sys_entre_kill") == "write `syscalls:sys_enter_kill`");
  CHECK(help("tracepoint nosuch") == "`nubpf list tracepoint:` shows all of them");
  CHECK(help("vfs_raed") == "write `vfs_read`");
  CHECK(help("tracpoint syscalls:sys_enter_kill") == "write `tracepoint`");
  CHECK(contains(help("syscalls:*"), "nubpf list 'syscalls:*'"));
  kernel.readable = false;
  CHECK(contains(help("syscalls:sys_enter_kill"), "nubpf doctor"));
}

TEST_CASE("builtins has a row for each row of the mappings") {
  const auto rows = builtin_rows();
  CHECK(rows.rows.size() == mappings::probes().size() + mappings::program_flags().size() +
                                mappings::commands().size() + mappings::functions().size() +
                                mappings::context_fields().size() + mappings::kernel_constants().size());
  for (const auto& row : rows.rows) CHECK(row.size() == rows.columns.size());
}

TEST_CASE("a host that lacks nothing") {
  const FakeHost fake;
  const auto findings = examine(fake.host);
  for (const auto& found : findings) {
    INFO(found.check << ": " << found.found);
    // BTF cannot be made up
    CHECK((found.state == State::ok || found.check == "BTF"));
    CHECK(found.advice.empty() == (found.state == State::ok));
  }
  CHECK(doctor_exit_code(findings) == exit_code::kOk);
  CHECK(fake.finding("tracefs").found == "2 tracepoints");
  CHECK_FALSE(missing_privilege(fake.host));
  CHECK(finding_rows(findings, true).columns.size() == 4);
  CHECK(contains(advice_text(findings), "BTF: "));
}

TEST_CASE("each thing that a host can lack is found, with what to do") {
  FakeHost fake;
  const auto becomes = [&](std::string_view check, State state) {
    const auto found = fake.finding(check);
    INFO(found.check << ": " << found.found);
    CHECK(found.state == state);
    CHECK_FALSE(found.found.empty());
    CHECK(found.advice.empty() == (state == State::ok));
  };
  SECTION("an old kernel") {
    fake.write("/proc/sys/kernel/osrelease", "5.4.0-generic\n");
    fake.host.locked_memory_limit = 65536;
    becomes("kernel", State::warn);
    becomes("locked memory", State::ok);  // root may raise it
    fake.host.capabilities &= ~(std::uint64_t{1} << 24U);
    becomes("locked memory", State::warn);
  }
  SECTION("lockdown") {
    fake.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    becomes("lockdown", State::ok);
    fake.write("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
    becomes("lockdown", State::fail);
    CHECK(doctor_exit_code(examine(fake.host)) == exit_code::kRefused);
  }
  SECTION("tracefs is not mounted") {
    fake.remove("/sys/kernel/tracing/events");
    becomes("tracefs", State::fail);
    becomes("system calls", State::warn);
    CHECK(contains(fake.finding("tracefs").advice, "mount -t tracefs"));
    fake.write("/sys/kernel/debug/tracing/events/syscalls/sys_enter_kill/format", "");
    becomes("tracefs", State::ok);
  }
  SECTION("probes that the kernel does not have") {
    fake.remove("/sys/bus");
    becomes("kprobes", State::warn);
    becomes("uprobes", State::warn);
    becomes("hardware events", State::warn);
    CHECK_FALSE(has_kprobes(fake.host));
    fake.write("/sys/kernel/tracing/kprobe_events", "");
    CHECK(has_kprobes(fake.host));
  }
  SECTION("a user without rights") {
    fake.host.is_root_user = false;
    fake.host.capabilities = 0;
    becomes("rights", State::fail);
    becomes("perf events", State::warn);
    becomes("unprivileged BPF", State::warn);
    CHECK(doctor_exit_code(examine(fake.host)) == exit_code::kPrivilege);
    REQUIRE(missing_privilege(fake.host));
    CHECK(contains(missing_privilege(fake.host)->help, "sudo nubpf"));
    fake.host.bpftrace = {"sudo", "bpftrace"};
    becomes("rights", State::ok);
    becomes("perf events", State::ok);
    becomes("unprivileged BPF", State::ok);
    CHECK_FALSE(missing_privilege(fake.host));
    fake.host.bpftrace = {"bpftrace"};
    fake.host.has_file_capabilities = true;
    fake.version = BpftraceVersion{0, 25, 0};
    becomes("rights", State::ok);
    fake.version = BpftraceVersion{0, 17, 0};
    becomes("rights", State::fail);
    CHECK_FALSE(missing_privilege(fake.host));
  }
  SECTION("a user with capabilities") {
    fake.host.is_root_user = false;
    fake.host.capabilities = std::uint64_t{1} << 38U | std::uint64_t{1} << 39U;
    fake.version = BpftraceVersion{0, 23, 2};
    becomes("rights", State::fail);
    CHECK(contains(fake.finding("rights").found, "0.23.2 runs as root only"));
    fake.version = BpftraceVersion{0, 27, 1};
    becomes("rights", State::fail);
    CHECK(contains(fake.finding("rights").advice, "CAP_DAC_OVERRIDE"));
    fake.host.capabilities |= 6;
    becomes("rights", State::ok);
    CHECK_FALSE(missing_privilege(fake.host));
  }
  SECTION("root without capabilities, as in a container") {
    fake.host.capabilities = 0;
    becomes("rights", State::fail);
    REQUIRE(missing_privilege(fake.host));
    CHECK(contains(missing_privilege(fake.host)->message, "CAP_BPF"));
  }
  SECTION("an old bpftrace") {
    fake.version = BpftraceVersion{0, 17, 0};
    becomes("bpftrace", State::ok);
    becomes("bpftrace features", State::warn);
  }
  SECTION("no bpftrace") {
    fake.version = tl::unexpected(Diagnostic{
        DiagnosticKind::bpftrace_missing, "bpftrace cannot be started", {}, "write `apt install`", {}});
    becomes("bpftrace", State::fail);
    CHECK(doctor_exit_code(examine(fake.host)) == exit_code::kBpftrace);
  }
  SECTION("bpftrace 0.25 on a kernel without modules") {
    fake.version = BpftraceVersion{0, 25, 0};
    becomes("bpftrace", State::ok);
    fake.remove("/proc/modules");
    becomes("bpftrace", State::fail);
  }
}

#ifndef __SANITIZE_ADDRESS__  // which takes all addresses that there are
TEST_CASE("tool: a lack of memory is told") {
  std::string program = "tracepoint syscalls:sys_enter_read {";
  for (int i = 0; i < 100'000; ++i) program += " count --as a" + std::to_string(i) + ";";
  const auto path = std::filesystem::temp_directory_path() / ("nubpf-large-" + std::to_string(getpid()));
  std::ofstream(path) << program << " }";
  const auto ended = run_tool("--check '" + path.string() + "'", "ulimit -v 60000; ");
  std::filesystem::remove(path);
  CHECK(ended.code == exit_code::kInternal);
  CHECK(ended.output == "error: nubpf itself failed: std::bad_alloc\n");
}
#endif

TEST_CASE("the tool ends with the documented codes") {
  CHECK(run_tool("--version").code == exit_code::kOk);
  CHECK(run_tool("--help").code == exit_code::kOk);
  CHECK(run_tool("").code == exit_code::kUsage);
  CHECK(run_tool("builtins").code == exit_code::kOk);

  const auto missing = run_tool("/nonexistent/program.nu");
  CHECK(missing.code == exit_code::kUsage);
  CHECK(contains(missing.output, "nubpf::cannot_read"));
  CHECK(contains(missing.output, "no such file or directory"));

  const auto json = run_tool("--error-format json --bad");
  CHECK(json.code == exit_code::kUsage);
  CHECK(json.output.starts_with("{\"code\":\"nubpf::usage\""));

  const auto wrong = run_tool("--check -e 'interval 1sec { cuont }'");
  CHECK(wrong.code == exit_code::kProgram);
  CHECK(contains(wrong.output, "`count`"));

  const auto full = run_tool("builtins --format jsonl >/dev/full");
  CHECK(full.code == exit_code::kOutput);
}

TEST_CASE("what would run can be looked at without running it") {
  const auto bpftrace = run_tool("--emit-bt -e 'interval 1sec { count }'");
  CHECK(bpftrace.code == exit_code::kOk);
  CHECK(contains(bpftrace.output, "interval:s:1"));
  CHECK(run_tool("--check -e 'interval 1sec { count }'").output.empty());
  CHECK(contains(run_tool("--dump syntax -e 'interval 1sec { count }'").output, "Call interval"));
  CHECK(contains(run_tool("--dump schema -e 'interval 1sec { count }'").output, "form value"));
  CHECK(contains(run_tool("--dump source-map -e 'interval 1sec { count }'").output, "\tcount\n"));
  CHECK(run_tool("--emit-bt=run -e 'interval 1sec { count }'").output ==
        run_tool("--dump program -e 'interval 1sec { count }'").output);
}

TEST_CASE("a program is also read from standard input") {
  const auto command = std::string("echo 'interval 1sec { count }' | '" NUBPF_BINARY "' --emit-bt - 2>&1");
  FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  const std::string output(part.data(), std::fread(part.data(), 1, part.size(), pipe));
  CHECK(pclose(pipe) == 0);
  CHECK(contains(output, "interval:s:1"));
}

TEST_CASE("stats: for people, and as one object") {
  RunResult result;
  result.rows = 7;
  result.accounts = {{.name = "op\x1b[m", .emitted = 9, .arrived = 7, .emitted_known = true},
                     {.name = "count", .is_content = true, .arrived = 3}};
  CHECK(stats_text(result, ErrorFormat::text) ==
        "stats: 7 rows delivered\n"
        "  rows of `op\\e[m`: 7 of 9 arrived, 2 lost\n"
        "  entries of `count`: 3 arrived, of an unknown number\n");
  CHECK(
      stats_text(result, ErrorFormat::json) ==
      R"({"stats":{"delivered":7,"sent":[{"what":"rows","name":"op\u001b[m","emitted":9,"arrived":7,"lost":2},)"
      R"({"what":"entries","name":"count","emitted":null,"arrived":3,"lost":null}]}})"
      "\n");
  CHECK(read({"-e", "x", "--stats"}).stats);
}

TEST_CASE("a user without rights is told so in one sentence") {
  if (::geteuid() != 0) return;  // only root can become another user
  const auto copy = std::filesystem::temp_directory_path() / ("nubpf-copy-" + std::to_string(::getpid()));
  std::filesystem::copy_file(NUBPF_BINARY, copy);
  const auto command = "setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all '" +
                       copy.string() + "' -e 'interval 1sec { count }' 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  const std::string output(part.data(), std::fread(part.data(), 1, part.size(), pipe));
  const int status = pclose(pipe);
  std::filesystem::remove(copy);
  INFO(output);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == exit_code::kPrivilege);
  CHECK(contains(output, "error[nubpf::no_privilege]: tracing needs root\n"));
  CHECK(contains(output, "sudo nubpf"));
}
