// What the kernel's own types say: arguments by name, return values, members of structs, casts.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "transpiler/c_type.h"
#include "transpiler/kernel_values.h"
#include "transpiler/resolver.h"
#include "transpiler/suggest.h"
#include "transpiler/tracefs.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

/// Arguments that every processor passes in registers; bpftrace reads no others by number.
constexpr std::size_t kRegisters = 6;

/// The function of an attach point: without a module before it and an offset behind it.
std::string_view function_of(std::string_view target) {
  target = target.substr(0, target.find('+'));
  const auto colon = target.find(':');
  return colon == std::string_view::npos ? target : target.substr(colon + 1);
}

bool has_offset(std::string_view target) {
  const auto plus = target.find('+');
  return plus != std::string_view::npos && target.substr(plus) != "+0";
}

std::optional<std::int64_t> index_of(const syntax::PathMember& step) {
  if (const auto* number = std::get_if<std::int64_t>(&step.name)) return *number;
  const auto& name = std::get<std::string>(step.name);
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failed != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace

bool ProgramResolver::needs_types(std::string_view what, std::string help, Span span) {
  if (kernel_.types_readable()) return true;
  error(DiagnosticKind::no_kernel_support, span,
        fmt::format("{} needs the kernel's description of its types (BTF), and this kernel has none", what),
        "not known without it",
        fmt::format("{}, or use a kernel built with CONFIG_DEBUG_INFO_BTF", std::move(help)));
  return false;
}

Type ProgramResolver::kernel_type(KernelTypeId id) const {
  return value_type(kernel_, id);
}

Type ProgramResolver::field_type(const Type& type, std::string_view declaration) const {
  const auto parts = parse_c_type(declaration);
  if (!parts) return type;
  if (type.kind == TypeKind::address && parts->stars == 1 &&
      (parts->base.starts_with("struct ") || parts->base.starts_with("union "))) {
    auto result = simple_type(TypeKind::structure);
    result.is_signed = false;
    result.is_pointer = true;
    result.name = parts->base;
    return result;
  }
  if (type.kind == TypeKind::integer && parts->stars == 0 && parts->base.starts_with("enum ")) {
    const auto id = kernel_.find_type(parts->base);
    if (!id) return type;
    auto result = kernel_type(*id);
    result.bits = type.bits;
    return result;
  }
  return type;
}

bool ProgramResolver::check_function(const AttachPoint& point) {
  const auto name = function_of(point.target);
  const bool by_type = point.probe->name == "fentry" || point.probe->name == "fexit";
  if (has_wildcard(point.target) || !kernel_.types_readable() || kernel_.function(name)) return true;
  if (!by_type && kernel_.may_have_symbol(name)) return true;
  const auto near = nearest(name, kernel_.functions("*"));
  error(DiagnosticKind::unknown_probe, point.span,
        fmt::format("this kernel has no function `{}`{}", name, by_type ? " that BTF describes" : ""),
        "misspelt, or inlined by the compiler",
        near ? fmt::format("write `{}`; of an inlined function, trace the callers", *near)
             : fmt::format(
                   "`nubpf list '{}:*{}*'` lists those of a like name; of an inlined function, trace the "
                   "callers",
                   point.probe->name, name));
  return false;
}

const std::vector<TracedFunction>& ProgramResolver::traced_functions() {
  if (functions_) return *functions_;
  functions_.emplace();
  for (const auto& point : clause_->attach_points) {
    if (point.probe->target != mappings::Target::function) continue;
    const auto pattern = function_of(point.target);
    const auto names =
        has_wildcard(pattern) ? kernel_.functions(pattern) : std::vector<std::string>{std::string(pattern)};
    for (const auto& name : names) {
      if (auto function = kernel_.function(name)) functions_->push_back({&point, std::move(*function)});
    }
  }
  return *functions_;
}

std::optional<Expression> ProgramResolver::kernel_argument(std::string_view name, Span span) {
  const auto& points = clause_->attach_points;
  const bool returns =
      std::all_of(points.begin(), points.end(), [](const auto& p) { return p.probe->name == "kretprobe"; });
  if (!needs_types("an argument's name", returns ? "write `retval`" : "write `arg0`, `arg1`, …", span))
    return std::nullopt;
  const auto& functions = traced_functions();
  const auto position = [&](const TracedFunction& traced) -> std::optional<std::size_t> {
    const auto& parameters = traced.function.parameters;
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const auto& parameter) { return parameter.name == name; });
    if (found == parameters.end()) return std::nullopt;
    return static_cast<std::size_t>(found - parameters.begin());
  };
  const auto first = std::find_if(functions.begin(), functions.end(),
                                  [&](const auto& traced) { return position(traced).has_value(); });
  if (first == functions.end()) {
    auto names = field_names();
    for (const auto& traced : functions) {
      if (traced.point->probe->name == "kretprobe") continue;
      for (const auto& parameter : traced.function.parameters) names.push_back(parameter.name);
    }
    const bool undescribed = functions.empty();
    error(DiagnosticKind::unknown_field, span,
          undescribed
              ? fmt::format("BTF does not describe `{}`, so its arguments have no names", probe_name())
              : fmt::format("`{}` has no argument or field `{}`", probe_name(), name),
          "not a field of this event",
          undescribed ? std::string("write `arg0`, `arg1`, …") : field_help(name, names));
    return std::nullopt;
  }
  const auto index = *position(*first);
  const auto& parameter = first->function.parameters[index];
  for (const auto& traced : functions) {
    const auto other = position(traced);
    std::string conflict;
    if (!other) {
      conflict = fmt::format("`{}` has no such argument", traced.function.name);
    } else if (*other != index) {
      conflict = fmt::format("number {} of `{}`, and number {} of `{}`", index, first->function.name, *other,
                             traced.function.name);
    } else if (kernel_type(traced.function.parameters[*other].type) != kernel_type(parameter.type)) {
      conflict = fmt::format("`{}` in `{}`, and `{}` in `{}`", parameter.declaration, first->function.name,
                             traced.function.parameters[*other].declaration, traced.function.name);
    }
    if (conflict.empty()) continue;
    error(DiagnosticKind::conflicting_fields, span,
          fmt::format("the functions of this clause do not agree on `{}`", name), conflict,
          "write a clause for each of them");
    return std::nullopt;
  }
  const auto& probe = *first->point->probe;
  const auto type = kernel_type(parameter.type);
  if (probe.name == "fentry" || probe.name == "fexit") {
    if (type.kind == TypeKind::nothing || !is_single(type)) {
      error(DiagnosticKind::not_supported, span,
            fmt::format("`{}` is a `{}`, which nubpf cannot read", name, parameter.declaration),
            "cannot be read", "leave it out");
      return std::nullopt;
    }
    return make_readable({FieldRead{std::string(name), FieldAccess::typed}, type, span});
  }
  if (probe.name == "kretprobe") {
    error(
        DiagnosticKind::unknown_field, span,
        fmt::format("`{}` is an argument of `{}`, and a `kretprobe` sees only what the function returns",
                    name, first->function.name),
        "gone when the function returns",
        fmt::format("write `fexit {0}`, or keep it at the entry: `kprobe {0} {{|e| map set {1} $e.tid $e.{1} "
                    "}}`, and read it with `map get {1} $e.tid`",
                    first->function.name, name));
    return std::nullopt;
  }
  const auto offset =
      std::find_if(points.begin(), points.end(), [](const AttachPoint& p) { return has_offset(p.target); });
  const bool by_value =
      std::any_of(first->function.parameters.begin(),
                  first->function.parameters.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                  [&](const auto& p) { return !is_integral(kernel_type(p.type)); });
  if (offset != points.end() || index >= kRegisters || by_value) {
    error(DiagnosticKind::not_supported, span,
          offset != points.end()
              ? fmt::format("behind an offset the arguments of `{}` are no longer where they were",
                            first->function.name)
              : fmt::format("`{}` is not in a register that bpftrace can name", name),
          "cannot be read here", fmt::format("write `fentry {}`", first->function.name));
    return std::nullopt;
  }
  return machine_value({fmt::format("arg{}", index), false}, type, parameter.declaration, span);
}

