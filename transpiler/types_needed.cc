#include "transpiler/types_needed.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "transpiler/c_type.h"
#include "transpiler/mappings.h"
#include "transpiler/tracefs.h"

namespace nubpf {
namespace {

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
  const auto names = tracepoints_of(kernel, target);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto tracepoint = find_tracepoint(kernel, name);
    return tracepoint && std::all_of(tracepoint->fields.begin(), tracepoint->fields.end(), is_plain_field);
  });
}

}  // namespace

bool is_plain_field(const TracepointField& field) {
  const auto type = parse_c_type(field.declaration);
  if (field.has_named_bound || !type || type->is_user_memory) return false;
  // Only behind a pointer nobody asks for the size of a struct.
  if (type->base.starts_with("struct ") || type->base.starts_with("union ")) return type->stars > 0;
  if (type->base.empty() || mappings::find_kernel_typedef(type->base) != nullptr) return true;
  // `unsigned long`, but not `uint32`, which only bpftrace's own text may say.
  return type->integer && type->base.find_first_of("0123456789") == std::string::npos;
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
