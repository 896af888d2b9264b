#include "adapter/histogram.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "adapter/convert.h"

namespace nubpf {
namespace {

Type bound_type(const Aggregation& aggregation) {
  Type type = aggregation.value;
  type.bits = 64;
  if (type.kind == TypeKind::boolean || type.kind == TypeKind::enumeration) type.kind = TypeKind::integer;
  return type;
}

/// A bound, or null: the bucket has none on that side, or the type cannot hold it.
Value bound(const Type& type, std::optional<std::int64_t> bits) {
  Value value;
  if (bits) set_integral(value, type, *bits, Clock{});
  return value;
}

std::optional<std::int64_t> power_of_two(std::int64_t exponent, bool is_signed) {
  if (exponent < 0 || exponent > (is_signed ? 62 : 63)) return std::nullopt;
  return static_cast<std::int64_t>(std::uint64_t{1} << exponent);
}

struct Bounds {
  std::optional<std::int64_t> low, high;
};

Bounds log2_bounds(std::int64_t index, bool is_signed) {
  if (index < 0) return {std::nullopt, 0};
  if (index == 0) return {0, 1};
  return {power_of_two(index - 1, is_signed), power_of_two(index, is_signed)};
}

Bounds linear_bounds(std::int64_t index, const Buckets& buckets) {
  const std::int64_t step = std::max<std::int64_t>(buckets.step, 1);
  const std::int64_t open = (buckets.max - buckets.min + step - 1) / step;
  if (index < 0) return {std::nullopt, buckets.min};
  if (index >= open) return {buckets.max, std::nullopt};
  return {buckets.min + index * step, std::min(buckets.min + (index + 1) * step, buckets.max)};
}

}  // namespace

std::string bar(std::uint64_t count, std::uint64_t largest, int width) {
  static constexpr const char* kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (count == 0 || largest == 0) return {};
  const double share = static_cast<double>(count) / static_cast<double>(largest);
  const int eighths = std::clamp(static_cast<int>(std::lround(share * width * 8)), 1, width * 8);
  constexpr std::string_view kBlocks = "████████████████████████";
  constexpr std::size_t kBlockBytes = std::string_view("█").size();
  std::string text;
  auto bytes = kBlockBytes * static_cast<std::size_t>(eighths / 8);
  text.reserve(bytes + kBlockBytes);
  for (; bytes > kBlocks.size(); bytes -= kBlocks.size()) text += kBlocks;
  text += kBlocks.substr(0, bytes);
  return text += kParts[eighths % 8];
}

std::vector<BucketRow> histogram_rows(const Aggregation& aggregation, std::vector<BucketCount> counts) {
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  std::vector<BucketCount> buckets;
  const bool fills = !counts.empty() && static_cast<std::uint64_t>(counts.back().index) -
                                                static_cast<std::uint64_t>(counts.front().index) <
                                            static_cast<std::uint64_t>(kMaxFilledBuckets);
  for (const BucketCount& count : counts) {
    if (!buckets.empty() && buckets.back().index == count.index) {
      buckets.back().count += count.count;
      continue;
    }
    while (fills && !buckets.empty() && buckets.back().index + 1 < count.index) {
      buckets.push_back({buckets.back().index + 1, 0});
    }
    buckets.push_back(count);
  }

  std::uint64_t total = 0;
  std::uint64_t largest = 0;
  for (const BucketCount& bucket : buckets) {
    total += bucket.count;
    largest = std::max(largest, bucket.count);
  }
  const Type type = bound_type(aggregation);
  std::vector<BucketRow> rows;
  rows.reserve(buckets.size());
  for (const BucketCount& bucket : buckets) {
    const Bounds bounds = aggregation.kind == AggregationKind::lhist
                              ? linear_bounds(bucket.index, aggregation.buckets)
                              : log2_bounds(bucket.index, aggregation.value.is_signed);
    rows.push_back({.low = bound(type, bounds.low),
                    .high = bound(type, bounds.high),
                    .count = bucket.count,
                    .share = total == 0 ? 0 : static_cast<double>(bucket.count) / static_cast<double>(total),
                    .bar = bar(bucket.count, largest, kBarWidth)});
  }
  return rows;
}

}  // namespace nubpf
