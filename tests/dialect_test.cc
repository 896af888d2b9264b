#include "transpiler/dialect.h"

#include <catch2/catch.hpp>

using namespace nubpf;

TEST_CASE("versions are read as bpftrace prints them") {
  CHECK(parse_version("bpftrace v0.17.0") == BpftraceVersion{0, 17, 0});
  CHECK(parse_version("bpftrace v0.17.0\n") == BpftraceVersion{0, 17, 0});
  CHECK(parse_version("v0.23.2") == BpftraceVersion{0, 23, 2});
  CHECK(parse_version("0.27") == BpftraceVersion{0, 27, 0});
  CHECK(parse_version("0.24.0-rc1") == BpftraceVersion{0, 24, 0});
  CHECK(parse_version("v0.21.2-115-gabcdef") == BpftraceVersion{0, 21, 2});
  for (const auto* const text :
       {"", "v", "0", "0.", "0.x", "-1.2", "0.17.", "command not found", "99999999999.1"}) {
    INFO(text);
    CHECK_FALSE(parse_version(text));
  }
}

TEST_CASE("versions compare by number") {
  CHECK(BpftraceVersion{0, 9, 0} < BpftraceVersion{0, 17, 0});
  CHECK(BpftraceVersion{0, 23, 10} > BpftraceVersion{0, 23, 9});
  CHECK(to_string(BpftraceVersion{0, 23, 2}) == "0.23.2");
}

TEST_CASE("a spelling changes with its version") {
  CHECK(dialect_for({0, 17, 0}).string_length_variable == "BPFTRACE_STRLEN");
  CHECK(dialect_for({0, 19, 1}).fentry == "kfunc");
  CHECK(dialect_for({0, 20, 0}).fentry == "fentry");
  CHECK(dialect_for({0, 21, 2}).map_keys_variable == "BPFTRACE_MAX_MAP_KEYS");
}

TEST_CASE("a difference holds from its version on, until another") {
  CHECK_FALSE(dialect_for({0, 21, 9}).stops_by_signal);
  CHECK(dialect_for({0, 22, 0}).stops_by_signal);
  CHECK(dialect_for({1, 0, 0}).stops_by_signal);
  CHECK(dialect_for({0, 22, 1}).default_string_length() == 64);
  CHECK(dialect_for({0, 23, 0}).default_string_length() == 1024);
  CHECK_FALSE(dialect_for({0, 22, 9}).misplaces_texts);
  CHECK(dialect_for({0, 23, 5}).misplaces_texts);
  CHECK_FALSE(dialect_for({0, 24, 0}).misplaces_texts);
}
