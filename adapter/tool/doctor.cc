#include "adapter/tool/doctor.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "adapter/bpftrace_tracepoints.h"
#include "adapter/exit_code.h"
#include "adapter/version.h"
#include "transpiler/host_kernel.h"

namespace nubpf::tool {
namespace {

namespace fs = std::filesystem;

// numbers of include/uapi/linux/capability.h
constexpr int kCapDacOverride = 1;
constexpr int kCapDacReadSearch = 2;
constexpr int kCapSysAdmin = 21;
constexpr int kCapSysResource = 24;
constexpr int kCapPerfmon = 38;
constexpr int kCapBpf = 39;

constexpr std::string_view kSudo = "write `sudo nubpf …`, or `--bpftrace \"sudo bpftrace\"`";

constexpr BpftraceVersion kLosesNothing{0, 22, 0};
constexpr BpftraceVersion kRunsByCapability{0, 25, 0};

/// What a check finds; its name and exit code stand in the table.
struct Result {
  State state = State::ok;
  std::string found;
  std::string advice;
};

bool exists(const Host& host, std::string_view path) {
  std::error_code error;
  return fs::exists(host.root + std::string(path), error);
}

/// The whole file without its last line end; nothing where it cannot be read.
std::optional<std::string> content(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return std::nullopt;
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::optional<std::string> content(const Host& host, std::string_view path) {
  return content(host.root + std::string(path));
}

bool can(const Host& host, int capability) {
  return ((host.capabilities >> capability) & 1U) != 0;
}

/// CAP_SYS_ADMIN stands in for both where the kernel is older than they are (5.8).
bool can_trace(const Host& host) {
  return can(host, kCapSysAdmin) || (can(host, kCapBpf) && can(host, kCapPerfmon));
}

/// Whether bpftrace is started by another command, which may get it rights of its own.
bool is_wrapped(const Host& host) {
  return host.bpftrace.size() != 1 || fs::path(host.bpftrace.front()).filename() != "bpftrace";
}

/// Whether bpftrace may more than the user who starts it.
bool bpftrace_has_rights(const Host& host) {
  return host.has_file_capabilities || is_wrapped(host);
}

std::pair<int, int> kernel_version(const Host& host) {
  const auto release = content(host, "/proc/sys/kernel/osrelease").value_or("");
  std::pair<int, int> version{0, 0};
  const auto* const end = release.data() + release.size();
  const auto [dot, error] = std::from_chars(release.data(), end, version.first);
  if (error == std::errc() && dot != end) std::from_chars(dot + 1, end, version.second);
  return version;
}

HostRoots roots(const Host& host) {
  const bool has_own_mount = exists(host, "/sys/kernel/tracing/events");
  return {host.root + (has_own_mount ? "/sys/kernel/tracing" : "/sys/kernel/debug/tracing"),
          host.root + "/sys/kernel/btf/vmlinux"};
}

Result kernel(const Host& host) {
  const auto release = content(host, "/proc/sys/kernel/osrelease").value_or("unknown");
  if (kernel_version(host) < std::pair(5, 8)) {
    return {State::warn, release,
            "Linux 5.8 or newer: older ones lack the ring buffer that bpftrace 0.24 needs"};
  }
  return {State::ok, release, ""};
}

Result rights(const Host& host) {
  if (host.is_root_user && can_trace(host)) return {State::ok, "root", ""};
  if (host.is_root_user) {
    return {State::fail, "root without CAP_BPF and CAP_PERFMON",
            "start the container with --privileged, or with --cap-add of BPF, PERFMON and SYS_RESOURCE"};
  }
  if (is_wrapped(host)) {
    return {State::ok, fmt::format("a user; bpftrace is started by `{}`", host.bpftrace.front()), ""};
  }
  if (!host.has_file_capabilities && !can_trace(host))
    return {State::fail, "a user without CAP_BPF and CAP_PERFMON", std::string(kSudo)};
  std::string found = host.has_file_capabilities ? "a user; the file of bpftrace has capabilities"
                                                 : "a user with CAP_BPF and CAP_PERFMON";
  const auto version = host.bpftrace_version(host.bpftrace);
  if (version && *version < kRunsByCapability) {
    found += fmt::format(", and bpftrace {} runs as root only", to_string(*version));
    return {State::fail, std::move(found), std::string(kSudo)};
  }
  if (host.has_file_capabilities) return {State::ok, std::move(found), ""};
  // 0.27.1 asks for these, too
  if (!can(host, kCapDacOverride) || !can(host, kCapDacReadSearch)) {
    return {State::fail, found + " alone",
            "add CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, which bpftrace asks for, too"};
  }
  return {State::ok, std::move(found), ""};
}

Result lockdown(const Host& host) {
  const auto modes = content(host, "/sys/kernel/security/lockdown");
  if (!modes) return {State::ok, "none", ""};
  const auto open = modes->find('[');
  const auto close = modes->find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return {State::ok, *modes, ""};
  const auto mode = modes->substr(open + 1, close - open - 1);
  if (mode == "confidentiality") {
    return {State::fail, mode,
            "boot with `lockdown=integrity` or none: this mode forbids BPF to read kernel memory"};
  }
  return {State::ok, mode, ""};
}

Result tracefs(const Host& host) {
  const auto folder = roots(host).tracefs;
  std::error_code error;
  if (!exists(host, "/sys/kernel/tracing") && !exists(host, "/sys/kernel/debug")) {
    return {State::fail, "not in this kernel", "a kernel with CONFIG_TRACING"};
  }
  const auto status = fs::status(folder + "/events", error);
  if (error == std::errc::permission_denied) {
    if (bpftrace_has_rights(host)) return {State::ok, "read by bpftrace", ""};
    return {State::fail, fmt::format("{} cannot be read", folder), "write `sudo nubpf …`"};
  }
  if (!fs::is_directory(status)) {
    return {State::fail, "not mounted", "write `sudo mount -t tracefs tracefs /sys/kernel/tracing`"};
  }
  const HostKernel kernel_types(roots(host));
  if (!kernel_types.tracepoints_readable()) {
    if (bpftrace_has_rights(host)) return {State::ok, "read by bpftrace", ""};
    return {State::fail, fmt::format("{} cannot be read", folder), "write `sudo nubpf …`"};
  }
  return {State::ok, fmt::format("{} tracepoints", kernel_types.tracepoints("*").size()), ""};
}

Result syscalls(const Host& host) {
  std::error_code error;
  if (fs::is_directory(roots(host).tracefs + "/events/syscalls", error)) return {State::ok, "traceable", ""};
  if (error == std::errc::permission_denied) {
    if (bpftrace_has_rights(host)) return {State::ok, "seen by bpftrace", ""};
    return {State::warn, "cannot be seen", "write `sudo nubpf …`"};
  }
  return {State::warn, "no tracepoints for them",
          "a kernel with CONFIG_FTRACE_SYSCALLS, or `raw_syscalls:sys_enter`"};
}

Result btf(const Host& host) {
  const auto file = roots(host).btf;
  if (!exists(host, "/sys/kernel/btf/vmlinux")) {
    return {State::warn, "none",
            "a kernel with CONFIG_DEBUG_INFO_BTF: enumerators, `ppid` and kernel functions need it"};
  }
  const HostKernel kernel_types(roots(host));
  const auto functions = kernel_types.functions("*").size();
  if (functions == 0) return {State::warn, fmt::format("{} cannot be read", file), "write `sudo nubpf …`"};
  return {State::ok, fmt::format("{} functions", functions), ""};
}

Result kprobes(const Host& host) {
  if (has_kprobes(host)) return {State::ok, "traceable", ""};
  return {State::warn, "not in this kernel",
          "a kernel with CONFIG_KPROBES, or tracepoints (`nubpf list tracepoint:`)"};
}

Result uprobes(const Host& host) {
  if (exists(host, "/sys/bus/event_source/devices/uprobe")) return {State::ok, "traceable", ""};
  return {State::warn, "not in this kernel", "a kernel with CONFIG_UPROBES"};
}

Result hardware(const Host& host) {
  for (const auto* const device : {"cpu", "cpu_core", "armv8_pmuv3", "armv8_pmuv3_0"}) {
    if (exists(host, fmt::format("/sys/bus/event_source/devices/{}", device))) return {State::ok, device, ""};
  }
  return {State::warn, "no counters",
          "a machine, or a virtual one, whose processor counts events: `hardware` needs it"};
}

/// A sysctl that restricts those who lack a capability only.
Result restriction(const Host& host, std::string_view path, int harmless) {
  const auto value = content(host, path);
  if (!value) return {State::ok, "no such setting", ""};
  if (can_trace(host)) return {State::ok, fmt::format("{}; not for this user", *value), ""};
  if (bpftrace_has_rights(host)) return {State::ok, fmt::format("{}; not for bpftrace", *value), ""};
  int level = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), level);
  if (error == std::errc() && level <= harmless) return {State::ok, *value, ""};
  return {State::warn, fmt::format("{}; counts for this user", *value), "write `sudo nubpf …`"};
}

Result perf_event_paranoid(const Host& host) {
  return restriction(host, "/proc/sys/kernel/perf_event_paranoid", -1);
}

Result unprivileged_bpf(const Host& host) {
  return restriction(host, "/proc/sys/kernel/unprivileged_bpf_disabled", 0);
}

Result locked_memory(const Host& host) {
  const auto limit = host.locked_memory_limit ? fmt::format("{} KiB", *host.locked_memory_limit / 1024)
                                              : std::string("unlimited");
  if (!host.locked_memory_limit || can(host, kCapSysResource)) return {State::ok, limit, ""};
  if (kernel_version(host) >= std::pair(5, 11)) {
    return {State::ok, limit + "; not counted for BPF", ""};
  }
  return {State::warn, limit, "write `ulimit -l unlimited` before"};
}

Result bpftrace(const Host& host) {
  const auto version = host.bpftrace_version(host.bpftrace);
  if (!version) return {State::fail, version.error().message, version.error().help};
  const auto found = fmt::format("{} ({})", to_string(*version), fmt::join(host.bpftrace, " "));
  const bool needs_modules = *version >= BpftraceVersion{0, 25, 0} && *version < BpftraceVersion{0, 27, 0};
  if (needs_modules && !exists(host, "/proc/modules")) {
    return {State::fail, found + ", on a kernel without /proc/modules",
            "a kernel with CONFIG_MODULES, or bpftrace 0.23 or 0.27: 0.25 does not start without"};
  }
  return {State::ok, found, ""};
}

Result bpftrace_features(const Host& host) {
  const auto version = host.bpftrace_version(host.bpftrace);
  if (!version) return {State::warn, "unknown", "bpftrace"};
  const auto dialect = dialect_for(*version);
  auto found = fmt::format(
      "strings of {} bytes, {}", dialect.default_string_length(),
      dialect.stops_by_signal ? "stops without loss" : "uprobes and perf events may lose their last rows");
  if (*version < kLosesNothing) {
    return {State::warn, std::move(found), fmt::format("bpftrace {} or newer", to_string(kLosesNothing))};
  }
  return {State::ok, std::move(found), ""};
}

struct Check {
  std::string_view name;
  Result (*run)(const Host&);
  int exit_code;  ///< of a trace on a host where it fails
};

constexpr std::array kChecks = {
    Check{"kernel", kernel, exit_code::kRefused},
    Check{"rights", rights, exit_code::kPrivilege},
    Check{"lockdown", lockdown, exit_code::kRefused},
    Check{"tracefs", tracefs, exit_code::kRefused},
    Check{"system calls", syscalls, exit_code::kRefused},
    Check{"BTF", btf, exit_code::kRefused},
    Check{"kprobes", kprobes, exit_code::kRefused},
    Check{"uprobes", uprobes, exit_code::kRefused},
    Check{"hardware events", hardware, exit_code::kRefused},
    Check{"perf events", perf_event_paranoid, exit_code::kRefused},
    Check{"unprivileged BPF", unprivileged_bpf, exit_code::kRefused},
    Check{"locked memory", locked_memory, exit_code::kRefused},
    Check{"bpftrace", bpftrace, exit_code::kBpftrace},
    Check{"bpftrace features", bpftrace_features, exit_code::kBpftrace},
};

std::string_view to_string(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warn:
      return "warn";
    case State::fail:
      return "fail";
  }
  return {};
}

