#include "adapter/reshape.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "adapter/histogram.h"
#include "adapter/map_key.h"
#include "recording_writer.h"

namespace nubpf {
namespace {

using Row = RecordingWriter::Row;

constexpr std::int64_t kSeparator = 7310579611;
constexpr std::int64_t kOffset = 1'000'000'000'000;

Type type(TypeKind kind) {
  return simple_type(kind);
}
Type i64() {
  return integer_type(64, true);
}
Type u64() {
  return integer_type(64, false);
}
Type u32() {
  return integer_type(32, false);
}

Value text(std::string bytes) {
  return {std::move(bytes)};
}
Value number(std::int64_t n) {
  return {n};
}

/// Reshapes lines; `form` and the rest of the schema are set before the first line.
struct Fixture {
  Program program;
  RecordingWriter writer;
  Diagnostics diagnostics;
  std::string printed;
  std::optional<std::uint64_t> row_limit;
  std::unique_ptr<Reshaper> reshaper;

  Fixture() { schema().separator = kSeparator; }
  Schema& schema() { return program.schema; }

  Reshaper& start() {
    if (!reshaper) {
      reshaper = std::make_unique<Reshaper>(
          program, writer, kOffset, [this](Diagnostic d) { diagnostics.push_back(std::move(d)); }, row_limit);
      reshaper->on_print([this](std::string_view text) { printed += text; });
    }
    return *reshaper;
  }
  Fixture& line(const std::string& line) {
    start().line(line);
    return *this;
  }
  Fixture& value(const std::string& data) { return line(R"({"type": "value", "data": )" + data + "}"); }
  Fixture& map(const std::string& name, const std::string& content) {
    return line(R"({"type": "map", "data": {")" + name + "\": " + content + "}}");
  }
  Fixture& stats(const std::string& name, const std::string& content) {
    return line(R"({"type": "stats", "data": {")" + name + "\": " + content + "}}");
  }
  void finish() { start().finish(); }

  void site(std::vector<Column> columns) {
    schema().form = ResultForm::rows;
    schema().sites = {{.id = 1,
                       .event = "openat",
                       .is_scalar = false,
                       .columns = std::move(columns),
                       .counter = "@__nubpf_n1"}};
  }
  Aggregation& aggregation(ResultForm form, AggregationKind kind, std::vector<Column> keys, Type value = {}) {
    schema().form = form;
    Aggregation& added = schema().aggregations.emplace_back();
    added.name = to_string(kind);
    added.kind = kind;
    added.map = "@" + added.name;
    added.keys = std::move(keys);
    added.value = std::move(value);
    return added;
  }
  /// The one row of one column of `kind` that `element` becomes.
  Value cell(const Type& column, const std::string& element) {
    writer.rows.clear();
    reshaper.reset();
    site({{"x", column}});
    value("[1," + element + "]");
    REQUIRE(writer.rows.size() == 1);
    return writer.rows[0].cells[0];
  }
};

TEST_CASE("reshape: integers have their type's width and sign") {
  Fixture f;
  CHECK(f.cell(i64(), "-1") == number(-1));
  CHECK(f.cell(u64(), "-1") == Value{std::numeric_limits<std::uint64_t>::max()});
  CHECK(f.cell(u64(), "18446744073709551615") == Value{std::numeric_limits<std::uint64_t>::max()});
  CHECK(f.cell(u64(), "9223372036854775807") == number(std::numeric_limits<std::int64_t>::max()));
  CHECK(f.cell(u64(), R"("18446744073709551615")") == Value{std::numeric_limits<std::uint64_t>::max()});
  CHECK(f.cell(i64(), R"("-9223372036854775808")") == number(std::numeric_limits<std::int64_t>::min()));
  CHECK(f.cell(u32(), "-1") == number(4294967295));
  CHECK(f.cell(integer_type(32, true), "4294967295") == number(-1));
  CHECK(f.cell(integer_type(8, true), "255") == number(-1));
  CHECK(f.cell(integer_type(16, false), "65537") == number(1));
  CHECK(f.diagnostics.empty());
}

TEST_CASE("reshape: scalar types") {
  Fixture f;
  CHECK(f.cell(type(TypeKind::duration), "1500") == Value{Duration{1500}});
  CHECK(f.cell(type(TypeKind::filesize), "4096") == Value{Filesize{4096}});
  CHECK(f.cell(type(TypeKind::instant), "42") == number(42));
  CHECK(f.cell(type(TypeKind::datetime), "42") == Value{Datetime{kOffset + 42}});
  CHECK(f.cell(type(TypeKind::boolean), "1") == Value{true});
  CHECK(f.cell(type(TypeKind::boolean), "false") == Value{false});
  CHECK(f.cell(type(TypeKind::enumeration), "7") == number(7));
  CHECK(f.cell(type(TypeKind::address), "-1") == text("0xffffffffffffffff"));
  CHECK(f.cell(type(TypeKind::address), "3735928559") == text("0xdeadbeef"));
  CHECK(f.cell(type(TypeKind::ip), R"("::1")") == text("::1"));
  CHECK(f.cell(type(TypeKind::string), R"("a\"b\n\uffffffff,")") == text("a\"b\n\xff,"));
  CHECK(f.diagnostics.empty());
}

