#include "adapter/bpftrace_errors.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <regex>
#include <utility>

#include "adapter/exit_code.h"
#include "adapter/pattern_table.h"
#include "adapter/source_lines.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

enum class Use { error, warning, noise };

struct Row {
  const char* pattern;
  const char* message;
  const char* help;
  std::string_view example;
  Use use;
  DiagnosticKind kind;
};

constexpr Row kRows[] = {
#define NUBPF_BPFTRACE_ERROR(pattern, kind, message, help, example) \
  {pattern, message, help, example, Use::error, DiagnosticKind::kind},
#define NUBPF_BPFTRACE_WARNING(pattern, message, help, example) \
  {pattern, message, help, example, Use::warning, DiagnosticKind::runtime_warning},
#define NUBPF_BPFTRACE_NOISE(pattern, example) \
  {pattern, "", "", example, Use::noise, DiagnosticKind::runtime_warning},
#include "mappings/bpftrace_errors.inc"
#undef NUBPF_BPFTRACE_ERROR
#undef NUBPF_BPFTRACE_WARNING
#undef NUBPF_BPFTRACE_NOISE
};

/// Longer lines are cut before they are matched: std::regex recurses.
constexpr std::size_t kMatchedBytes = 2000;
/// What a C++ program says of the exception that ends it.
constexpr std::string_view kReason = "  what():  ";
constexpr std::size_t kShownLines = 40;

/// One thing that bpftrace said.
struct Saying {
  bool is_located = false;
  bool is_warning = false;
  std::int64_t line = 0;  ///< of the bpftrace program; 0 if it names none
  std::string text;
};

struct Match {
  const Row* row = nullptr;
  std::smatch groups;
};

/// The line number of `stdin:3:1-9` and `stdin:3-4`; 0 for other places.
std::int64_t line_number(std::string_view place) {
  constexpr std::string_view kProgram = "stdin:";
  std::int64_t line = 0;
  if (place.starts_with(kProgram)) {
    std::from_chars(place.data() + kProgram.size(), place.data() + place.size(), line);
  }
  return line;
}

std::optional<Saying> read_saying(std::string_view line) {
  for (const auto& [word, is_warning] :
       {std::pair{std::string_view("ERROR: "), false}, std::pair{std::string_view("WARNING: "), true}}) {
    if (line.starts_with(word)) {
      return Saying{.is_warning = is_warning, .text = std::string(line.substr(word.size()))};
    }
    // `stdin:3:1-9: ERROR: ` and `stdlib/base.bt:310:3-34: ERROR: `: a place holds no blanks.
    const std::size_t at = line.find(std::string(": ") + std::string(word));
    if (at == std::string_view::npos || line.substr(0, at).find(' ') != std::string_view::npos) continue;
    return Saying{.is_located = true,
                  .is_warning = is_warning,
                  .line = line_number(line.substr(0, at)),
                  .text = std::string(line.substr(at + 2 + word.size()))};
  }
  return std::nullopt;
}

/// bpftrace shows the line that an error is about, and marks its place below.
bool is_quotation(std::string_view line, const Program& program) {
  if (line.find_first_not_of(" \t~^") == std::string_view::npos) return true;
  for (const std::string_view own : lines_of(program.text)) {
    if (line == own) return true;
  }
  return false;
}

std::vector<Saying> read_sayings(const Program& program, std::string_view text) {
  std::vector<Saying> sayings;
  for (const std::string_view line : lines_of(text)) {
    if (auto saying = read_saying(line)) {
      // 0.24: an error in bpftrace's own library, and then where that was used.
      if (saying->text == "expanded from" && !sayings.empty()) {
        if (saying->line != 0) sayings.back().line = saying->line;
      } else {
        sayings.push_back(std::move(*saying));
      }
    } else if (line.starts_with(kReason)) {
      sayings.push_back({.text = std::string(line.substr(kReason.size()))});
    } else if (!is_quotation(line, program) && !line.starts_with("  ")) {
      sayings.push_back({.text = std::string(line)});
    }
  }
  return sayings;
}

const std::vector<std::regex>& patterns() {
  static const std::vector<std::regex> compiled = compiled_patterns(kRows);
  return compiled;
}

Match find_row(const std::string& text, bool is_warning) {
  Match match;
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (kRows[i].use == Use::error && is_warning) continue;
    if (kRows[i].use == Use::warning && !is_warning) continue;
    if (!std::regex_search(text, match.groups, patterns()[i])) continue;
    match.row = &kRows[i];
    return match;
  }
  return match;
}

std::vector<Label> labels_at(const Program& program, std::int64_t line, std::string text) {
  const auto span = source_of_line(program, line);
  if (!span) return {};
  return {{*span, std::move(text)}};
}

