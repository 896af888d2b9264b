// Golden cases: golden/AREA/CASE/in.nu beside what nubpf makes of it. `scripts/golden` writes them anew.
//
//   in.nu            the program
//   version          the bpftrace that it is for, where that is not 0.17
//   versions         more that it is shown for: out.0.23.bt, run.0.23.bt, and stream.0.23.json with its rows
//   no-types         there where the kernel has no BTF
//   arguments        the words behind `--`, one a line
//   syntax.txt       in golden/syntax/: the syntax tree
//   resolved.txt     in golden/phases/: the resolved program, and source-map.txt
//   out.bt           the bpftrace program for people (bpftrace 0.17)
//   run.bt           the one that nubpf runs, with its environment and arguments as comments
//   schema.txt       what its output means
//   diagnostics.txt  of fail_… cases and golden/mistakes/, and only of those
//   instead.nu       in golden/mistakes/: the program that its author meant
//   stream.json      recorded output of bpftrace; rows.jsonl is what it becomes
//
// The kernel is the one under tests/kernel: tracepoint formats of a 6.18 kernel, and the types of types.c.

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/reshape.h"
#include "adapter/writer.h"
#include "tests/golden_cases.h"
#include "tests/memory_file.h"
#include "transpiler/emit.h"
#include "transpiler/main_parameters.h"
#include "transpiler/mappings.h"
#include "transpiler/parse.h"
#include "transpiler/render.h"
#include "transpiler/resolve.h"

