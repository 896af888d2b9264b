// Reports while the trace goes on: nothing is left out, and nothing is counted twice.

#include <string>

#include "tests/live.h"

namespace nubpf::live {
namespace {

constexpr int kRounds = 60;
constexpr int kEach = 200;

/// Goes on for at least 600 ms, so that there are several reports.
std::string busy_steps() {
  return repeat(kRounds, repeat(kEach, step("seek", 3)) + step("sleep", 10'000'000));
}

std::string reporting(const std::string& aggregation, const std::string& report, const std::string& end) {
  return "trace {\n  tracepoint syscalls:sys_enter_lseek { where fd == 1000 | " + aggregation +
         " }\n  interval 100ms { " + report + " }\n  end { " + end + " }\n}";
}

/// That the times never go back, nor back to before this test; answers how many differ.
std::size_t ascending_times(const std::vector<rapidjson::Document>& rows) {
  std::string last = "2020-";
  std::size_t count = 0;
  for (const auto& row : rows) {
    const auto time = string_of(row["time"]);
    CHECK(time >= last);
    if (time != last) ++count;
    last = time;
  }
  return count;
}

TEST_CASE("cleared reports add up to all events") {
  if (skipped()) return;
  const auto rows =
      json_lines(traced(reporting("count --as seeks", "report seeks --clear", "report seeks"), busy_steps()));
  REQUIRE(rows.size() >= 4);
  CHECK(ascending_times(rows) == rows.size());
  std::int64_t sum = 0;
  std::size_t partial = 0;
  for (const auto& row : rows) {
    const auto count = row["count"].GetInt64();
    CHECK(count >= 0);
    if (count > 0 && count < kRounds * kEach) ++partial;
    sum += count;
  }
  CHECK(sum == kRounds * kEach);
  CHECK(partial >= 3);
}

TEST_CASE("cleared reports by a key add up to all events") {
  if (skipped()) return;
  const auto steps =
      step("name", std::string("a,\"")) +
      repeat(kRounds, repeat(kEach, step("seek", 3)) +
                          in_child(step("name", std::string("b")) + repeat(7, step("seek", -5))) +
                          step("sleep", 10'000'000));
  const auto rows =
      json_lines(traced(reporting("sum offset --by comm", "report sum --clear", "report sum"), steps));
  CHECK(ascending_times(rows) >= 4);
  std::int64_t a = 0;
  std::int64_t b = 0;
  for (const auto& row : rows) {
    const auto comm = string_of(row["comm"]);
    CHECK((comm == "a,\"" || comm == "b"));
    (comm == "b" ? b : a) += row["sum"].GetInt64();
  }
  CHECK(a == kRounds * kEach * 3);
  CHECK(b == kRounds * 7 * -5);
}

TEST_CASE("cleared histograms add up to all events") {
  if (skipped()) return;
  const auto rows =
      json_lines(traced(reporting("hist offset", "report hist --clear", "report hist"), busy_steps()));
  CHECK(ascending_times(rows) >= 4);
  std::int64_t sum = 0;
  for (const auto& row : rows) {
    if (row["count"].GetInt64() == 0) continue;
    CHECK(row["low"].GetInt64() == 2);
    CHECK(row["high"].GetInt64() == 4);
    sum += row["count"].GetInt64();
  }
  CHECK(sum == kRounds * kEach);
}

TEST_CASE("reports that do not clear only grow, up to all events") {
  if (skipped()) return;
  const auto rows =
      json_lines(traced(reporting("count --as seeks", "report seeks", "report seeks"), busy_steps()));
  REQUIRE(rows.size() >= 4);
  CHECK(ascending_times(rows) == rows.size());
  std::int64_t last = 0;
  for (const auto& row : rows) {
    CHECK(row["count"].GetInt64() >= last);
    last = row["count"].GetInt64();
  }
  CHECK(last == kRounds * kEach);
}

TEST_CASE("a report of the largest few") {
  if (skipped()) return;
  std::string steps;
  for (int i = 1; i <= 9; ++i) {
    steps += step("name", "n" + std::to_string(i)) + repeat(static_cast<unsigned>(i), step("seek", 1));
  }
  const auto rows =
      json_lines(traced("trace {\n"
                        "  tracepoint syscalls:sys_enter_lseek { where fd == 1000 | count --by comm }\n"
                        "  end { report count --top 3 }\n"
                        "}",
                        steps));
  REQUIRE(rows.size() == 3);
  for (int i = 0; i < 3; ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    CHECK(string_of(row["comm"]) == "n" + std::to_string(9 - i));
    CHECK(row["count"].GetInt() == 9 - i);
  }
}

}  // namespace
}  // namespace nubpf::live
