// What the documentation and the Nushell module say must be what mappings/ say.

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/golden_cases.h"
#include "transpiler/diagnostic.h"
#include "transpiler/emit.h"
#include "transpiler/mappings.h"
#include "transpiler/nushell_module.h"
#include "transpiler/parse.h"
#include "transpiler/render.h"
#include "transpiler/resolve.h"

namespace nubpf {
namespace {

namespace fs = std::filesystem;

/// The lines between `<!-- NAME -->` and `<!-- end -->` of docs/language.md.
std::vector<std::string> table(std::string_view name) {
  const auto page = read_text(fs::path(NUBPF_SOURCE_DIR) / "docs" / "language.md");
  const auto mark = "<!-- " + std::string(name) + " -->\n";
  const auto begin = page.find(mark);
  REQUIRE(begin != std::string::npos);
  const auto end = page.find("<!-- end -->", begin);
  REQUIRE(end != std::string::npos);
  std::vector<std::string> lines;
  for (auto at = begin + mark.size(); at < end;) {
    const auto next = page.find('\n', at);
    lines.push_back(page.substr(at, next - at));
    at = next + 1;
  }
  return lines;
}

/// Checks that the table has a row whose first cell begins with the name and that says `doc`, and no row more
/// than there are checks.
class Table {
 public:
  explicit Table(std::string_view name) : name_(name), lines_(table(name)) {}

  void has(std::string_view name, std::string_view doc) {
    ++rows_;
    const auto cell = "| `" + std::string(name);
    for (const auto& line : lines_) {
      const bool is_row = line.starts_with(cell + '`') || line.starts_with(cell + ' ');
      if (is_row && line.find("| " + std::string(doc) + " |") != std::string::npos) return;
    }
    FAIL_CHECK("the table `" << name_ << "` of docs/language.md has no row `" << name << "` that says \""
                             << doc << "\"; run scripts/docs");
  }

  void has_no_other_rows() const {
    constexpr std::size_t kHeading = 2;
    INFO("the table `" << name_ << "` of docs/language.md; run scripts/docs");
    CHECK(lines_.size() == rows_ + kHeading);
  }