TEST_CASE("reshape: enumerations are the names of their values, in rows and in keys") {
  Fixture f;
  Type state = type(TypeKind::enumeration);
  state.bits = 32;
  state.enumerators = std::make_shared<const Enumerators>(
      Enumerators{{-1, "FAILED"}, {0, "IDLE"}, {1, "BUSY"}, {1, "ALSO_BUSY"}});
  CHECK(f.cell(state, "1") == text("BUSY"));
  CHECK(f.cell(state, "4294967295") == text("FAILED"));
  CHECK(f.cell(state, R"("1")") == text("BUSY"));
  // 0.22 and newer print keys so
  CHECK(f.cell(state, R"("IDLE")") == text("IDLE"));
  CHECK(f.cell(state, "7") == number(7));
  CHECK(f.diagnostics.empty());
}

TEST_CASE("reshape: file sizes and durations above 2^63-1 never become negative") {
  Fixture f;
  Type size = type(TypeKind::filesize);
  size.is_signed = false;
  CHECK(f.cell(size, "-1") == Value{std::numeric_limits<std::uint64_t>::max()});
  size.is_signed = true;
  CHECK(f.cell(size, "-1") == Value{Filesize{-1}});
}

TEST_CASE("reshape: stacks, bytes and lists") {
  Fixture f;
  CHECK(f.cell(type(TypeKind::stack), R"("\n        perf_syscall_enter+397\n        do_syscall_64+506\n")") ==
        Value{List{text("perf_syscall_enter+397"), text("do_syscall_64+506")}});
  CHECK(f.cell(type(TypeKind::stack), R"("\n")") == Value{List{}});
  CHECK(f.cell(type(TypeKind::binary), R"("6\\x0a\\x00\\xff")") ==
        Value{Binary{std::string("6\n\0\xff", 4)}});
  CHECK(f.cell(type(TypeKind::binary), R"("a\\xg1\\x4")") == Value{Binary{"a\\xg1\\x4"}});
  CHECK(f.cell(type(TypeKind::binary), "[54,10,0,-1]") == Value{Binary{std::string("6\n\0\xff", 4)}});
  Type list = type(TypeKind::list);
  list.items = {type(TypeKind::duration)};
  CHECK(f.cell(list, "[1,2]") == Value{List{{Duration{1}}, {Duration{2}}}});
  CHECK(f.cell(list, "[]") == Value{List{}});
  CHECK(f.diagnostics.empty());
}

TEST_CASE("reshape: a value of another type is null, and said once") {
  Fixture f;
  f.site({{"pid", u32()}});
  f.value(R"([1,"no number"])").value(R"([1,[2]])").value("[1,3]");
  REQUIRE(f.writer.rows.size() == 3);
  CHECK(f.writer.rows[0].cells[0] == Value{});
  CHECK(f.writer.rows[1].cells[0] == Value{});
  CHECK(f.writer.rows[2].cells[0] == number(3));
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::malformed_output);
  CHECK(f.diagnostics[0].message == "bpftrace wrote a value of `pid` that is not an `int`");
}

TEST_CASE("reshape: malformed lines are reported once each kind and cost no row") {
  Fixture f;
  f.site({{"pid", u32()}, {"comm", type(TypeKind::string)}});
  for (int i = 0; i < 3; ++i) {
    f.line(R"({"type": "value", "data": [1,)").value("[1,2]").value("[99,2,3]").value("5").line("noise");
  }
  f.value(R"([1,7,"x"])");
  f.finish();
  CHECK(f.writer.rows == std::vector<Row>{{{"pid", "comm"}, {number(7), text("x")}}});
  REQUIRE(f.diagnostics.size() == 3);
  CHECK(f.diagnostics[0].message == "bpftrace wrote a line that is not a valid message");
  CHECK(f.diagnostics[1].message == "bpftrace wrote a row of `openat` with 1 values instead of 2");
  CHECK(f.diagnostics[2].message == "bpftrace wrote a row that the program does not emit");
}

TEST_CASE("reshape: scalars stream bare") {
  Fixture f;
  f.site({{"", type(TypeKind::duration)}});
  f.schema().form = ResultForm::scalars;
  f.schema().sites[0].is_scalar = true;
  f.value("[1,5]");
  CHECK(f.writer.values == std::vector<Value>{{Duration{5}}});
  CHECK(f.writer.rows.empty());
}