std::optional<Expression> ProgramResolver::kernel_return(Span span) {
  Expression raw{ArgumentRead{"retval", false}, integer_type(64, true), span};
  if (!kernel_.types_readable()) return raw;
  const auto& functions = traced_functions();
  if (functions.empty()) return raw;
  const auto& front = functions.front();
  const bool agree = std::all_of(functions.begin(), functions.end(), [&](const auto& other) {
    return kernel_type(other.function.return_type) == kernel_type(front.function.return_type) &&
           other.point->probe == front.point->probe;
  });
  if (!agree) return raw;
  if (front.function.return_type == 0) {
    error(DiagnosticKind::unknown_field, span,
          fmt::format("`{}` returns nothing, so it has no `retval`", front.function.name),
          "nothing is returned", "leave it out");
    return std::nullopt;
  }
  const auto type = kernel_type(front.function.return_type);
  if (front.point->probe->name == "fexit" && type.kind != TypeKind::nothing && is_single(type))
    return make_readable({ArgumentRead{"retval", true}, type, span});
  return machine_value({"retval", false}, type, front.function.return_declaration, span);
}

std::optional<Expression> ProgramResolver::machine_value(ArgumentRead read, const Type& type,
                                                         std::string_view declaration, Span span) {
  if (!is_integral(type)) {
    error(DiagnosticKind::not_supported, span,
          fmt::format("a `{}` is not a single value, and cannot be read from a register", declaration),
          "cannot be read", fmt::format("write `{}` for the bare number", read.name));
    return std::nullopt;
  }
  if (type.bits == 64) return make_readable({std::move(read), type, span});
  // The rest of the register is not the value's.
  return make_cast({std::move(read), integer_type(64, false), span}, type);
}

