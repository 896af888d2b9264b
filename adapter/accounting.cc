#include "adapter/accounting.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "transpiler/schema.h"

namespace nubpf {
namespace {

/// Rows that are counted and not sent yet, at most: a processor may be interrupted in a row, by another one.
std::uint64_t most_in_flight() {
  constexpr long kNested = 4;
  return static_cast<std::uint64_t>(std::max(sysconf(_SC_NPROCESSORS_CONF), 1L) * kNested);
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// `a string of `path` fills` or `3 strings of `path` fill`.
std::string subject(std::uint64_t count, std::string_view noun, std::string_view column,
                    std::string_view verb) {
  return count == 1 ? fmt::format("a {} of `{}` {}s", noun, column, verb)
                    : fmt::format("{} {}s of `{}` {}", count, noun, column, verb);
}

}  // namespace

Account& Accounting::open(std::string name, bool is_content) {
  accounts_.push_back({.name = std::move(name), .is_content = is_content});
  return accounts_.back();
}

void Accounting::look() {
  if (loss_is_told_) return;
  std::uint64_t lost = 0;
  std::uint64_t emitted = 0;
  for (const Account& account : accounts_) {
    lost += account.lost();
    emitted += account.emitted;
  }
  if (lost <= most_in_flight()) return;
  loss_is_told_ = true;
  report_lost(fmt::format("{} of {} rows were lost so far", lost, emitted));
}

void Accounting::bpftrace_lost(std::uint64_t events) {
  bpftrace_lost_ += events;
  if (loss_is_told_ || events == 0) return;
  loss_is_told_ = true;
  told_of_these_ = bpftrace_lost_;
  report_lost(fmt::format("bpftrace lost {} so far", counted(bpftrace_lost_, "event", "events")));
}

void Accounting::finish(int string_length, bool may_lose_tail) {
  for (const auto& [column, count] : strings_) {
    tell(DiagnosticKind::cut_strings,
         fmt::format("{} all {} bytes that are kept, and may have been cut",
                     subject(count, "string", column, "fill"), string_length),
         "give `--string-length` a larger number, or have fewer strings in one row or key");
  }
  for (const auto& [column, count] : lists_) {
    tell(DiagnosticKind::cut_lists,
         fmt::format("{} all {} strings that are kept, and may have been longer",
                     subject(count, "list", column, "hold"), kMostStrings),
         {});
  }
  for (const auto& [column, count] : stacks_) {
    tell(DiagnosticKind::cut_stacks,
         fmt::format("{} all {} frames that are kept: the outermost ones may be missing",
                     subject(count, "stack", column, "hold"), kMostFrames),
         {});
  }
  for (const auto& [map, count] : left_out_) {
    if (count < 2) continue;
    tell(DiagnosticKind::map_full, fmt::format("{} updates of {} were left out in all", count, map), {});
  }

  const bool has_several_sites =
      std::count_if(accounts_.begin(), accounts_.end(),
                    [](const Account& account) { return !account.is_content; }) > 1;
  bool is_known = false;
  for (const Account& account : accounts_) {
    if (account.lost() == 0) continue;
    is_known = true;
    const auto what = account.is_content  ? fmt::format("entries of `{}`", account.name)
                      : has_several_sites ? fmt::format("rows of `{}`", account.name)
                                          : "rows";
    if (may_lose_tail && bpftrace_lost_ == 0) {
      tell(DiagnosticKind::lost_events,
           fmt::format("{} of {} {} waited when the trace ended, and were lost", account.lost(),
                       account.emitted, what),
           "bpftrace before 0.22 throws them away where probes are of user functions or perf events; a newer "
           "one does not");
    } else {
      report_lost(fmt::format("{} of {} {} were lost", account.lost(), account.emitted, what));
    }
  }
  if (!is_known && bpftrace_lost_ > told_of_these_)
    report_lost(fmt::format("bpftrace lost {} in all", counted(bpftrace_lost_, "event", "events")));
}

void Accounting::report_lost(std::string message) const {
  tell(DiagnosticKind::lost_events, std::move(message),
       "send fewer rows: filter with `where`, or aggregate in the kernel with `count` or `hist`");
}

void Accounting::tell(DiagnosticKind kind, std::string message, std::string help) const {
  report_({.kind = kind, .message = std::move(message), .labels = {}, .help = std::move(help), .notes = {}});
}

}  // namespace nubpf
