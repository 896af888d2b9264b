// The installed bpftrace compiles, and the kernel verifies and attaches, every program of the golden cases
// and the examples.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/golden_cases.h"
#include "tests/live.h"
#include "transpiler/btf.h"
#include "transpiler/emit.h"
#include "transpiler/host_kernel.h"
#include "transpiler/main_parameters.h"
#include "transpiler/parse.h"
#include "transpiler/resolve.h"

namespace nubpf::live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kReady = "__BPFTRACE_NOTIFY_PROBES_ATTACHED";

/// Options and settings that one program is offered with.
std::vector<std::string> words_for(const Program& program, const BpftraceVersion& version) {
  std::vector<std::string> words = {"env", fmt::format("{}=1", kReady)};
  for (const auto& [name, value] : program.environment) words.push_back(fmt::format("{}={}", name, value));
  words.emplace_back("bpftrace");
  // what acts on the processes of this host is compiled only
  static const std::regex action(R"(\b(system|signal|override)\()");
  if (std::regex_search(program.text, action)) {
    words.insert(words.end(), {version < BpftraceVersion{0, 22} ? "-d" : "--dry-run", "--unsafe"});
  } else {
    words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  }
  if (program.text.find("cpid") != std::string::npos) words.insert(words.end(), {"-c", "/usr/bin/sleep 100"});
  return words;
}

/// Why this host has not what a program needs; nothing where it has.
std::optional<std::string> missing(const std::string& program) {
  const fs::path tracing = "/sys/kernel/tracing";
  static const std::regex attach_point(R"((?:^|\n|, ?)([a-z]+):([^\s,]+))");
  for (std::sregex_iterator at(program.begin(), program.end(), attach_point), end; at != end; ++at) {
    const auto provider = (*at)[1].str();
    const auto target = (*at)[2].str();
    const auto path = target.substr(0, target.find(':'));
    if ((provider == "kprobe" || provider == "kretprobe") && !fs::exists(tracing / "kprobe_events"))
      return "the kernel has no kprobes";
    if ((provider == "kfunc" || provider == "kretfunc" || provider == "fentry" || provider == "fexit") &&
        !fs::exists(tracing / "available_filter_functions"))
      return "the kernel has no fentry";
    if (provider == "hardware" && !fs::exists("/sys/bus/event_source/devices/cpu"))
      return "the machine has no counters of hardware events";
    if (provider == "tracepoint" && target.find('*') == std::string::npos) {
      auto folder = target;
      std::replace(folder.begin(), folder.end(), ':', '/');
      if (!fs::exists(tracing / "events" / folder)) return "the kernel has no tracepoint " + target;
    }
    if ((provider == "uprobe" || provider == "uretprobe" || provider == "usdt") && path.starts_with('/') &&
        !fs::exists(path))
      return "there is no file " + path;
  }
  return std::nullopt;
}

/// The reason where the host is all that bpftrace complains about.
std::optional<std::string> unsupported(const std::string& errors) {
  static const std::vector<std::pair<std::string, std::string>> known = {
      {"iter task not available for your kernel version", "the kernel has no iterators"},
      {"kfunc/kretfunc not available for your kernel version", "the kernel has no fentry"},
      {"fentry/fexit not available for your kernel version", "the kernel has no fentry"},
      {"No matches for fentry", "the kernel has no fentry"},
      {"No matches for fexit", "the kernel has no fentry"},
      {"No matches for iter task", "the kernel has no iterators"},
      {"has no valid attach points", "the kernel has none of these probes"},
      {"could not read traceable functions", "the kernel has no fentry"},
      {"no BTF data for", "the kernel has no fentry"},
      {"Could not resolve symbol", "the file has no symbol of that name"},
      {"Failed to resolve kernel symbol", "the kernel has no symbol of that name"},
      {"Failed to get `cgroupid` for path", "the host has no cgroup of that path"},
  };
  std::optional<std::string> found;
  std::istringstream lines(errors);
  for (std::string line; std::getline(lines, line);) {
    // an exception that nobody caught begins with `what():`
    const bool is_error =
        line.find("ERROR: ") != std::string::npos || line.find("what(): ") != std::string::npos;
    if (!is_error || line.find("RLIMIT_MEMLOCK") != std::string::npos) continue;
    const auto row = std::find_if(known.begin(), known.end(), [&line](const auto& one) {
      return line.find(one.first) != std::string::npos;
    });
    if (row == known.end()) return std::nullopt;
    found = row->second;
  }
  return found;
}

struct Pending {
  std::string name;
  Program program;
};

