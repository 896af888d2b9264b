#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transpiler/constant.h"
#include "transpiler/diagnostic.h"
#include "transpiler/kernel_types.h"
#include "transpiler/resolved.h"
#include "transpiler/source.h"
#include "transpiler/syntax.h"

namespace nubpf {

/// What the tool's own flags add to every program of a text; each is the same as the flag of that name in the
/// text. `constants` are variables that are bound outside of the text; the text's own `let` hides one of the
/// same name.
struct ResolveOptions {
  std::optional<std::int64_t> duration_ns;  ///< --for
  std::optional<std::int64_t> pid;          ///< --pid
  std::optional<std::string> command;       ///< --command
  bool unsafe = false;                      ///< --unsafe
  std::optional<int> string_length;         ///< --string-length
  Constants constants;
};

struct ResolveResult {
  std::vector<resolved::Program> programs;  ///< only those without an error
  Diagnostics diagnostics;
};

/// Gives every name of a text its meaning and every value its type.
[[nodiscard]] ResolveResult resolve(const File& file, const syntax::Script& script, const KernelTypes& kernel,
                                    const ResolveOptions& options);

}  // namespace nubpf
