#include "adapter/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "adapter/histogram.h"
#include "adapter/map_key.h"

namespace nubpf {
namespace {

bool is_histogram(const Aggregation& aggregation) {
  return aggregation.kind == AggregationKind::hist || aggregation.kind == AggregationKind::lhist;
}

bool counts_and_totals(const Aggregation& aggregation) {
  return aggregation.kind == AggregationKind::avg || aggregation.kind == AggregationKind::stats;
}

/// The type of a sum, a least or a greatest value: that of the values, as wide as the map holds it.
Type wide_type(const Aggregation& aggregation) {
  Type type = aggregation.value;
  type.bits = 64;
  if (type.kind == TypeKind::boolean || !is_integral(type)) type.kind = TypeKind::integer;
  return type;
}

bool is_rounded(const Type& type) {
  return type.kind == TypeKind::duration || type.kind == TypeKind::filesize;
}

/// A number of the map for comparing. Every 64-bit integer is exact in it.
long double weight(std::int64_t bits, const Type& type) {
  return type.is_signed ? static_cast<long double>(bits)
                        : static_cast<long double>(static_cast<std::uint64_t>(bits));
}

Value number_value(std::int64_t bits, const Type& type, Clock clock) {
  Value value;
  set_integral(value, type, bits, clock);
  return value;
}

/// The bits are those of an unsigned number.
Value count_value(std::int64_t bits) {
  if (bits < 0) return {static_cast<std::uint64_t>(bits)};
  return {bits};
}

long double average(const MapEntry& entry, const Type& type) {
  const auto count = static_cast<std::uint64_t>(entry.number);
  return count == 0 ? 0 : weight(entry.total, type) / static_cast<long double>(count);
}

Value average_value(const MapEntry& entry, const Type& type, Clock clock) {
  if (entry.number == 0) return {};
  const long double exact = average(entry, type);
  if (!is_rounded(type)) return {static_cast<double>(exact)};
  // At most 2^64: a total is never larger than that, and rounding stays at or below the largest value.
  const auto rounded = type.is_signed ? static_cast<std::int64_t>(std::llroundl(exact))
                                      : static_cast<std::int64_t>(static_cast<std::uint64_t>(exact + 0.5L));
  return number_value(rounded, type, clock);
}

/// The cells of an entry under the value columns, whose type is `type`; not for histograms.
void append_values(std::vector<Value>& cells, AggregationKind kind, const Type& type, const MapEntry& entry,
                   Clock clock) {
  switch (kind) {
    case AggregationKind::count:
      cells.push_back(count_value(entry.number));
      return;
    case AggregationKind::avg:
      cells.push_back(average_value(entry, type, clock));
      return;
    case AggregationKind::stats:
      cells.push_back(count_value(entry.number));
      cells.push_back(average_value(entry, type, clock));
      cells.push_back(number_value(entry.total, type, Clock{}));
      return;
    default:
      cells.push_back(number_value(entry.number, type, clock));
      return;
  }
}

long double weight_of(AggregationKind kind, const Type& type, const MapEntry& entry) {
  switch (kind) {
    case AggregationKind::count:
    case AggregationKind::stats:
      return static_cast<long double>(static_cast<std::uint64_t>(entry.number));
    case AggregationKind::avg:
      return average(entry, type);
    default:
      return weight(entry.number, type);
  }
}

bool is_less(const Value& a, const Value& b);

template <class T>
bool node_less(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Duration>) {
    return a.nanoseconds < b.nanoseconds;
  } else if constexpr (std::is_same_v<T, Filesize>) {
    return a.bytes < b.bytes;
  } else if constexpr (std::is_same_v<T, Datetime>) {
    return a.unix_nanoseconds < b.unix_nanoseconds;
  } else if constexpr (std::is_same_v<T, Binary>) {
    return a.bytes < b.bytes;
  } else if constexpr (std::is_same_v<T, List>) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), is_less);
  } else if constexpr (std::is_same_v<T, Null> || std::is_same_v<T, Record>) {
    return false;
  } else {
    return a < b;
  }
}

/// Orders the cells of one key column. Unsigned integers, only used above all signed ones, come behind them.
bool is_less(const Value& a, const Value& b) {
  if (a.node.index() != b.node.index()) return a.node.index() < b.node.index();
  return std::visit(
      [&](const auto& node) { return node_less(node, std::get<std::decay_t<decltype(node)>>(b.node)); },
      a.node);
}

