#include "adapter/table_layout.h"

#include <algorithm>

namespace nubpf {
namespace {

constexpr int kShortestBar = 8;
constexpr int kEllipsisColumn = 1;

/// What the shown columns take, with a marker in place of the hidden ones.
int total_width(const std::vector<TableColumn>& columns, int hidden) {
  int total = hidden > 0 ? kEllipsisColumn + kColumnGap : 0;
  for (const auto& column : columns) {
    if (column.is_shown) total += column.width + kColumnGap;
  }
  return total - kColumnGap;
}

void shrink_bars(std::vector<TableColumn>& columns, int excess) {
  for (auto& column : columns) {
    if (column.hint != ColumnHint::bar || excess <= 0) continue;
    if (column.width - excess >= kShortestBar) {
      column.width -= excess;
      excess = 0;
    } else {
      excess -= column.width + kColumnGap;
      column.is_shown = false;
    }
  }
}

/// Takes `excess` columns from the widest first, so that those that have little keep it.
void shrink_texts(std::vector<TableColumn>& columns, int excess) {
  while (excess > 0) {
    TableColumn* widest = nullptr;
    for (auto& column : columns) {
      if (!column.is_shown || column.width <= column.minimum) continue;
      if (widest == nullptr || column.width > widest->width) widest = &column;
    }
    if (widest == nullptr) return;
    --widest->width;
    --excess;
  }
}

}  // namespace

bool is_right_aligned(ColumnHint hint) {
  return hint == ColumnHint::number || hint == ColumnHint::duration || hint == ColumnHint::filesize;
}

bool can_be_cut(ColumnHint hint) {
  return hint == ColumnHint::text || hint == ColumnHint::stack || hint == ColumnHint::other;
}

int fit_columns(std::vector<TableColumn>& columns, int width) {
  for (auto& column : columns) {
    // More would only be taken back one by one.
    column.width = std::max(column.minimum, std::min(column.natural, std::max(width, 0)));
    column.is_shown = true;
  }
  shrink_bars(columns, total_width(columns, 0) - width);

  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].is_shown) shown.push_back(i);
  }
  int hidden = 0;
  for (;;) {
    shrink_texts(columns, total_width(columns, hidden) - width);
    if (total_width(columns, hidden) <= width || shown.size() <= 2) return hidden;
    columns[shown[shown.size() - 2]].is_shown = false;
    shown.erase(shown.end() - 2);
    ++hidden;
    for (const auto i : shown) {
      auto& column = columns[i];
      if (column.hint != ColumnHint::bar)
        column.width = std::max(column.minimum, std::min(column.natural, width));
    }
  }
}

}  // namespace nubpf