/// The place that a saying is about: its own line, the clause whose attach point it names, or for one that
/// cannot be attached the only one there is.
std::vector<Label> labels_of(const Program& program, const Saying& saying, const std::smatch& groups,
                             DiagnosticKind kind) {
  if (saying.line != 0) return labels_at(program, saying.line, {});
  for (std::size_t i = groups.size(); i-- > 1;) {
    auto labels = labels_at(program, line_of_attach_point(program, groups[i].str()), {});
    if (!labels.empty()) return labels;
  }
  // Up to 0.23, what is found out when the program is compiled has no place.
  for (std::size_t i = groups.size(); i-- > 1;) {
    if (groups[i].length() == 0) continue;
    auto labels = labels_at(program, line_of_text(program, "\"" + groups[i].str() + "\""), {});
    if (!labels.empty()) return labels;
  }
  if (kind == DiagnosticKind::attach_failed)
    return labels_at(program, line_of_only_attach_point(program), {});
  return {};
}

bool tracefs_is_missing() {
  for (const char* folder : {"/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events"}) {
    if (access(folder, F_OK) == 0 || errno != ENOENT) return false;
  }
  return true;
}

/// The row's message, with the attach point as the program spells it.
std::string message_of(const Program& program, const Match& match) {
  auto message = match.groups.format(match.row->message);
  if (match.groups.size() < 2) return message;
  const auto spoken = match.groups[1].str();
  const auto line = line_of_attach_point(program, spoken);
  const auto at = message.find(spoken);
  const bool is_other = line != 0 && spoken.find(':') == std::string::npos && at != std::string::npos;
  if (is_other) message.replace(at, spoken.size(), attach_point_on_line(program, line));
  return message;
}

Diagnostic explained(const Program& program, const Saying& saying, const Match& match) {
  Diagnostic diagnostic{.kind = match.row->kind,
                        .message = message_of(program, match),
                        .labels = labels_of(program, saying, match.groups, match.row->kind),
                        .help = match.groups.format(match.row->help),
                        .notes = {"bpftrace: " + saying.text}};
  // 0.17 to 0.23 say so too where they find no tracepoint at all.
  if (diagnostic.kind == DiagnosticKind::attach_failed && saying.text.starts_with("tracepoint") &&
      tracefs_is_missing()) {
    diagnostic.kind = DiagnosticKind::no_kernel_support;
    diagnostic.message = "tracefs is not mounted, and bpftrace needs it";
    diagnostic.help = "mount it with `mount -t tracefs tracefs /sys/kernel/tracing`";
  }
  return diagnostic;
}

/// The message of what no row knows; what was said is in the label or a note.
constexpr std::string_view kRefused = "bpftrace refused the generated program";

Diagnostic rejected(const Program& program, const Saying& saying) {
  Diagnostic diagnostic{.kind = DiagnosticKind::bpftrace_rejected,
                        .message = std::string(kRefused),
                        .labels = labels_at(program, saying.line, saying.text),
                        .help = {},
                        .notes = {}};
  if (diagnostic.labels.empty()) diagnostic.notes.push_back("bpftrace: " + saying.text);
  if (const std::string_view line = program_line(program, saying.line); !line.empty()) {
    diagnostic.notes.push_back(
        fmt::format("line {} of it: {}", saying.line, line.substr(line.find_first_not_of(" \t"))));
  }
  return diagnostic;
}

std::string ending(int status) {
  if (status >= 0) return fmt::format("exit code {}", status);
  const char* name = sigabbrev_np(-status);
  return name != nullptr ? fmt::format("signal SIG{}", name) : fmt::format("signal {}", -status);
}

/// All that was said and is no noise, for an error that no row knows.
std::vector<std::string> everything(const std::vector<Saying>& sayings) {
  std::vector<std::string> notes;
  for (const Saying& saying : sayings) {
    const std::string text = saying.text.substr(0, kMatchedBytes);
    if (const Match match = find_row(text, saying.is_warning); match.row && match.row->use == Use::noise)
      continue;
    if (notes.size() == kShownLines) break;
    notes.push_back("bpftrace: " + text);
  }
  return notes;
}

Diagnostic unknown(const BpftraceFailure& failure, const std::vector<Saying>& sayings) {
  // A signal is a crash at any time, as is an end while it traced.
  if (failure.status < 0 || failure.was_tracing || failure.status == 128 + SIGABRT) {
    return {.kind = DiagnosticKind::bpftrace_died,
            .message = fmt::format("bpftrace ended before the trace did ({})", ending(failure.status)),
            .labels = {},
            .help = failure.was_tracing
                        ? ""
                        : "try another version of bpftrace with `--bpftrace PATH`, or see `nubpf doctor`",
            .notes = everything(sayings)};
  }
  return {.kind = DiagnosticKind::bpftrace_rejected,
          .message = fmt::format("bpftrace did not run the generated program ({})", ending(failure.status)),
          .labels = {},
          .help = "look at the program with `--emit-bt=run`",
          .notes = everything(sayings)};
}

