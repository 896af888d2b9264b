#include "transpiler/kernel_values.h"

#include <string>

#include "transpiler/c_type.h"

namespace nubpf {
namespace {

/// How bpftrace spells what a pointer leads to.
std::string target_spelling(const KernelType& target) {
  switch (target.kind) {
    case KernelTypeKind::integer:
      return bpftrace_integer(integer_type(static_cast<int>(target.bits), target.is_signed));
    case KernelTypeKind::boolean:
      return "uint8";
    case KernelTypeKind::character:
      return "char";
    default:
      return target.name;
  }
}

}  // namespace

Type pointer_to(const KernelType& target, int stars, bool is_user_memory) {
  const bool to_struct = stars == 1 && target.kind == KernelTypeKind::structure;
  auto type = simple_type(to_struct ? TypeKind::structure : TypeKind::address);
  type.is_signed = false;
  type.is_pointer = to_struct;
  type.is_user_memory = is_user_memory;
  type.name = target_spelling(target);
  type.kernel_type = target.id;
  type.stars = static_cast<std::uint8_t>(to_struct ? 0 : stars);
  return type;
}

Type value_type(const KernelTypes& kernel, KernelTypeId id) {
  const auto found = kernel.type(id);
  const auto is_number = [](std::uint32_t bits) {
    return bits == 8 || bits == 16 || bits == 32 || bits == 64;
  };
  Type type;
  switch (found.kind) {
    case KernelTypeKind::integer:
    case KernelTypeKind::character:
      if (is_number(found.bits)) type = integer_type(static_cast<int>(found.bits), found.is_signed);
      return type;
    case KernelTypeKind::boolean:
      return simple_type(TypeKind::boolean);
    case KernelTypeKind::enumeration:
      if (!is_number(found.bits)) return type;
      type = integer_type(static_cast<int>(found.bits), found.is_signed);
      type.kind = TypeKind::enumeration;
      type.name = found.name;
      type.kernel_type = found.id;
      type.enumerators = kernel.enumerators(found.id);
      return type;
    case KernelTypeKind::structure:
      type = simple_type(TypeKind::structure);
      type.name = found.name;
      type.kernel_type = found.id;
      return type;
    case KernelTypeKind::pointer: {
      auto target = kernel.type(found.target);
      int stars = 1;
      for (; target.kind == KernelTypeKind::pointer; ++stars) target = kernel.type(target.target);
      return pointer_to(target, stars, found.is_user_memory);
    }
    case KernelTypeKind::array: {
      const auto target = kernel.type(found.target);
      if (target.kind == KernelTypeKind::character && target.is_signed && found.length > 0) {
        type = simple_type(TypeKind::string);
        // the width of `comm`, which tables give less room
        if (found.length == 16) type.bits = 128;
        return type;
      }
      type = simple_type(TypeKind::list);
      type.items = {value_type(kernel, found.target)};
      type.kernel_type = found.id;
      return type;
    }
    case KernelTypeKind::nothing:
    case KernelTypeKind::function:
    case KernelTypeKind::other:
      return type;
  }
  return type;
}

}  // namespace nubpf