TEST_CASE("reshape: several shapes have their event first") {
  Fixture f;
  f.site({{"pid", u32()}});
  f.schema().form = ResultForm::events;
  f.schema().sites.push_back(
      {.id = 2, .event = "exit", .is_scalar = true, .columns = {{"", i64()}}, .counter = "@__nubpf_n2"});
  f.value("[2,-9]").value("[1,7]");
  CHECK(f.writer.rows == std::vector<Row>{{{"event", "value"}, {text("exit"), number(-9)}},
                                          {{"event", "pid"}, {text("openat"), number(7)}}});
}

TEST_CASE("reshape: an event of several probes is the one that fired, as it was written") {
  Fixture f;
  f.site({{"pid", u32()}});
  auto& site = f.schema().sites.front();
  site.probes = {"uprobe:libc:getaddrinfo", "fentry:vfs_*", "kprobe:vfs_read", "uprobe:libc:free",
                 "uprobe:other:free"};
  f.schema().form = ResultForm::events;
  for (const auto* probe : {"uprobe:/lib/libc.so.6:getaddrinfo", "kfunc:vmlinux:vfs_read", "kprobe:vfs_read",
                            "uprobe:/lib/libc.so.6:free"})
    f.value("[1,\"" + std::string(probe) + "\",7]");
  std::vector<std::string> events;
  for (const auto& row : f.writer.rows) events.push_back(std::get<std::string>(row.cells.front().node));
  CHECK(events == std::vector<std::string>{"uprobe:libc:getaddrinfo", "fentry:vfs_read", "kprobe:vfs_read",
                                           "uprobe:/lib/libc.so.6:free"});
}

TEST_CASE("reshape: a function is the last part of its probe's name") {
  Fixture f;
  auto function = type(TypeKind::symbol);
  function.name = "func";
  CHECK(f.cell(function, R"("uretprobe:/lib/libc.so.6:free")") == text("free"));
  CHECK(f.cell(function, R"("uprobe:/bin/x:ns::call")") == text("ns::call"));
  CHECK(f.cell(function, R"("kretprobe:vfs_read")") == text("vfs_read"));
  CHECK(f.cell(function, R"("vfs_read")") == text("vfs_read"));
  CHECK(f.cell(type(TypeKind::symbol), R"("kprobe:vfs_read")") == text("kprobe:vfs_read"));
}

TEST_CASE("reshape: rows lost are counted exactly, once") {
  Fixture f;
  f.site({{"pid", u32()}});
  for (int i = 0; i < 5; ++i) f.value("[1,1]");
  f.map("@__nubpf_n1", "17");
  f.finish();
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::lost_events);
  CHECK(f.diagnostics[0].message == "12 of 17 rows were lost");
  CHECK(f.reshaper->accounts().at(0).arrived == 5);
}

TEST_CASE("reshape: no loss, no warning; nor where the count never came") {
  Fixture f;
  f.site({{"pid", u32()}});
  f.value("[1,1]").map("@__nubpf_n1", "1").finish();
  CHECK(f.diagnostics.empty());
  Fixture unknown;
  unknown.site({{"pid", u32()}});
  unknown.value("[1,1]").finish();
  CHECK(unknown.diagnostics.empty());
  CHECK_FALSE(unknown.reshaper->accounts().at(0).emitted_known);
}

TEST_CASE("reshape: with several sites the loss names its own") {
  Fixture f;
  f.site({{"pid", u32()}});
  f.schema().sites.push_back(
      {.id = 2, .event = "close", .columns = {{"pid", u32()}}, .counter = "@__nubpf_n2"});
  f.value("[1,1]").value("[2,1]").map("@__nubpf_n1", "1").map("@__nubpf_n2", "3").finish();
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].message == "2 of 3 rows of `close` were lost");
}

TEST_CASE("reshape: bpftrace's own reports of loss: the first at once, the sum at the end") {
  Fixture f;
  f.site({{"pid", u32()}});
  const std::string lost = R"({"type": "lost_events", "data": {"events": 10}})";
  f.line(lost);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].message == "bpftrace lost 10 events so far");
  f.line(lost).line(lost);
  CHECK(f.diagnostics.size() == 1);
  SECTION("without accounting") {
    f.finish();
    REQUIRE(f.diagnostics.size() == 2);
    CHECK(f.diagnostics[1].message == "bpftrace lost 30 events in all");
  }
  SECTION("with accounting only its exact number") {
    f.value("[1,1]").map("@__nubpf_n1", "29").finish();
    REQUIRE(f.diagnostics.size() == 2);
    CHECK(f.diagnostics[1].message == "28 of 29 rows were lost");
  }
}