std::optional<KernelTypeId> ProgramResolver::struct_of(const Type& type, Span span) {
  if (type.kernel_type != 0) return type.kernel_type;
  if (!needs_types("a member of a struct", "send the pointer itself", span)) return std::nullopt;
  const auto id = kernel_.find_type(type.name);
  if (!id) {
    error(DiagnosticKind::unknown_name, span, fmt::format("this kernel's BTF has no `{}`", type.name),
          "not described", "send the pointer itself");
  }
  return id;
}

std::optional<Expression> ProgramResolver::struct_member(Expression head, std::string_view name, Span span) {
  const auto id = struct_of(head.type, span);
  if (!id) return std::nullopt;
  const auto members = kernel_.members(*id);
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.name == name; });
  const auto spelling = head.type.name.empty() ? std::string("this struct") : "`" + head.type.name + "`";
  if (found == members.end()) {
    std::vector<std::string> names;
    std::optional<std::string> near;
    for (const auto& member : members) {
      names.push_back(member.name);
      // `$e.sk.skc_dport` is in `__sk_common`.
      const auto inner = kernel_.type(member.type);
      if (near || inner.kind != KernelTypeKind::structure) continue;
      const auto inner_members = kernel_.members(inner.id);
      if (std::any_of(inner_members.begin(), inner_members.end(),
                      [&](const auto& m) { return m.name == name; }))
        near = fmt::format("{}.{}", member.name, name);
    }
    if (!near) near = nearest(name, names);
    const auto list = head.type.name.empty()
                          ? fmt::format("its members are {}", fmt::join(names, ", "))
                          : fmt::format("`nubpf fields '{}'` lists all of them", head.type.name);
    error(DiagnosticKind::unknown_field, span, fmt::format("{} has no member `{}`", spelling, name),
          members.empty() ? "nothing is known of its members" : "not a member",
          near ? fmt::format("write `{}`; {}", *near, list) : list);
    return std::nullopt;
  }
  const bool is_typed = std::holds_alternative<Member>(head.node) ||
                        std::holds_alternative<Index>(head.node) ||
                        std::holds_alternative<FieldRead>(head.node);
  auto type = kernel_type(found->type);
  const bool is_signed_bits = found->bit_field != 0 && found->bit_field < type.bits && type.is_signed;
  if (type.kind == TypeKind::nothing || is_signed_bits || (head.type.name.empty() && !is_typed)) {
    error(DiagnosticKind::not_supported, span,
          is_signed_bits ? fmt::format("`{}` is a signed bit field, and bpftrace loses its sign", name)
                         : fmt::format("`{}` is a `{}`, which nubpf cannot read", name, found->declaration),
          "cannot be read", "leave it out");
    return std::nullopt;
  }
  if (head.type.is_user_memory && !type.is_pointer) type.is_user_memory = true;
  return Expression{Member{std::make_shared<const Expression>(std::move(head)), std::string(name)}, type,
                    span};
}

std::optional<Expression> ProgramResolver::element(Expression head, std::int64_t index, Span span) {
  Type type;
  auto object = head;
  if (head.type.kind == TypeKind::list) {
    const auto array = kernel_.type(head.type.kernel_type);
    type = head.type.items.front();
    const bool has_bound = array.kind == KernelTypeKind::array && array.length > 0;
    if (index < 0 || (has_bound && index >= std::int64_t{array.length})) {
      error(DiagnosticKind::bad_argument, span, fmt::format("the array has {} elements", array.length),
            "not one of them", fmt::format("write a number from 0 to {}", array.length - 1));
      return std::nullopt;
    }
    if (array.kind == KernelTypeKind::array && array.length == 0) {
      // bpftrace checks bounds, and an array at the end of a struct has none: read it as a pointer.
      object = make_cast(std::move(object), pointer_to(kernel_.type(array.target), 1, false));
    }
  } else if (head.type.kind == TypeKind::structure) {
    type = head.type;
    type.is_pointer = false;
  } else if (head.type.stars > 1) {
    type = pointer_to(kernel_.type(head.type.kernel_type), head.type.stars - 1, head.type.is_user_memory);
    if (head.type.kernel_type == 0) type.name = head.type.name;
  } else if (head.type.kernel_type != 0) {
    type = kernel_type(head.type.kernel_type);
  } else if (const auto parts = parse_c_type(head.type.name); parts && parts->integer) {
    type = *parts->integer;
  }
  if (type.kind == TypeKind::nothing) {
    error(DiagnosticKind::type_mismatch, span, "nothing is known of what this points to", "not an array",
          "give it a type: `… | cast \"u32 *\"`");
    return std::nullopt;
  }
  Expression result{Index{std::make_shared<const Expression>(std::move(object)), index}, type, span};
  // 0.17 does not know the struct of a pointer that comes out of an array.
  if (type.kind == TypeKind::structure && type.is_pointer && !type.name.empty())
    result = make_cast(std::move(result), type);
  return result;
}

