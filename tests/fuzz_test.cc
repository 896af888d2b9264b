// The fuzz targets on the golden inputs and on what fuzzing found (tests/fuzz/cases).

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <variant>

#include "adapter/bpftrace_errors.h"
#include "tests/fuzz/targets.h"
#include "tests/golden_cases.h"
#include "transpiler/parse.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

namespace fs = std::filesystem;

void replay(const std::string& target, void (*run)(std::string_view)) {
  for (const auto& entry : fs::directory_iterator(fs::path(NUBPF_SOURCE_DIR) / "tests/fuzz/cases" / target)) {
    INFO(entry.path());
    run(read_text(entry.path()));
  }
}

/// How many changes are tried of each text; more than a test has time for with NUBPF_FUZZ_ROUNDS.
int rounds() {
  const char* const wanted = std::getenv("NUBPF_FUZZ_ROUNDS");
  return wanted != nullptr ? std::atoi(wanted) : 3;
}

/// The text, and texts near it: cut at some place, with some bytes changed, and with a part of it twice.
void run_near(const std::string& original, void (*run)(std::string_view)) {
  run(original);
  std::minstd_rand random(static_cast<unsigned>(original.size()));
  std::string text = original;
  for (int i = 0; i < rounds() && !text.empty(); ++i) {
    run(std::string_view(text).substr(0, random() % text.size()));
    text[random() % text.size()] =
        random() % 2 > 0 ? original[random() % original.size()] : static_cast<char>(random());
    if (random() % 4 == 0)
      text.insert(random() % text.size(), original.substr(random() % original.size(), 20));
    run(text);
    if (random() % 8 == 0) text = original;
  }
}

TEST_CASE("fuzz: parser") {
  replay("parse", fuzz::parse);
  for (const auto& golden : golden_cases()) run_near(read_text(golden.folder / "in.nu"), fuzz::parse);
}

TEST_CASE("fuzz: transpiler") {
  replay("transpile", fuzz::transpile);
  for (const auto& golden : golden_cases()) run_near(read_text(golden.folder / "in.nu"), fuzz::transpile);
  for (const auto& path : example_files()) fuzz::transpile(read_text(path));
}

TEST_CASE("fuzz: messages") {
  replay("messages", fuzz::messages);
  const auto programs = fuzz::count_of_programs();
  REQUIRE(programs > 0);
  for (const auto& golden : golden_cases()) {
    if (!fs::exists(golden.folder / "stream.json")) continue;
    const auto stream = read_text(golden.folder / "stream.json");
    // any stream on any program
    for (std::size_t i = 0; i < programs; ++i)
      run_near({std::string{static_cast<char>(i), static_cast<char>(i % 5)} + stream}, fuzz::messages);
  }
}

TEST_CASE("fuzz: bpftrace's errors") {
  replay("errors", fuzz::errors);
  std::string all;
  for (const auto example : row_examples()) {
    run_near("\x01" + std::string(example) + "\n", fuzz::errors);
    all += std::string(example) + '\n';
  }
  fuzz::errors("\xff" + all);
}

TEST_CASE("a text that is written as Nushell's reads back as the same") {
  std::minstd_rand random(7);
  const std::string alphabet = "ab\"\\'`$(){}%\n\r\t\x1b\x7f\x01 #;|\xc3\xa4\xe6\xbc\xa2";
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::size_t length = random() % 12; text.size() < length;)
      text += alphabet[random() % alphabet.size()];
    if (!is_utf8(text)) continue;
    std::string written;
    append_nushell_string(written, text);
    INFO(written);
    const auto parsed = parse({"x", written, 0});
    REQUIRE(parsed.diagnostics.empty());
    REQUIRE(parsed.script.block.statements.size() == 1);
    const auto* const pipeline = std::get_if<syntax::Pipeline>(&parsed.script.block.statements.front().node);
    REQUIRE(pipeline != nullptr);
    REQUIRE(pipeline->stages.size() == 1);
    const auto* const literal = std::get_if<syntax::StringLiteral>(&pipeline->stages.front().node);
    REQUIRE(literal != nullptr);
    CHECK(literal->value == text);
  }
}

}  // namespace
}  // namespace nubpf
