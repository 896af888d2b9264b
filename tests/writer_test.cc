#include "adapter/writer.h"

#include <fcntl.h>
#include <poll.h>
#include <rapidjson/document.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <msgpack.hpp>
#include <string>
#include <thread>
#include <vector>

#include "adapter/human.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

using namespace std::string_literals;

Value integer(std::int64_t number) {
  return {number};
}
Value text(std::string bytes) {
  return {std::move(bytes)};
}
Value duration(std::int64_t nanoseconds) {
  return {Duration{nanoseconds}};
}
Value filesize(std::int64_t bytes) {
  return {Filesize{bytes}};
}
Value datetime(std::int64_t nanoseconds) {
  return {Datetime{nanoseconds}};
}

/// 2026-11-22 17:00:00.123456789 UTC
constexpr std::int64_t kTime = 1'795'366'800'123'456'789;

/// Strings that try to break what they are written into.
const std::vector<std::string> kHostile = {
    "",
    "a,b",
    "quote \" 'single' `back` \\",
    "line\nfeed\r\nand\ttab",
    "\x1b]0;title\a\x1b[31m",
    "nul \0 byte"s,
    "\x7f\u009b\u202e\u2028",
    "=1+1",
    "{a: 1}",
    "null",
    "0x[ff]",
    "$env.HOME $(id) (id)",
    "日本語 é 😀",
    "\xff\xfe broken \xc3",
};

