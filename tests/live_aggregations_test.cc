// Aggregations of values that the test knows.

#include <string>

#include "tests/live.h"

namespace nubpf::live {
namespace {

const std::string kSeek = "tracepoint syscalls:sys_enter_lseek ";
const std::string kRead = "tracepoint syscalls:sys_enter_read ";
const std::string kOpen = "tracepoint syscalls:sys_enter_openat ";

/// A clause of lseek() of the workload with these stages.
std::string seeks(const std::string& stages) {
  return kSeek + "{ where fd == 1000 | " + stages + " }";
}

std::string reads(const std::string& stages) {
  return kRead + "{ where fd == 1000 | " + stages + " }";
}

std::string name(const std::string& text) {
  return step("name", text);
}

std::string open(const std::string& text) {
  return step("open", text);
}

TEST_CASE("count is exact") {
  if (skipped()) return;
  CHECK(traced(seeks("count"), repeat(12'345, step("seek", 1))) == "12345\n");
  CHECK(traced(seeks("count"), name("none")) == "0\n");
}

TEST_CASE("count by a hostile name") {
  if (skipped()) return;
  const auto steps = name("a,b \"c\"") + repeat(5, step("seek", 1)) + name("\x1b[31m\n\t") +
                     repeat(4, step("seek", 1)) + name("\xff\xc3\xa4") + repeat(3, step("seek", 1)) +
                     name("tmux: server") + repeat(2, step("seek", 1)) + name("") + step("seek", 1);
  CHECK(traced(seeks("count --by comm"), steps) ==
        "{\"comm\":\"a,b \\\"c\\\"\",\"count\":5}\n"
        "{\"comm\":\"\\u001b[31m\\n\\t\",\"count\":4}\n"
        "{\"comm\":\"\\\\xff\xc3\xa4\",\"count\":3}\n"
        "{\"comm\":\"tmux: server\",\"count\":2}\n"
        "{\"comm\":\"\",\"count\":1}\n");
}

TEST_CASE("count by several keys, whose texts hold separators") {
  if (skipped()) return;
  // joined by commas, all of the first three would be one
  const auto steps = name("a") + repeat(6, open("b,c")) + name("a,b") + repeat(5, open("c")) + name("a,b,c") +
                     repeat(4, open("")) + name("\",\"") + repeat(3, open("\n\",7,\"")) + name("1") +
                     repeat(2, open("1,1")) + in_child(name("1") + open("1,1"));
  const auto program = kOpen + "{ where dfd == 1000 | count --by [comm filename pid] }";
  const auto rows = json_lines(traced(program, steps));
  REQUIRE(rows.size() == 6);
  const auto check = [&rows](std::size_t i, const std::string& comm, const std::string& file, int count) {
    REQUIRE(rows[i].MemberCount() == 4);
    CHECK(string_of(rows[i]["comm"]) == comm);
    CHECK(string_of(rows[i]["filename"]) == file);
    CHECK(rows[i]["count"].GetInt() == count);
  };
  check(0, "a", "b,c", 6);
  check(1, "a,b", "c", 5);
  check(2, "a,b,c", "", 4);
  check(3, "\",\"", "\n\",7,\"", 3);
  check(4, "1", "1,1", 2);
  check(5, "1", "1,1", 1);
  CHECK(rows[0]["pid"].GetInt() > 1);
  CHECK(rows[4]["pid"] == rows[0]["pid"]);
  CHECK(rows[5]["pid"] != rows[0]["pid"]);
}

TEST_CASE("keys are typed and exact") {
  if (skipped()) return;
  const auto steps = repeat(4, step("seek", -5)) + repeat(3, step("seek", 9007199254740993)) +
                     repeat(2, step("seek", 0)) + step("seek", std::int64_t{-9223372036854775807} - 1);
  CHECK(traced(seeks("count --by offset"), steps) ==
        "{\"offset\":-5,\"count\":4}\n{\"offset\":9007199254740993,\"count\":3}\n"
        "{\"offset\":0,\"count\":2}\n{\"offset\":-9223372036854775808,\"count\":1}\n");
  CHECK(traced(reads("count --by {size: $in.count}"),
               repeat(2, step("read", std::uint64_t{18446744073709551615U})) + step("read", 1)) ==
        "{\"size\":18446744073709551615,\"count\":2}\n{\"size\":1,\"count\":1}\n");
}

TEST_CASE("sum, avg, min, max and stats of signed values") {
  if (skipped()) return;
  const auto all = [](const std::string& steps) {
    return traced(kSeek +
                      "{|e| if $e.fd == 1000 {\n"
                      "  sum $e.offset; avg $e.offset; min $e.offset; max $e.offset; stats $e.offset } }",
                  steps);
  };
  CHECK(all(step("seek", -5) + step("seek", 2) + step("seek", -3)) ==
        "{\"sum\":-6,\"avg\":-2.0,\"min\":-5,\"max\":2,"
        "\"stats\":{\"count\":3,\"average\":-2.0,\"total\":-6}}\n");
  CHECK(all(step("seek", -5) + step("seek", -8)) ==
        "{\"sum\":-13,\"avg\":-6.5,\"min\":-8,\"max\":-5,"
        "\"stats\":{\"count\":2,\"average\":-6.5,\"total\":-13}}\n");
  CHECK(all(step("seek", 5) + step("seek", 8)) ==
        "{\"sum\":13,\"avg\":6.5,\"min\":5,\"max\":8,"
        "\"stats\":{\"count\":2,\"average\":6.5,\"total\":13}}\n");
}

TEST_CASE("numbers of more than 32 and 53 bits") {
  if (skipped()) return;
  const auto big = repeat(2, step("seek", 9007199254740993)) + step("seek", -1);
  CHECK(traced(seeks("sum offset"), big) == "18014398509481985\n");
  CHECK(traced(seeks("max offset"), big) == "9007199254740993\n");
  CHECK(traced(seeks("min offset"), step("seek", 9007199254740993)) == "9007199254740993\n");
  CHECK(traced(seeks("min offset"), step("seek", std::int64_t{-9223372036854775807})) ==
        "-9223372036854775807\n");
  CHECK(traced(seeks("avg offset"), repeat(3, step("seek", 5'000'000'000))) == "5000000000.0\n");
  CHECK(traced(seeks("sum offset --by comm"), name("x") + repeat(3, step("seek", -5'000'000'000))) ==
        "{\"comm\":\"x\",\"sum\":-15000000000}\n");
}

TEST_CASE("unsigned values above the signed range") {
  if (skipped()) return;
  constexpr std::uint64_t kLargest = 18446744073709551615U;
  const auto steps = step("read", std::uint64_t{9007199254740993U}) + step("read", kLargest);
  CHECK(traced(reads("max count"), steps) == "18446744073709551615\n");
  CHECK(traced(reads("min count"), steps) == "9007199254740993\n");
  CHECK(traced(reads("max count --by comm"), name("x") + steps) ==
        "{\"comm\":\"x\",\"max\":18446744073709551615}\n");
  CHECK(traced(reads("sum count"), step("read", std::uint64_t{9223372036854775807U}) + step("read", 5)) ==
        "9223372036854775812\n");
}

TEST_CASE("aggregations by a key, largest first") {
  if (skipped()) return;
  const auto steps = name("small") + step("seek", 1) + name("large") + step("seek", 7) + step("seek", 8) +
                     name("negative") + step("seek", -7) + step("seek", -8);
  const auto by_comm = [&steps](const std::string& command) {
    return traced(seeks(command + " offset --by comm"), steps);
  };
  CHECK(by_comm("sum") ==
        "{\"comm\":\"large\",\"sum\":15}\n{\"comm\":\"small\",\"sum\":1}\n{\"comm\":\"negative\",\"sum\":-15}"
        "\n");
  CHECK(by_comm("avg") ==
        "{\"comm\":\"large\",\"avg\":7.5}\n{\"comm\":\"small\",\"avg\":1.0}\n{\"comm\":\"negative\",\"avg\":-"
        "7.5}\n");
  CHECK(
      by_comm("min") ==
      "{\"comm\":\"large\",\"min\":7}\n{\"comm\":\"small\",\"min\":1}\n{\"comm\":\"negative\",\"min\":-8}\n");
  CHECK(
      by_comm("max") ==
      "{\"comm\":\"large\",\"max\":8}\n{\"comm\":\"small\",\"max\":1}\n{\"comm\":\"negative\",\"max\":-7}\n");
  const auto rows = json_lines(by_comm("stats"));
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) {
    const auto comm = string_of(row["comm"]);
    INFO(comm);
    CHECK(row["count"].GetInt() == (comm == "small" ? 1 : 2));
    CHECK(row["total"].GetInt() == (comm == "small" ? 1 : comm == "large" ? 15 : -15));
    CHECK(row["average"].GetDouble() == (comm == "small" ? 1.0 : comm == "large" ? 7.5 : -7.5));
  }
}

/// A row of a histogram; the bar is for people.
struct Bucket {
  std::string key;
  std::optional<std::uint64_t> low, high;
  std::uint64_t count = 0;

  friend bool operator==(const Bucket&, const Bucket&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Bucket& b) {
    const auto bound = [](const auto& x) { return x ? std::to_string(*x) : "open"; };
    return out << '{' << b.key << ' ' << bound(b.low) << ".." << bound(b.high) << ": " << b.count << '}';
  }
};

/// The buckets that hold anything. That the shares of a key make one is tested here.
std::vector<Bucket> buckets(const std::string& output) {
  std::vector<Bucket> all;
  double shares = 0;
  std::size_t keys = 0;
  std::string key;
  for (const auto& row : json_lines(output)) {
    const auto bound = [&row](const char* name) -> std::optional<std::uint64_t> {
      if (row[name].IsNull()) return std::nullopt;
      return static_cast<std::uint64_t>(
          row[name].IsInt64() ? row[name].GetInt64() : static_cast<std::int64_t>(row[name].GetUint64()));
    };
    Bucket bucket{row.HasMember("comm") ? string_of(row["comm"]) : "", bound("low"), bound("high"),
                  row["count"].GetUint64()};
    shares += row["share"].GetDouble();
    if (keys == 0 || bucket.key != key) ++keys;
    key = bucket.key;
    if (bucket.count > 0) all.push_back(std::move(bucket));
  }
  CHECK(shares == Approx(static_cast<double>(keys)));
  return all;
}

TEST_CASE("hist puts values into powers of two") {
  if (skipped()) return;
  const auto steps = step("seek", 0) + repeat(2, step("seek", 1)) + repeat(3, step("seek", 2)) +
                     repeat(4, step("seek", 3)) + repeat(5, step("seek", 4)) + step("seek", 1023) +
                     repeat(2, step("seek", 1024)) + step("seek", 4294967295) +
                     repeat(2, step("seek", 4294967296)) + step("seek", std::int64_t{9223372036854775807}) +
                     repeat(6, step("seek", -1)) + step("seek", std::int64_t{-9223372036854775807} - 1);
  const std::vector<Bucket> expected = {
      {"", std::nullopt, 0, 7},
      {"", 0, 1, 1},
      {"", 1, 2, 2},
      {"", 2, 4, 7},
      {"", 4, 8, 5},
      {"", 512, 1024, 1},
      {"", 1024, 2048, 2},
      {"", 2147483648, 4294967296, 1},
      {"", 4294967296, 8589934592, 2},
      {"", 4611686018427387904, std::nullopt, 1},
  };
  CHECK(buckets(traced(seeks("hist offset"), steps)) == expected);
}

TEST_CASE("hist of unsigned values, up to the largest") {
  if (skipped()) return;
  const auto steps = step("read", 0) + step("read", std::uint64_t{9223372036854775808U}) +
                     step("read", std::uint64_t{18446744073709551615U});
  const std::vector<Bucket> expected = {{"", 0, 1, 1}, {"", 9223372036854775808U, std::nullopt, 2}};
  CHECK(buckets(traced(reads("hist count"), steps)) == expected);
}

TEST_CASE("hist by a hostile key") {
  if (skipped()) return;
  const auto steps = name("a,1") + repeat(3, step("seek", 5)) + step("seek", 100) + name("b\",\"") +
                     repeat(2, step("seek", 5));
  const std::vector<Bucket> expected = {{"a,1", 4, 8, 3}, {"a,1", 64, 128, 1}, {"b\",\"", 4, 8, 2}};
  CHECK(buckets(traced(seeks("hist offset --by comm"), steps)) == expected);
}

TEST_CASE("lhist puts values into buckets of one width") {
  if (skipped()) return;
  const auto steps = repeat(2, step("seek", 9)) + step("seek", -1) + repeat(3, step("seek", 10)) +
                     step("seek", 19) + repeat(4, step("seek", 20)) + step("seek", 39) +
                     repeat(5, step("seek", 40)) + step("seek", 5'000'000'000);
  const auto expected = [](const std::string& key) {
    return std::vector<Bucket>{{key, std::nullopt, 10, 3},
                               {key, 10, 20, 4},
                               {key, 20, 30, 4},
                               {key, 30, 40, 1},
                               {key, 40, std::nullopt, 6}};
  };
  CHECK(buckets(traced(seeks("lhist offset --min 10 --max 40 --step 10"), steps)) == expected(""));
  CHECK(buckets(traced(seeks("lhist offset --min 10 --max 40 --step 10 --by comm"), name("k") + steps)) ==
        expected("k"));
}

TEST_CASE("functions of user space are counted, with arguments and results") {
  if (skipped()) return;
  const std::string function = std::string(NUBPF_WORKLOAD) + ":workload_touch";
  const auto steps = repeat(100, step("touch", 3)) + step("touch", 5'000'000'000);
  CHECK(traced("uprobe " + function + " { stats arg0 }", steps) ==
        "{\"count\":101,\"average\":49504953.46534654,\"total\":5000000300}\n");
  CHECK(traced("uretprobe " + function + " { count --by retval }", steps) ==
        "{\"retval\":6,\"count\":100}\n{\"retval\":10000000000,\"count\":1}\n");
  CHECK(traced("uretprobe " + std::string(NUBPF_WORKLOAD) + ":workload_t* { count --by func }", steps) ==
        "{\"func\":\"workload_touch\",\"count\":101}\n");
}

TEST_CASE("software events are counted") {
  if (skipped()) return;
  // a sleeping process is switched from as often as it sleeps, at least
  const auto output = traced("software context-switches --count 1 { where comm == \"sleeper\" | count }",
                             step("name", std::string("sleeper")) + repeat(50, step("sleep", 1'000'000)));
  CHECK(std::stoi(output) >= 50);
}

}  // namespace
}  // namespace nubpf::live