std::optional<Expression> ProgramResolver::followed(Expression head, const syntax::PathMember& step) {
  const auto kind = head.type.kind;
  const auto index = index_of(step);
  if (index && (is_pointer(head.type) || kind == TypeKind::list))
    return element(std::move(head), *index, step.span);
  if (!index && kind == TypeKind::structure)
    return struct_member(std::move(head), std::get<std::string>(step.name), step.span);
  const bool is_raw = kind == TypeKind::address || (kind == TypeKind::integer && head.type.bits == 64);
  error(DiagnosticKind::type_mismatch, step.span,
        kind == TypeKind::structure ? fmt::format("{} is not an array", describe(head.type))
                                    : fmt::format("{} has no members", describe(head.type)),
        kind == TypeKind::structure ? "not a member"
        : kind == TypeKind::list    ? "an array has elements"
                                    : "not a record",
        kind == TypeKind::list ? std::string("write the number of one, such as `.0`")
        : is_raw               ? std::string("give it a type: `… | cast \"struct NAME *\" | get …`")
        : is_text(head.type)   ? std::string("test it with `starts-with`, `=~` or `==`")
                               : std::string());
  return std::nullopt;
}

std::optional<Value> ProgramResolver::kernel_cast(const BoundCall& bound, Value input, Span span) {
  const auto& argument = *bound.positionals.front();
  const auto* literal = std::get_if<syntax::StringLiteral>(&argument.node);
  const auto parts = literal != nullptr ? parse_c_type(literal->value) : std::nullopt;
  if (!parts) {
    error(DiagnosticKind::bad_argument, argument.span, "`cast` needs a type of C", "not a type",
          "write `cast \"struct sock *\"`");
    return std::nullopt;
  }
  auto* expression = std::get_if<Expression>(&input.node);
  if (expression == nullptr || input.maybe_nothing || expression->type.kind != TypeKind::list) {
    auto single = scalar_of(std::move(input));
    if (!single) return std::nullopt;
    input = Value{std::move(*single), span, false};
    expression = std::get_if<Expression>(&input.node);
  }
  auto operand = std::move(*expression);
  // The address of what became a string or has a type already.
  if (const auto* read = std::get_if<ReadString>(&operand.node)) operand = Expression(*read->address);
  if (const auto* inner = std::get_if<Cast>(&operand.node); inner != nullptr && is_pointer(operand.type))
    operand = Expression(*inner->operand);
  if (!is_integral(operand.type) && operand.type.kind != TypeKind::list) {
    error(DiagnosticKind::type_mismatch, operand.span,
          fmt::format("`cast` needs a number or an address, not {}", describe(operand.type)),
          "of another type");
    return std::nullopt;
  }
  KernelType target;
  Type type;
  const bool is_text = parts->base == "char" || parts->base == "unsigned char";
  if (parts->integer) {
    target.kind = is_text ? KernelTypeKind::character : KernelTypeKind::integer;
    target.bits = parts->integer->bits;
    target.is_signed = parts->integer->is_signed;
    type = *parts->integer;
  } else if (!parts->base.empty()) {
    if (!needs_types(fmt::format("`{}`", parts->base), "cast to a number such as `u32`", argument.span))
      return std::nullopt;
    const auto id = kernel_.find_type(parts->base);
    if (!id) {
      const auto near = nearest(parts->base, kernel_.type_names());
      error(DiagnosticKind::unknown_name, argument.span,
            fmt::format("this kernel has no type `{}`", parts->base), "not a type of the kernel",
            near ? fmt::format("write `{}{}`", *near, parts->stars > 0 ? " *" : "") : "check the spelling");
      return std::nullopt;
    }
    target = kernel_.type(*id);
    type = kernel_type(*id);
  }
  if (parts->stars > 0) type = pointer_to(target, parts->stars, parts->is_user_memory);
  if (!is_integral(type) || (operand.type.kind == TypeKind::list && !is_pointer(type))) {
    error(DiagnosticKind::bad_argument, argument.span,
          fmt::format("`cast` makes numbers and pointers, and `{}` is neither", literal->value),
          "not a pointer", fmt::format("write `cast \"{} *\"`", parts->base));
    return std::nullopt;
  }
  auto result = make_readable(make_cast(std::move(operand), std::move(type)));
  result.span = span;
  return Value{std::move(result), span, false};
}

}  // namespace nubpf::resolving
