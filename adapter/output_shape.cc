#include "adapter/output_shape.h"

#include <utility>

#include "adapter/aggregate.h"
#include "adapter/convert.h"

namespace nubpf {
namespace {

bool shows_event(const Schema& schema) {
  return schema.form == ResultForm::events;
}

OutputColumns leading_columns(const Schema& schema, bool has_time) {
  OutputColumns columns;
  if (shows_event(schema)) columns.push_back({"event", ColumnHint::text});
  if (has_time) columns.push_back({"time", ColumnHint::datetime});
  return columns;
}

OutputColumns aggregation_columns(const Schema& schema, const Aggregation& aggregation, bool is_report) {
  auto columns = leading_columns(schema, is_report);
  for (auto& column : result_columns(aggregation)) columns.push_back(std::move(column));
  return columns;
}

}  // namespace

OutputColumns site_columns(const Schema& schema, const EmitSite& site) {
  auto columns = leading_columns(schema, false);
  for (const Column& column : site.columns) {
    columns.push_back({column.name.empty() ? "value" : column.name, hint_of(column.type)});
  }
  return columns;
}

OutputColumns final_columns(const Schema& schema, const Aggregation& aggregation) {
  return aggregation_columns(schema, aggregation, false);
}

OutputColumns report_columns(const Schema& schema, const Aggregation& aggregation) {
  return aggregation_columns(schema, aggregation, true);
}

std::vector<OutputShape> output_shapes(const Schema& schema) {
  const auto event = [&](const std::string& name) { return shows_event(schema) ? name : std::string(); };
  std::vector<OutputShape> shapes;
  for (const EmitSite& site : schema.sites) shapes.push_back({event(site.event), site_columns(schema, site)});
  for (const Aggregation& aggregation : schema.aggregations) {
    shapes.push_back({event(aggregation.name), aggregation.reported ? report_columns(schema, aggregation)
                                                                    : final_columns(schema, aggregation)});
  }
  return shapes;
}

}  // namespace nubpf
