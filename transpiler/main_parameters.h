#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "transpiler/constant.h"
#include "transpiler/diagnostic.h"
#include "transpiler/syntax.h"

/// `def main [pid?: int, --comm: string = "bash", ...paths] { … }`: a program with a command line of its own.
/// The words mean what they mean to `nu FILE WORDS`.
namespace nubpf {

/// The `def main` of a text, or none.
[[nodiscard]] const syntax::Def* find_main(const syntax::Script& script);

/// The name of a parameter's variable: `string_length` for `--string-length`.
[[nodiscard]] std::string variable_name(const syntax::DefParameter& parameter);

/// What a literal stands for; nothing if the expression is none.
[[nodiscard]] std::optional<Constant> literal_constant(const syntax::Expression& expression);

/// A parameter without a word of the command line: its default, an empty list, false, or null. Nothing where
/// the default is not a literal.
[[nodiscard]] std::optional<Constant> default_constant(const syntax::DefParameter& parameter);

/// Why a parameter cannot be taken, with its place in the text.
[[nodiscard]] Diagnostics check_parameters(const syntax::Def& main);

/// The value of each parameter that `words` give one to. Otherwise a diagnostic of kind `usage`.
[[nodiscard]] tl::expected<Constants, Diagnostic> bind_arguments(const syntax::Def& main,
                                                                 std::span<const std::string> words);

/// Whether the words ask for help.
[[nodiscard]] bool wants_help(const syntax::Def& main, std::span<const std::string> words);

/// What `nubpf FILE -- --help` shows: Nushell's own form.
[[nodiscard]] std::string main_help(const syntax::Def& main, std::string_view file);

}  // namespace nubpf
