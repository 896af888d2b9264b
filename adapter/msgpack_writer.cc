#include <fmt/format.h>

#include <array>
#include <bit>
#include <ctime>
#include <limits>
#include <msgpack.hpp>

#include "adapter/writers.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

/// What msgpack-cxx needs of a stream.
class StringStream {
 public:
  explicit StringStream(std::string& out) : out_(out) {}
  void write(const char* data, std::size_t size) { out_.append(data, size); }

 private:
  std::string& out_;
};

using Packer = msgpack::packer<StringStream>;

void pack_text(Packer& packer, std::string_view text) {
  packer.pack_str(static_cast<std::uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

void pack_binary(Packer& packer, std::string_view bytes) {
  packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  packer.pack_bin_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

/// A name is always a string: readers refuse maps with other keys.
void pack_name(Packer& packer, std::string_view name) {
  if (is_utf8(name)) {
    pack_text(packer, name);
  } else {
    pack_text(packer, visible(name));
  }
}

/// A float stays one: pack_double() makes an integer of 2.0, and of 2^64 something that C++ leaves undefined.
void pack_float(Packer& packer, double value) {
  std::array<char, 9> bytes = {'\xcb'};
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (std::size_t i = bytes.size() - 1; i > 0; --i, bits >>= 8) bytes[i] = static_cast<char>(bits & 0xff);
  packer.pack_str_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

void pack_value(Packer& packer, const Value& value);

struct ValuePacker {
  Packer& packer;

  void operator()(Null) const { packer.pack_nil(); }
  void operator()(bool value) const { value ? packer.pack_true() : packer.pack_false(); }
  void operator()(std::int64_t value) const { packer.pack_int64(value); }
  /// Digits: Nushell 0.115 stops reading at an integer above 2^63-1, and there are no others here.
  void operator()(std::uint64_t value) const { pack_text(packer, fmt::to_string(value)); }
  void operator()(double value) const { pack_float(packer, value); }
  void operator()(Duration value) const { packer.pack_int64(value.nanoseconds); }
  void operator()(Filesize value) const { packer.pack_int64(value.bytes); }
  void operator()(Datetime value) const {
    constexpr std::int64_t kSecond = 1'000'000'000;
    timespec time{value.unix_nanoseconds / kSecond, value.unix_nanoseconds % kSecond};
    if (time.tv_nsec < 0) {
      --time.tv_sec;
      time.tv_nsec += kSecond;
    }
    packer.pack(time);
  }
  void operator()(const std::string& value) const {
    if (is_utf8(value)) {
      pack_text(packer, value);
    } else {
      pack_binary(packer, value);
    }
  }
  void operator()(const Binary& value) const { pack_binary(packer, value.bytes); }
  void operator()(const List& list) const {
    packer.pack_array(static_cast<std::uint32_t>(list.size()));
    for (const auto& item : list) pack_value(packer, item);
  }
  void operator()(const Record& record) const {
    packer.pack_map(static_cast<std::uint32_t>(record.size()));
    for (const auto& [name, value] : record) {
      pack_name(packer, name);
      pack_value(packer, value);
    }
  }
};

void pack_value(Packer& packer, const Value& value) {
  std::visit(ValuePacker{packer}, value.node);
}

/// A duration or file size above 2^63-1 is the largest one: the reader is to give the column its type.
void pack_cell(Packer& packer, ColumnHint hint, const Value& value) {
  const bool is_measure = hint == ColumnHint::duration || hint == ColumnHint::filesize;
  if (is_measure && std::holds_alternative<std::uint64_t>(value.node)) {
    packer.pack_int64(std::numeric_limits<std::int64_t>::max());
  } else {
    pack_value(packer, value);
  }
}

/// MessagePack objects one behind the other, a map for each row.
class MsgpackWriter final : public BufferedWriter {
 public:
  using BufferedWriter::BufferedWriter;

  void row(const OutputColumns& columns, std::span<const Value> cells) override {
    const auto& shape = shapes_.get(columns, prepare);
    out() += shape.head;
    StringStream stream(out());
    Packer packer(stream);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out() += shape.names[i];
      pack_cell(packer, columns[i].hint, cells[i]);
    }
    commit();
  }

  void value(const Value& value) override {
    StringStream stream(out());
    Packer packer(stream);
    pack_value(packer, value);
    commit();
  }

 private:
  /// The packed bytes that all rows of a shape have in common.
  struct Shape {
    std::string head;
    std::vector<std::string> names;
  };

  static Shape prepare(const OutputColumns& columns) {
    Shape shape;
    StringStream head(shape.head);
    Packer(head).pack_map(static_cast<std::uint32_t>(columns.size()));
    for (const auto& column : columns) {
      StringStream stream(shape.names.emplace_back());
      Packer packer(stream);
      pack_name(packer, column.name);
    }
    return shape;
  }

  ShapeCache<Shape> shapes_;
};

}  // namespace

std::unique_ptr<Writer> make_msgpack_writer(int fd) {
  return std::make_unique<MsgpackWriter>(fd);
}

}  // namespace nubpf