/// What a writer wrote, kept in memory.
class Output {
 public:
  explicit Output(WriterOptions options) : fd_(::memfd_create("writer_test", MFD_CLOEXEC)) {
    REQUIRE(fd_ >= 0);
    writer_ = make_writer(options, fd_);
  }
  explicit Output(OutputFormat format) : Output(of(format)) {}
  ~Output() { ::close(fd_); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Writer* operator->() { return writer_.get(); }

  /// All so far, without an end.
  std::string flushed() {
    REQUIRE(writer_->flush());
    return read_back();
  }
  std::string finished() {
    REQUIRE(writer_->finish());
    return read_back();
  }

 private:
  static WriterOptions of(OutputFormat format) {
    WriterOptions options;
    options.format = format;
    return options;
  }

  [[nodiscard]] std::string read_back() const {
    std::string all(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    REQUIRE(::pread(fd_, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
    return all;
  }

  int fd_;
  std::unique_ptr<Writer> writer_;
};

WriterOptions table_options(int width, bool unicode = true, bool color = false) {
  WriterOptions options;
  options.format = OutputFormat::table;
  options.width = width;
  options.unicode = unicode;
  options.color = color;
  return options;
}

const OutputColumns kOpens = {
    {"pid", ColumnHint::number}, {"comm", ColumnHint::text}, {"filename", ColumnHint::text}};
const OutputColumns kSizes = {{"pid", ColumnHint::number}, {"size", ColumnHint::filesize}};

const OutputColumns kAllTypes = {{"null"},   {"bool"},     {"int"},      {"unsigned"},
                                 {"float"},  {"duration"}, {"filesize"}, {"datetime"},
                                 {"string"}, {"binary"},   {"list"},     {"record"}};
std::vector<Value> all_types() {
  return {Value{},
          Value{true},
          integer(-42),
          Value{std::numeric_limits<std::uint64_t>::max()},
          Value{0.1},
          duration(20'000'000),
          filesize(4096),
          datetime(kTime),
          text("näme"),
          Value{Binary{"\x00\xff"s}},
          Value{List{integer(1), text("a"), Value{}}},
          Value{Record{{"x y", integer(1)}, {"z", Value{List{}}}}}};
}

rapidjson::Document parse_json(const std::string& line) {
  CAPTURE(line);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag>(line.data(),
                                                                                             line.size());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

std::string string_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::vector<std::string> lines_of(const std::string& all) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  while (from < all.size()) {
    const auto to = all.find('\n', from);
    REQUIRE(to != std::string::npos);
    lines.push_back(all.substr(from, to - from));
    from = to + 1;
  }
  return lines;
}

TEST_CASE("formats have names", "[writer]") {
  CHECK(output_format("table") == OutputFormat::table);
  CHECK(output_format("jsonl") == OutputFormat::jsonl);
  CHECK(output_format("nuon") == OutputFormat::nuon);
  CHECK(output_format("msgpack") == OutputFormat::msgpack);
  CHECK(output_format("csv") == OutputFormat::csv);
  CHECK(output_format("JSONL") == std::nullopt);
  CHECK(output_format("") == std::nullopt);
}

TEST_CASE("jsonl writes each type in one form", "[writer][jsonl]") {
  Output out(OutputFormat::jsonl);
  out->row(kAllTypes, all_types());
  CHECK(
      out.finished() ==
      R"({"null":null,"bool":true,"int":-42,"unsigned":18446744073709551615,"float":0.1,"duration":20000000,)"
      R"("filesize":4096,"datetime":"2026-11-22T17:00:00.123456789Z","string":"näme","binary":"0x00ff",)"
      R"("list":[1,"a",null],"record":{"x y":1,"z":[]}})"
      "\n");
}

TEST_CASE("jsonl numbers keep their kind", "[writer][jsonl]") {
  Output out(OutputFormat::jsonl);
  for (const double number : {1.0, -0.5, 1e300, 1.0 / 3, std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()}) {
    out->value({number});
  }
  out->value(integer(std::numeric_limits<std::int64_t>::min()));
  out->value(duration(std::numeric_limits<std::int64_t>::min()));
  out->value({std::uint64_t{1} << 63U});
  out->value(datetime(-1));
  CHECK(out.finished() ==
        "1.0\n-0.5\n1e+300\n0.3333333333333333\nnull\nnull\n-9223372036854775808\n-9223372036854775808\n"
        "9223372036854775808\n\"1969-12-31T23:59:59.999999999Z\"\n");
}

TEST_CASE("jsonl rows of several shapes and bare values are a line each", "[writer][jsonl]") {
  Output out(OutputFormat::jsonl);
  out->row(kOpens, std::vector{integer(1), text("init"), text("/etc")});
  out->row(kSizes, std::vector{integer(2), filesize(3)});
  out->row(kOpens, std::vector{integer(4), text("x"), Value{}});
  out->row({}, std::vector<Value>{});
  out->table(kSizes, {{integer(5), filesize(6)}});
  out->value(text("bare"));
  CHECK(out.finished() ==
        "{\"pid\":1,\"comm\":\"init\",\"filename\":\"/etc\"}\n{\"pid\":2,\"size\":3}\n"
        "{\"pid\":4,\"comm\":\"x\",\"filename\":null}\n{}\n{\"pid\":5,\"size\":6}\n\"bare\"\n");
}

TEST_CASE("a shape is known by its names, not by where it lies in memory", "[writer][jsonl]") {
  Output out(OutputFormat::jsonl);
  OutputColumns columns = {{"a"}};
  out->row(columns, std::vector{integer(1)});
  columns[0].name = "b";
  out->row(columns, std::vector{integer(2)});
  CHECK(out.finished() == "{\"a\":1}\n{\"b\":2}\n");
}

TEST_CASE("hostile strings survive jsonl", "[writer][jsonl]") {
  Output out(OutputFormat::jsonl);
  for (const auto& hostile : kHostile) {
    const OutputColumns columns = {{"name " + hostile, ColumnHint::text}};
    out->row(columns, std::vector{text(hostile)});
  }
  const auto lines = lines_of(out.finished());
  REQUIRE(lines.size() == kHostile.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(visible(lines[i]) == lines[i]);
    const auto document = parse_json(lines[i]);
    const auto& member = *document.MemberBegin();
    const auto expected = is_utf8(kHostile[i]) ? kHostile[i] : "\\xff\\xfe broken \\xc3";
    CHECK(string_of(member.value) == expected);
    CHECK(string_of(member.name) == "name " + expected);
  }
}

TEST_CASE("nuon is a list of records with typed literals", "[writer][nuon]") {
  Output out(OutputFormat::nuon);
  out->row(kAllTypes, all_types());
  out->row(kSizes, std::vector{integer(1), filesize(-1)});
  CHECK(out.finished() ==
        "[\n"
        "  {\"null\": null, bool: true, int: -42, unsigned: \"18446744073709551615\", float: 0.1, duration: "
        "20ms, "
        "filesize: 4096b, datetime: 2026-11-22T17:00:00.123456789Z, string: \"näme\", binary: 0x[00ff], "
        "list: [1, \"a\", null], record: {\"x y\": 1, z: []}},\n"
        "  {pid: 1, size: -1b}\n"
        "]\n");
}

TEST_CASE("nuon durations use the largest unit that is exact", "[writer][nuon]") {
  const auto nuon = [](const Value& value) {
    Output out(OutputFormat::nuon);
    out->value(value);
    return out.finished();
  };
  CHECK(nuon(duration(0)) == "0ns\n");
  CHECK(nuon(duration(999)) == "999ns\n");
  CHECK(nuon(duration(-1'000)) == "-1us\n");
  CHECK(nuon(duration(1'500'000)) == "1500us\n");
  CHECK(nuon(duration(90'000'000'000)) == "90sec\n");
  CHECK(nuon(duration(7'200'000'000'000)) == "2hr\n");
  CHECK(nuon(duration(259'200'000'000'000)) == "3day\n");
  CHECK(nuon(duration(std::numeric_limits<std::int64_t>::min())) == "-9223372036854775808ns\n");
  CHECK(nuon({-std::numeric_limits<double>::infinity()}) == "-inf\n");
  CHECK(nuon({std::uint64_t{7}}) == "7\n");
}

TEST_CASE("a nuon value that stays alone is that value", "[writer][nuon]") {
  SECTION("nothing") {
    Output out(OutputFormat::nuon);
    CHECK(out.finished() == "[]\n");
  }
  SECTION("an empty table") {
    Output out(OutputFormat::nuon);
    out->table(kSizes, {});
    CHECK(out.finished() == "[]\n");
  }
  SECTION("one value") {
    Output out(OutputFormat::nuon);
    out->value({Record{{"count", integer(5)}}});
    CHECK(out.finished() == "{count: 5}\n");
  }
  SECTION("several") {
    Output out(OutputFormat::nuon);
    for (const auto* name : {"a", "b", "c"}) out->value(text(name));
    CHECK(out.flushed() == "[\n  \"a\",\n  \"b\",\n  \"c\"");
    CHECK(out.finished() == "[\n  \"a\",\n  \"b\",\n  \"c\"\n]\n");
  }
  SECTION("a value and a row") {
    Output out(OutputFormat::nuon);
    out->value(integer(1));
    out->row(kSizes, std::vector{integer(2), filesize(3)});
    CHECK(out.finished() == "[\n  1,\n  {pid: 2, size: 3b}\n]\n");
  }
}

TEST_CASE("nuon quotes what Nushell would read as something else", "[writer][nuon]") {
  Output out(OutputFormat::nuon);
  const OutputColumns columns = {{"a-b"}, {"1st"}, {"True"}, {"Inf"}, {"é"}, {"\xff"}, {""}, {"_ok9"}};
  out->row(columns, std::vector<Value>(8));
  out->value(text("a\"b\\c\n\x1b"));
  out->value(text("\xff\x0a"));
  CHECK(out.finished() ==
        "[\n  {\"a-b\": null, \"1st\": null, \"True\": null, \"Inf\": null, \"é\": null, \"\\\\xff\": null, "
        "\"\": null, "
        "_ok9: null},\n  \"a\\\"b\\\\c\\n\\u{1b}\",\n  0x[ff0a]\n]\n");
}

/// The MessagePack objects of a text, in order; they live in `handles`.
std::vector<msgpack::object> unpack(const std::string& bytes, std::vector<msgpack::object_handle>& handles) {
  std::vector<msgpack::object> objects;
  std::size_t offset = 0;
  while (offset < bytes.size())
    objects.push_back(handles.emplace_back(msgpack::unpack(bytes.data(), bytes.size(), offset)).get());
  return objects;
}

TEST_CASE("msgpack keeps each type", "[writer][msgpack]") {
  Output out(OutputFormat::msgpack);
  out->row(kAllTypes, all_types());
  std::vector<msgpack::object_handle> handles;
  const auto objects = unpack(out.finished(), handles);
  REQUIRE(objects.size() == 1);
  REQUIRE(objects[0].type == msgpack::type::MAP);
  const auto& map = objects[0].via.map;
  REQUIRE(map.size == kAllTypes.size());
  for (std::uint32_t i = 0; i < map.size; ++i) CHECK(map.ptr[i].key.as<std::string>() == kAllTypes[i].name);
  const auto cell = [&map](std::uint32_t i) { return map.ptr[i].val; };
  CHECK(cell(0).is_nil());
  CHECK(cell(1).as<bool>());
  CHECK(cell(2).as<std::int64_t>() == -42);
  CHECK(cell(3).type == msgpack::type::STR);
  CHECK(cell(3).as<std::string>() == "18446744073709551615");
  CHECK(cell(4).type == msgpack::type::FLOAT64);
  CHECK(cell(4).via.f64 == 0.1);
  CHECK(cell(5).as<std::int64_t>() == 20'000'000);
  CHECK(cell(6).as<std::int64_t>() == 4096);
  const auto time = cell(7).as<timespec>();
  CHECK(time.tv_sec == 1'795'366'800);
  CHECK(time.tv_nsec == 123'456'789);
  CHECK(cell(8).type == msgpack::type::STR);
  CHECK(cell(8).as<std::string>() == "näme");
  CHECK(cell(9).type == msgpack::type::BIN);
  CHECK(std::string(cell(9).via.bin.ptr, cell(9).via.bin.size) == "\x00\xff"s);
  REQUIRE(cell(10).via.array.size == 3);
  CHECK(cell(10).via.array.ptr[1].as<std::string>() == "a");
  CHECK(cell(11).via.map.ptr[0].key.as<std::string>() == "x y");
}

TEST_CASE("msgpack keeps a float that has no fraction", "[writer][msgpack]") {
  for (const double number : {0.0, 2.0, -3.0, 18446744073709551616.0, 1e300}) {
    Output out(OutputFormat::msgpack);
    out->value(Value{number});
    std::vector<msgpack::object_handle> handles;
    const auto objects = unpack(out.finished(), handles);
    REQUIRE(objects.size() == 1);
    CHECK(objects[0].type == msgpack::type::FLOAT64);
    CHECK(objects[0].via.f64 == number);
  }
}

TEST_CASE("msgpack rows and values follow each other", "[writer][msgpack]") {
  Output out(OutputFormat::msgpack);
  out->row(kSizes, std::vector{integer(1), filesize(2)});
  out->row(kOpens, std::vector{integer(3), text("a"), text("b")});
  out->value(integer(7));
  out->table(kSizes, {{integer(4), filesize(5)}});
  const auto bytes = out.finished();
  // The first row byte by byte: a map of two, fixstr names, fixint values.
  CHECK(bytes.substr(0, 12) == "\x82\xa3pid\x01\xa4size\x02");
  std::vector<msgpack::object_handle> handles;
  const auto objects = unpack(bytes, handles);
  REQUIRE(objects.size() == 4);
  CHECK(objects[1].via.map.size == 3);
  CHECK(objects[2].as<int>() == 7);
  CHECK(objects[3].via.map.ptr[1].val.as<int>() == 5);
}

TEST_CASE("msgpack dates before 1970 and far away", "[writer][msgpack]") {
  Output out(OutputFormat::msgpack);
  for (const auto nanoseconds : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                                 std::numeric_limits<std::int64_t>::max()}) {
    out->value(datetime(nanoseconds));
  }
  std::vector<msgpack::object_handle> handles;
  const auto objects = unpack(out.finished(), handles);
  REQUIRE(objects.size() == 4);
  CHECK(objects[0].as<timespec>().tv_sec == -1);
  CHECK(objects[0].as<timespec>().tv_nsec == 999'999'999);
  CHECK(objects[1].as<timespec>().tv_sec == -9'223'372'037);
  CHECK(objects[2].as<timespec>().tv_sec == 0);
  CHECK(objects[3].as<timespec>().tv_nsec == 854'775'807);
}

TEST_CASE("hostile strings survive msgpack", "[writer][msgpack]") {
  Output out(OutputFormat::msgpack);
  for (const auto& hostile : kHostile) {
    const OutputColumns columns = {{hostile, ColumnHint::text}};
    out->row(columns, std::vector{text(hostile)});
  }
  std::vector<msgpack::object_handle> handles;
  const auto objects = unpack(out.finished(), handles);
  REQUIRE(objects.size() == kHostile.size());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto& [key, cell] = objects[i].via.map.ptr[0];
    REQUIRE(key.type == msgpack::type::STR);
    CHECK(is_utf8(key.as<std::string>()));
    CHECK(cell.type == (is_utf8(kHostile[i]) ? msgpack::type::STR : msgpack::type::BIN));
    CHECK(cell.as<std::string>() == kHostile[i]);
  }
}

TEST_CASE("csv has a header for each shape", "[writer][csv]") {
  Output out(OutputFormat::csv);
  out->row(kOpens, std::vector{integer(1), text("init"), text("/etc")});
  out->row(kOpens, std::vector{integer(2), Value{}, text("")});
  out->row(kSizes, std::vector{integer(3), filesize(4096)});
  out->table(kOpens, {});
  out->value(duration(1'500));
  out->value(Value{});
  out->value({Record{{"count", integer(1)}, {"list", Value{List{integer(1), text("a")}}}}});
  CHECK(out.finished() ==
        "pid,comm,filename\n1,init,/etc\n2,,\"\"\n"
        "\npid,size\n3,4096\n"
        "\npid,comm,filename\n"
        "\nvalue\n1500\n\"\"\n"
        "\ncount,list\n1,\"[1,\"\"a\"\"]\"\n");
}

TEST_CASE("csv writes each type in one form", "[writer][csv]") {
  Output out(OutputFormat::csv);
  out->row(kAllTypes, all_types());
  CHECK(out.finished() ==
        "null,bool,int,unsigned,float,duration,filesize,datetime,string,binary,list,record\n"
        ",true,-42,18446744073709551615,0.1,20000000,4096,2026-11-22T17:00:00.123456789Z,näme,0x00ff,"
        "\"[1,\"\"a\"\",null]\",\"{\"\"x y\"\":1,\"\"z\"\":[]}\"\n");
}

/// Reads RFC 4180 text, lines ended by a line feed.
std::vector<std::vector<std::string>> parse_csv(const std::string& all) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool is_quoted = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char c = all[i];
    if (is_quoted && c == '"' && i + 1 < all.size() && all[i + 1] == '"') {
      field += c;
      ++i;
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == ',' || c == '\n')) {
      row.push_back(std::exchange(field, {}));
      if (c == '\n') rows.push_back(std::exchange(row, {}));
    } else {
      field += c;
    }
  }
  CHECK_FALSE(is_quoted);
  CHECK(row.empty());
  return rows;
}

TEST_CASE("hostile strings stay in their csv cells", "[writer][csv]") {
  Output out(OutputFormat::csv);
  const OutputColumns columns = {{"before"}, {"text", ColumnHint::text}, {"after"}};
  for (const auto& hostile : kHostile) out->row(columns, std::vector{integer(1), text(hostile), integer(2)});
  const auto all = out.finished();
  for (const char c : all) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t'));
  const auto rows = parse_csv(all);
  REQUIRE(rows.size() == kHostile.size() + 1);
  for (std::size_t i = 0; i < kHostile.size(); ++i) {
    REQUIRE(rows[i + 1].size() == 3);
    CHECK(rows[i + 1][0] == "1");
    CHECK(rows[i + 1][2] == "2");
  }
  CHECK(rows[2][1] == "a,b");
  CHECK(rows[3][1] == "quote \" 'single' `back` \\");
  CHECK(rows[4][1] == "line\nfeed\\r\nand\ttab");
  CHECK(rows[5][1] == "\\e]0;title\\x07\\e[31m");
  CHECK(rows[8][1] == "=1+1");
  CHECK(rows[14][1] == "\\xff\\xfe broken \\xc3");
}

std::string human(const Value& value) {
  std::string out;
  append_human(out, value);
  return out;
}

TEST_CASE("durations are read at a glance", "[writer][human]") {
  CHECK(human(duration(0)) == "0ns");
  CHECK(human(duration(999)) == "999ns");
  CHECK(human(duration(3'200)) == "3.2us");
  CHECK(human(duration(20'123'456)) == "20.1ms");
  CHECK(human(duration(1'048'576)) == "1.05ms");
  CHECK(human(duration(16'777'216)) == "16.8ms");
  CHECK(human(duration(134'217'728)) == "134ms");
  CHECK(human(duration(1'001'000'000)) == "1.001sec");
  CHECK(human(duration(999'999)) == "1ms");
  CHECK(human(duration(999'499)) == "999us");
  CHECK(human(duration(-1'500)) == "-1.5us");
  CHECK(human(duration(59'999'999'999)) == "1min");
  CHECK(human(duration(59'940'000'000)) == "59.94sec");
  CHECK(human(duration(90'000'000'000)) == "1min 30sec");
  CHECK(human(duration(3'599'600'000'000)) == "1hr");
  CHECK(human(duration(7'500'000'000'000)) == "2hr 5min");
  CHECK(human(duration(86'399'000'000'000)) == "1day");
  CHECK(human(duration(270'000'000'000'000)) == "3day 3hr");
  CHECK(human(duration(std::numeric_limits<std::int64_t>::min())) == "-106752day");
}

TEST_CASE("file sizes are read at a glance", "[writer][human]") {
  CHECK(human(filesize(0)) == "0 B");
  CHECK(human(filesize(1023)) == "1023 B");
  CHECK(human(filesize(4096)) == "4.0 KiB");
  CHECK(human(filesize(1'048'535)) == "1.0 MiB");
  CHECK(human(filesize(1'048'524)) == "1023.9 KiB");
  CHECK(human(filesize(-1536)) == "-1.5 KiB");
  CHECK(human(filesize(std::numeric_limits<std::int64_t>::max())) == "8.0 EiB");
  CHECK(human(filesize(std::numeric_limits<std::int64_t>::min())) == "-8.0 EiB");
}

TEST_CASE("other values for people", "[writer][human]") {
  CHECK(human(Value{}).empty());
  CHECK(human({false}) == "false");
  CHECK(human({0.5}) == "0.5");
  CHECK(human({12.0}) == "12");
  CHECK(human({2.0 / 3}) == "0.667");
  CHECK(human({1'234'567.89}) == "1234567.89");
  CHECK(human({1e20}) == "1e+20");
  CHECK(human({Binary{"\x01\xab"}}) == "0x01ab");
  CHECK(human({List{text("a\x1b"), integer(2)}}) == "a\\e, 2");
  CHECK(human({Record{{"a\n", integer(1)}, {"b", text("x")}}}) == "{a\\n: 1, b: x}");
}

TEST_CASE("a table streams rows in columns that stay", "[writer][table]") {
  Output out(table_options(60));
  out->row(kOpens, std::vector{integer(1), text("systemd"), text("/proc/1/cgroup")});
  CHECK(out.flushed() ==
        "     pid  comm              filename\n"
        "       1  systemd           /proc/1/cgroup\n");
  out->row(kOpens, std::vector{integer(123456), text("日本語"), text(std::string(40, 'x'))});
  out->row(kOpens, std::vector{Value{}, text("a comm that is longer"), Value{}});
  CHECK(out.finished() ==
        "     pid  comm              filename\n"
        "       1  systemd           /proc/1/cgroup\n"
        "  123456  日本語            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\n"
        "          a comm that is …\n");
}

TEST_CASE("a wide number is never cut and widens its column for good", "[writer][table]") {
  Output out(table_options(50));
  out->row(kOpens, std::vector{Value{std::numeric_limits<std::uint64_t>::max()}, text("a"), text("b")});
  out->row(kOpens, std::vector{integer(1), text("c"), text("d")});
  CHECK(out.finished() ==
        "     pid  comm              filename\n"
        "18446744073709551615  a              b\n"
        "                   1  c              d\n");
}

TEST_CASE("a new shape gets its own header", "[writer][table]") {
  Output out(table_options(60));
  out->row(kSizes, std::vector{integer(1), filesize(4096)});
  out->row(kOpens, std::vector{integer(2), text("a"), text("b")});
  out->row(kSizes, std::vector{integer(3), filesize(1)});
  CHECK(out.finished() ==
        "     pid        size\n"
        "       1     4.0 KiB\n"
        "\n"
        "     pid  comm              filename\n"
        "       2  a                 b\n"
        "\n"
        "     pid        size\n"
        "       3         1 B\n");
}

TEST_CASE("rows show times, durations, booleans and stacks", "[writer][table]") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const OutputColumns columns = {{"time", ColumnHint::datetime},
                                 {"took", ColumnHint::duration},
                                 {"ok", ColumnHint::boolean},
                                 {"share"},
                                 {"kstack", ColumnHint::stack}};
  Output out(table_options(70));
  out->row(columns,
           std::vector{datetime(kTime), duration(20'123'456), Value{true}, Value{0.25},
                       Value{List{text("vfs_read+0"), text("ksys_read+99"), text("do_syscall_64+88")}}});
  out->row(columns, std::vector{datetime(-1), Value{}, Value{false}, Value{1.0}, Value{}});
  CHECK(out.finished() ==
        "time               took  ok        share  kstack\n"
        "17:00:00.123     20.1ms  true       0.25  vfs_read+0 < ksys_read+99 <…\n"
        "23:59:59.999             false         1\n");
}

TEST_CASE("an event column keeps the end of an attach point", "[writer][table]") {
  const OutputColumns columns = {
      {"event", ColumnHint::text}, {"pid", ColumnHint::number}, {"filename", ColumnHint::text}};
  Output out(table_options(50));
  out->row(columns,
           std::vector{text("tracepoint:syscalls:sys_enter_openat"), integer(1), text("/etc/passwd")});
  CHECK(out.finished() ==
        "event                     pid  filename\n"
        "…s:sys_enter_openat         1  /etc/passwd\n");
}

TEST_CASE("hostile text never reaches a terminal", "[writer][table]") {
  const OutputColumns columns = {{"evil \x1b[2J", ColumnHint::text}, {"text", ColumnHint::text}, {"list"}};
  for (const int width : {200, 80, 30}) {
    Output out(table_options(width));
    for (const auto& hostile : kHostile) {
      const std::vector row = {text(hostile), text(hostile), Value{List{text(hostile)}}};
      out->row(columns, row);
      out->table(columns, {row});
      out->value(text(hostile));
      out->value({Record{{hostile, text(hostile)},
                         {hostile + "x", Value{List{Value{Record{{hostile, text(hostile)}}}}}}}});
    }
    for (const auto& line : lines_of(out.finished())) {
      CAPTURE(line);
      CHECK(visible(line) == line);
    }
  }
}

TEST_CASE("a finished table has exact widths", "[writer][table]") {
  const OutputColumns columns = {
      {"comm", ColumnHint::text}, {"pid", ColumnHint::number}, {"count", ColumnHint::number}};
  Output out(table_options(80));
  out->table(columns, {{text("nginx"), integer(812), integer(90'211)},
                       {text("postgres: writer"), integer(4410), integer(3)}});
  out->table(columns, {});
  CHECK(out.finished() ==
        "comm               pid  count\n"
        "nginx              812  90211\n"
        "postgres: writer  4410      3\n"
        "\n"
        "comm  pid  count\n"
        "(no rows)\n");
}

const OutputColumns kHistogram = {{"comm", ColumnHint::text},     {"low", ColumnHint::duration},
                                  {"high", ColumnHint::duration}, {"count", ColumnHint::number},
                                  {"share", ColumnHint::number},  {"bar", ColumnHint::bar}};

std::string blocks(int count, const std::string& rest = "") {
  std::string bar;
  for (int i = 0; i < count; ++i) bar += "█";
  return bar + rest;
}

std::vector<std::vector<Value>> histogram() {
  return {
      {text("sleep"), duration(16'777'216), duration(33'554'432), integer(120), Value{0.8}, text(blocks(24))},
      {text("sleep"), duration(33'554'432), duration(67'108'864), integer(25), Value{1.0 / 6},
       text(blocks(5))},
      {text("sleep"), duration(67'108'864), Value{}, integer(5), Value{0.03333}, text(blocks(0, "▏"))},
      {text("sleep"), duration(134'217'728), Value{}, integer(0), Value{0.0}, text("")}};
}

TEST_CASE("histogram bars are drawn to fit", "[writer][table]") {
  SECTION("wide") {
    Output out(table_options(100));
    out->table(kHistogram, histogram());
    CHECK(out.finished() ==
          "comm      low    high  count  share  bar\n"
          "sleep  16.8ms  33.6ms    120  0.800  " +
              blocks(40) +
              "\n"
              "sleep  33.6ms  67.1ms     25  0.167  " +
              blocks(8, "▍") +
              "\n"
              "sleep  67.1ms              5  0.033  ▎\n"
              "sleep   134ms              0  0.000\n");
  }
  SECTION("narrow") {
    Output out(table_options(50));
    out->table(kHistogram, histogram());
    CHECK(out.finished() ==
          "comm      low    high  count  share  bar\n"
          "sleep  16.8ms  33.6ms    120  0.800  " +
              blocks(13) +
              "\n"
              "sleep  33.6ms  67.1ms     25  0.167  " +
              blocks(2, "▊") +
              "\n"
              "sleep  67.1ms              5  0.033  ▏\n"
              "sleep   134ms              0  0.000\n");
  }
  SECTION("too narrow") {
    Output out(table_options(40));
    out->table(kHistogram, histogram());
    CHECK(out.finished() ==
          "comm      low    high  count  share\n"
          "sleep  16.8ms  33.6ms    120  0.800\n"
          "sleep  33.6ms  67.1ms     25  0.167\n"
          "sleep  67.1ms              5  0.033\n"
          "sleep   134ms              0  0.000\n");
  }
  SECTION("plain characters") {
    Output out(table_options(50, false));
    out->table(kHistogram, histogram());
    CHECK(out.finished() ==
          "comm      low    high  count  share  bar\n"
          "sleep  16.8ms  33.6ms    120  0.800  #############\n"
          "sleep  33.6ms  67.1ms     25  0.167  ###\n"
          "sleep  67.1ms              5  0.033  #\n"
          "sleep   134ms              0  0.000\n");
  }
}

TEST_CASE("columns that do not fit are hidden, never the first or the last", "[writer][table]") {
  OutputColumns columns;
  std::vector<Value> row;
  for (int i = 0; i < 8; ++i) {
    columns.push_back({"number" + std::to_string(i), ColumnHint::number});
    row.push_back(integer(i));
  }
  Output out(table_options(40));
  out->table(columns, {row});
  out->row(columns, row);
  CHECK(out.finished() ==
        "number0  number1  number2  …  number7\n"
        "      0        1        2  …        7\n"
        "\n"
        " number0   number1  …   number7\n"
        "       0         1  …         7\n");
}

TEST_CASE("no line of a table is wider than the terminal", "[writer][table]") {
  const OutputColumns columns = {{"event", ColumnHint::text},    {"time", ColumnHint::datetime},
                                 {"pid", ColumnHint::number},    {"comm", ColumnHint::text},
                                 {"size", ColumnHint::filesize}, {"took", ColumnHint::duration},
                                 {"stack", ColumnHint::stack},   {"filename", ColumnHint::text}};
  const std::vector row = {text("kprobe:vfs_read"),
                           datetime(kTime),
                           integer(4'194'303),
                           text("日本語日本語日本語"),
                           filesize(1'048'524),
                           duration(90'000'000'000),
                           Value{List{text("a+1"), text("b+2")}},
                           text(std::string(100, 'f'))};
  for (int width = 30; width <= 200; ++width) {
    Output out(table_options(width));
    out->row(columns, row);
    out->table(columns, {row, row});
    for (const auto& line : lines_of(out.finished())) {
      CAPTURE(width, line);
      REQUIRE(display_width(line) <= width);
    }
  }
}

TEST_CASE("bare values stand on lines of their own", "[writer][table]") {
  Output out(table_options(80));
  out->value(integer(5012));
  out->value(duration(20'000'000));
  out->value(text("a\nb"));
  out->value({List{text("vfs_read+0"), text("ksys_read+99")}});
  out->value({List{}});
  CHECK(out.finished() == "5012\n20ms\na\\nb\n\nvfs_read+0\nksys_read+99\n\n(no rows)\n");
}

TEST_CASE("a record of results is pairs, headings and tables", "[writer][table]") {
  const Value results = {Record{
      {"opens", integer(5012)},
      {"bytes", filesize(123'456'789)},
      {"by_comm", Value{List{Value{Record{{"comm", text("a")}, {"count", integer(3)}}},
                             Value{Record{{"comm", text("bb")}, {"count", integer(12)}}}}}},
      {"sizes",
       Value{List{Value{Record{{"low", filesize(0)}, {"count", integer(2)}, {"bar", text(blocks(24))}}}}}},
      {"latency", Value{Record{{"count", integer(3)}, {"average", duration(20'123)}}}},
      {"last", integer(1)}}};
  SECTION("plain") {
    Output out(table_options(40));
    out->value(results);
    CHECK(out.finished() ==
          "opens  5012\n"
          "bytes  117.7 MiB\n"
          "\n"
          "by_comm:\n"
          "  comm  count\n"
          "  a         3\n"
          "  bb       12\n"
          "\n"
          "sizes:\n"
          "  low  count  bar\n"
          "  0 B      2  " +
              blocks(26) +
              "\n"
              "\n"
              "latency:\n"
              "  count    3\n"
              "  average  20.1us\n"
              "\n"
              "last   1\n");
  }
  SECTION("color") {
    Output out(table_options(40, true, true));
    out->value({Record{{"a", integer(1)}, {"b", Value{List{Value{Record{{"x", integer(2)}}}}}}}});
    CHECK(out.finished() == "\x1b[1ma\x1b[0m  1\n\n\x1b[1mb\x1b[0m\n  \x1b[1mx\x1b[0m\n  2\n");
  }
}

TEST_CASE("a result goes to the descriptor when it is flushed", "[writer][sink]") {
  Output out(OutputFormat::jsonl);
  out->value(integer(1));
  CHECK(out.flushed() == "1\n");
  out->value(integer(2));
  CHECK(out.flushed() == "1\n2\n");
}

/// Both ends of a pipe.
struct Pipe {
  Pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    close_reader();
    ::close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }

  std::array<int, 2> ends{};
};

TEST_CASE("a slow reader of a non-blocking pipe gets everything in order", "[writer][sink]") {
  Pipe pipe;
  REQUIRE(::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK) == 0);
  constexpr int kRows = 60'000;
  std::string received;
  std::thread reader([&] {
    std::array<char, 5'000> chunk{};
    for (;;) {
      const auto count = ::read(pipe.ends[0], chunk.data(), chunk.size());
      if (count <= 0) return;
      received.append(chunk.data(), static_cast<std::size_t>(count));
    }
  });
  WriterOptions options;
  const auto writer = make_writer(options, pipe.ends[1]);
  for (int i = 0; i < kRows; ++i) writer->row(kSizes, std::vector{integer(i), filesize(i)});
  const bool is_written = writer->finish();
  ::close(pipe.ends[1]);
  pipe.ends[1] = -1;
  reader.join();
  CHECK(is_written);
  CHECK(writer->error() == 0);
  const auto lines = lines_of(received);
  REQUIRE(lines.size() == kRows);
  CHECK(lines.front() == R"({"pid":0,"size":0})");
  CHECK(lines.back() == R"({"pid":59999,"size":59999})");
}

TEST_CASE("a reader that is gone is an error, not a signal", "[writer][sink]") {
  auto* const before = std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.close_reader();
  WriterOptions options;
  const auto writer = make_writer(options, pipe.ends[1]);
  writer->value(integer(1));
  CHECK(writer->error() == 0);
  CHECK_FALSE(writer->flush());
  CHECK(writer->error() == EPIPE);
  // What comes later is dropped, and the error stays.
  for (int i = 0; i < 100'000; ++i) writer->value(integer(i));
  CHECK_FALSE(writer->finish());
  CHECK(writer->error() == EPIPE);
  std::signal(SIGPIPE, before);
}

TEST_CASE("a full disk is told from a reader that is gone", "[writer][sink]") {
  const int fd = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  WriterOptions options;
  options.format = OutputFormat::table;
  const auto writer = make_writer(options, fd);
  writer->value(integer(1));
  CHECK_FALSE(writer->finish());
  CHECK(writer->error() == ENOSPC);
  ::close(fd);
}

}  // namespace
}  // namespace nubpf
