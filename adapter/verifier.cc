#include "adapter/verifier.h"

#include <iterator>
#include <regex>

#include "adapter/pattern_table.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

struct Reason {
  const char* pattern;
  const char* reason;
  const char* help;
  std::string_view example;
};

constexpr Reason kReasons[] = {
#define NUBPF_VERIFIER_REASON(pattern, reason, help, example) {pattern, reason, help, example},
#include "mappings/verifier.inc"
#undef NUBPF_VERIFIER_REASON
};

/// The end of the log is where its reason stands.
constexpr std::size_t kLogLines = 12;
/// Longer lines are cut before they are matched: std::regex recurses.
constexpr std::size_t kMatchedBytes = 500;

struct Match {
  const Reason* row = nullptr;
  std::smatch groups;
};

const std::vector<std::regex>& patterns() {
  static const std::vector<std::regex> compiled = compiled_patterns(kReasons);
  return compiled;
}

Match find_reason(const std::string& line) {
  Match match;
  for (std::size_t i = 0; i < std::size(kReasons); ++i) {
    if (!std::regex_search(line, match.groups, patterns()[i])) continue;
    match.row = &kReasons[i];
    break;
  }
  return match;
}

}  // namespace

std::vector<std::string> verifier_log(std::string_view errors) {
  std::vector<std::string> log;
  bool is_log = false;
  for (const std::string_view line : lines_of(errors)) {
    // `Error log: ` up to 0.21, `Kernel error log:` from 0.23 on; it ends at a blank line.
    if (line.starts_with("Error log:") || line.starts_with("Kernel error log:")) {
      is_log = true;
      log.clear();
    } else if (line.empty()) {
      is_log = false;
    } else if (is_log && !line.starts_with("processed ") && (log.empty() || log.back() != line)) {
      log.emplace_back(line);
    }
  }
  if (log.size() > kLogLines) log.erase(log.begin(), log.end() - static_cast<std::ptrdiff_t>(kLogLines));
  return log;
}

void explain_verifier(Diagnostic& diagnostic, std::string_view errors) {
  auto log = verifier_log(errors);
  diagnostic.help = "another version of bpftrace may compile it in another way: `--bpftrace PATH`";
  for (auto line = log.rbegin(); line != log.rend(); ++line) {
    const std::string text = line->substr(0, kMatchedBytes);
    const Match match = find_reason(text);
    if (match.row == nullptr) continue;
    diagnostic.message += ": " + match.groups.format(match.row->reason);
    diagnostic.help = match.groups.format(match.row->help);
    break;
  }
  diagnostic.notes.insert(diagnostic.notes.end(), std::make_move_iterator(log.begin()),
                          std::make_move_iterator(log.end()));
}

std::optional<std::size_t> matching_reason(std::string_view line) {
  const std::string text(line);
  const Match match = find_reason(text);
  if (match.row == nullptr) return std::nullopt;
  return static_cast<std::size_t>(match.row - kReasons);
}

std::vector<std::string_view> reason_examples() {
  return examples_of(kReasons);
}

}  // namespace nubpf
