#include "transpiler/suggest.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nubpf {
namespace {

using Names = std::vector<std::string>;

const Names kFields = {"pid",   "tid",  "uid", "comm",  "cpu",    "filename",
                       "flags", "mode", "dfd", "nsecs", "elapsed"};

TEST_CASE("typing distance counts single mistakes", "[suggest]") {
  CHECK(typing_distance("", "", 4) == 0);
  CHECK(typing_distance("comm", "comm", 4) == 0);
  CHECK(typing_distance("com", "comm", 4) == 1);
  CHECK(typing_distance("cuont", "count", 4) == 1);
  CHECK(typing_distance("fileneam", "filename", 4) == 2);
  CHECK(typing_distance("kitten", "sitting", 4) == 3);
  CHECK(typing_distance("PID", "pid", 4) == 1);
  CHECK(typing_distance("ab", "", 4) == 2);
}

TEST_CASE("typing distance stops at its limit", "[suggest]") {
  CHECK(typing_distance("kitten", "sitting", 2) == 3);
  CHECK(typing_distance("a", "abcdefghij", 3) == 4);
  CHECK(typing_distance("abcdefgh", "ijklmnop", 2) == 3);
  CHECK(typing_distance("a", "b", 0) == 1);
  CHECK(typing_distance("A", "a", 0) == 1);
}

TEST_CASE("typing distance is the same in both directions", "[suggest]") {
  const Names words = {"",    "a",   "ab", "ba", "count", "cuont", "sys_enter_openat", "sys_entr_open",
                       "PID", "pidd"};
  for (const auto& a : words) {
    for (const auto& b : words) {
      CAPTURE(a, b);
      CHECK(typing_distance(a, b, 20) == typing_distance(b, a, 20));
    }
  }
}

TEST_CASE("the nearest name is the one that was meant", "[suggest]") {
  CHECK(nearest("filname", kFields) == "filename");
  CHECK(nearest("fliename", kFields) == "filename");
  CHECK(nearest("PID", kFields) == "pid");
  CHECK(nearest("com", kFields) == "comm");
  CHECK(nearest("cuont", {"sum", "count", "hist"}) == "count");
  CHECK(nearest("sys-enter-openat", {"sys_enter_open", "sys_enter_openat", "sys_exit_openat"}) ==
        "sys_enter_openat");
  CHECK(nearest("file", kFields) == "filename");
}

TEST_CASE("a name that is like none gets no suggestion", "[suggest]") {
  CHECK(nearest("zzz", kFields) == std::nullopt);
  CHECK(nearest("inode_number", kFields) == std::nullopt);
  CHECK(nearest("x", {"y", "z"}) == std::nullopt);
  CHECK(nearest("", kFields) == std::nullopt);
  CHECK(nearest("pid", {}) == std::nullopt);
}

TEST_CASE("near names come best first, each once", "[suggest]") {
  CHECK(near("pid", {"uid", "tid", "pid", "ppid", "pid"}, 10) == Names{"pid", "ppid", "tid", "uid"});
  CHECK(near("pid", {"uid", "tid", "pid", "ppid"}, 2) == Names{"pid", "ppid"});
  CHECK(near("pid", {"pid"}, 0).empty());
  CHECK(near("vfs", {"vfs_write", "vfs_read", "tcp_connect"}, 5) == Names{"vfs_read", "vfs_write"});
  CHECK(near("vfs_raed", {"vfs_write", "vfs_read", "vfs_readv"}, 1) == Names{"vfs_read"});
}

}  // namespace
}  // namespace nubpf
