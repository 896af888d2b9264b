#pragma once

#include <cstdint>
#include <optional>

#include "transpiler/dialect.h"
#include "transpiler/schema.h"

namespace nubpf {

struct Machine {
  std::int64_t page_bytes = 4096;
  std::int64_t memory_bytes = 0;
  std::int64_t processors = 1;
};

[[nodiscard]] Machine this_machine();

/// How many pages bpftrace's buffer for what it has not read yet is to have (BPFTRACE_PERF_RB_PAGES), a power
/// of two. A program that sends rows gets one that a burst of a million rows of a usual size fits into, where
/// the machine has enough memory for that: 64 MiB, or 128 where it reads strings from memory. Up to 0.19,
/// where each processor has a buffer and bpftrace is woken for each row, it is 8 MiB for each. Others send no
/// more than the entries of their maps, and those that stop after a few rows (`row_limit`) no more than them.
/// `std::nullopt`: as many as bpftrace takes by itself. A large buffer delays the start by the time in which
/// the kernel clears it.
[[nodiscard]] std::optional<std::int64_t> event_buffer_pages(const Schema& schema,
                                                             std::optional<std::uint64_t> row_limit,
                                                             const Dialect& dialect, const Machine& machine);

}  // namespace nubpf
