#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What is written as in C, in bpftrace or in a shell: read from the text where the grammar stopped, so that
/// the error can say what to write in nubpf. Nothing here fails, and nothing depends on what a name means.
namespace nubpf::foreign {

/// What was found from `begin` to `end` of the text, and what to write in its place.
struct Advice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string needed;  ///< the message is "found TEXT, NEEDED"; empty: as for other texts at this spot
  std::string help;
};

/// Reads at byte `at` of the text. Nothing: this is no other language's way of writing that is known here.
using Reader = std::optional<Advice> (*)(std::string_view text, std::size_t at);

/// `hist(args.ret)`, at the parenthesis.
[[nodiscard]] std::optional<Advice> call(std::string_view text, std::size_t at);
/// `@reads[pid] = count()`, at the `@`.
[[nodiscard]] std::optional<Advice> map(std::string_view text, std::size_t at);
/// `$e.args[0]` and `@[comm]`, at the bracket.
[[nodiscard]] std::optional<Advice> subscript(std::string_view text, std::size_t at);
/// `is`, `contains`, `elif` and the like in the place of an operator or of the end of a statement.
[[nodiscard]] std::optional<Advice> word(std::string_view text, std::size_t at);
/// The same behind a condition, and what stands there without braces.
[[nodiscard]] std::optional<Advice> branch(std::string_view text, std::size_t at);
/// `x = 1`, at the `=`.
[[nodiscard]] std::optional<Advice> assignment(std::string_view text, std::size_t at);
/// `let x;`, behind the name.
[[nodiscard]] std::optional<Advice> declaration(std::string_view text, std::size_t at);
/// `$x++` at the `++`, `x++` at the name.
[[nodiscard]] std::optional<Advice> step(std::string_view text, std::size_t at);
/// `$e.pid==1`, at the operator.
[[nodiscard]] std::optional<Advice> glued(std::string_view text, std::size_t at);
/// `-$x` and `~$x`, at the sign.
[[nodiscard]] std::optional<Advice> sign(std::string_view text, std::size_t at);
/// `(struct file *)$e.arg0` behind the parenthesis, and `$e.pid, $e.comm` at the comma.
[[nodiscard]] std::optional<Advice> neighbour(std::string_view text, std::size_t at);
/// `“bash”`, at the opening mark.
[[nodiscard]] std::optional<Advice> quotation(std::string_view text, std::size_t at);

/// A clause for an attach point of bpftrace: `interval 1sec` for `interval:s:1`. Nothing for other words.
[[nodiscard]] std::optional<std::string> clause(std::string_view attach_point);
/// A condition for `where` from what stands between the slashes of a predicate; `CONDITION` where it is not
/// simple.
[[nodiscard]] std::string condition(std::string_view predicate);
/// A duration from what people write for one: `5sec` for `5`, `5s`, `5seconds`. Nothing for other texts.
[[nodiscard]] std::optional<std::string> duration(std::string_view text);

}  // namespace nubpf::foreign