 private:
  std::string name_;
  std::vector<std::string> lines_;
  std::size_t rows_ = 0;
};

template <class Rows>
void check_table(std::string_view name, const Rows& rows, std::string_view prefix = "") {
  Table page(name);
  for (const auto& row : rows) page.has(std::string(prefix) + std::string(row.name), row.doc);
  page.has_no_other_rows();
}

}  // namespace

TEST_CASE("the language reference has every row of the mappings") {
  check_table("clauses", mappings::probes());
  check_table("flags", mappings::program_flags(), "--");
  check_table("fields", mappings::context_fields());
  check_table("stages", mappings::commands());
  check_table("conversions", mappings::functions());
}

TEST_CASE("the page of builtins has every row of the mappings with its example") {
  const auto page = read_text(fs::path(NUBPF_SOURCE_DIR) / "docs" / "builtins.md");
  const auto check = [&](std::string_view name, std::string_view doc, std::string_view example) {
    INFO(name << "; run scripts/docs");
    const auto entry = "### `" + std::string(name) + "`\n\n" + std::string(doc) + "\n";
    CHECK(page.find(entry) != std::string::npos);
    CHECK(page.find("\n      " + std::string(example) + "\n") != std::string::npos);
  };
  for (const auto& row : mappings::probes()) check(row.name, row.doc, row.example);
  for (const auto& row : mappings::commands()) check(row.name, row.doc, row.example);
  for (const auto& row : mappings::functions()) check(row.name, row.doc, row.example);
  for (const auto& row : mappings::context_fields()) check(row.name, row.doc, mappings::example_of(row));
  for (const auto& row : mappings::kernel_constants()) {
    INFO(row.name << "; run scripts/docs");
    CHECK(page.find("| `" + std::string(row.name) + "` | " + std::string(row.doc) + " |") !=
          std::string::npos);
  }
}

TEST_CASE("the page of mistakes has every case of golden/mistakes") {
  const auto page = read_text(fs::path(NUBPF_SOURCE_DIR) / "docs" / "mistakes.md");
  const auto indented = [](const std::string& text) {
    std::string result = "      ";
    for (const char c : text.substr(0, text.size() - 1))
      result += c == '\n' ? std::string("\n      ") : std::string(1, c);
    return result + "\n";
  };
  std::size_t cases = 0;
  for (const auto& golden : golden_cases()) {
    if (golden.area != "mistakes") continue;
    ++cases;
    INFO(golden.name << "; run scripts/docs");
    const auto diagnostics = read_text(golden.folder / "diagnostics.txt");
    const auto message = diagnostics.substr(0, diagnostics.find('\n'));
    const auto entry = indented(read_text(golden.folder / "in.nu")) + "\n" +
                       message.substr(message.find(": ") + 2) + ". Instead:\n\n" +
                       indented(read_text(golden.folder / "instead.nu"));
    CHECK(page.find(entry) != std::string::npos);
  }
  std::size_t entries = 0;
  for (auto at = page.find(". Instead:\n"); at != std::string::npos; at = page.find(". Instead:\n", at + 1))
    ++entries;
  CHECK(entries == cases);
}

TEST_CASE("the language reference has every flag of a stage") {
  const auto lines = table("stages");
  for (const auto& command : mappings::commands()) {
    const auto cell = "| `" + std::string(command.name);
    for (const auto& line : lines) {
      if (!line.starts_with(cell + '`') && !line.starts_with(cell + ' ')) continue;
      for (const auto& flag : command.flags) {
        INFO(command.name << " --" << flag.name << "; run scripts/docs");
        CHECK(line.find("[--" + std::string(flag.name)) != std::string::npos);
      }
    }
  }
}

TEST_CASE("the language reference has every diagnostic") {
  Table page("diagnostics");
#define NUBPF_DIAGNOSTIC(name, severity, phase, meaning) page.has(#name, meaning);
#include "mappings/diagnostics.inc"
#undef NUBPF_DIAGNOSTIC
  page.has_no_other_rows();
}

TEST_CASE("the Nushell module is the one that the mappings make") {
  INFO("run scripts/nu-module");
  CHECK((read_text(fs::path(NUBPF_SOURCE_DIR) / "nu" / "nubpf" / "mod.nu") == nushell_module()));
}

TEST_CASE("the Nushell module leaves Nushell its own names") {
  const auto module = nushell_module();
  for (const auto* const name : {"every", "exit", "first", "get", "histogram", "insert", "into", "join",
                                 "print", "reject", "rename", "select", "update", "where"}) {
    INFO(name);
    CHECK(module.find("export def " + std::string(name) + " ") == std::string::npos);
    CHECK(module.find("export def \"" + std::string(name) + " ") == std::string::npos);
  }
  for (const auto* const name : {"trace", "kprobe", "count", "\"map set\"", "ntop"}) {
    INFO(name);
    CHECK(module.find("export def " + std::string(name) + " [") != std::string::npos);
  }
}

TEST_CASE("every example says what it shows and has no errors") {
  const auto files = example_files();
  CHECK(files.size() >= 10);
  for (const auto& path : files) {
    INFO(path);
    const auto text = read_text(path);
    CHECK(text.starts_with("# "));
    CHECK(text.find("\noverlay use nubpf\n") != std::string::npos);
    const File file{path.filename().string(), text, 0};
    const auto parsed = parse(file);
    for (const auto& diagnostic : parsed.diagnostics) FAIL_CHECK(diagnostic.message);
    // the tools and one-liners are about more of the kernel than these tests have; live_golden_test asks the
    // real one
    if (path.parent_path().filename() != "examples") continue;
    const auto resolved = resolve(file, parsed.script, golden_kernel(), {});
    for (const auto& diagnostic : resolved.diagnostics) FAIL_CHECK(diagnostic.message);
    REQUIRE(resolved.programs.size() == 1);
    CHECK(missing_features(resolved.programs.front(), kOldestBpftrace).empty());
  }
}

}  // namespace nubpf
