#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "adapter/tool/nushell_captures.h"
#include "transpiler/diagnostic.h"
#include "transpiler/source.h"

/// One clause or `trace` of a Nushell script, put together again as a program text whose every byte knows
/// where in the script it comes from.
namespace nubpf::tool {

/// A flag as it was given.
struct NushellFlag {
  std::string name;
  std::string nuon;  ///< the value as a literal; `true` for a switch
  NushellSpan span;
};

/// What the module sends of a call: `tracepoint a:b {|e| … } --for 5sec`.
struct NushellCall {
  std::string module;   ///< the module's identity (nushell_module_id())
  std::string command;  ///< `tracepoint`, `trace`
  struct Target {
    std::string nuon;    ///< the value as a literal
    std::string source;  ///< what stands in the script at `span`
    NushellSpan span;
  };
  std::optional<Target> target;
  struct Closure {
    std::string text;    ///< from brace to brace
    std::string source;  ///< what stands in the script at `span`; a variable's name where that holds it
    NushellSpan span;
    std::string captures;  ///< `debug --raw` of it
    /// What stands in the script where a captured value's span is.
    std::vector<std::pair<NushellSpan, std::string>> uses;
  } closure;
  std::vector<NushellFlag> flags;
};

/// Reads the JSON that the module writes. The error says what is wrong with it.
[[nodiscard]] tl::expected<NushellCall, std::string> read_call(std::string_view json);

/// Bytes of a program and the script's bytes that they come from.
struct SourcePart {
  Span program;
  NushellSpan script;
  bool is_exact = false;  ///< byte for byte; else only the whole is known

  friend bool operator==(const SourcePart&, const SourcePart&) = default;
};

struct NushellSource {
  File file;
  std::vector<SourcePart> parts;  ///< in order, without gaps
};

/// The program: a `let` for each variable of the session that the closure uses, then the call. Diagnostics:
/// variables that cannot be constants in the kernel.
struct AssembledCall {
  NushellSource source;
  Diagnostics diagnostics;
};
[[nodiscard]] AssembledCall assemble(const NushellCall& call);

/// The place in the script of a place in the program.
[[nodiscard]] NushellSpan script_span(const NushellSource& source, Span span);

/// A source as one line of JSON and back, for the second call of the tool.
[[nodiscard]] std::string to_json(const NushellSource& source);
[[nodiscard]] std::optional<NushellSource> source_from_json(std::string_view json);

}  // namespace nubpf::tool
