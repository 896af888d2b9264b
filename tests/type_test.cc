#include "transpiler/type.h"

#include <catch2/catch.hpp>

#include "transpiler/program.h"
#include "transpiler/schema.h"

using namespace nubpf;

TEST_CASE("types are named for people") {
  CHECK(to_string(integer_type(32, false)) == "int");
  CHECK(to_string(simple_type(TypeKind::boolean)) == "bool");
  CHECK(to_string(simple_type(TypeKind::duration)) == "duration");
  CHECK(to_string(simple_type(TypeKind::nothing)) == "nothing");

  auto list = simple_type(TypeKind::list);
  list.items.push_back(simple_type(TypeKind::string));
  CHECK(to_string(list) == "list<string>");

  auto sock = simple_type(TypeKind::structure);
  sock.name = "struct sock";
  CHECK(to_string(sock) == "struct sock");
  CHECK_FALSE(is_integral(sock));
  sock.is_pointer = true;
  CHECK(to_string(sock) == "struct sock *");
  CHECK(is_integral(sock));

  auto direction = simple_type(TypeKind::enumeration);
  direction.name = "enum dma_data_direction";
  CHECK(to_string(direction) == "enum dma_data_direction");
}

TEST_CASE("storage is told of integral types only") {
  CHECK(storage_to_string(integer_type(32, false)) == "u32");
  CHECK(storage_to_string(integer_type(16, true)) == "i16");
  CHECK(storage_to_string(simple_type(TypeKind::duration)) == "i64");
  CHECK(storage_to_string(simple_type(TypeKind::instant)) == "u64");
  CHECK(storage_to_string(simple_type(TypeKind::string)).empty());
  CHECK(storage_to_string(simple_type(TypeKind::stack)).empty());
}

TEST_CASE("a schema prints a line for each part") {
  Schema schema;
  schema.form = ResultForm::events;
  schema.sites.push_back(
      {.id = 1,
       .event = "opened",
       .is_scalar = false,
       .columns = {{"pid", integer_type(32, false)}, {"comm", simple_type(TypeKind::string)}},
       .counter = "@__nubpf_n1"});
  Aggregation latency;
  latency.name = "latency";
  latency.kind = AggregationKind::lhist;
  latency.map = "@latency";
  latency.keys = {{"comm", simple_type(TypeKind::string)}};
  latency.value = simple_type(TypeKind::duration);
  latency.buckets = {0, 1000, 100};
  latency.reported = true;
  schema.aggregations.push_back(latency);
  ReportSite report;
  report.id = 2;
  report.aggregations = {0};
  report.top = 5;
  report.clear = true;
  schema.reports.push_back(report);

  CHECK(to_string(schema) ==
        "form events\n"
        "row 1 event=opened counter=@__nubpf_n1 (pid: int u32, comm: string)\n"
        "aggregation latency lhist @latency by (comm: string) of duration buckets 0..1000 step 100 reported\n"
        "report 2 latency top 5 clear\n");
}

TEST_CASE("a source map prints a line for each line of the program that has a source") {
  const File file{"-e", "kprobe f {\n  count\n}", 0};
  Program program;
  program.source_map = {{1, {0, 21}}, {3, {13, 18}}};
  CHECK(source_map_to_string(program, file) == "1\t[0,21)\tkprobe f {\n3\t[13,18)\tcount\n");
}
