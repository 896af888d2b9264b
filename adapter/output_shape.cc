#include "adapter/output_shape.h"

#include <algorithm>
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

std::string written_probe(std::string_view name, const std::vector<std::string>& written) {
  const auto parts = [](std::string_view probe) {
    auto provider = probe.substr(0, probe.find(':'));
    if (provider == "kfunc") provider = "fentry";
    if (provider == "kretfunc") provider = "fexit";
    const auto colon = probe.rfind(':');
    return std::pair(provider, colon == std::string_view::npos ? probe : probe.substr(colon + 1));
  };
  const auto [provider, symbol] = parts(name);
  const std::string* meant = nullptr;
  int candidates = 0;
  for (const auto& probe : written) {
    if (probe == name) return probe;
    if (parts(probe) != std::pair(provider, symbol)) continue;
    meant = &probe;
    ++candidates;
  }
  if (candidates == 1) return *meant;
  auto rest = name.substr(std::min(name.find(':'), name.size()));
  constexpr std::string_view kKernel = ":vmlinux:";
  if (rest.starts_with(kKernel)) rest.remove_prefix(kKernel.size() - 1);
  return std::string(provider).append(rest);
}

std::vector<OutputShape> output_shapes(const Schema& schema) {
  const auto event = [&](const std::string& name) { return shows_event(schema) ? name : std::string(); };
  std::vector<OutputShape> shapes;
  for (const EmitSite& site : schema.sites) {
    const auto columns = site_columns(schema, site);
    if (site.probes.empty()) shapes.push_back({event(site.event), columns});
    for (const auto& probe : site.probes) shapes.push_back({probe, columns});
  }
  for (const Aggregation& aggregation : schema.aggregations) {
    shapes.push_back({event(aggregation.name), aggregation.reported ? report_columns(schema, aggregation)
                                                                    : final_columns(schema, aggregation)});
  }
  return shapes;
}

}  // namespace nubpf