/// The one row of a single aggregation, without key columns.
std::vector<Value> single_cells(const Aggregation& aggregation, const MapContent& content, Clock clock) {
  std::vector<Value> cells;
  const bool is_least_or_greatest =
      aggregation.kind == AggregationKind::min || aggregation.kind == AggregationKind::max;
  if (content.empty() && is_least_or_greatest) {
    cells.emplace_back();
  } else {
    append_values(cells, aggregation.kind, wide_type(aggregation),
                  content.empty() ? MapEntry{} : content.front(), clock);
  }
  return cells;
}

/// The rows of one key, which begin with its cells: those from `begin` up to `end`.
struct RowGroup {
  long double weight = 0;
  std::size_t begin = 0, end = 0;
};

ResultRows ordered(ResultRows rows, std::vector<RowGroup> groups, std::size_t keys, bool by_key,
                   std::optional<std::int64_t> top) {
  const auto key_end = static_cast<std::ptrdiff_t>(keys);
  std::sort(groups.begin(), groups.end(), [&](const RowGroup& a, const RowGroup& b) {
    if (!by_key && a.weight != b.weight) return a.weight > b.weight;
    const auto left = rows[a.begin].begin();
    const auto right = rows[b.begin].begin();
    return std::lexicographical_compare(left, left + key_end, right, right + key_end, is_less);
  });
  if (top && groups.size() > static_cast<std::uint64_t>(std::max<std::int64_t>(*top, 0))) {
    groups.resize(static_cast<std::size_t>(std::max<std::int64_t>(*top, 0)));
  }
  ResultRows result;
  result.reserve(rows.size());
  for (const RowGroup& group : groups) {
    for (std::size_t i = group.begin; i < group.end; ++i) result.push_back(std::move(rows[i]));
  }
  return result;
}

/// The typed cells of a key's parts; the parts behind the key columns are not among them.
bool read_key(std::vector<Value>& cells, const Aggregation& aggregation,
              const std::vector<std::string_view>& parts, Clock clock) {
  for (std::size_t i = 0; i < aggregation.keys.size(); ++i) {
    if (!set_value(cells.emplace_back(), aggregation.keys[i].type, parts[i], clock)) return false;
  }
  return true;
}

std::optional<ResultRows> plain_rows(const Aggregation& aggregation, const MapContent& content,
                                     std::int64_t separator, Clock clock, std::optional<std::int64_t> top) {
  constexpr std::size_t kMostValues = 3;
  const Type type = wide_type(aggregation);
  ResultRows rows;
  rows.reserve(content.size());
  std::vector<RowGroup> groups;
  groups.reserve(content.size());
  for (const MapEntry& entry : content) {
    const auto parts = split_key(entry.key, aggregation.keys, false, separator);
    groups.push_back({weight_of(aggregation.kind, type, entry), rows.size(), rows.size() + 1});
    std::vector<Value>& cells = rows.emplace_back();
    cells.reserve(aggregation.keys.size() + kMostValues);
    if (!parts || !read_key(cells, aggregation, *parts, clock)) return std::nullopt;
    append_values(cells, aggregation.kind, type, entry, clock);
  }
  return ordered(std::move(rows), std::move(groups), aggregation.keys.size(), aggregation.by_time, top);
}

struct KeyedBuckets {
  std::vector<std::string_view> key;
  std::vector<BucketCount> counts;
};

std::optional<ResultRows> histogram_tables(const Aggregation& aggregation, const MapContent& content,
                                           std::int64_t separator, Clock clock,
                                           std::optional<std::int64_t> top) {
  constexpr std::size_t kBucketColumns = 5;
  const Type index_type = integer_type(64, true);
  // What stands before the bucket tells the histograms apart.
  std::map<std::string_view, KeyedBuckets> histograms;
  for (const MapEntry& entry : content) {
    auto parts = split_key(entry.key, aggregation.keys, true, separator);
    Value bucket;
    if (!parts || !set_value(bucket, index_type, parts->back(), clock)) return std::nullopt;
    const std::string_view key =
        std::string_view(entry.key).substr(0, entry.key.size() - parts->back().size());
    parts->pop_back();
    KeyedBuckets& histogram = histograms[key];
    histogram.key = std::move(*parts);
    histogram.counts.push_back(
        {std::get<std::int64_t>(bucket.node), static_cast<std::uint64_t>(entry.number)});
  }

  ResultRows rows;
  std::vector<RowGroup> groups;
  for (auto& [prefix, histogram] : histograms) {
    RowGroup group{.weight = 0, .begin = rows.size(), .end = rows.size()};
    std::vector<Value> key;
    if (!read_key(key, aggregation, histogram.key, clock)) return std::nullopt;
    for (BucketRow& bucket : histogram_rows(aggregation, std::move(histogram.counts))) {
      group.weight += static_cast<long double>(bucket.count);
      std::vector<Value>& cells = rows.emplace_back();
      cells.reserve(key.size() + kBucketColumns);
      cells = key;
      cells.push_back(std::move(bucket.low));
      cells.push_back(std::move(bucket.high));
      cells.push_back(count_value(static_cast<std::int64_t>(bucket.count)));
      cells.push_back({bucket.share});
      cells.push_back({std::move(bucket.bar)});
    }
    group.end = rows.size();
    groups.push_back(group);
  }
  return ordered(std::move(rows), std::move(groups), aggregation.keys.size(), false, top);
}