using LeftOut = std::map<std::string, std::set<std::string>>;

/// Both forms of a program in the words of the installed bpftrace; what it lacks is told in `left_out`.
void add_forms(const std::string& name, const resolved::Program& program, const BpftraceVersion& version,
               std::vector<Pending>& programs, LeftOut& left_out) {
  if (const auto missing = missing_features(program, version); !missing.empty()) {
    left_out[missing.front().message].insert(name);
    return;
  }
  for (const auto form : {EmitForm::people, EmitForm::run}) {
    EmitOptions options;
    options.form = form;
    options.version = version;
    options.command_pid = 4242;
    programs.push_back({name + (form == EmitForm::run ? " (run)" : ""), emit(program, options)});
  }
}

/// All that golden cases are, in the words of the installed bpftrace; what it lacks is told in `left_out`.
std::vector<Pending> programs_of_golden_cases(const BpftraceVersion& version,
                                              std::map<std::string, std::set<std::string>>& left_out) {
  std::vector<Pending> programs;
  for (const auto& golden : golden_cases()) {
    if (golden.should_fail || golden.area == "syntax") continue;
    const File file{"in.nu", read_text(golden.folder / "in.nu"), 0};
    const bool has_types = !fs::exists(golden.folder / "no-types");
    const auto resolved =
        resolve(file, parse(file).script, has_types ? golden_kernel() : golden_kernel_without_types(), {});
    for (const auto& program : resolved.programs) {
      add_forms(golden.area + "/" + golden.name, program, version, programs, left_out);
    }
  }
  return programs;
}

/// The examples, for this host.
std::vector<Pending> programs_of_examples(const BpftraceVersion& version,
                                          std::map<std::string, std::set<std::string>>& left_out) {
  const HostKernel kernel;
  std::vector<Pending> programs;
  for (const auto& path : example_files()) {
    const auto name = fs::relative(path, NUBPF_SOURCE_DIR).string();
    const File file{name, read_text(path), 0};
    const auto parsed = parse(file);
    ResolveOptions options;
    if (const auto* const main = find_main(parsed.script)) {
      auto bound = bind_arguments(*main, {});
      // one that is about a process needs its number
      if (!bound) bound = bind_arguments(*main, std::vector<std::string>{"1"});
      INFO(name);
      REQUIRE(bound);
      options.constants = std::move(*bound);
    }
    const auto resolved = resolve(file, parsed.script, kernel, options);
    std::string errors;
    bool lacks_probe = false;
    for (const auto& diagnostic : resolved.diagnostics) {
      errors += diagnostic.message + "\n";
      lacks_probe = lacks_probe || diagnostic.kind == DiagnosticKind::unknown_probe;
      if (diagnostic.kind == DiagnosticKind::unknown_probe) left_out[diagnostic.message].insert(name);
    }
    INFO(name << "\n" << errors);
    CHECK((lacks_probe || !has_errors(resolved.diagnostics)));
    for (const auto& program : resolved.programs) add_forms(name, program, version, programs, left_out);
  }
  return programs;
}

/// What bpftrace says of nearly any text: 0.27 of each comparison of an event's field with a number, of each
/// difference of unsigned numbers and of each delete(), 0.23 of a comparison behind `&&`. Its own tools have
/// hundreds of these, and only casts between types that are the same already would avoid them.
bool is_noise(const std::string& message) {
  static const std::vector<std::string> noise = {
      "stdlib/",  // its own library
      "Addrspace mismatch",
      "uint64 being cast to type: int64",
      "signed operands for",
      "integers of different signs",
      "Unnecessary cast",
      "expanded from",
      "is not traceable",
      "using 'print()' in a loop",  // meant for maps, said of a tuple too
      "Failed to get_stackid",      // while it runs: a sample in user mode has no kernel stack
      ": WARNING: Bad address",     // the same of 0.20
      ": WARNING: File exists",     // 0.20, 0.21: two processors made the same key at once
  };
  return std::any_of(noise.begin(), noise.end(),
                     [&](const auto& text) { return message.find(text) != std::string::npos; });
}

/// What else bpftrace has against the text.
std::string warnings_in(const std::string& said) {
  std::string found;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) {
    const bool is_of_text =
        line.find(".bt:") != std::string::npos && line.find(": WARNING: ") != std::string::npos;
    if (is_of_text && !is_noise(line)) found += line + "\n";
  }
  return found;
}

struct Started {
  Pending pending;
  std::unique_ptr<Running> bpftrace;
};

