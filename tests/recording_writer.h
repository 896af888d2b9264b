#pragma once

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "adapter/writer.h"

namespace nubpf {

/// Keeps what it is given, in order.
class RecordingWriter : public Writer {
 public:
  struct Row {
    std::vector<std::string> columns;
    std::vector<Value> cells;
    friend bool operator==(const Row&, const Row&) = default;
  };

  void row(const OutputColumns& columns, std::span<const Value> cells) override {
    Row& kept = rows.emplace_back();
    for (const OutputColumn& column : columns) kept.columns.push_back(column.name);
    kept.cells.assign(cells.begin(), cells.end());
    if (rows.size() + values.size() >= fails_after) failure = fails_with;
  }
  void table(const OutputColumns& columns, const std::vector<std::vector<Value>>& table_rows) override {
    ++tables;
    for (const auto& cells : table_rows) row(columns, cells);
  }
  void value(const Value& value) override { values.push_back(value); }
  bool flush() override {
    ++flushes;
    return failure == 0;
  }
  bool finish() override { return flush(); }
  [[nodiscard]] int error() const override { return failure; }

  std::vector<Row> rows;
  std::vector<Value> values;
  int tables = 0;
  int flushes = 0;
  /// After so many rows, error() is `fails_with`.
  std::size_t fails_after = static_cast<std::size_t>(-1);
  int fails_with = EPIPE;
  int failure = 0;
};

}  // namespace nubpf