/// The line `CapEff:` of /proc/self/status.
std::uint64_t effective_capabilities() {
  const auto status = content("/proc/self/status").value_or("");
  constexpr std::string_view kLabel = "CapEff:\t";
  std::uint64_t capabilities = 0;
  if (const auto at = status.find(kLabel); at != std::string::npos) {
    std::from_chars(status.data() + at + kLabel.size(), status.data() + status.size(), capabilities, 16);
  }
  return capabilities;
}

}  // namespace

Host this_host(const BpftraceCommand& bpftrace) {
  Host host;
  host.is_root_user = geteuid() == 0;
  host.capabilities = effective_capabilities();
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    host.locked_memory_limit = limit.rlim_cur;
  }
  host.bpftrace = bpftrace;
  host.has_file_capabilities = has_file_capabilities(bpftrace);
  host.bpftrace_version = bpftrace_version;
  return host;
}

std::vector<Finding> examine(const Host& host) {
  std::vector<Finding> findings;
  for (const auto& check : kChecks) {
    auto [state, found, advice] = check.run(host);
    findings.push_back({check.name, state, std::move(found), std::move(advice)});
  }
  return findings;
}

Rows finding_rows(const std::vector<Finding>& findings, bool with_advice) {
  Rows rows{{{"check", ColumnHint::text}, {"state", ColumnHint::text}, {"found", ColumnHint::text}}, {}};
  if (with_advice) rows.columns.push_back({"advice", ColumnHint::text});
  for (const auto& finding : findings) {
    auto& row = rows.rows.emplace_back();
    row = {Value{std::string(finding.check)}, Value{std::string(to_string(finding.state))},
           Value{finding.found}};
    if (with_advice) row.push_back({finding.advice});
  }
  return rows;
}

