#include "transpiler/grammar.h"

#include <catch2/catch.hpp>
#include <string_view>
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/analyze.hpp>
#include <vector>

#include "tests/golden_cases.h"
#include "tests/parse_samples.h"
#include "transpiler/grammar_messages.h"

// What analyze() has to know of the rules that PEGTL has no word for: what they are made of.
namespace tao::pegtl {

template <typename Name>
struct analyze_traits<Name, nubpf::grammar::blank_char> : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, nubpf::grammar::word_char> : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, nubpf::grammar::raw_text> : analyze_any_traits<> {};
template <typename Name, nubpf::grammar::Layout L, typename... Rules>
struct analyze_traits<Name, nubpf::grammar::in_layout<L, Rules...>> : analyze_seq_traits<seq<Rules...>> {};
template <typename Name, nubpf::grammar::Layout L, typename Open, typename... Rest>
struct analyze_traits<Name, nubpf::grammar::enclosed<L, Open, Rest...>>
    : analyze_seq_traits<Open, seq<Rest...>> {};
template <typename Name, typename Open, typename... Rest>
struct analyze_traits<Name, nubpf::grammar::quoted<Open, Rest...>> : analyze_seq_traits<Open, seq<Rest...>> {
};
template <typename Name, typename... Rules>
struct analyze_traits<Name, nubpf::grammar::shallow<Rules...>> : analyze_seq_traits<seq<Rules...>> {};

}  // namespace tao::pegtl

namespace {

namespace grammar = nubpf::grammar;
namespace pegtl = tao::pegtl;

struct Count {
  int matched = 0;
  int raised = 0;
};

template <typename Rule>
inline Count count;

/// The grammar's own control, with a count of what happens.
template <typename Rule>
struct Counting : grammar::Control<Rule> {
  template <typename... States>
  static void success(States&&...) noexcept {
    ++count<Rule>.matched;
  }
  template <typename ParseInput, typename... States>
  [[noreturn]] static void raise(const ParseInput& in, States&&... st) {
    ++count<Rule>.raised;
    grammar::Control<Rule>::raise(in, st...);
  }
};

void read(std::string_view text) {
  grammar::Context context;
  pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, std::string_view> in(
      text.data(), text.data() + text.size(), "");
  try {
    pegtl::parse<grammar::script, pegtl::nothing, Counting>(in, context);
  } catch (const grammar::CutShort&) {
  }
}

/// What became of a rule that has a name of its own, as opposed to those that it is put together from.
struct Outcome {
  std::string_view rule;
  Count count;
  bool has_message = false;
};

template <typename Rule>
struct Collect {
  static void visit(std::vector<Outcome>& outcomes) {
    const std::string_view rule = pegtl::demangle<Rule>();
    if (!rule.starts_with("nubpf::grammar::") || rule.find('<') != std::string_view::npos) return;
    outcomes.push_back({rule, count<Rule>, grammar::Messages::message<Rule> != nullptr});
  }
};

}  // namespace

TEST_CASE("the grammar has no loop that consumes nothing") {
  CHECK(pegtl::analyze<grammar::script>(1) == 0);
}

TEST_CASE("every rule of the grammar is matched, and every message is given") {
  for (const std::string_view program : nubpf::kPrograms) read(program);
  for (const nubpf::MistakeSample& sample : nubpf::kMistakes) read(sample.text);
  for (const nubpf::GoldenCase& golden : nubpf::golden_cases())
    read(nubpf::read_text(golden.folder / "in.nu"));

  std::vector<Outcome> outcomes;
  pegtl::visit<grammar::script, Collect>(outcomes);
  REQUIRE(outcomes.size() > 200);
  for (const Outcome& outcome : outcomes) {
    CAPTURE(outcome.rule);
    CHECK(outcome.count.matched > 0);
    if (outcome.has_message) CHECK(outcome.count.raised > 0);
  }
}
