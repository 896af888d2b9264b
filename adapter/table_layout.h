#pragma once

#include <string>
#include <vector>

#include "adapter/writer.h"

namespace nubpf {

/// A column of a table on a terminal.
struct TableColumn {
  std::string heading;  ///< visible form of the name
  ColumnHint hint = ColumnHint::other;
  int natural = 0;         ///< columns of the terminal that it would like to have
  int minimum = 0;         ///< and what it can be cut to; equal where the content must not be cut
  bool keeps_end = false;  ///< where it is cut, the beginning goes
  int decimals = -1;       ///< of all floating-point numbers in it; -1: as each needs

  int width = 0;  ///< what fit_columns() gave it
  bool is_shown = true;
};

inline constexpr int kColumnGap = 2;

/// Numbers and quantities: aligned at their last digit.
[[nodiscard]] bool is_right_aligned(ColumnHint hint);

/// May lose its end, which is then marked: text, lists. A number that lost digits would be a lie.
[[nodiscard]] bool can_be_cut(ColumnHint hint);

/// Gives each column a width so that all together take at most `width`. Bars give way first, then the widest
/// texts; where even the minimum of all is too much, columns before the last one are hidden, from the right.
/// Answers the number of columns hidden so (a bar is not counted: it repeats a number). Only a table that is
/// too narrow for its first and last column gets wider than `width`.
int fit_columns(std::vector<TableColumn>& columns, int width);

}  // namespace nubpf
