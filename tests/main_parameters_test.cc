#include "transpiler/main_parameters.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "transpiler/parse.h"

namespace nubpf {
namespace {

constexpr const char* kProgram = R"(
# Counts something.
# In two lines.
def main [
  pid?: int             # only this process
  --comm (-c): string = "bash"  # the program
  --least: filesize = 4kb
  --took: duration
  --ids: list<int>
  --all (-a)            # all of it
  ...rest: string       # paths
] { }
)";

struct Program {
  explicit Program(const std::string& text)
      : parsed(parse({"x.nu", text, 0})), main(find_main(parsed.script)) {
    REQUIRE(parsed.diagnostics.empty());
    REQUIRE(main != nullptr);
  }
  [[nodiscard]] tl::expected<Constants, Diagnostic> bind(std::initializer_list<std::string> words) const {
    const std::vector<std::string> list = words;
    return bind_arguments(*main, list);
  }
  [[nodiscard]] std::string problem(std::initializer_list<std::string> words) const {
    const auto bound = bind(words);
    REQUIRE_FALSE(bound);
    CHECK(bound.error().kind == DiagnosticKind::usage);
    return bound.error().message;
  }

  ParseResult parsed;
  const syntax::Def* main;
};

template <class T>
T scalar(const Constants& constants, const std::string& name) {
  REQUIRE(constants.contains(name));
  return std::get<T>(std::get<ScalarConstant>(constants.at(name)));
}

TEST_CASE("words become the values of main's parameters") {
  const Program program(kProgram);
  const auto bound =
      program.bind({"42", "a", "--comm=sshd", "--least", "8kib", "--took", "1.5ms", "-a", "b c"});
  REQUIRE(bound);
  CHECK(scalar<std::int64_t>(*bound, "pid") == 42);
  CHECK(scalar<std::string>(*bound, "comm") == "sshd");
  CHECK(scalar<FilesizeConstant>(*bound, "least").bytes == 8192);
  CHECK(scalar<DurationConstant>(*bound, "took").nanoseconds == 1'500'000);
  CHECK(scalar<bool>(*bound, "all"));
  const auto& rest = std::get<std::vector<ScalarConstant>>(bound->at("rest"));
  REQUIRE(rest.size() == 2);
  CHECK(std::get<std::string>(rest[1]) == "b c");
}

TEST_CASE("a parameter without a word is not bound") {
  const Program program(kProgram);
  const auto bound = program.bind({});
  REQUIRE(bound);
  CHECK(bound->empty());
}

TEST_CASE("short flags may stand together, and negative numbers are no flags") {
  const Program program(kProgram);
  const auto bound = program.bind({"-ac", "x", "-5", "--", "--no-flag"});
  REQUIRE(bound);
  CHECK(scalar<bool>(*bound, "all"));
  CHECK(scalar<std::string>(*bound, "comm") == "x");
  CHECK(scalar<std::int64_t>(*bound, "pid") == -5);
  const auto& rest = std::get<std::vector<ScalarConstant>>(bound->at("rest"));
  CHECK(std::get<std::string>(rest.at(0)) == "--no-flag");
}

TEST_CASE("a list is written as in Nushell") {
  const Program program(kProgram);
  const auto bound = program.bind({"--ids", "[1 2, 3]"});
  REQUIRE(bound);
  CHECK(std::get<std::vector<ScalarConstant>>(bound->at("ids")).size() == 3);
  CHECK(program.problem({"--ids", "[1 a]"}) == "`--ids` takes a `list<int>`, not `[1 a]`");
}

TEST_CASE("wrong words are told") {
  const Program program(kProgram);
  CHECK(program.problem({"abc"}) == "`pid` takes an `int`, not `abc`");
  CHECK(program.problem({"--took", "5"}) == "`--took` takes a `duration`, not `5`");
  CHECK(program.problem({"--cmm", "x"}) == "the program has no flag `--cmm`");
  CHECK(program.problem({"-x"}) == "the program has no flag `-x`");
  CHECK(program.problem({"--comm"}) == "`--comm` needs a value");
  const Program small("def main [pid: int] { }");
  CHECK(small.problem({}) == "the program needs `pid`");
  CHECK(small.problem({"1", "2"}) == "`2` is one argument too many");
}

TEST_CASE("the help is made from the signature and its comments") {
  const Program program(kProgram);
  CHECK(main_help(*program.main, "x.nu") == R"(Counts something.
In two lines.

Usage:
  > nubpf x.nu -- {flags} (pid) ...(rest)

Flags:
  -h, --help: Display this help
  -c, --comm <string>: the program (default: 'bash')
  --least <filesize>: (default: 4kb)
  --took <duration>
  --ids <list<int>>
  -a, --all: all of it

Parameters:
  pid <int>: only this process (optional)
  ...rest <string>: paths
)");
  const std::vector<std::string> asks = {"5", "--help"};
  const std::vector<std::string> does_not = {"--", "--help"};
  CHECK(wants_help(*program.main, asks));
  CHECK_FALSE(wants_help(*program.main, does_not));
}

}  // namespace
}  // namespace nubpf
