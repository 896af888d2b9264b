#pragma once

#include <string>
#include <string_view>

#include "transpiler/dialect.h"
#include "transpiler/emit.h"
#include "transpiler/resolved.h"

namespace nubpf {

/// What the text of an expression depends on.
struct ExpressionContext {
  const resolved::Program& program;
  const resolved::Clause& clause;
  const Dialect& dialect;
  EmitForm form;
  int string_length;  ///< bytes to keep of a string; 0: bpftrace's default
};

/// The expression in bpftrace's language, with no more parentheses than it needs.
[[nodiscard]] std::string expression_text(const resolved::Expression& expression,
                                          const ExpressionContext& context);

/// The value as an argument of printf(): a pointer needs no cast there.
[[nodiscard]] std::string argument_text(const resolved::Expression& expression,
                                        const ExpressionContext& context);

/// A pointer as a variable keeps it, with its type: `(struct sock *)arg0`.
[[nodiscard]] std::string pointer_text(const resolved::Expression& expression,
                                       const ExpressionContext& context);

/// The same where only true or false counts: `@start[tid]` instead of `@start[tid] != 0`.
[[nodiscard]] std::string condition_text(const resolved::Expression& expression,
                                         const ExpressionContext& context);

/// `(int64)pid`, `(int64)(a + b)`. bpftrace 0.25 takes a name in parentheses for a type, too.
[[nodiscard]] std::string cast_text(std::string_view type, std::string_view operand);

/// `@name[key, key]`, or `@name` without keys.
[[nodiscard]] std::string map_text(std::string_view map, const std::vector<resolved::Expression>& keys,
                                   const ExpressionContext& context);

/// A string literal of bpftrace. Every byte that could end it or that is not plain text is escaped.
[[nodiscard]] std::string quote(std::string_view text);

/// The map that keeps which keys another map holds, where bpftrace cannot ask and a value may be 0.
[[nodiscard]] std::string presence_map(const resolved::Map& map);

/// The map that counts another map's keys, where bpftrace cannot.
[[nodiscard]] std::string length_map(const resolved::Map& map);
[[nodiscard]] bool needs_length_map(const resolved::Map& map, const Dialect& dialect);

/// Whether `has` on this map needs such a map in this dialect.
[[nodiscard]] bool needs_presence_map(const resolved::Map& map, const Dialect& dialect);

}  // namespace nubpf
