#include "transpiler/emit_content.h"

#include <fmt/format.h>

#include <algorithm>

namespace nubpf {
namespace {

bool is_average(AggregationKind kind) {
  return kind == AggregationKind::avg || kind == AggregationKind::stats;
}

/// Whether the map's key has a part behind the key columns: a bucket, or a half of min and max.
bool has_part(AggregationKind kind) {
  return kind != AggregationKind::count && kind != AggregationKind::sum && !is_average(kind);
}

}  // namespace

bool leaves_as_rows(const Aggregation& aggregation, const Dialect& dialect) {
  return dialect.loops_over_maps && (!aggregation.keys.empty() || has_part(aggregation.kind));
}

void number_rows(Schema& schema, const Dialect& dialect, bool has_heartbeat) {
  std::uint32_t last = 0;
  for (const auto& site : schema.sites) last = std::max(last, site.id);
  for (const auto& report : schema.reports) last = std::max(last, report.id);
  const auto next = [&last]() -> ContentRow {
    ++last;
    return {last, fmt::format("@__nubpf_n{}", last)};
  };
  for (auto& aggregation : schema.aggregations) {
    if (!aggregation.reported && leaves_as_rows(aggregation, dialect)) aggregation.row = next();
  }
  for (auto& report : schema.reports) {
    for (const auto index : report.aggregations) {
      const bool rows = leaves_as_rows(schema.aggregations[index], dialect);
      report.rows.push_back(rows ? next() : ContentRow{});
    }
    report.is_closed = dialect.loops_over_maps;
  }
  if (dialect.loops_over_maps) {
    schema.ending.id = ++last;
    for (const auto& site : schema.sites) schema.ending.counters.push_back(site.counter);
    for (const auto& report : schema.reports) {
      for (const auto& row : report.rows) {
        if (row.id != 0) schema.ending.counters.push_back(row.counter);
      }
    }
  }
  if (has_heartbeat || (dialect.miscounts_losses && !schema.ending.counters.empty()))
    schema.heartbeat = {++last, schema.ending.counters};
}

std::string counter_statement(const CounterRow& row) {
  // A tuple has two parts at least.
  const auto counters = row.counters.empty() ? "0" : fmt::format("{}", fmt::join(row.counters, ", "));
  return fmt::format("print(({}, {}));", row.id, counters);
}

std::string total_map(const Aggregation& aggregation) {
  return "@__nubpf_total_" + aggregation.map.substr(1);
}

ContentLoop content_loop(const Aggregation& aggregation, const ContentRow& row) {
  // 0.25.0 takes two variables of one name for one, whatever their types.
  const auto entry = fmt::format("$kv{}", row.id);
  const auto parts = aggregation.keys.size() + (has_part(aggregation.kind) ? 1 : 0);
  std::vector<std::string> elements = {fmt::format("{}", row.id)};
  for (std::size_t i = 0; i < parts; ++i)
    elements.push_back(parts == 1 ? entry + ".0" : fmt::format("{}.0.{}", entry, i));
  elements.push_back(entry + ".1");
  if (is_average(aggregation.kind))
    elements.push_back(fmt::format("{}[{}.0]", total_map(aggregation), entry));
  return {
      fmt::format("for ({} : {})", entry, aggregation.map),
      {fmt::format("{} = count();", row.counter), fmt::format("print(({}));", fmt::join(elements, ", "))}};
}

}  // namespace nubpf
