#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/value.h"

namespace nubpf {

/// What a column holds, as far as showing it needs to know: the table's alignment and first widths.
/// stack: a list of frames, innermost first.
enum class ColumnHint { text, number, duration, filesize, datetime, boolean, bar, stack, other };

struct OutputColumn {
  std::string name;
  ColumnHint hint = ColumnHint::other;
  bool may_be_null = false;
};
/// Shared by all rows of one shape; a writer may tell shapes apart by address.
using OutputColumns = std::vector<OutputColumn>;

enum class OutputFormat { table, jsonl, nuon, msgpack, csv };

[[nodiscard]] std::optional<OutputFormat> output_format(std::string_view name);

/// Where results go. Rows may come in any number of shapes; a value is a result that is no row (a number, a
/// record of several results).
class Writer {
 public:
  virtual ~Writer() = default;

  /// One row of a stream; cells.size() == columns.size().
  virtual void row(const OutputColumns& columns, std::span<const Value> cells) = 0;
  /// A finished table: all rows are known (a table writer can size its columns); default: row by row.
  virtual void table(const OutputColumns& columns, const std::vector<std::vector<Value>>& rows);
  /// A bare value.
  virtual void value(const Value& value) = 0;
  /// Everything written so far is handed to the operating system. False: the reader is gone or the disk is
  /// full
  /// (`error()` says which).
  [[nodiscard]] virtual bool flush() = 0;
  /// The end of the results: closes what is open (nuon's list), then flushes.
  [[nodiscard]] virtual bool finish() = 0;
  /// errno of the first failed write, 0 if none. EPIPE: the reader has all it wants.
  [[nodiscard]] virtual int error() const = 0;
};

struct WriterOptions {
  OutputFormat format = OutputFormat::jsonl;
  int width = 80;       ///< of the terminal, table only
  bool color = false;   ///< table only
  bool unicode = true;  ///< box and bar characters beyond ASCII, table only
};

/// Writes to a file descriptor that stays the caller's.
[[nodiscard]] std::unique_ptr<Writer> make_writer(const WriterOptions& options, int fd);

}  // namespace nubpf