TEST_CASE("reshape: a row limit") {
  Fixture f;
  f.row_limit = 2;
  f.site({{"pid", u32()}});
  f.value("[1,1]");
  CHECK_FALSE(f.reshaper->satisfied());
  f.value("[1,2]").value("[1,3]");
  CHECK(f.reshaper->satisfied());
  CHECK(f.reshaper->rows() == 2);
  CHECK(f.reshaper->accounts().at(0).arrived == 3);
  CHECK(f.writer.rows.size() == 2);
}

TEST_CASE("reshape: what the program prints") {
  Fixture f;
  f.site({});
  f.line(R"({"type": "printf", "data": "hi \uffffffc3\uffffffa9\n"})")
      .line(R"({"type": "cat", "data": "x"})");
  CHECK(f.printed == "hi \xc3\xa9\nx");
}

TEST_CASE("reshape: full maps are reported once a place, at the source") {
  Fixture f;
  f.aggregation(ResultForm::table, AggregationKind::count, {{"comm", type(TypeKind::string)}});
  f.program.text = "tracepoint:x:y\n{\n  @count[comm] = count();\n  @__start[tid] = nsecs;\n}\n";
  f.program.source_map = {{3, {10, 15}}, {4, {20, 25}}};
  const auto full = [](int line) {
    return R"({"type": "helper_error", "helper": "map_update_elem", "retcode": -7, "line": )" +
           std::to_string(line) + R"(, "col": 3})";
  };
  f.line(full(3)).line(full(3)).line(full(4));
  REQUIRE(f.diagnostics.size() == 2);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::map_full);
  CHECK(f.diagnostics[0].message == "the map of `count` was full, so new keys were left out");
  CHECK(f.diagnostics[0].labels.at(0).span == Span{10, 15});
  CHECK(f.diagnostics[1].labels.at(0).span == Span{20, 25});
}

TEST_CASE("reshape: an event that two processors made one of is told") {
  Fixture f;
  f.aggregation(ResultForm::table, AggregationKind::count, {{"comm", type(TypeKind::string)}});
  f.program.text = "tracepoint:x:y\n{\n  @count[comm] = count();\n}\n";
  f.program.source_map = {{3, {10, 15}}};
  f.line(
      R"({"type": "helper_error", "msg": "File exists", "helper": "map_update_elem", "retcode": -17, "line": 3, "col": 3})");
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::runtime_warning);
  CHECK(f.diagnostics[0].message ==
        "the map of `count` misses an event: two processors began its key at once");
  CHECK(f.diagnostics[0].labels.at(0).span == Span{10, 15});
}

TEST_CASE("reshape: other helper errors and run-time errors") {
  Fixture f;
  f.site({});
  f.program.text = "a\nb\n";
  f.program.source_map = {{2, {1, 2}}};
  const std::string read =
      R"({"type": "helper_error", "msg": "Bad address", "helper": "probe_read_str", "retcode": -14, "line": 2, "col": 1})";
  f.line(R"({"type": "helper_error", "helper": "map_delete_elem", "retcode": -2, "line": 1, "col": 18})");
  CHECK(f.diagnostics.empty());
  f.line(read).line(read).line(R"({"type": "runtime_error", "msg": "Divide by 0", "line": 2, "col": 3})");
  REQUIRE(f.diagnostics.size() == 2);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::runtime_warning);
  CHECK(f.diagnostics[0].message == "the kernel's `probe_read_str` failed: bad address");
  CHECK(f.diagnostics[0].labels.at(0).span == Span{1, 2});
  CHECK(f.diagnostics[1].notes == std::vector<std::string>{"Divide by 0"});
}

TEST_CASE("reshape: one unkeyed aggregation is its value") {
  const auto result = [](AggregationKind kind, const Type& value, const std::string& content) {
    Fixture f;
    f.aggregation(ResultForm::value, kind, {}, value);
    const std::string name = "@" + std::string(to_string(kind));
    if (content.starts_with('{')) f.stats(name, content);
    if (!content.empty() && !content.starts_with('{')) f.map(name, content);
    f.finish();
    CHECK(f.diagnostics.empty());
    REQUIRE(f.writer.values.size() == 1);
    return f.writer.values[0];
  };
  const Type duration = type(TypeKind::duration);
  CHECK(result(AggregationKind::count, i64(), "5") == number(5));
  CHECK(result(AggregationKind::sum, duration, "5") == Value{Duration{5}});
  CHECK(result(AggregationKind::sum, u32(), "4294967296") == number(4294967296));
  CHECK(result(AggregationKind::max, u64(), R"({"1": 9223372036854775807})") ==
        Value{std::numeric_limits<std::uint64_t>::max()});
  CHECK(result(AggregationKind::min, i64(), R"({"1": 2})") == number(-3));
  CHECK(result(AggregationKind::avg, i64(), R"({"count": 2, "average": 7, "total": 15})") == Value{7.5});
  CHECK(result(AggregationKind::avg, i64(), R"({"count": 2, "average": -7, "total": -15})") == Value{-7.5});
  CHECK(result(AggregationKind::avg, duration, R"({"count": 2, "average": 7, "total": 15})") ==
        Value{Duration{8}});
  CHECK(result(AggregationKind::avg, type(TypeKind::filesize),
               R"({"count": 3, "average": 3, "total": 10})") == Value{Filesize{3}});
  CHECK(result(AggregationKind::stats, duration, R"({"count": 2, "average": 7, "total": 15})") ==
        Value{Record{{"count", number(2)}, {"average", {Duration{8}}}, {"total", {Duration{15}}}}});
  CHECK(result(AggregationKind::sum, u64(), R"("18446744073709551615")") ==
        Value{std::numeric_limits<std::uint64_t>::max()});
}

