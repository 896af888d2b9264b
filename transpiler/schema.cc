#include "transpiler/schema.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace nubpf {
namespace {

/// `name: type storage`, comma separated: `pid: int u32, comm: string`.
std::string columns_to_string(const std::vector<Column>& columns) {
  std::string text;
  for (const auto& column : columns) {
    if (!text.empty()) text += ", ";
    text += column.name + ": " + to_string(column.type);
    if (const auto storage = storage_to_string(column.type); !storage.empty()) text += ' ' + storage;
    if (column.pieces.empty()) continue;
    text += " of";
    for (const auto& piece : column.pieces) {
      const auto* plain = std::get_if<std::string>(&piece);
      text += plain != nullptr ? fmt::format(" '{}'", *plain) : " " + to_string(std::get<Type>(piece));
    }
  }
  return text;
}

}  // namespace

bool is_string_list(const Column& column) {
  return column.type.kind == TypeKind::list && !column.type.items.empty() &&
         column.type.items.front().kind == TypeKind::string;
}

std::int64_t extreme_value(const Aggregation& aggregation, std::uint64_t code) {
  if (aggregation.kind == AggregationKind::min) code = ~code;
  if (aggregation.value.is_signed) code ^= std::uint64_t{1} << 63U;
  return static_cast<std::int64_t>(code);
}

std::string_view to_string(AggregationKind kind) {
  switch (kind) {
    case AggregationKind::count:
      return "count";
    case AggregationKind::sum:
      return "sum";
    case AggregationKind::avg:
      return "avg";
    case AggregationKind::min:
      return "min";
    case AggregationKind::max:
      return "max";
    case AggregationKind::stats:
      return "stats";
    case AggregationKind::hist:
      return "hist";
    case AggregationKind::lhist:
      return "lhist";
  }
  return {};
}

std::string_view to_string(ResultForm form) {
  switch (form) {
    case ResultForm::nothing:
      return "nothing";
    case ResultForm::rows:
      return "rows";
    case ResultForm::scalars:
      return "scalars";
    case ResultForm::value:
      return "value";
    case ResultForm::table:
      return "table";
    case ResultForm::record:
      return "record";
    case ResultForm::events:
      return "events";
    case ResultForm::reports:
      return "reports";
  }
  return {};
}

std::string to_string(const Schema& schema) {
  auto text = fmt::format("form {}\n", to_string(schema.form));
  const auto out = std::back_inserter(text);
  for (const auto& site : schema.sites) {
    const auto strings = site.strings_id == 0 ? "" : fmt::format(" strings={}", site.strings_id);
    fmt::format_to(out, "{} {} event={}{} counter={}{} ({})\n", site.is_scalar ? "scalar" : "row", site.id,
                   site.probes.empty() ? "" : "one of ", site.event, site.counter, strings,
                   columns_to_string(site.columns));
  }
  for (const auto& aggregation : schema.aggregations) {
    fmt::format_to(out, "aggregation {} {} {} by ({}) of {}", aggregation.name, to_string(aggregation.kind),
                   aggregation.map, columns_to_string(aggregation.keys), to_string(aggregation.value));
    if (aggregation.kind == AggregationKind::lhist) {
      const auto& buckets = aggregation.buckets;
      fmt::format_to(out, " buckets {}..{} step {}", buckets.min, buckets.max, buckets.step);
    }
    if (aggregation.by_time) text += " by time";
    if (aggregation.reported) text += " reported";
    if (aggregation.row.id != 0) fmt::format_to(out, " row {}", aggregation.row.id);
    text += '\n';
  }
  for (const auto& report : schema.reports) {
    fmt::format_to(out, "report {}", report.id);
    for (std::size_t i = 0; i < report.aggregations.size(); ++i) {
      const auto index = report.aggregations[i];
      text += ' ';
      text += index < schema.aggregations.size() ? schema.aggregations[index].name : "?";
      if (i < report.rows.size() && report.rows[i].id != 0)
        fmt::format_to(out, " (row {})", report.rows[i].id);
    }
    if (report.top) fmt::format_to(out, " top {}", *report.top);
    if (report.clear) text += " clear";
    text += '\n';
  }
  return text;
}

}  // namespace nubpf
