// nubpf counts what the same program, written by hand for bpftrace, counts.

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <string>

#include "tests/live.h"

namespace nubpf::live {
namespace {

/// What a program gives, whichever way it was written: numbers by key. The parts of a key are joined by
/// commas, as bpftrace does; the last one of a histogram is the lower bound of the bucket.
using Results = std::map<std::string, std::vector<double>>;

std::string plain(const rapidjson::Value& value) {
  if (value.IsString()) return string_of(value);
  if (value.IsNull()) return "open";
  return value.IsUint64() ? std::to_string(value.GetUint64()) : std::to_string(value.GetInt64());
}

std::string joined(const std::string& key, const std::string& part) {
  return key.empty() ? part : key + "," + part;
}

/// One map that bpftrace printed.
Results results_of_bpftrace(const std::string& output) {
  Results results;
  const auto add = [&results](const std::string& key, const rapidjson::Value& value) {
    if (value.IsArray()) {
      for (const auto& bucket : value.GetArray()) {
        const auto low = bucket.HasMember("min") ? plain(bucket["min"]) : "open";
        if (const auto count = bucket["count"].GetDouble(); count > 0) results[joined(key, low)] = {count};
      }
    } else if (value.IsObject()) {
      results[key] = {value["count"].GetDouble(), value["average"].GetDouble(), value["total"].GetDouble()};
    } else {
      results[key] = {value.GetDouble()};
    }
  };
  for (const auto& line : json_lines(output)) {
    const auto type = string_of(line["type"]);
    if (type == "value") {
      std::string key;
      for (const auto& part : line["data"].GetArray()) key += (key.empty() ? "" : ",") + plain(part);
      results[key].resize(1);
      ++results[key].front();
    }
    if (type != "map" && type != "hist" && type != "stats") continue;
    const auto& map = line["data"].MemberBegin()->value;
    const bool is_keyed = map.IsObject() && !(map.HasMember("average") && map["average"].IsNumber());
    if (!is_keyed) {
      add("", map);
      continue;
    }
    for (const auto& entry : map.GetObject()) add(string_of(entry.name), entry.value);
  }
  return results;
}

/// bpftrace's dump of a map loses blanks, quotes and parentheses of keys from 0.23 on: then nothing is said
/// of these.
Results comparable(const Results& results) {
  static const bool keeps_keys = !dialect_for(bpftrace_version({"bpftrace"}).value()).loops_over_maps;
  if (keeps_keys) return results;
  Results plain;
  for (const auto& [key, values] : results) {
    // 0.23 escapes twice
    const auto once = std::regex_replace(key, std::regex(R"(\\t)"), "\t");
    std::string kept;
    std::copy_if(once.begin(), once.end(), std::back_inserter(kept),
                 [](char c) { return std::string_view(" \t\"\\()").find(c) == std::string_view::npos; });
    plain[kept] = values;
  }
  return plain;
}

struct Comparison {
  std::string name;
  std::string nubpf;
  std::string bpftrace;  ///< the same by hand
  int keys = 0;          ///< the columns that are the key, from the left; -1: the rows are counted
  int values = 1;        ///< the columns behind them that are compared
  bool is_histogram = false;
  bool is_truncated = false;  ///< bpftrace gives the average as an integer
};

Results results_of_nubpf(const Comparison& comparison, const std::string& output) {
  Results results;
  for (const auto& row : json_lines(output)) {
    if (!row.IsObject()) {
      results[""] = {row.GetDouble()};
      continue;
    }
    std::vector<const rapidjson::Value*> cells;
    for (const auto& member : row.GetObject()) cells.push_back(&member.value);
    std::string key;
    const auto keys = comparison.keys < 0 ? cells.size() : static_cast<std::size_t>(comparison.keys);
    for (std::size_t i = 0; i < keys; ++i) key += (i == 0 ? "" : ",") + plain(*cells[i]);
    if (comparison.keys < 0) {
      results[key].resize(1);
      ++results[key].front();
      continue;
    }
    if (comparison.is_histogram) {
      if (row["count"].GetDouble() > 0) results[joined(key, plain(row["low"]))] = {row["count"].GetDouble()};
      continue;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(comparison.values); ++i)
      results[key].push_back(cells[keys + i]->GetDouble());
  }
  if (comparison.is_truncated) {
    for (auto& [key, values] : results) {
      auto& average = values.size() > 1 ? values[1] : values[0];
      average = std::trunc(average);
    }
  }
  return results;
}

/// The same events for all comparisons; what they add up to is checked once.
std::string steps() {
  const auto name = [](const char* text) { return step("name", std::string(text)); };
  const auto open = [](const char* text) { return step("open", std::string(text)); };
  return name("tmux: server") + repeat(30, step("seek", 5) + step("read", 4096)) + repeat(3, open("/a b")) +
         name("say \"hi\"") + repeat(20, step("seek", 1000) + step("read", 100)) + repeat(2, open("x\ty")) +
         in_child(name("child") + repeat(10, step("seek", 70'000) + step("read", 0)) + open("/etc/\"q\"")) +
         repeat(7, step("seek", 33)) + repeat(4, step("size", 123'456)) + repeat(11, step("touch", 21)) +
         step("touch", 1'000'000);
}

std::vector<Comparison> comparisons() {
  const std::string touch = std::string(NUBPF_WORKLOAD) + ":workload_touch";
  const std::string seek = "tracepoint syscalls:sys_enter_lseek { where fd == 1000 | ";
  const std::string read = "tracepoint syscalls:sys_enter_read { where fd == 1000 | ";
  const std::string open = "tracepoint syscalls:sys_enter_openat { where dfd == 1000 | ";
  // with the event's name, inside a `trace`
  const std::string enter_seek = "trace { tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { ";
  const std::string enter_read = "trace { tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 { ";
  const std::string bt_seek = "tracepoint:syscalls:sys_enter_lseek /args->fd == 1000/ ";
  const std::string bt_read = "tracepoint:syscalls:sys_enter_read /args->fd == 1000/ ";
  const std::string bt_open = "tracepoint:syscalls:sys_enter_openat /args->dfd == 1000/ ";
  return {
      {"count", seek + "count }", bt_seek + "{ @ = count(); }"},
      {"count by name", seek + "count --by comm }", bt_seek + "{ @[comm] = count(); }", 1},
      {"count by number", seek + "count --by offset }", bt_seek + "{ @[args->offset] = count(); }", 1},
      {"count by two", seek + "count --by [comm offset] }", bt_seek + "{ @[comm, args->offset] = count(); }",
       2},
      {"count by traced text", open + "count --by [comm filename] }",
       bt_open + "{ @[comm, str(args->filename)] = count(); }", 2},
      {"sum", read + "sum count }", bt_read + "{ @ = sum(args->count); }"},
      {"sum by name", read + "sum count --by comm }", bt_read + "{ @[comm] = sum(args->count); }", 1},
      {"min by name", read + "min count --by comm }", bt_read + "{ @[comm] = min(args->count); }", 1},
      {"max by name", seek + "max offset --by comm }", bt_seek + "{ @[comm] = max(args->offset); }", 1},
      {"average", seek + "avg offset --by comm }", bt_seek + "{ @[comm] = avg(args->offset); }", 1, 1, false,
       true},
      {"stats", seek + "stats offset --by comm }", bt_seek + "{ @[comm] = stats(args->offset); }", 1, 3,
       false, true},
      {"hist", seek + "hist offset }", bt_seek + "{ @ = hist(args->offset); }", 0, 1, true},
      {"hist by name", read + "hist count --by comm }", bt_read + "{ @[comm] = hist(args->count); }", 1, 1,
       true},
      {"lhist", seek + "lhist offset --min 0 --max 2000 --step 10 }",
       bt_seek + "{ @ = lhist(args->offset, 0, 2000, 10); }", 0, 1, true},
      {"results", "tracepoint syscalls:sys_exit_lseek { where ret > 0 | count --by ret }",
       "tracepoint:syscalls:sys_exit_lseek /args->ret > 0/ { @[args->ret] = count(); }", 1},
      {"rows", open + "select comm filename dfd }",
       bt_open + "{ print((comm, str(args->filename), args->dfd)); }", -1},
      {"user space", "uprobe " + touch + " { count --by arg0 }",
       "uprobe:" + touch + " { @[arg0] = count(); }", 1},
      {"two clauses",
       "trace { tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { map set last $e.pid $e.offset } "
       "}\n"
       "tracepoint syscalls:sys_enter_read {|e| if $e.fd == 1000 { count --by (map get last $e.pid) } } }",
       bt_seek + "{ @last[pid] = args->offset; } " + bt_read +
           "{ @[@last[pid]] = count(); } END { clear(@last); }",
       1},
      {"average of all", seek + "avg offset }", bt_seek + "{ @ = avg(args->offset); }", 0, 1, false, true},
      {"min of all", read + "min count }", bt_read + "{ @ = min(args->count); }"},
      {"max of all", seek + "max offset }", bt_seek + "{ @ = max(args->offset); }"},
      {"stats of all", seek + "stats offset }", bt_seek + "{ @ = stats(args->offset); }", 0, 3, false, true},
      {"hist by number", read + "hist count --by fd }", bt_read + "{ @[args->fd] = hist(args->count); }", 1,
       1, true},
      {"hist by two", seek + "hist offset --by [comm whence] }",
       bt_seek + "{ @[comm, args->whence] = hist(args->offset); }", 2, 1, true},
      {"lhist by name", seek + "lhist offset --min 0 --max 100 --step 20 --by comm }",
       bt_seek + "{ @[comm] = lhist(args->offset, 0, 100, 20); }", 1, 1, true},
      {"all of these", seek + "where offset > 5 and offset < 50_000 and comm != child | count --by offset }",
       "tracepoint:syscalls:sys_enter_lseek /args->fd == 1000 && args->offset > 5 && args->offset < 50000 && "
       "comm != \"child\"/ { @[args->offset] = count(); }",
       1},
      {"one of these", seek + "where offset == 5 or offset == 33 | count }",
       "tracepoint:syscalls:sys_enter_lseek /args->fd == 1000 && (args->offset == 5 || args->offset == 33)/ "
       "{ @ = count(); }"},
      {"one of a list", seek + "where offset in [5 33 70_000] | count --by offset }",
       "tracepoint:syscalls:sys_enter_lseek /args->fd == 1000 && (args->offset == 5 || args->offset == 33 || "
       "args->offset == 70000)/ { @[args->offset] = count(); }",
       1},
      {"a text at the beginning", open + "where filename starts-with '/a' | count }",
       bt_open + "{ if (strncmp(str(args->filename), \"/a\", 2) == 0) { @ = count(); } }"},
      {"a program's name", seek + "where comm == child | sum offset }",
       "tracepoint:syscalls:sys_enter_lseek /args->fd == 1000 && comm == \"child\"/ { @ = sum(args->offset); "
       "}"},
      {"a division", enter_seek + "count --by {tens: ($e.offset // 10)} } } }",
       bt_seek + "{ @[args->offset / 10] = count(); }", 1},
      {"a remainder", enter_seek + "count --by {rest: ($e.offset mod 7)} } } }",
       bt_seek + "{ @[args->offset % 7] = count(); }", 1},
      {"bits", enter_seek + "count --by {low: ($e.offset bit-and 7), high: ($e.offset bit-shr 3)} } } }",
       bt_seek + "{ @[args->offset & 7, args->offset >> 3] = count(); }", 2},
      {"a product", enter_read + "sum ($e.count * 3 - 1) } } }",
       bt_read + "{ @ = sum(args->count * 3 - 1); }"},
      {"a choice of numbers", enter_seek + "count --by {size: (if $e.offset > 100 { 1 } else { 0 })} } } }",
       bt_seek + "{ @[args->offset > 100 ? 1 : 0] = count(); }", 1},
      {"a choice of texts",
       enter_seek + "count --by {size: (match $e.offset { 0..9 => 'small', 10..999 => 'middle', _ => 'large' "
                    "})} } } }",
       bt_seek + "{ $size = \"large\"; if (args->offset < 1000) { $size = \"middle\"; } "
                 "if (args->offset < 10) { $size = \"small\"; } @[$size] = count(); }",
       1},
      {"a variable that changes",
       enter_seek + "mut steps = 1\nif $e.offset > 10 { $steps += 2 }\nif $e.offset > 50 { $steps *= 10 }\n"
                    "sum $steps --by comm } } }",
       bt_seek + "{ $steps = 1; if (args->offset > 10) { $steps += 2; } if (args->offset > 50) { $steps = "
                 "$steps * 10; } "
                 "@[comm] = sum($steps); }",
       1},
      {"a loop", enter_read + "for i in 1..3 { sum ($e.count * $i) } } } }",
       bt_read + "{ @ = sum(args->count); @ = sum(args->count * 2); @ = sum(args->count * 3); }"},
      {"what was not seen before",
       enter_seek + "if not (map has seen $e.offset) { map set seen $e.offset true\ncount } } } }",
       bt_seek +
           "{ if (!@seen[args->offset]) { @seen[args->offset] = 1; @ = count(); } } END { clear(@seen); }"},
      {"results of marked calls",
       "trace { tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { map set mine $e.tid true } }\n"
       "tracepoint syscalls:sys_exit_openat {|e| if (map has mine $e.tid) { map delete mine $e.tid\n"
       "count --by ret } } }",
       bt_open + "{ @mine[tid] = 1; } tracepoint:syscalls:sys_exit_openat /@mine[tid]/ "
                 "{ delete(@mine[tid]); @[args->ret] = count(); } END { clear(@mine); }",
       1},
      {"timers that were started",
       "trace { tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { timer start } }\n"
       "tracepoint syscalls:sys_exit_lseek { let took = timer stop\nif $took != null { count --by comm } } }",
       bt_seek + "{ @start[tid] = nsecs; } tracepoint:syscalls:sys_exit_lseek /@start[tid]/ "
                 "{ delete(@start[tid]); @[comm] = count(); } END { clear(@start); }",
       1},
      {"what was there at the beginning",
       "trace { begin { map set base 100 }\n" + enter_seek.substr(std::string("trace { ").size()) +
           "sum ($e.offset + (map get base)) } } }",
       "BEGIN { @base = 100; } " + bt_seek + "{ @ = sum(args->offset + @base); } END { clear(@base); }"},
      {"rows of numbers", seek + "select offset whence fd }",
       bt_seek + "{ print((args->offset, args->whence, args->fd)); }", -1},
      {"sums in user space", "uprobe " + touch + " { sum arg0 --by comm }",
       "uprobe:" + touch + " { @[comm] = sum(arg0); }", 1},
      {"hist in user space", "uprobe " + touch + " { hist arg0 }", "uprobe:" + touch + " { @ = hist(arg0); }",
       0, 1, true},
  };
}

/// The programs by hand trace the whole system, so they are told to look at their own workload only: the
/// command that bpftrace started, and its child.
std::string only_workload(const std::string& program) {
  static const std::regex predicate("/args->");
  return std::regex_replace(program, predicate,
                            "/(pid == cpid || curtask->real_parent->tgid == cpid) && args->");
}

TEST_CASE("results are those of bpftrace") {
  if (skipped()) return;
  const auto script = steps();
  const auto all = comparisons();
  REQUIRE(all.size() >= 40);
  for (const auto& comparison : all) {
    INFO(comparison.name);
    const auto by_nubpf = results_of_nubpf(comparison, traced(comparison.nubpf, script));
    const auto by_hand =
        run({"bpftrace", "-f", "json", "-c", workload(script), "-"}, only_workload(comparison.bpftrace));
    INFO(by_hand.errors);
    CHECK(by_hand.status == 0);
    const auto expected = results_of_bpftrace(by_hand.output);
    CHECK_FALSE(expected.empty());
    CHECK(comparable(by_nubpf) == comparable(expected));
    if (comparison.name == "count") CHECK(by_nubpf == Results{{"", {67}}});
    if (comparison.name == "sum") CHECK(by_nubpf == Results{{"", {30 * 4096 + 20 * 100}}});
    if (comparison.name == "user space") CHECK(by_nubpf == Results{{"21", {11}}, {"1000000", {1}}});
    if (comparison.name == "rows") CHECK(by_nubpf.size() == 3);
  }
}

}  // namespace
}  // namespace nubpf::live