TEST_CASE("reshape: an aggregation that nothing ever reached") {
  const auto result = [](AggregationKind kind, std::vector<Column> keys) {
    auto f = std::make_unique<Fixture>();
    f->aggregation(keys.empty() ? ResultForm::value : ResultForm::table, kind, std::move(keys),
                   type(TypeKind::duration));
    f->finish();
    return f;
  };
  CHECK(result(AggregationKind::count, {})->writer.values == std::vector<Value>{number(0)});
  CHECK(result(AggregationKind::sum, {})->writer.values == std::vector<Value>{{Duration{0}}});
  for (const auto kind : {AggregationKind::avg, AggregationKind::min, AggregationKind::max}) {
    CHECK(result(kind, {})->writer.values == std::vector<Value>{{}});
  }
  CHECK(result(AggregationKind::stats, {})->writer.values ==
        std::vector<Value>{{Record{{"count", number(0)}, {"average", {}}, {"total", {Duration{0}}}}}});
  const auto keyed = result(AggregationKind::count, {{"pid", u32()}});
  CHECK(keyed->writer.rows.empty());
  CHECK(keyed->writer.tables == 1);
}

TEST_CASE("reshape: least and greatest values are joined from the halves of their codes") {
  const auto result = [](AggregationKind kind, const Type& value, const char* halves) {
    Fixture f;
    f.aggregation(ResultForm::value, kind, {}, value);
    f.map(kind == AggregationKind::max ? "@max" : "@min", halves).finish();
    REQUIRE(f.diagnostics.empty());
    return f.writer.values.at(0);
  };
  using enum AggregationKind;
  CHECK(result(max, i64(), R"({"0": 9223372036854775803})") == number(-5));
  CHECK(result(max, i64(), R"({"0": 9223372036854775803, "1": 0})") == number(0));
  CHECK(result(max, u64(), R"({"1": 0, "0": 9223372036854775807})") == Value{std::uint64_t{1} << 63U});
  CHECK(result(max, u64(), R"({"0": 4294967296})") == number(4294967296));
  CHECK(result(min, u64(), R"({"1": 9223372036854775807})") == number(0));
  CHECK(result(min, u64(), R"({"0": 0})") == Value{std::numeric_limits<std::uint64_t>::max()});
  CHECK(result(min, i64(), R"({"0": 9223372036854775802, "1": 1})") == number(-2));
  Fixture broken;
  broken.aggregation(ResultForm::value, max, {}, i64());
  broken.map("@max", R"({"7": 5})").finish();
  CHECK(broken.diagnostics.size() == 1);
}

TEST_CASE("reshape: keyed tables are largest first, ties by key") {
  Fixture f;
  f.aggregation(ResultForm::table, AggregationKind::count, {{"comm", type(TypeKind::string)}, {"pid", u32()}},
                i64());
  f.map("@count", R"({"b,9": 2, "a,10": 2, "a,9": 2, "x, y,1": 30, "q\"\n,4": 4})").finish();
  const std::vector<std::string> columns = {"comm", "pid", "count"};
  CHECK(f.writer.tables == 1);
  CHECK(f.writer.rows == std::vector<Row>{{columns, {text("x, y"), number(1), number(30)}},
                                          {columns, {text("q\"\n"), number(4), number(4)}},
                                          {columns, {text("a"), number(9), number(2)}},
                                          {columns, {text("a"), number(10), number(2)}},
                                          {columns, {text("b"), number(9), number(2)}}});
}

TEST_CASE("reshape: unsigned values above 2^63-1 are the largest") {
  Fixture f;
  f.aggregation(ResultForm::table, AggregationKind::max, {{"pid", u32()}}, u64());
  f.map("@max", R"({"1,0": 5, "2,1": 9223372036854775807})").finish();
  CHECK(f.writer.rows.at(0).cells.at(0) == number(2));
  Fixture s;
  s.aggregation(ResultForm::table, AggregationKind::max, {{"pid", u32()}}, i64());
  s.map("@max", R"({"1,1": 5, "2,0": 9223372036854775807})").finish();
  CHECK(s.writer.rows.at(0).cells.at(0) == number(1));
}