std::string advice_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& finding : findings) {
    if (!finding.advice.empty()) text += fmt::format("{}: {}\n", finding.check, finding.advice);
  }
  return text.empty() ? text : '\n' + text;
}

int doctor_exit_code(const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    if (finding.state != State::fail) continue;
    const auto* const check =
        std::find_if(kChecks.begin(), kChecks.end(), [&](const Check& c) { return c.name == finding.check; });
    return check == kChecks.end() ? exit_code::kRefused : check->exit_code;
  }
  return exit_code::kOk;
}

bool has_kprobes(const Host& host) {
  return exists(host, "/sys/bus/event_source/devices/kprobe") ||
         exists(host, "/sys/kernel/tracing/kprobe_events") ||
         exists(host, "/sys/kernel/debug/tracing/kprobe_events");
}

std::optional<Diagnostic> missing_privilege(const Host& host) {
  if (can_trace(host) || bpftrace_has_rights(host)) return std::nullopt;
  auto advice = rights(host).advice;
  if (host.is_root_user) {
    return Diagnostic{DiagnosticKind::no_privilege,
                      "tracing needs CAP_BPF and CAP_PERFMON, which this root user does not have",
                      {},
                      std::move(advice),
                      {}};
  }
  return Diagnostic{DiagnosticKind::no_privilege, "tracing needs root", {}, std::string(kSudo), {}};
}

}  // namespace nubpf::tool
