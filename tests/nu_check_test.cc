// Every nubpf program of the repository is Nushell: Nushell's own parser accepts it.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/golden_cases.h"
#include "tests/live.h"

namespace nubpf::live {
namespace {

namespace fs = std::filesystem;

/// The Nushell of scripts/install-nushell, else that of PATH.
std::optional<std::string> nu() {
  const auto local = find_program(NUBPF_SOURCE_DIR "/node_modules/.bin/nu");
  return local ? local : find_program("nu");
}

std::vector<fs::path> programs() {
  std::vector<fs::path> paths;
  for (const auto& golden : golden_cases()) {
    if (!golden.should_fail) paths.push_back(golden.folder / "in.nu");
  }
  for (const auto& path : example_files()) paths.push_back(path);
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// The errors that Nushell finds in a program, with the text that they are about. The module is active, as it
/// is where somebody types the program.
std::vector<std::string> errors_of(const std::string& nushell, const fs::path& path) {
  auto text = read_text(path);
  if (text.find("use nubpf") == std::string::npos) text.insert(0, "overlay use nubpf\n");
  const auto file = new_file(".nu", text);
  const auto checked =
      run({nushell, "-n", "-I", NUBPF_SOURCE_DIR "/nu", "--ide-check", "100", file.string()});
  INFO(path.string() << "\n" << checked.errors);
  CHECK(checked.status == 0);
  std::vector<std::string> errors;
  for (const auto& line : json_lines(checked.output)) {
    if (string_of(line["type"]) != "diagnostic" || string_of(line["severity"]) != "Error") continue;
    const auto begin = std::min<std::size_t>(line["span"]["start"].GetUint64(), text.size());
    const auto end = std::min<std::size_t>(line["span"]["end"].GetUint64(), text.size());
    errors.push_back(string_of(line["message"]) + " at `" + text.substr(begin, std::max(begin, end) - begin) +
                     "`");
  }
  return errors;
}

TEST_CASE("Nushell accepts every program of the golden cases and the examples") {
  const auto nushell = nu();
  if (!nushell) {
    std::cout << "skipped: there is no `nu`; scripts/install-nushell brings it\n";
    return;
  }
  if (!fs::exists(NUBPF_SOURCE_DIR "/nu/nubpf/mod.nu")) {
    std::cout << "skipped: nu/nubpf/mod.nu, which declares the commands, is not there\n";
    return;
  }
  const auto paths = programs();
  REQUIRE(paths.size() >= 60);
  for (const auto& path : paths) {
    INFO(path.string());
    CHECK(errors_of(*nushell, path) == std::vector<std::string>{});
  }
}

TEST_CASE("Nushell refuses what is not Nushell") {
  const auto nushell = nu();
  if (!nushell) {
    std::cout << "skipped: there is no `nu`; scripts/install-nushell brings it\n";
    return;
  }
  CHECK_FALSE(errors_of(*nushell, new_file(".nu", "let a = $no_such_variable\n")).empty());
}

}  // namespace
}  // namespace nubpf::live
