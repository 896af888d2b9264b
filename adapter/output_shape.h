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

/// Rows that have the same columns.
struct OutputShape {
  std::string event;  ///< what the column `event` says; empty where there is no such column
  OutputColumns columns;
};

/// All shapes of a program whose result is a stream of rows or values (a bare value is a row of one column).
[[nodiscard]] std::vector<OutputShape> output_shapes(const Schema& schema);

}  // namespace nubpf