bool is_number(const Node& node) {
  return node.kind == NodeKind::integer || node.kind == NodeKind::unsigned_integer;
}

std::optional<std::int64_t> read_number(const Node& node) {
  // 0.25 prints numbers that a double cannot hold as text.
  if (is_number(node)) return node.integer;
  Value value;
  if (node.kind != NodeKind::string || !set_value(value, integer_type(64, true), node.text, Clock{})) {
    return std::nullopt;
  }
  return std::get<std::int64_t>(value.node);
}

bool read_entry(MapEntry& entry, const Aggregation& aggregation, const Node& node) {
  if (!counts_and_totals(aggregation)) {
    const auto number = read_number(node);
    entry.number = number.value_or(0);
    return number.has_value();
  }
  if (node.kind != NodeKind::object) return false;
  int found = 0;
  const Node* key = &first(node);
  for (std::uint32_t i = 0; i < node.size; ++i) {
    const Node& member = next(*key);
    const bool is_count = key->text == "count";
    if (is_count || key->text == "total") {
      const auto number = read_number(member);
      if (!number) return false;
      (is_count ? entry.number : entry.total) = *number;
      ++found;
    }
    if (i + 1 < node.size) key = &next(member);
  }
  // 0.25 prints `{}` for a map that was cleared.
  return found == 2 || node.size == 0;
}

bool is_extreme(const Aggregation& aggregation) {
  return aggregation.kind == AggregationKind::min || aggregation.kind == AggregationKind::max;
}

/// Takes the half off the end of a key of min or max; it becomes the number's upper bit. False: there is
/// none.
bool take_half(MapEntry& entry) {
  const auto comma = entry.key.rfind(',');
  const std::size_t at = comma == std::string::npos ? 0 : comma + 1;
  const std::string_view half = std::string_view(entry.key).substr(at);
  if (half != "0" && half != "1") return false;
  if (half == "1") entry.number |= std::numeric_limits<std::int64_t>::min();
  entry.key.resize(comma == std::string::npos ? 0 : comma);
  return true;
}

/// Makes one entry of the two halves of each key: the larger code is the extreme.
std::optional<MapContent> join_halves(const Aggregation& aggregation, MapContent halves) {
  MapContent joined;
  std::unordered_map<std::string, std::size_t> places;
  for (MapEntry& half : halves) {
    if (!take_half(half)) return std::nullopt;
    const auto [place, is_new] = places.emplace(half.key, joined.size());
    if (is_new) {
      joined.push_back(std::move(half));
      continue;
    }
    std::int64_t& best = joined[place->second].number;
    best = static_cast<std::int64_t>(
        std::max(static_cast<std::uint64_t>(best), static_cast<std::uint64_t>(half.number)));
  }
  for (MapEntry& entry : joined) {
    entry.number = extreme_value(aggregation, static_cast<std::uint64_t>(entry.number));
  }
  return joined;
}

}  // namespace

std::optional<MapContent> read_map(const Aggregation& aggregation, const Node& node) {
  MapContent content;
  if (is_single(aggregation) && !is_extreme(aggregation)) {
    if (!read_entry(content.emplace_back(), aggregation, node)) return std::nullopt;
    return content;
  }
  if (node.kind != NodeKind::object) return std::nullopt;
  content.reserve(node.size);
  const Node* key = &first(node);
  for (std::uint32_t i = 0; i < node.size; ++i) {
    const Node& value = next(*key);
    MapEntry& entry = content.emplace_back();
    entry.key = key->text;
    if (!read_entry(entry, aggregation, value)) return std::nullopt;
    if (i + 1 < node.size) key = &next(value);
  }
  return joined_content(aggregation, std::move(content));
}