namespace nubpf {
namespace {

namespace fs = std::filesystem;

bool updating() {
  return std::getenv("NUBPF_UPDATE_GOLDEN") != nullptr;
}

/// The first line that differs, with what was expected and what came.
std::string difference(const std::string& expected, const std::string& actual) {
  std::istringstream a(expected), b(actual);
  std::string x, y;
  for (int number = 1;; ++number) {
    const bool more_a = static_cast<bool>(std::getline(a, x));
    const bool more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a && !more_b) return "only the last line end differs";
    if (more_a != more_b || x != y) {
      return fmt::format(
          "line {}\n- {}\n+ {}\nRegenerate with `scripts/golden`, then read `git diff golden`.", number,
          more_a ? x : "(end)", more_b ? y : "(end)");
    }
  }
}

void check_file(const fs::path& path, const std::string& actual) {
  if (updating()) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  INFO(path.string());
  REQUIRE(fs::exists(path));
  const auto expected = read_text(path);
  if (expected != actual) FAIL_CHECK(difference(expected, actual));
}

/// Removes what an earlier run wrote and this one does not.
void check_absent(const fs::path& path) {
  if (updating()) fs::remove(path);
  INFO(path.string() << " is left over");
  CHECK_FALSE(fs::exists(path));
}

std::string rendered(const Diagnostics& diagnostics, const File& file) {
  std::string text;
  for (const auto& diagnostic : diagnostics)
    text += render(diagnostic, file, {ErrorFormat::text, false, 100});
  return text;
}

std::string run_text(const Program& program) {
  std::string text;
  for (const auto& [name, value] : program.environment) text += fmt::format("// {}={}\n", name, value);
  for (const auto& argument : program.arguments) text += fmt::format("// bpftrace {}\n", argument);
  return text + program.text;
}

void replay(const fs::path& folder, const std::string& infix, const Program& program,
            std::optional<std::uint64_t> limit) {
  MemoryFile output;
  const auto writer = make_writer({OutputFormat::jsonl, 80, false, true}, output.fd());
  std::string warnings;
  {
    Reshaper reshaper(
        program, *writer, 1'700'000'000'000'000'000,
        [&](const Diagnostic& d) { warnings += "# " + d.message + "\n"; }, limit);
    std::ifstream stream(folder / ("stream" + infix + ".json"), std::ios::binary);
    for (std::string line; std::getline(stream, line);) reshaper.line(line);
    reshaper.finish();
  }
  CHECK(writer->finish());
  check_file(folder / ("rows" + infix + ".jsonl"), warnings + output.text());
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream stream(path, std::ios::binary);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

BpftraceVersion version_of(const GoldenCase& golden) {
  const auto path = golden.folder / "version";
  return fs::exists(path) ? parse_version(read_text(path)).value() : kOldestBpftrace;
}

EmitOptions options_for(EmitForm form, const BpftraceVersion& version) {
  EmitOptions options;
  options.form = form;
  options.version = version;
  options.command_pid = 4242;
  return options;
}

/// The texts for one version, and what is made of its recorded output. `infix` is part of the files' names.
void check_texts(const GoldenCase& golden, const ResolveResult& resolved, const BpftraceVersion& version,
                 const std::string& infix) {
  std::string people, run;
  for (const auto& program : resolved.programs) {
    people += (people.empty() ? "" : "\n") + emit(program, options_for(EmitForm::people, version)).text;
    run += (run.empty() ? "" : "\n") + run_text(emit(program, options_for(EmitForm::run, version)));
  }
  check_file(golden.folder / ("out" + infix + ".bt"), people);
  check_file(golden.folder / ("run" + infix + ".bt"), run);
  if (!fs::exists(golden.folder / ("stream" + infix + ".json"))) return;
  REQUIRE(resolved.programs.size() == 1);
  const auto& program = resolved.programs.front();
  const auto limit = program.row_limit;
  replay(golden.folder, infix, emit(program, options_for(EmitForm::run, version)),
         limit ? std::optional(static_cast<std::uint64_t>(*limit)) : std::nullopt);
}

void check_case(const GoldenCase& golden) {
  const auto version = version_of(golden);
  const File file{"in.nu", read_text(golden.folder / "in.nu"), 0};
  const auto parsed = parse(file);
  auto diagnostics = parsed.diagnostics;
  if (golden.area == "syntax") {
    check_file(golden.folder / "syntax.txt", to_string(parsed.script));
    if (golden.should_fail) check_file(golden.folder / "diagnostics.txt", rendered(diagnostics, file));
    CHECK(has_errors(diagnostics) == golden.should_fail);
    return;
  }
  ResolveOptions resolve_options;
  if (fs::exists(golden.folder / "arguments")) {
    const auto* const main = find_main(parsed.script);
    REQUIRE(main != nullptr);
    auto bound = bind_arguments(*main, lines_of(golden.folder / "arguments"));
    if (bound)
      resolve_options.constants = std::move(*bound);
    else
      diagnostics.push_back(bound.error());
  }
  ResolveResult resolved;
  if (!has_errors(diagnostics)) {
    const bool has_types = !fs::exists(golden.folder / "no-types");
    resolved = resolve(file, parsed.script, has_types ? golden_kernel() : golden_kernel_without_types(),
                       resolve_options);
    diagnostics.insert(diagnostics.end(), resolved.diagnostics.begin(), resolved.diagnostics.end());
    for (const auto& program : resolved.programs) {
      const auto missing = missing_features(program, version);
      diagnostics.insert(diagnostics.end(), missing.begin(), missing.end());
    }
  }
  INFO(rendered(diagnostics, file));
  REQUIRE(has_errors(diagnostics) == golden.should_fail);
  if (golden.should_fail) {
    check_file(golden.folder / "diagnostics.txt", rendered(diagnostics, file));
    for (const auto* name : {"out.bt", "run.bt", "schema.txt"}) check_absent(golden.folder / name);
    return;
  }
  check_absent(golden.folder / "diagnostics.txt");
  std::string schema, dump, source_map;
  for (const auto& program : resolved.programs) {
    const auto emitted = emit(program, options_for(EmitForm::run, version));
    schema += to_string(emitted.schema);
    dump += to_string(program);
    source_map += source_map_to_string(emitted, file);
  }
  check_texts(golden, resolved, version, "");
  check_file(golden.folder / "schema.txt", schema);
  if (golden.area == "phases") {
    check_file(golden.folder / "resolved.txt", dump);
    check_file(golden.folder / "source-map.txt", source_map);
  }
  std::istringstream others(read_text(golden.folder / "versions"));
  for (std::string other; others >> other;)
    check_texts(golden, resolved, parse_version(other).value(), "." + other);
}

/// The example of a builtin as a case: golden/builtins/KIND_NAME.
void check_builtin(std::string_view kind, std::string_view name, std::string_view since,
                   std::string_view example) {
  auto folder = fmt::format("{}_{}", kind, name);
  std::replace(folder.begin(), folder.end(), ' ', '_');
  const auto path = fs::path(NUBPF_SOURCE_DIR) / "golden" / "builtins" / folder;
  if (updating()) fs::create_directories(path);
  check_file(path / "in.nu", fmt::format("{}\n", example));
  if (since == "0.17") {
    check_absent(path / "version");
  } else {
    check_file(path / "version", fmt::format("{}\n", since));
  }
}

// before the cases themselves, so that one update makes both
TEST_CASE("the example of every builtin is a golden case") {
  for (const auto& row : mappings::probes()) check_builtin("probe", row.name, row.since, row.example);
  for (const auto& row : mappings::commands()) check_builtin("command", row.name, row.since, row.example);
  for (const auto& row : mappings::functions()) check_builtin("conversion", row.name, row.since, row.example);
  for (const auto& row : mappings::context_fields())
    check_builtin("field", row.name, row.since, mappings::example_of(row));
}

TEST_CASE("every golden case gives what stands beside it") {
  const auto cases = golden_cases();
  REQUIRE(cases.size() >= 60);
  for (const auto& golden : cases) {
    DYNAMIC_SECTION(golden.area << "/" << golden.name) {
      check_case(golden);
    }
  }
}

TEST_CASE("what is to be written instead of a mistake has none") {
  for (const auto& golden : golden_cases()) {
    if (golden.area != "mistakes") continue;
    INFO(golden.name);
    const File file{"instead.nu", read_text(golden.folder / "instead.nu"), 0};
    auto parsed = parse(file);
    auto diagnostics = std::move(parsed.diagnostics);
    const auto resolved = resolve(file, parsed.script, golden_kernel(), {});
    diagnostics.insert(diagnostics.end(), resolved.diagnostics.begin(), resolved.diagnostics.end());
    INFO(rendered(diagnostics, file));
    CHECK(diagnostics.empty());
    CHECK(resolved.programs.size() == 1);
    for (const auto& program : resolved.programs) CHECK(missing_features(program, kOldestBpftrace).empty());
  }
}

/// The programs of all cases, and all their diagnostics.
struct Corpus {
  std::string programs;
  std::string diagnostics;
};

const Corpus& corpus() {
  static const Corpus all = [] {
    Corpus result;
    for (const auto& golden : golden_cases()) {
      auto& text = result.programs;
      if (!golden.should_fail) text += read_text(golden.folder / "in.nu") + "\n";
      const auto diagnostics = golden.folder / "diagnostics.txt";
      if (fs::exists(diagnostics)) result.diagnostics += read_text(diagnostics);
    }
    return result;
  }();
  return all;
}

/// Whether the text holds the word, not as part of a longer one.
bool holds_word(std::string_view text, std::string_view word) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool left = at == 0 || !is_word(text[at - 1]);
    const bool right = at + word.size() >= text.size() || !is_word(text[at + word.size()]);
    if (left && right) return true;
  }
  return false;
}

TEST_CASE("every kind of diagnostic that a program can have has a fail_ case") {
  for (const auto kind : all_diagnostic_kinds()) {
    const auto& row = info(kind);
    if (row.phase != "parse" && row.phase != "resolve") continue;
    INFO(row.code);
    CHECK(corpus().diagnostics.find(fmt::format("[{}]", row.code)) != std::string::npos);
  }
}

TEST_CASE("every mapping row has a golden case") {
  const auto check = [](std::string_view name) {
    INFO(name);
    CHECK(holds_word(corpus().programs, name));
  };
  for (const auto& row : mappings::context_fields()) check(row.name);
  for (const auto& row : mappings::probes()) check(row.name);
  for (const auto& row : mappings::functions()) check(row.name);
  for (const auto& row : mappings::commands()) {
    check(row.name);
    for (const auto& flag : row.flags) {
      INFO(row.name << " --" << flag.name);
      CHECK(corpus().programs.find(fmt::format("--{}", flag.name)) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace nubpf
