#include "adapter/accounting.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nubpf {
namespace {

struct Fixture {
  std::vector<std::string> messages;
  Accounting accounting{[this](const Diagnostic& d) { messages.push_back(d.message); }};

  /// An emit whose counter is known.
  Account& counted(std::uint64_t emitted, std::uint64_t arrived) {
    auto& account = accounting.open("open", false);
    account.emitted_known = true;
    account.emitted = emitted;
    account.arrived = arrived;
    return account;
  }
};

TEST_CASE("accounting: a loss that a heartbeat shows is told once, and in full at the end") {
  Fixture f;
  auto& account = f.counted(1'000'000, 10);
  f.accounting.look();
  account.emitted = 1'000'010;
  f.accounting.look();
  CHECK(f.messages == std::vector<std::string>{"999990 of 1000000 rows were lost so far"});
  f.accounting.finish(199, false);
  REQUIRE(f.messages.size() == 2);
  CHECK(f.messages[1] == "1000000 of 1000010 rows were lost");
}

TEST_CASE("accounting: what waits when an old bpftrace is stopped is no matter of too many rows") {
  Fixture f;
  f.counted(40, 39);
  f.accounting.finish(199, true);
  CHECK(f.messages == std::vector<std::string>{"1 of 40 rows waited when the trace ended, and were lost"});
}

TEST_CASE("accounting: a row that is being sent is not lost") {
  Fixture f;
  auto& account = f.counted(11, 10);
  f.accounting.look();
  CHECK(f.messages.empty());
  account.arrived = 11;
  f.accounting.finish(199, false);
  CHECK(f.messages.empty());
}

TEST_CASE("accounting: more arrived than was counted when the counter was read") {
  Fixture f;
  auto& account = f.counted(3, 5);
  CHECK(account.lost() == 0);
  f.accounting.finish(199, false);
  CHECK(f.messages.empty());
}

TEST_CASE("accounting: what was cut is told by column, at the end") {
  Fixture f;
  f.accounting.cut_string("path");
  f.accounting.cut_string("name");
  f.accounting.cut_string("path");
  f.accounting.cut_list("argv");
  f.accounting.cut_stack("kstack");
  f.accounting.left_out("the map of `count`");
  CHECK(f.messages.empty());
  f.accounting.left_out("the map of `count`");
  f.accounting.finish(64, false);
  CHECK(f.messages ==
        std::vector<std::string>{
            "a string of `name` fills all 64 bytes that are kept, and may have been cut",
            "2 strings of `path` fill all 64 bytes that are kept, and may have been cut",
            "a list of `argv` holds all 64 strings that are kept, and may have been longer",
            "a stack of `kstack` holds all 127 frames that are kept: the outermost ones may be missing",
            "2 updates of the map of `count` were left out in all"});
}

}  // namespace
}  // namespace nubpf
