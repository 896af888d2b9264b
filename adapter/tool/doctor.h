#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "adapter/run.h"
#include "adapter/tool/inquiries.h"
#include "transpiler/diagnostic.h"
#include "transpiler/dialect.h"

/// `nubpf doctor`: what this host can do, and what to do where it falls short.
namespace nubpf::tool {

/// All that the checks look at, so that tests can make up a host.
struct Host {
  std::string root;  ///< before `/proc` and `/sys`; empty for the running system
  bool is_root_user = false;
  std::uint64_t capabilities = 0;                    ///< effective, a bit each
  std::optional<std::uint64_t> locked_memory_limit;  ///< bytes; none: unlimited
  BpftraceCommand bpftrace = {"bpftrace"};
  bool has_file_capabilities = false;  ///< the file of bpftrace
  std::function<tl::expected<BpftraceVersion, Diagnostic>(const BpftraceCommand&)> bpftrace_version;
};

/// The running system.
[[nodiscard]] Host this_host(const BpftraceCommand& bpftrace);

/// ok: nothing to do; warn: something that some programs need is not there; fail: no program can be traced.
enum class State { ok, warn, fail };

struct Finding {
  std::string_view check;
  State state = State::ok;
  std::string found;
  std::string advice;  ///< empty where all is well
};

/// Every check, in the order in which one would look.
[[nodiscard]] std::vector<Finding> examine(const Host& host);

/// Columns check, state, found, and for programs advice.
[[nodiscard]] Rows finding_rows(const std::vector<Finding>& findings, bool with_advice);

/// For people the advice stands below the table, where it has room: a line for each finding that has any.
[[nodiscard]] std::string advice_text(const std::vector<Finding>& findings);

/// 0 where tracing can work, else the code that a trace would end with.
[[nodiscard]] int doctor_exit_code(const std::vector<Finding>& findings);

/// Whether kernel functions can be traced by kprobes.
[[nodiscard]] bool has_kprobes(const Host& host);

/// Why this host's user cannot trace; nothing where it looks possible. Looks only at rights, quickly; a
/// command such as `sudo bpftrace` is trusted to get its own.
[[nodiscard]] std::optional<Diagnostic> missing_privilege(const Host& host);

}  // namespace nubpf::tool