std::optional<MapEntry> read_row(const Aggregation& aggregation, const Node& tuple, std::int64_t separator) {
  const bool has_part = is_extreme(aggregation) || is_histogram(aggregation);
  const std::size_t parts = aggregation.keys.size() + (has_part ? 1 : 0);
  const std::size_t numbers = counts_and_totals(aggregation) ? 2 : 1;
  if (tuple.size != 1 + parts + numbers) return std::nullopt;
  const Node* element = &next(first(tuple));
  MapEntry entry{.key = join_key(*element, aggregation.keys, has_part, separator), .number = 0, .total = 0};
  for (std::size_t i = 0; i < parts; ++i) element = &next(*element);
  const auto number = read_number(*element);
  if (!number) return std::nullopt;
  entry.number = *number;
  if (numbers == 1) return entry;
  const auto total = read_number(next(*element));
  if (!total) return std::nullopt;
  entry.total = *total;
  return entry;
}

std::optional<MapContent> joined_content(const Aggregation& aggregation, MapContent entries) {
  if (is_extreme(aggregation)) return join_halves(aggregation, std::move(entries));
  return entries;
}

MapContent Snapshot::since(const MapContent& content) const {
  MapContent fresh;
  for (const MapEntry& entry : content) {
    MapEntry difference = entry;
    const auto old = before_.find(entry.key);
    if (old != before_.end()) {
      difference.number = static_cast<std::int64_t>(static_cast<std::uint64_t>(entry.number) -
                                                    static_cast<std::uint64_t>(old->second.number));
      difference.total = static_cast<std::int64_t>(static_cast<std::uint64_t>(entry.total) -
                                                   static_cast<std::uint64_t>(old->second.total));
    }
    const bool is_new = old == before_.end() || difference.number != 0 || difference.total != 0;
    if (is_new) fresh.push_back(std::move(difference));
  }
  return fresh;
}

void Snapshot::take(const MapContent& content) {
  before_.clear();
  before_.reserve(content.size());
  for (const MapEntry& entry : content) before_.emplace(entry.key, entry);
}

bool is_single(const Aggregation& aggregation) {
  return aggregation.keys.empty() && !is_histogram(aggregation);
}

Value single_result(const Aggregation& aggregation, const MapContent& content, Clock clock) {
  std::vector<Value> cells = single_cells(aggregation, content, clock);
  if (cells.size() == 1) return std::move(cells.front());
  Record record;
  const OutputColumns columns = result_columns(aggregation);
  for (std::size_t i = 0; i < cells.size(); ++i) record.push_back({columns[i].name, std::move(cells[i])});
  return {std::move(record)};
}

OutputColumns result_columns(const Aggregation& aggregation) {
  OutputColumns columns;
  for (const Column& key : aggregation.keys) columns.push_back({key.name, hint_of(key.type)});
  const ColumnHint hint = hint_of(wide_type(aggregation));
  switch (aggregation.kind) {
    case AggregationKind::count:
      columns.push_back({"count", ColumnHint::number});
      break;
    case AggregationKind::stats:
      columns.push_back({"count", ColumnHint::number});
      columns.push_back({"average", is_rounded(aggregation.value) ? hint : ColumnHint::number});
      columns.push_back({"total", hint});
      break;
    case AggregationKind::hist:
    case AggregationKind::lhist:
      columns.push_back({"low", hint, true});
      columns.push_back({"high", hint, true});
      columns.push_back({"count", ColumnHint::number});
      columns.push_back({"share", ColumnHint::number});
      columns.push_back({"bar", ColumnHint::bar});
      break;
    case AggregationKind::avg:
      columns.push_back({"avg", is_rounded(aggregation.value) ? hint : ColumnHint::number});
      break;
    default:
      columns.push_back({std::string(to_string(aggregation.kind)), hint});
      break;
  }
  return columns;
}

std::optional<ResultRows> result_rows(const Aggregation& aggregation, const MapContent& content,
                                      std::int64_t separator, Clock clock, std::optional<std::int64_t> top) {
  if (is_histogram(aggregation)) return histogram_tables(aggregation, content, separator, clock, top);
  if (is_single(aggregation)) return ResultRows{single_cells(aggregation, content, clock)};
  return plain_rows(aggregation, content, separator, clock, top);
}

}  // namespace nubpf
