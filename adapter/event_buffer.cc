#include "adapter/event_buffer.h"

#include <unistd.h>

#include <algorithm>
#include <bit>

namespace nubpf {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr std::int64_t kForRows = 64 * kMebibyte;
/// Strings that are read from memory take some 200 bytes of a row each, and the reader more time.
constexpr std::int64_t kForText = 128 * kMebibyte;
constexpr std::int64_t kForRowsOfProcessor = 8 * kMebibyte;
constexpr std::int64_t kForEntries = 16 * kMebibyte;
/// What bpftrace takes by itself up to 0.24; never less.
constexpr std::int64_t kFewestPages = 64;
constexpr std::uint64_t kFewRows = 1'000;
/// Of the machine's memory, at most.
constexpr std::int64_t kShare = 64;

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.page_bytes = sysconf(_SC_PAGESIZE);
  machine.memory_bytes = sysconf(_SC_PHYS_PAGES) * machine.page_bytes;
  machine.processors = sysconf(_SC_NPROCESSORS_ONLN);
  return machine;
}

std::optional<std::int64_t> event_buffer_pages(const Schema& schema, std::optional<std::uint64_t> row_limit,
                                               const Dialect& dialect, const Machine& machine) {
  const bool is_slow = std::all_of(schema.sites.begin(), schema.sites.end(),
                                   [](const EmitSite& site) { return site.is_slow; });
  const bool sends_rows = !is_slow && (!row_limit || *row_limit > kFewRows);
  // Without loops, maps do not pass through the buffer.
  if (!sends_rows && !dialect.loops_over_maps) return std::nullopt;
  const std::int64_t for_rows = schema.string_length > 0 ? kForText : kForRows;
  const std::int64_t wanted = !sends_rows ? kForEntries : dialect.one_buffer ? for_rows : kForRowsOfProcessor;
  const std::int64_t buffers = dialect.one_buffer ? 1 : std::max<std::int64_t>(machine.processors, 1);
  const std::int64_t most = machine.memory_bytes / kShare / buffers;
  const std::int64_t pages = std::max(std::min(wanted, most) / machine.page_bytes, kFewestPages);
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(pages)));
}

}  // namespace nubpf
