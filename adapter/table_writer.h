#pragma once

#include <memory>

#include "adapter/writer.h"

namespace nubpf {

/// For people: aligned columns, human units, histograms as bars. Rows of a stream appear one by one in
/// columns whose widths come from what the columns hold; a number that is wider than its column widens it
/// from then on. A finished table has exactly the widths that it needs. Nothing of a traced string reaches
/// the terminal but what can be seen.
[[nodiscard]] std::unique_ptr<Writer> make_table_writer(const WriterOptions& options, int fd);

}  // namespace nubpf
