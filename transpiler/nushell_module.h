#pragma once

#include <string>

namespace nubpf {

/// The text of the Nushell module `nubpf` (nu/nubpf/mod.nu), made of the rows of mappings/: clauses and
/// `trace` as commands that run the tool, the kernel's own commands as declarations, and `$ctx` with the
/// context fields. Names that Nushell has itself are left to it.
[[nodiscard]] std::string nushell_module();

/// What tells one module text from another; the module holds it, too, and names it in each of its calls.
[[nodiscard]] std::string nushell_module_id();

}  // namespace nubpf
