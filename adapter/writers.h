#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapter/sink.h"
#include "adapter/writer.h"

/// What the writers of adapter/writer.h share; private to them.
namespace nubpf {

[[nodiscard]] std::unique_ptr<Writer> make_jsonl_writer(int fd);
[[nodiscard]] std::unique_ptr<Writer> make_nuon_writer(int fd);
[[nodiscard]] std::unique_ptr<Writer> make_msgpack_writer(int fd);
[[nodiscard]] std::unique_ptr<Writer> make_csv_writer(int fd);

/// A writer whose results all go through one buffered descriptor.
class BufferedWriter : public Writer {
 public:
  explicit BufferedWriter(int fd) : sink_(fd) {}

  [[nodiscard]] bool flush() override { return sink_.flush(); }
  [[nodiscard]] bool finish() override { return sink_.flush(); }
  [[nodiscard]] int error() const override { return sink_.error(); }

 protected:
  [[nodiscard]] std::string& out() { return sink_.buffer(); }
  void commit() { sink_.commit(); }

 private:
  Sink sink_;
};

[[nodiscard]] bool same_names(const OutputColumns& columns, const std::vector<std::string>& names);

/// Remembers for each shape of rows what a writer prepared for it, found by the names of the columns.
template <typename Prepared>
class ShapeCache {
 public:
  /// `prepare(columns)` makes what is not there yet.
  template <typename Prepare>
  const Prepared& get(const OutputColumns& columns, Prepare prepare) {
    if (last_ < shapes_.size() && same_names(columns, shapes_[last_].first)) return shapes_[last_].second;
    for (last_ = 0; last_ < shapes_.size(); ++last_) {
      if (same_names(columns, shapes_[last_].first)) return shapes_[last_].second;
    }
    std::vector<std::string> names;
    for (const auto& column : columns) names.push_back(column.name);
    shapes_.emplace_back(std::move(names), prepare(columns));
    return shapes_[last_].second;
  }

 private:
  std::vector<std::pair<std::vector<std::string>, Prepared>> shapes_;
  std::size_t last_ = 0;
};

/// The value as JSON, without a line end. Durations are integers of nanoseconds, file sizes of bytes,
/// datetimes RFC 3339 strings, binary strings `0x…`; what JSON has no number for (infinities, NaN) is null.
void append_json(std::string& out, const Value& value);

/// `2026-11-22T17:00:00.123456789Z`
void append_rfc3339(std::string& out, Datetime time);

/// Two lower-case hexadecimal digits for each byte.
void append_hex(std::string& out, std::string_view bytes);

/// The shortest text that reads back as the same finite number, and as a floating-point one: `1.0`, `0.1`,
/// `1e+300`.
void append_double(std::string& out, double number);

}  // namespace nubpf
