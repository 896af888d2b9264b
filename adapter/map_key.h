#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/decode.h"
#include "transpiler/schema.h"

namespace nubpf {

/// Splits the text of a map's key, as bpftrace prints it, into its parts: one for each column and, where
/// `has_bucket`, the bucket's index as the last. Behind each part that bpftrace does not hold as an integer
/// and that another such part follows stands `separator`, so that the commas of traced strings cannot be
/// mistaken for those between parts. `std::nullopt`: the text is no such key. The parts point into `text`.
[[nodiscard]] std::optional<std::vector<std::string_view>> split_key(std::string_view text,
                                                                     std::span<const Column> columns,
                                                                     bool has_bucket, std::int64_t separator);

/// The same text made of the elements of a tuple, from `part` on: what split_key() splits again.
[[nodiscard]] std::string join_key(const Node& part, std::span<const Column> columns, bool has_bucket,
                                   std::int64_t separator);

}  // namespace nubpf
