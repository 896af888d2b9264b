#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "transpiler/diagnostic.h"

/// What was sent in the kernel, and what has come of it.
namespace nubpf {

/// Accounting of one kind of rows: sent in the kernel (from their counter) and arrived.
struct Account {
  std::string name;         ///< of the emit's event, or of the aggregation whose entries these are
  bool is_content = false;  ///< entries of a map
  std::uint64_t emitted = 0;
  std::uint64_t arrived = 0;
  bool emitted_known = false;  ///< else `emitted` means nothing
  bool is_settled = false;     ///< known from when the program ended itself, not from the map's last content

  [[nodiscard]] std::uint64_t lost() const {
    return emitted_known && emitted > arrived ? emitted - arrived : 0;
  }
};

/// What did not arrive whole. A loss is told when it is first seen, and all of it at the end.
class Accounting {
 public:
  using Report = std::function<void(Diagnostic)>;

  explicit Accounting(Report report) : report_(std::move(report)) {}

  /// The account stays where it is.
  Account& open(std::string name, bool is_content);
  [[nodiscard]] const std::deque<Account>& accounts() const { return accounts_; }

  /// The counters while the program runs: rows that are just being sent are counted already.
  void look();
  /// What bpftrace itself knows of.
  void bpftrace_lost(std::uint64_t events);
  /// An update of a map that was full; `map` as the user calls it.
  void left_out(const std::string& map) { ++left_out_[map]; }
  /// A text of this column that may have been longer; likewise a list, or a stack.
  void cut_string(const std::string& column, std::uint64_t count = 1) { strings_[column] += count; }
  void cut_list(const std::string& column) { ++lists_[column]; }
  void cut_stack(const std::string& column, std::uint64_t count = 1) { stacks_[column] += count; }

  /// Tells all of it. `string_length`: the bytes that are kept of a string. `may_lose_tail`: bpftrace throws
  /// away what waits when it is stopped.
  void finish(int string_length, bool may_lose_tail);

 private:
  void report_lost(std::string message) const;
  void tell(DiagnosticKind kind, std::string message, std::string help) const;

  Report report_;
  std::deque<Account> accounts_;
  bool loss_is_told_ = false;
  std::uint64_t bpftrace_lost_ = 0;  ///< events
  std::uint64_t told_of_these_ = 0;
  std::map<std::string, std::uint64_t> left_out_;                  ///< updates, by map
  std::map<std::string, std::uint64_t> strings_, lists_, stacks_;  ///< by column
};

}  // namespace nubpf
