#include "transpiler/types_needed.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/mappings.h"

namespace nubpf {
namespace {

constexpr std::array<std::string_view, 7> kWordsOfC = {"char", "short",    "int",   "long",
                                                       "void", "unsigned", "signed"};

bool is_one_of(std::string_view word, const auto& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Whether bpftrace compiles it without knowing a type of the kernel, the event's layout aside.
bool is_plain(const resolved::Expression& expression) {
  using namespace resolved;
  if (const auto* read = std::get_if<ContextRead>(&expression.node))
    return read->field->bpftrace.find("curtask") == std::string_view::npos;
  if (const auto* read = std::get_if<FieldRead>(&expression.node)) return read->access != FieldAccess::typed;
  if (const auto* read = std::get_if<ArgumentRead>(&expression.node)) return !read->is_typed;
  if (const auto* call = std::get_if<FunctionCall>(&expression.node)) return !call->function->needs_types;
  if (std::holds_alternative<Cast>(expression.node)) return !is_pointer(expression.type);
  // 0.23 and newer count the keys of a map by themselves where BTF does not name the kernel's own count of
  // them.
  return !std::holds_alternative<MapLength>(expression.node) &&
         !std::holds_alternative<Member>(expression.node);
}

/// Whether that is so for every field of a tracepoint, or of all that match the pattern.
bool has_plain_layout(std::string_view target, const KernelTypes& kernel) {
  const auto names = target.find('*') == std::string_view::npos
                         ? std::vector<std::string>{std::string(target)}
                         : kernel.tracepoints(target);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto colon = name.find(':');
    const auto tracepoint = kernel.tracepoint(name.substr(0, colon), name.substr(colon + 1));
    return tracepoint && std::all_of(tracepoint->fields.begin(), tracepoint->fields.end(), is_plain_field);
  });
}

}  // namespace

bool is_plain_field(const TracepointField& field) {
  if (field.has_named_bound) return false;
  std::string_view type = field.declaration;
  bool is_struct = false;
  while (!type.empty()) {
    const auto end = std::min(type.find_first_of(" *"), type.size());
    const auto word = type.substr(0, end);
    if (word == "struct" || word == "union") {
      // Only behind a pointer nobody asks for its size.
      is_struct = true;
      const auto name = type.find_first_not_of(' ', end);
      type.remove_prefix(name == std::string_view::npos ? type.size() : name);
      type.remove_prefix(std::min(type.find_first_of(" *"), type.size()));
      continue;
    }
    const bool is_known = word.empty() || word == "const" || word == "volatile" ||
                          is_one_of(word, kWordsOfC) || mappings::find_kernel_typedef(word) != nullptr;
    if (!is_known) return false;
    type.remove_prefix(std::min(end + 1, type.size()));
  }
  return !is_struct || field.declaration.find('*') != std::string::npos;
}

bool needs_kernel_types(const resolved::Program& program, const KernelTypes& kernel) {
  bool has_plain_expressions = true;
  bool reads_fields = false;
  resolved::for_each_expression(program, [&](const resolved::Expression& expression) {
    has_plain_expressions = has_plain_expressions && is_plain(expression);
    reads_fields = reads_fields || std::holds_alternative<resolved::FieldRead>(expression.node);
  });
  if (!has_plain_expressions) return true;
  for (const auto& clause : program.clauses) {
    for (const auto& point : clause.attach_points) {
      if (point.probe->needs_types) return true;
      if (point.probe->target != mappings::Target::tracepoint || !reads_fields) continue;
      if (!has_plain_layout(point.target, kernel)) return true;
    }
  }
  return program.command && !has_plain_layout(resolved::kForks, kernel);
}

}  // namespace nubpf