TEST_CASE("bpftrace accepts every golden program and every example, and has nothing to say about them") {
  if (skipped()) return;
  const auto version = bpftrace_version({"bpftrace"});
  REQUIRE(version);
  std::size_t accepted = 0;
  std::map<std::string, std::set<std::string>> left_out;
  auto programs = programs_of_golden_cases(*version, left_out);
  REQUIRE(programs.size() >= 100);
  for (auto& program : programs_of_examples(*version, left_out)) programs.push_back(std::move(program));
  std::set<std::string> seen;  // many differ only in their results
  constexpr std::size_t kAtOnce = 2;
  std::vector<Started> started;
  const auto start_next = [&] {
    while (!programs.empty()) {
      auto pending = std::move(programs.back());
      programs.pop_back();
      if (!seen.insert(pending.program.text).second) continue;
      if (const auto reason = missing(pending.program.text)) {
        left_out[*reason].insert(pending.name);
        continue;
      }
      auto words = words_for(pending.program, *version);
      words.push_back(new_file(".bt", pending.program.text).string());
      started.push_back({std::move(pending), std::make_unique<Running>(words)});
      return;
    }
  };
  const auto is_decided = [](Started& one) {
    const auto ready = [](const std::string& text) { return text.find(kReady) != std::string::npos; };
    return one.bpftrace->status() || ready(one.bpftrace->errors()) || ready(one.bpftrace->output());
  };
  while (started.size() < kAtOnce && !programs.empty()) start_next();
  while (!started.empty()) {
    const auto any = [&] { return std::any_of(started.begin(), started.end(), is_decided); };
    REQUIRE(wait_until(any));
    const auto one = std::find_if(started.begin(), started.end(), is_decided);
    const auto status = one->bpftrace->status();
    const auto errors = one->bpftrace->errors();
    const bool is_ready = (errors + one->bpftrace->output()).find(kReady) != std::string::npos;
    if (is_ready || status == 0) {
      ++accepted;
      INFO(one->pending.name << "\n" << one->pending.program.text);
      CHECK(warnings_in(errors + one->bpftrace->output()) == "");
    } else if (const auto reason = unsupported(errors)) {
      left_out[*reason].insert(one->pending.name);
    } else {
      INFO(one->pending.name << "\n" << one->pending.program.text << "\n" << errors);
      CHECK(status == 0);
    }
    started.erase(one);
    start_next();
  }
  for (const auto& [reason, names] : left_out) {
    std::string list;
    for (const auto& name : names) list += " " + name;
    std::cout << "skipped: " << reason << ":" << list << '\n';
  }
  CHECK(accepted >= 80);
}

/// What bpftrace makes of a program, when it has made it: its LLVM code before the optimizer, and what it
/// says.
std::string compiled(Running& bpftrace) {
  REQUIRE(bpftrace.wait());
  return bpftrace.output() + bpftrace.errors();
}

TEST_CASE("bpftrace compiles what needs no kernel types the same without them") {
  if (skipped()) return;
  const auto version = bpftrace_version({"bpftrace"});
  REQUIRE(version);
  std::map<std::string, std::set<std::string>> left_out;
  auto programs = programs_of_golden_cases(*version, left_out);
  for (auto& program : programs_of_examples(*version, left_out)) programs.push_back(std::move(program));
  const std::vector<std::string> words_of_debugging =
      *version < BpftraceVersion{0, 22} ? std::vector<std::string>{"-d"}
                                        : std::vector<std::string>{"-d", "codegen", "--dry-run"};
  const auto types = new_file(".btf", common_types()).string();
  std::size_t same = 0;
  std::set<std::string> seen;
  for (const auto& [name, program] : programs) {
    if (!name.ends_with(" (run)") || program.needs_kernel_types || missing(program.text)) continue;
    if (!seen.insert(program.text).second) continue;
    std::vector<std::string> words = {"env"};
    for (const auto& [variable, value] : program.environment)
      words.push_back(fmt::format("{}={}", variable, value));
    words.insert(words.end(), {"bpftrace", "--unsafe"});
    words.insert(words.end(), words_of_debugging.begin(), words_of_debugging.end());
    words.push_back(new_file(".bt", program.text).string());
    Running with_all(words);
    words.insert(words.begin() + 1, "BPFTRACE_BTF=" + types);
    Running with_few(words);
    const auto expected = compiled(with_all);
    INFO(name << "\n" << program.text);
    CHECK(compiled(with_few) == expected);
    if (expected.find("define ") != std::string::npos) ++same;
  }
  CHECK(same >= 80);
}

}  // namespace
}  // namespace nubpf::live