/// Whether `diagnostic` only says that something failed whose reason is known by now.
bool is_consequence(const Diagnostic& diagnostic, const Diagnostics& earlier) {
  return diagnostic.kind == DiagnosticKind::attach_failed && !earlier.empty() && diagnostic.help.empty() &&
         earlier.back().labels.empty();
}

void add(Diagnostics& diagnostics, Diagnostic diagnostic) {
  // 0.25 ends by an exception for what the user got wrong: the reason says it all.
  const bool is_crash = !diagnostics.empty() && diagnostics.back().kind == DiagnosticKind::bpftrace_died;
  if (is_crash && diagnostic.kind != DiagnosticKind::bpftrace_died) diagnostics.pop_back();
  if (is_consequence(diagnostic, diagnostics)) {
    diagnostics.back().labels = std::move(diagnostic.labels);
    diagnostics.back().notes.insert(diagnostics.back().notes.end(), diagnostic.notes.begin(),
                                    diagnostic.notes.end());
    return;
  }
  // Later versions say the same several times (0.24), or of one place several things of which the first is
  // the cause.
  for (const Diagnostic& earlier : diagnostics) {
    const bool is_same_place = !diagnostic.labels.empty() && !earlier.labels.empty() &&
                               earlier.labels.front().span == diagnostic.labels.front().span;
    const bool is_same_saying = earlier.kind == diagnostic.kind && earlier.message == diagnostic.message &&
                                (earlier.message != kRefused || earlier.notes == diagnostic.notes);
    if (is_same_place || is_same_saying) return;
  }
  diagnostics.push_back(std::move(diagnostic));
}

}  // namespace

Diagnostics explain_failure(const Program& program, const BpftraceFailure& failure) {
  const std::vector<Saying> sayings = read_sayings(program, failure.errors + "\n" + failure.output);
  Diagnostics diagnostics;
  for (const Saying& saying : sayings) {
    if (saying.is_warning) continue;
    const std::string text = saying.text.substr(0, kMatchedBytes);
    if (const Match match = find_row(text, false); match.row != nullptr) {
      if (match.row->use == Use::error)
        add(diagnostics, explained(program, {saying.is_located, false, saying.line, text}, match));
    } else if (saying.is_located) {
      add(diagnostics, rejected(program, saying));
    }
  }
  if (diagnostics.empty()) diagnostics.push_back(unknown(failure, sayings));
  return diagnostics;
}

Diagnostics explain_warnings(const Program& program, std::string_view errors) {
  Diagnostics diagnostics;
  for (const Saying& saying : read_sayings(program, errors)) {
    if (!saying.is_warning) continue;
    const std::string text = saying.text.substr(0, kMatchedBytes);
    const Match match = find_row(text, true);
    if (match.row != nullptr && match.row->use == Use::warning) {
      add(diagnostics, explained(program, {saying.is_located, true, saying.line, text}, match));
    }
  }
  return diagnostics;
}

int exit_code_of(DiagnosticKind kind) {
  switch (kind) {
    case DiagnosticKind::bpftrace_missing:
    case DiagnosticKind::bpftrace_too_old:
      return exit_code::kBpftrace;
    case DiagnosticKind::no_privilege:
      return exit_code::kPrivilege;
    case DiagnosticKind::bpftrace_rejected:
    case DiagnosticKind::attach_failed:
    case DiagnosticKind::verifier:
    case DiagnosticKind::stack_limit:
    case DiagnosticKind::no_kernel_support:
      return exit_code::kRefused;
    case DiagnosticKind::bpftrace_died:
      return exit_code::kDied;
    case DiagnosticKind::cannot_write:
      return exit_code::kOutput;
    case DiagnosticKind::command_failed:
      return exit_code::kUsage;
    default:
      return info(kind).severity == Severity::error ? exit_code::kProgram : exit_code::kOk;
  }
}

std::optional<std::size_t> matching_row(std::string_view line) {
  const auto saying = read_saying(line);
  const std::string text = saying ? saying->text : std::string(line);
  const Match match = find_row(text, saying && saying->is_warning);
  if (match.row == nullptr) return std::nullopt;
  return static_cast<std::size_t>(match.row - kRows);
}

std::vector<std::string_view> row_examples() {
  return examples_of(kRows);
}

}  // namespace nubpf
