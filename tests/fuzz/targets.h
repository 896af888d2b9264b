#pragma once

#include <string>
#include <string_view>

/// What fuzzing feeds: each takes any bytes, and ends the process where a promise is broken. libFuzzer drives
/// them (fuzzer.cc, scripts/fuzz), and so does a test with the golden inputs and tests/fuzz/cases
/// (fuzz_test.cc).
namespace nubpf::fuzz {

/// A text: the parser, its dump and its errors.
void parse(std::string_view input);
/// A text, through all phases to programs for several versions of bpftrace.
void transpile(std::string_view input);
/// What bpftrace writes on standard output: the first byte chooses the program, the second the format of the
/// rows.
void messages(std::string_view input);
/// What bpftrace writes on standard error.
void errors(std::string_view input);

/// How many programs `messages` has, and the text of each.
[[nodiscard]] std::size_t count_of_programs();

}  // namespace nubpf::fuzz