TEST_CASE("reshape: keyed statistics, by count") {
  Fixture f;
  f.aggregation(ResultForm::table, AggregationKind::stats, {{"pid", u32()}}, type(TypeKind::filesize));
  f.stats("@stats",
          R"({"1": {"count": 1, "average": 90, "total": 90}, "2": {"count": 4, "average": 2, "total": 9}})");
  f.finish();
  const std::vector<std::string> columns = {"pid", "count", "average", "total"};
  CHECK(f.writer.rows == std::vector<Row>{{columns, {number(2), number(4), {Filesize{2}}, {Filesize{9}}}},
                                          {columns, {number(1), number(1), {Filesize{90}}, {Filesize{90}}}}});
}

TEST_CASE("reshape: histograms have typed bounds and rows for the gaps") {
  Fixture f;
  f.aggregation(ResultForm::table, AggregationKind::hist, {}, type(TypeKind::duration));
  f.map("@hist", R"({"3": 3, "-1": 1, "1": 4})").finish();
  REQUIRE(f.writer.rows.size() == 5);
  CHECK(f.writer.rows[0].columns == std::vector<std::string>{"low", "high", "count", "share", "bar"});
  const auto bounds = [&](std::size_t i) {
    return std::pair(f.writer.rows[i].cells[0], f.writer.rows[i].cells[1]);
  };
  CHECK(bounds(0) == std::pair(Value{}, Value{Duration{0}}));
  CHECK(bounds(1) == std::pair(Value{Duration{0}}, Value{Duration{1}}));
  CHECK(bounds(2) == std::pair(Value{Duration{1}}, Value{Duration{2}}));
  CHECK(bounds(3) == std::pair(Value{Duration{2}}, Value{Duration{4}}));
  CHECK(bounds(4) == std::pair(Value{Duration{4}}, Value{Duration{8}}));
  CHECK(f.writer.rows[2].cells[2] == number(4));
  CHECK(f.writer.rows[2].cells[3] == Value{0.5});
  CHECK(f.writer.rows[2].cells[4] == text("████████████████████████"));
  CHECK(f.writer.rows[0].cells[4] == text("██████"));
  CHECK(f.writer.rows[3].cells[2] == number(0));
  CHECK(f.writer.rows[3].cells[4] == text(""));
}

TEST_CASE("reshape: keyed histograms, the one with most values first, each with its own bars") {
  Fixture f;
  Aggregation& lhist = f.aggregation(ResultForm::table, AggregationKind::lhist,
                                     {{"comm", type(TypeKind::string)}, {"pid", u32()}}, i64());
  lhist.buckets = {.min = 10, .max = 30, .step = 10};
  f.map("@lhist", R"({"a,1,-1": 1, "a,1,0": 2, "b, c,2,1": 8, "b, c,2,2": 4})").finish();
  std::vector<std::vector<Value>> cells;
  for (const Row& row : f.writer.rows) cells.emplace_back(row.cells.begin(), row.cells.begin() + 5);
  CHECK(cells == std::vector<std::vector<Value>>{{text("b, c"), number(2), number(20), number(30), number(8)},
                                                 {text("b, c"), number(2), number(30), {}, number(4)},
                                                 {text("a"), number(1), {}, number(10), number(1)},
                                                 {text("a"), number(1), number(10), number(20), number(2)}});
  CHECK(f.writer.rows[3].cells.at(6) == f.writer.rows[0].cells.at(6));
}

TEST_CASE("histogram: bounds at the end of the range") {
  Aggregation aggregation;
  aggregation.kind = AggregationKind::hist;
  aggregation.value = u64();
  auto rows = histogram_rows(aggregation, {{63, 1}, {64, 1}});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].low == number(std::int64_t{1} << 62));
  CHECK(rows[0].high == Value{std::uint64_t{1} << 63});
  CHECK(rows[1].low == Value{std::uint64_t{1} << 63});
  CHECK(rows[1].high == Value{});
  aggregation.value = i64();
  CHECK(histogram_rows(aggregation, {{63, 1}}).at(0).high == Value{});
}

TEST_CASE("histogram: gaps are filled, but not without end; equal buckets are added") {
  Aggregation aggregation;
  aggregation.kind = AggregationKind::lhist;
  aggregation.value = i64();
  aggregation.buckets = {.min = 0, .max = std::int64_t{1} << 40, .step = 1};
  CHECK(histogram_rows(aggregation, {{0, 1}, {kMaxFilledBuckets - 1, 1}}).size() == kMaxFilledBuckets);
  CHECK(histogram_rows(aggregation, {{0, 1}, {kMaxFilledBuckets, 1}}).size() == 2);
  CHECK(histogram_rows(aggregation, {{std::numeric_limits<std::int64_t>::min(), 1},
                                     {std::numeric_limits<std::int64_t>::max(), 1}})
            .size() == 2);
  const auto added = histogram_rows(aggregation, {{4, 1}, {4, 2}});
  REQUIRE(added.size() == 1);
  CHECK(added[0].count == 3);
  CHECK(histogram_rows(aggregation, {}).empty());
}

