#pragma once

#include "transpiler/diagnostic.h"
#include "transpiler/source.h"
#include "transpiler/syntax.h"

namespace nubpf {

/// The syntax tree of a text and what is wrong with it. With errors, `script` holds the statements that could
/// be read: one run reports several errors.
struct ParseResult {
  syntax::Script script;
  Diagnostics diagnostics;
};

/// How deep braces, brackets and parentheses may nest.
inline constexpr int kMaxNesting = 64;

/// Reads Nushell source. Never throws and never fails an assertion, whatever the text holds.
[[nodiscard]] ParseResult parse(const File& file);

}  // namespace nubpf
