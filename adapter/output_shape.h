#pragma once

#include <string>
#include <vector>

#include "adapter/writer.h"
#include "transpiler/schema.h"

/// The columns that a program's rows have, known before it runs.
namespace nubpf {

/// Of the rows of one emit site; in a program of several shapes the first column is `event`.
[[nodiscard]] OutputColumns site_columns(const Schema& schema, const EmitSite& site);
/// Of the final table of an aggregation.
[[nodiscard]] OutputColumns final_columns(const Schema& schema, const Aggregation& aggregation);
/// Of the rows of a report on an aggregation.
[[nodiscard]] OutputColumns report_columns(const Schema& schema, const Aggregation& aggregation);

/// The attach point, as it was written, that bpftrace means by the name of a probe: it tells a file by its
/// path, and spells fentry in its own way. Where a wildcard found the probe, that is its name.
[[nodiscard]] std::string written_probe(std::string_view name, const std::vector<std::string>& written);

/// Rows that have the same columns.
struct OutputShape {
  /// What the column `event` says; empty where there is no such column. A `*` stands for any text.
  std::string event;
  OutputColumns columns;
};

/// All shapes of a program whose result is a stream of rows or values (a bare value is a row of one column).
[[nodiscard]] std::vector<OutputShape> output_shapes(const Schema& schema);

}  // namespace nubpf
