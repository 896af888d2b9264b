#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapter/convert.h"
#include "adapter/decode.h"
#include "adapter/value.h"
#include "adapter/writer.h"
#include "transpiler/schema.h"

/// The content of an aggregation's map, and the tables and values made of it.
namespace nubpf {

/// One key of a map. The numbers are bits: their sign is the aggregated type's.
struct MapEntry {
  std::string key;          ///< its parts as one text (map_key.h); empty for an unkeyed map
  std::int64_t number = 0;  ///< what the map holds; avg and stats: how many values
  std::int64_t total = 0;   ///< avg and stats only
};
using MapContent = std::vector<MapEntry>;

using ResultRows = std::vector<std::vector<Value>>;

/// What a `map` or `stats` message says of the aggregation's map. `std::nullopt`: it has another shape.
[[nodiscard]] std::optional<MapContent> read_map(const Aggregation& aggregation, const Node& node);

/// The entry of one row that carries it (ContentRow). Its key becomes the text that a map line would have.
/// `std::nullopt`: the row has another shape.
[[nodiscard]] std::optional<MapEntry> read_row(const Aggregation& aggregation, const Node& tuple,
                                               std::int64_t separator);

/// The content that these entries make: for min and max the halves of each key become one.
[[nodiscard]] std::optional<MapContent> joined_content(const Aggregation& aggregation, MapContent entries);

/// Turns contents that only grow into what came since the user cleared them.
class Snapshot {
 public:
  /// What `content` has more than the snapshot. Keys with nothing new are left out.
  [[nodiscard]] MapContent since(const MapContent& content) const;
  /// From now on, all of `content` counts as cleared.
  void take(const MapContent& content);

 private:
  std::unordered_map<std::string, MapEntry> before_;
};

/// Neither keys nor buckets: its result is one value.
[[nodiscard]] bool is_single(const Aggregation& aggregation);

/// The result of a single aggregation: with nothing counted 0 for count and sum, null for avg, min and max.
[[nodiscard]] Value single_result(const Aggregation& aggregation, const MapContent& content, Clock clock);

/// Key columns, then the value's.
[[nodiscard]] OutputColumns result_columns(const Aggregation& aggregation);

/// The rows under result_columns(): largest first, of equal ones the lower key; a histogram's in the order of
/// its buckets, the histogram with most values first. Always one for a single aggregation. `top`: only so
/// many keys. `std::nullopt`: a key cannot be read.
[[nodiscard]] std::optional<ResultRows> result_rows(const Aggregation& aggregation, const MapContent& content,
                                                    std::int64_t separator, Clock clock,
                                                    std::optional<std::int64_t> top = std::nullopt);

}  // namespace nubpf
