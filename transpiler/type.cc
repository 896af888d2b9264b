#include "transpiler/type.h"

namespace nubpf {

Type integer_type(int bits, bool is_signed) {
  Type type;
  type.kind = TypeKind::integer;
  type.bits = static_cast<std::uint8_t>(bits);
  type.is_signed = is_signed;
  return type;
}

Type simple_type(TypeKind kind) {
  Type type;
  type.kind = kind;
  switch (kind) {
    case TypeKind::boolean:
      type.bits = 8;
      type.is_signed = false;
      break;
    case TypeKind::instant:
    case TypeKind::datetime:
    case TypeKind::address:
      type.is_signed = false;
      break;
    default:
      break;
  }
  return type;
}

bool is_integral(const Type& type) {
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::integer:
    case TypeKind::duration:
    case TypeKind::filesize:
    case TypeKind::instant:
    case TypeKind::datetime:
    case TypeKind::address:
    case TypeKind::enumeration:
    case TypeKind::error_text:
    case TypeKind::cgroup_path:
      return true;
    case TypeKind::structure:
      return type.is_pointer;
    case TypeKind::nothing:
    case TypeKind::string:
    case TypeKind::symbol:
    case TypeKind::ip:
    case TypeKind::mac:
    case TypeKind::binary:
    case TypeKind::stack:
    case TypeKind::list:
      return false;
  }
  return false;
}

std::string to_string(const Type& type) {
  switch (type.kind) {
    case TypeKind::nothing:
      return "nothing";
    case TypeKind::boolean:
      return "bool";
    case TypeKind::integer:
      return "int";
    case TypeKind::duration:
      return "duration";
    case TypeKind::filesize:
      return "filesize";
    case TypeKind::instant:
      return "instant";
    case TypeKind::datetime:
      return "datetime";
    case TypeKind::string:
      return "string";
    case TypeKind::address:
      return "address";
    case TypeKind::symbol:
      return "symbol";
    case TypeKind::ip:
      return "ip";
    case TypeKind::mac:
      return "mac";
    case TypeKind::binary:
      return "binary";
    case TypeKind::stack:
      return "stack";
    case TypeKind::enumeration:
      return type.name.empty() ? "enum" : type.name;
    case TypeKind::error_text:
      return "error";
    case TypeKind::cgroup_path:
      return "cgroup";
    case TypeKind::list:
      return type.items.empty() ? "list" : "list<" + to_string(type.items.front()) + ">";
    case TypeKind::structure:
      return (type.name.empty() ? "struct" : type.name) + (type.is_pointer ? " *" : "");
  }
  return {};
}

std::string storage_to_string(const Type& type) {
  if (!is_integral(type)) return {};
  return (type.is_signed ? "i" : "u") + std::to_string(type.bits);
}

}  // namespace nubpf
