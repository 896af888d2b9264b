#include "adapter/verifier.h"

#include <catch2/catch.hpp>

using namespace nubpf;

TEST_CASE("verifier: its log, without repetitions and statistics") {
  const auto log = verifier_log(
      "ERROR: Unknown error -1\nINFO: node count: 14\n\nError log: \n0: R1=ctx() R10=fp0\n0: (05) goto pc-1\n"
      "0: (05) goto pc-1\ninfinite loop detected at insn 0\nprocessed 9 insns (limit 1000000)\n\n"
      "ERROR: Error loading program: x\n");
  CHECK(log == std::vector<std::string>{"0: R1=ctx() R10=fp0", "0: (05) goto pc-1",
                                        "infinite loop detected at insn 0"});
  CHECK(verifier_log("ERROR: x\n").empty());
}

TEST_CASE("verifier: each row of the table is found by its example, and by no row before it") {
  const auto examples = reason_examples();
  for (std::size_t i = 0; i < examples.size(); ++i) {
    INFO(examples[i]);
    CHECK(matching_reason(examples[i]) == i);
  }
}

namespace {

Diagnostic explained(std::string_view errors) {
  Diagnostic diagnostic{.kind = DiagnosticKind::verifier,
                        .message = "the kernel's verifier refused `x:y`",
                        .labels = {},
                        .help = "",
                        .notes = {"bpftrace: Error loading program: x:y (try -v)"}};
  explain_verifier(diagnostic, errors);
  return diagnostic;
}

}  // namespace

TEST_CASE("verifier: a reason that is known stands in the message") {
  // bpftrace 0.23 on 6.18
  const auto found = explained(
      "Kernel error log: \n1903: (71) r0 = *(u8 *)(r0 +0)        ; R0=scalar(smin=smin32=0)\n"
      "1904: (15) if r0 == 0x0 goto pc+19\nThe sequence of 8193 jumps is too complex.\n"
      "processed 117134 insns (limit 1000000) max_states_per_insn 68\n\n"
      "ERROR: Error loading BPF program for x_y_1. Use -v for full kernel error log.\n");
  CHECK(found.message == "the kernel's verifier refused `x:y`: there are too many branches in it");
  CHECK(found.help.starts_with("write shorter loops and fewer tests"));
  REQUIRE(found.notes.size() == 4);
  CHECK(found.notes.back() == "The sequence of 8193 jumps is too complex.");
}

TEST_CASE("verifier: what a reason names is in it") {
  CHECK(explained("Error log: \n0: (85) call bpf_override_return#58\n"
                  "program of this type cannot use helper bpf_override_return#58\n\n")
            .message ==
        "the kernel's verifier refused `x:y`: this kernel has no `override_return` for such a probe");
}

TEST_CASE("verifier: a reason that is not known is shown, with what can be tried") {
  const auto found =
      explained("Error log: \n3: (79) r1 = *(u64 *)(r2 +0)\nR2 invalid mem access 'scalar'\n\n");
  CHECK(found.message == "the kernel's verifier refused `x:y`");
  CHECK(found.notes.back() == "R2 invalid mem access 'scalar'");
  CHECK(found.help == "another version of bpftrace may compile it in another way: `--bpftrace PATH`");
  CHECK(explained("").notes.size() == 1);
}