TEST_CASE("histogram: bars") {
  CHECK(bar(8, 8, 2) == "██");
  CHECK(bar(9, 16, 2) == "█▏");
  CHECK(bar(1, 1'000'000, 24) == "▏");
  CHECK(bar(0, 8, 24).empty());
  CHECK(bar(std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max(), 1) == "█");
}

TEST_CASE("reshape: several aggregations are a record of their results") {
  Fixture f;
  f.aggregation(ResultForm::record, AggregationKind::count, {}, i64());
  f.aggregation(ResultForm::record, AggregationKind::sum, {{"pid", u32()}}, type(TypeKind::filesize));
  f.map("@count", "3").map("@sum", R"({"7": 10})").finish();
  const Value table{List{{Record{{"pid", number(7)}, {"sum", {Filesize{10}}}}}}};
  CHECK(f.writer.values == std::vector<Value>{{Record{{"count", number(3)}, {"sum", table}}}});
}

TEST_CASE("reshape: emits and aggregations are events") {
  Fixture f;
  f.site({{"pid", u32()}});
  f.aggregation(ResultForm::events, AggregationKind::count, {{"comm", type(TypeKind::string)}}, i64());
  f.aggregation(ResultForm::events, AggregationKind::sum, {}, i64());
  f.value("[1,7]").map("@count", R"({"a": 1, "b": 2})").map("@sum", "9").finish();
  const std::vector<std::string> columns = {"event", "comm", "count"};
  CHECK(f.writer.rows == std::vector<Row>{{{"event", "pid"}, {text("openat"), number(7)}},
                                          {columns, {text("count"), text("b"), number(2)}},
                                          {columns, {text("count"), text("a"), number(1)}},
                                          {{"event", "sum"}, {text("sum"), number(9)}}});
}

TEST_CASE("reshape: a key or content that cannot be read is reported and left out") {
  Fixture f;
  f.aggregation(ResultForm::table, AggregationKind::count, {{"pid", u32()}}, i64());
  f.map("@count", R"({"abc": 1})").finish();
  CHECK(f.writer.rows.empty());
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].message == "bpftrace wrote a key of `count` that cannot be split into its columns");
  Fixture g;
  g.aggregation(ResultForm::table, AggregationKind::count, {{"pid", u32()}}, i64());
  g.map("@count", "[1]").map("@unknown", "3").finish();
  REQUIRE(g.diagnostics.size() == 1);
  CHECK(g.diagnostics[0].message == "bpftrace wrote a content of `count` that is not one of `count`");
}

/// Two aggregations, reported together: a keyed count and an unkeyed one.
struct ReportFixture : Fixture {
  ReportFixture() {
    aggregation(ResultForm::reports, AggregationKind::count, {{"comm", type(TypeKind::string)}}, i64())
        .reported = true;
    schema().reports = {{.id = 9, .aggregations = {0}, .top = {}, .clear = false}};
  }
  Row at(std::int64_t time, const char* comm, std::int64_t count) {
    return {{"time", "comm", "count"}, {{Datetime{kOffset + time}}, text(comm), number(count)}};
  }
};

TEST_CASE("reshape: reports have their time") {
  ReportFixture f;
  f.value("[9,100]")
      .map("@count", R"({"a": 1, "b": 2})")
      .value("[9,200]")
      .map("@count", R"({"a": 5, "b": 2})");
  f.line("").line("").map("@count", R"({"a": 6, "b": 2})");
  f.finish();
  CHECK(f.writer.rows ==
        std::vector<Row>{f.at(100, "b", 2), f.at(100, "a", 1), f.at(200, "a", 5), f.at(200, "b", 2)});
  CHECK(f.diagnostics.empty());
}

TEST_CASE("reshape: reports that clear show what came since the one before") {
  ReportFixture f;
  f.schema().reports[0].clear = true;
  f.value("[9,100]")
      .map("@count", R"({"a": 1, "b": 2})")
      .value("[9,200]")
      .map("@count", R"({"a": 5, "b": 2, "c": 1})");
  f.finish();
  CHECK(f.writer.rows ==
        std::vector<Row>{f.at(100, "b", 2), f.at(100, "a", 1), f.at(200, "a", 4), f.at(200, "c", 1)});
}

TEST_CASE("reshape: only the top of a report") {
  ReportFixture f;
  f.schema().reports[0].top = 1;
  f.value("[9,100]").map("@count", R"({"a": 1, "b": 2})").finish();
  CHECK(f.writer.rows == std::vector<Row>{f.at(100, "b", 2)});
}

