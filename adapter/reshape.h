#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>

#include "adapter/accounting.h"
#include "adapter/writer.h"
#include "transpiler/diagnostic.h"
#include "transpiler/program.h"

namespace nubpf {

/// Wall clock minus CLOCK_BOOTTIME, nanoseconds: turns the kernel's instants into dates.
[[nodiscard]] std::int64_t wall_clock_offset();

/// Turns bpftrace's JSON lines into typed results. Feed it every line of the stream in order, then call
/// finish().
class Reshaper {
 public:
  using Report = std::function<void(Diagnostic)>;
  using Print = std::function<void(std::string_view)>;

  /// `schema` and `writer` must outlive it. Warnings (malformed lines, lost events, full maps) go to `report`
  /// as they come. `row_limit`: after so many rows `satisfied()` is true and further ones are dropped.
  Reshaper(const Program& program, Writer& writer, std::int64_t wall_clock_offset, Report report,
           std::optional<std::uint64_t> row_limit = std::nullopt);
  ~Reshaper();

  /// Where the text of `print` (and of `cat`, `join` and commands run by the program) goes, byte for byte as
  /// traced; dropped if never set.
  void on_print(Print print);

  /// One line, without its line end. Lines that are not bpftrace messages (blank, status) are ignored.
  void line(std::string_view text);
  /// The beginning of a line that is longer than any message.
  void too_long(std::string_view beginning);
  /// The end of the stream: writes final aggregations and compares emitted with arrived rows.
  void finish();

  /// Whether the program has ended itself (EndingRow).
  [[nodiscard]] bool ending() const;
  [[nodiscard]] bool satisfied() const;
  /// Rows and values handed to the writer.
  [[nodiscard]] std::uint64_t rows() const;
  /// Of the emit sites in their order, then of the entries of maps.
  [[nodiscard]] const std::deque<Account>& accounts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nubpf
