// Maps whose entries come as rows (bpftrace 0.22 and newer) give what map lines give.

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "adapter/decode.h"
#include "adapter/map_key.h"
#include "adapter/reshape.h"
#include "tests/recording_writer.h"
#include "transpiler/dialect.h"
#include "transpiler/emit_content.h"

namespace nubpf {
namespace {

constexpr std::int64_t kSeparator = 7310579611;

const Column kComm{"comm", simple_type(TypeKind::string)};
const Column kPid{"pid", integer_type(32, false)};

struct Fixture {
  Program program;
  RecordingWriter writer;
  Diagnostics diagnostics;

  Aggregation& add(AggregationKind kind, std::vector<Column> keys, Type value = integer_type(64, true)) {
    auto& added = program.schema.aggregations.emplace_back();
    added.name = to_string(kind);
    added.kind = kind;
    added.map = "@" + added.name;
    added.keys = std::move(keys);
    added.value = std::move(value);
    return added;
  }

  /// A report on a count by name.
  void report_counts(bool clear) {
    program.schema.form = ResultForm::reports;
    add(AggregationKind::count, {kComm}).reported = true;
    ReportSite report;
    report.id = 1;
    report.aggregations = {0};
    report.clear = clear;
    program.schema.reports = {report};
  }

  /// The rows that these lines make, as a dialect that goes over maps has them.
  void reshape(const std::vector<std::string>& lines) {
    program.schema.separator = kSeparator;
    number_rows(program.schema, dialect_for({0, 27, 1}), false);
    Reshaper reshaper(program, writer, 0, [this](Diagnostic d) { diagnostics.push_back(std::move(d)); });
    for (const auto& line : lines) reshaper.line(line);
    reshaper.finish();
  }
};

std::string row(const std::string& elements) {
  return R"({"type": "value", "data": [)" + elements + "]}";
}

using Cells = std::vector<Value>;

TEST_CASE("content rows: texts of keys are what was traced") {
  Fixture f;
  f.program.schema.form = ResultForm::table;
  f.add(AggregationKind::count, {kComm, {"file", simple_type(TypeKind::string)}, kPid});
  f.reshape({row(R"x(1,"tmux: server","a,b (c)",7,2)x"), row(R"x(1,"q\"q","",8,1)x")});
  REQUIRE(f.writer.rows.size() == 2);
  CHECK(f.writer.rows[0].cells == Cells{{std::string("tmux: server")}, {std::string("a,b (c)")}, {7}, {2}});
  CHECK(f.writer.rows[1].cells == Cells{{std::string("q\"q")}, {std::string()}, {8}, {1}});
  CHECK(f.diagnostics.empty());
}

TEST_CASE("content rows: an average has a count and a total for each key") {
  Fixture f;
  f.program.schema.form = ResultForm::table;
  f.add(AggregationKind::avg, {kComm});
  f.reshape({row(R"(1,"a",4,10)")});
  REQUIRE(f.writer.rows.size() == 1);
  CHECK(f.writer.rows[0].cells == Cells{{std::string("a")}, {2.5}});
}

TEST_CASE("content rows: the halves of an extreme become one, also without a key") {
  Fixture f;
  f.program.schema.form = ResultForm::value;
  f.add(AggregationKind::max, {});
  // signed 5 and -3, with the sign bit flipped: the upper half holds 5
  f.reshape({row("1,1,5"), row("1,0,9223372036854775805")});
  REQUIRE(f.writer.values.size() == 1);
  CHECK(f.writer.values[0] == Value{5});
}

TEST_CASE("content rows: numbers above what a double holds come as text") {
  Fixture f;
  f.program.schema.form = ResultForm::table;
  f.add(AggregationKind::sum, {{"n", integer_type(64, false)}}, integer_type(64, false));
  f.reshape({row(R"(1,"18446744073709551615","9223372036854775809")")});
  REQUIRE(f.writer.rows.size() == 1);
  CHECK(f.writer.rows[0].cells ==
        Cells{{std::uint64_t{18446744073709551615U}}, {std::uint64_t{9223372036854775809U}}});
}

TEST_CASE("content rows: a report shows what came between its beginning and its end") {
  Fixture f;
  f.report_counts(true);
  f.reshape({row("1,1000000000"), row(R"(2,"a",3)"), row(R"(2,"b",1)"), row("1,0"),  //
             row("1,2000000000"), row(R"(2,"a",5)"), row(R"(2,"b",1)"), row("1,0")});
  REQUIRE(f.writer.rows.size() == 3);
  CHECK(f.writer.rows[0].cells.back() == Value{3});
  CHECK(f.writer.rows[1].cells.back() == Value{1});
  // since the report before
  CHECK(f.writer.rows[2].cells.back() == Value{2});
  CHECK(f.diagnostics.empty());
}

TEST_CASE("content rows: entries that did not arrive are told") {
  Fixture f;
  f.program.schema.form = ResultForm::table;
  f.add(AggregationKind::count, {kPid});
  f.reshape({row("1,7,2"), R"({"type": "map", "data": {"@__nubpf_n1": 3}})"});
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::lost_events);
  CHECK(f.diagnostics[0].message == "2 of 3 entries of `count` were lost");
}

TEST_CASE("content rows: what is emitted behind the program's end is not lost") {
  Fixture f;
  f.program.schema.form = ResultForm::rows;
  f.program.schema.sites = {
      {.id = 1, .event = "read", .is_scalar = false, .columns = {kPid}, .counter = "@__nubpf_n1"}};
  const std::string counted_later = R"({"type": "map", "data": {"@__nubpf_n1": 9}})";
  SECTION("all that came before has arrived") {
    f.reshape({row("1,7"), row("1,8"), row("2,2"), counted_later});
    CHECK(f.diagnostics.empty());
  }
  SECTION("some of it has not") {
    f.reshape({row("1,7"), row("2,2"), counted_later});
    REQUIRE(f.diagnostics.size() == 1);
    CHECK(f.diagnostics[0].message == "1 of 2 rows were lost");
  }
  CHECK(f.writer.rows.size() >= 1);
}

TEST_CASE("content rows: a heartbeat shows a loss while the program runs") {
  Fixture f;
  f.program.schema.form = ResultForm::rows;
  f.program.schema.sites = {
      {.id = 1, .event = "read", .is_scalar = false, .columns = {kPid}, .counter = "@__nubpf_n1"}};
  f.reshape({row("1,7"), row("3,1"), row("3,900000"), row("1,8"), row("3,900001"), row("2,900002")});
  REQUIRE(f.diagnostics.size() == 2);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::lost_events);
  CHECK(f.diagnostics[0].message == "899999 of 900000 rows were lost so far");
  CHECK(f.diagnostics[1].message == "900000 of 900002 rows were lost");
}

TEST_CASE("content rows: entries of a report whose beginning was lost are lost, and told") {
  Fixture f;
  f.report_counts(false);
  f.reshape({row("1,1000000000"), row(R"(2,"a",3)"), row("1,0"), row(R"(2,"a",5)"), row("1,0"), row("3,2")});
  CHECK(f.writer.rows.size() == 1);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].message == "1 of 2 entries of `count` were lost");
}

TEST_CASE("content rows: a row of another shape is told, and costs only itself") {
  Fixture f;
  f.program.schema.form = ResultForm::table;
  f.add(AggregationKind::count, {kPid});
  f.reshape({row("1,7"), row(R"(1,7,"x")"), row("1,8,2")});
  CHECK(f.writer.rows.size() == 1);
  REQUIRE(f.diagnostics.size() == 1);
  CHECK(f.diagnostics[0].kind == DiagnosticKind::malformed_output);
}

TEST_CASE("a key made of elements splits into them") {
  const std::vector<Column> columns = {kComm, {"list", simple_type(TypeKind::list)}, kPid, kComm};
  Decoder decoder;
  const auto& message = decoder.decode(row(R"("a,b",[1,2],-1,",",5)"));
  REQUIRE(message.data != nullptr);
  const auto key = join_key(first(*message.data), columns, true, kSeparator);
  const auto parts = split_key(key, columns, true, kSeparator);
  REQUIRE(parts);
  CHECK(*parts == std::vector<std::string_view>{"a,b", "[1,2]", "-1", ",", "5"});
}

}  // namespace
}  // namespace nubpf