TEST_CASE("reshape: a map that was empty in a report does not take the exit dump") {
  ReportFixture f;
  f.value("[9,100]");
  SECTION("the blank lines of 0.17 come between") {
    f.line("").line("");
  }
  SECTION("another report comes between") {
    f.value("[9,150]").map("@count", R"({"z": 1})");
  }
  f.map("@count", R"({"a": 6})");
  f.finish();
  for (const Row& row : f.writer.rows) CHECK(row == f.at(150, "z", 1));
}

TEST_CASE("reshape: a report of several maps, of which some are empty") {
  Fixture f;
  f.aggregation(ResultForm::events, AggregationKind::count, {{"pid", u32()}}, i64()).reported = true;
  f.aggregation(ResultForm::events, AggregationKind::sum, {}, type(TypeKind::filesize)).reported = true;
  f.aggregation(ResultForm::events, AggregationKind::max, {}, i64()).reported = true;
  f.schema().reports = {{.id = 9, .aggregations = {0, 1, 2}, .top = {}, .clear = true}};
  f.value("[9,1]")
      .map("@sum", "10")
      .value("[9,2]")
      .map("@count", R"({"7": 1})")
      .map("@sum", "30")
      .map("@max", R"({"1": 4})");
  f.finish();
  const std::vector<std::string> sum = {"event", "time", "sum"};
  const std::vector<std::string> max = {"event", "time", "max"};
  const auto time = [](std::int64_t t) { return Value{Datetime{kOffset + t}}; };
  CHECK(f.writer.rows ==
        std::vector<Row>{{sum, {text("sum"), time(1), {Filesize{10}}}},
                         {max, {text("max"), time(1), {}}},
                         {{"event", "time", "pid", "count"}, {text("count"), time(2), number(7), number(1)}},
                         {sum, {text("sum"), time(2), {Filesize{20}}}},
                         {max, {text("max"), time(2), number(4)}}});
}

TEST_CASE("reshape: the wall clock") {
  const std::int64_t offset = wall_clock_offset();
  timespec boot{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  const std::int64_t now = offset + std::int64_t{boot.tv_sec} * 1'000'000'000 + boot.tv_nsec;
  CHECK(std::abs(now / 1'000'000'000 - time(nullptr)) <= 2);
}

using Parts = std::vector<std::string_view>;

std::optional<Parts> split(std::string_view key, const std::vector<TypeKind>& kinds,
                           bool has_bucket = false) {
  std::vector<Column> columns;
  for (const TypeKind kind : kinds) columns.push_back({"k", type(kind)});
  return split_key(key, columns, has_bucket, kSeparator);
}

TEST_CASE("map key: parts by type") {
  using enum TypeKind;
  CHECK(split("5", {integer}) == Parts{"5"});
  CHECK(split("-1,7", {integer, integer}) == Parts{"-1", "7"});
  CHECK(split("", {string}) == Parts{""});
  CHECK(split("a,b,,", {string}) == Parts{"a,b,,"});
  CHECK(split("1,x, y,3", {integer, string, integer}) == Parts{"1", "x, y", "3"});
  CHECK(split("1,,3", {integer, string, integer}) == Parts{"1", "", "3"});
  CHECK(split("tmux: server,-1,2,3", {string, integer, duration, enumeration}) ==
        Parts{"tmux: server", "-1", "2", "3"});
}

TEST_CASE("map key: several strings are kept apart by the separator") {
  using enum TypeKind;
  CHECK(split("a,b,7310579611,c,d", {string, string}) == Parts{"a,b", "c,d"});
  CHECK(split("a,7310579611,9,c,8", {string, integer, string, integer}) == Parts{"a", "9", "c", "8"});
  CHECK(split(",7310579611,,7310579611,", {string, string, string}) == Parts{"", "", ""});
  CHECK(split("\n    f+1\n    g+2\n,7310579611,a,1", {stack, string, integer}) ==
        Parts{"\n    f+1\n    g+2\n", "a", "1"});
  // other numbers are no separators
  CHECK(split("a,73105796110,b,7310579611,c", {string, string}) == Parts{"a,73105796110,b", "c"});
}

TEST_CASE("map key: the bucket is the last part") {
  using enum TypeKind;
  CHECK(split("12", {}, true) == Parts{"12"});
  CHECK(split("a,b,-1", {string}, true) == Parts{"a,b", "-1"});
  CHECK(split("4,12", {integer}, true) == Parts{"4", "12"});
}

TEST_CASE("map key: texts that are no such key") {
  using enum TypeKind;
  CHECK_FALSE(split("1", {integer, integer}));
  CHECK_FALSE(split("1,2,3", {integer, integer}));
  CHECK_FALSE(split("a,b", {string, string}));
  CHECK_FALSE(split("a", {string, integer}));
  CHECK_FALSE(split("a", {integer, string}));
}

}  // namespace
}  // namespace nubpf
