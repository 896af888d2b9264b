#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/dialect.h"
#include "transpiler/schema.h"

/// How the content of an aggregation's map leaves the kernel in the run form. bpftrace's own print of a map
/// joins the parts of its keys, and from 0.23 on alters them; where a dialect can go over a map, the program
/// prints each entry as a typed tuple instead.
namespace nubpf {

/// Whether the content leaves as rows (Aggregation::row).
[[nodiscard]] bool leaves_as_rows(const Aggregation& aggregation, const Dialect& dialect);

/// Gives a number to all rows of map contents of the schema, and to those of counters: behind the ids of
/// sites and reports. There is a heartbeat where `has_heartbeat`, or where bpftrace alone would not tell of
/// losses.
void number_rows(Schema& schema, const Dialect& dialect, bool has_heartbeat);

/// What sends such a row.
[[nodiscard]] std::string counter_statement(const CounterRow& row);

/// The map beside that of avg() and stats(), which counts the values: it holds their sum.
[[nodiscard]] std::string total_map(const Aggregation& aggregation);

/// A loop that prints one row for each entry: its head, without the brace, and its statements.
struct ContentLoop {
  std::string head;
  std::vector<std::string> body;
};
[[nodiscard]] ContentLoop content_loop(const Aggregation& aggregation, const ContentRow& row);

}  // namespace nubpf
