#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapter/value.h"
#include "transpiler/schema.h"

namespace nubpf {

/// How often values fell into one bucket; `index` as schema.h numbers them.
struct BucketCount {
  std::int64_t index = 0;
  std::uint64_t count = 0;
};

struct BucketRow {
  Value low;   ///< null where open
  Value high;  ///< exclusive; null where open
  std::uint64_t count = 0;
  double share = 0;  ///< of all values of the histogram, 0 to 1
  std::string bar;
};

/// Width of the largest bucket's bar, in characters.
inline constexpr int kBarWidth = 24;
/// Empty buckets between used ones are rows too, unless the histogram would get longer than this.
inline constexpr std::int64_t kMaxFilledBuckets = 1024;

/// One histogram, lowest bucket first, bounds of the aggregated value's type. Counts of the same bucket are
/// added.
[[nodiscard]] std::vector<BucketRow> histogram_rows(const Aggregation& aggregation,
                                                    std::vector<BucketCount> counts);

/// A bar of full blocks and one of eight parts; never empty where `count` is not 0.
[[nodiscard]] std::string bar(std::uint64_t count, std::uint64_t largest, int width);

}  // namespace nubpf
