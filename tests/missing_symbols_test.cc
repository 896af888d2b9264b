// Probes on user-space code that bpftrace leaves out without a word.

#include "adapter/missing_symbols.h"

#include <catch2/catch.hpp>

#include "tests/live.h"

namespace nubpf {
namespace {

/// A bpftrace that lists two functions and one static probe, whatever the file is called.
BpftraceCommand lister() {
  const auto script = live::new_file(".sh",
                                     "case $2 in\n"
                                     "uprobe:*) echo uprobe:/lib/a.so:alpha; echo uprobe:/lib/a.so:beta;;\n"
                                     "usdt:*) echo usdt:/lib/a.so:p:gamma;;\n"
                                     "esac\n");
  return {"sh", script.string()};
}

Program program(std::string text) {
  Program program;
  program.text = std::move(text);
  program.source_map = {{1, {10, 20}}, {2, {30, 40}}};
  return program;
}

TEST_CASE("bpftrace tells how many probes it attaches") {
  CHECK(attached_probes(R"({"type": "attached_probes", "data": {"probes": 12}})") == 12U);
  CHECK(attached_probes(R"({"type": "attached_probes", "count": 1, "data": {"probes": 3}})") == 3U);
  CHECK_FALSE(attached_probes(R"({"type": "attached_probes", "data": {}})"));
  CHECK_FALSE(attached_probes(R"({"type": "value", "data": "\"probes\": 12"})"));
  CHECK_FALSE(attached_probes(""));
}

TEST_CASE("a symbol that its file does not have is an error at its attach point") {
  const auto missing = missing_symbols(
      program("uprobe:libc:alpha,\nuretprobe:libc:bata\n/pid == 1/\n{\n\t@[\"}\"] = 1;\n}\n\nEND\n{\n}\n"), 2,
      lister());
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].kind == DiagnosticKind::attach_failed);
  CHECK(missing[0].message == "`libc` has no function `bata`");
  CHECK(missing[0].help == "write `libc:beta`");
  REQUIRE(missing[0].labels.size() == 1);
  CHECK(missing[0].labels[0].span == Span{30, 40});
}

TEST_CASE("static probes have their provider's name") {
  CHECK(missing_symbols(program("usdt:/lib/a.so:p:gamma\n{\n}\n"), 0, lister()).empty());
  const auto missing = missing_symbols(program("usdt:/lib/a.so:p:gama\n{\n}\n"), 0, lister());
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].message == "`/lib/a.so` has no static probe `p:gama`");
  CHECK(missing[0].help == "write `/lib/a.so:p:gamma`");
}

TEST_CASE("nobody is asked where all is attached, and what cannot be listed is left alone") {
  const BpftraceCommand none = {"/nonexistent"};
  CHECK(missing_symbols(program("uprobe:/lib/a.so:none\n{\n}\n"), 1, none).empty());
  for (const auto* const text : {"uprobe:/lib/a.so:al*\n{\n}\n", "uprobe:/lib/a.so:alpha+4\n{\n}\n",
                                 "uprobe:/lib/a.so:0x10\n{\n}\n", "kprobe:vfs_read\n{\n}\n", "BEGIN\n{\n}\n"})
    CHECK(missing_symbols(program(text), 0, none).empty());
}

TEST_CASE("a missing symbol ends a real trace") {
  if (live::skipped()) return;
  const auto done =
      live::run(live::nubpf("uprobe [/bin/bash:readline /bin/bash:readlin] { count }", {"--for", "10sec"}));
  CHECK(done.status == 5);
  CHECK(done.errors.find("`/bin/bash` has no function `readlin`") != std::string::npos);
}

}  // namespace
}  // namespace nubpf
