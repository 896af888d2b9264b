#include "adapter/convert.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "adapter/cgroups.h"

namespace nubpf {
namespace {

std::int64_t narrow(std::int64_t bits, const Type& type) {
  if (type.bits == 0 || type.bits >= 64) return bits;
  const unsigned unused = 64U - type.bits;
  const std::uint64_t shifted = static_cast<std::uint64_t>(bits) << unused;
  return type.is_signed ? static_cast<std::int64_t>(shifted) >> unused
                        : static_cast<std::int64_t>(shifted >> unused);
}

/// The 64 bits of a decimal or `0x` number of either sign.
std::optional<std::int64_t> parse_bits(std::string_view text) {
  const char* end = text.data() + text.size();
  if (text.starts_with("0x")) {
    std::uint64_t bits = 0;
    const auto [at, error] = std::from_chars(text.data() + 2, end, bits, 16);
    if (error == std::errc() && at == end) return static_cast<std::int64_t>(bits);
    return std::nullopt;
  }
  std::int64_t number = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, number); error == std::errc() && at == end) {
    return number;
  }
  std::uint64_t bits = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, bits); error == std::errc() && at == end) {
    return static_cast<std::int64_t>(bits);
  }
  return std::nullopt;
}

bool set_null(Value& value) {
  value.node = Null{};
  return false;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

List frames(std::string_view text) {
  List list;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view frame = trim(text.substr(0, end));
    if (!frame.empty()) list.push_back({std::string(frame)});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return list;
}

std::string unescape_bytes(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    unsigned byte = 0;
    if (text.starts_with("\\x") && text.size() >= 4) {
      const auto [at, error] = std::from_chars(text.data() + 2, text.data() + 4, byte, 16);
      if (error == std::errc() && at == text.data() + 4) {
        bytes += static_cast<char>(byte);
        text.remove_prefix(4);
        continue;
      }
    }
    bytes += text.front();
    text.remove_prefix(1);
  }
  return bytes;
}

bool set_bytes(Value& value, const Node& list) {
  Binary binary;
  const Node* item = &first(list);
  for (std::uint32_t i = 0; i < list.size; ++i) {
    if (item->kind != NodeKind::integer) return set_null(value);
    binary.bytes += static_cast<char>(item->integer);
    if (i + 1 < list.size) item = &next(*item);
  }
  value.node = std::move(binary);
  return true;
}

bool set_list(Value& value, const Type& type, const Node& list, Clock clock) {
  const Type item_type = type.items.empty() ? simple_type(TypeKind::nothing) : type.items.front();
  List items(list.size);
  bool fits = true;
  const Node* item = &first(list);
  for (std::uint32_t i = 0; i < list.size; ++i) {
    fits = set_value(items[i], item_type, *item, clock) && fits;
    if (i + 1 < list.size) item = &next(*item);
  }
  value.node = std::move(items);
  return fits;
}

/// The six bytes that the value holds as people write them.
bool set_mac(Value& value) {
  const auto bytes = std::get<Binary>(value.node).bytes;
  if (bytes.size() != 6) return set_null(value);
  std::string text;
  for (const char byte : bytes)
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(byte));
  value.node = std::move(text);
  return true;
}

/// `uretprobe:/lib/libc.so.6:free` is of `free`. What is no probe is the function itself.
std::string_view function_of_probe(std::string_view text) {
  const bool is_user = text.starts_with("uprobe:") || text.starts_with("uretprobe:");
  const auto begin = is_user ? text.find(':', text.find(':') + 1) : text.rfind(':');
  return begin == std::string_view::npos ? text : text.substr(begin + 1);
}

std::string error_name(std::int64_t number) {
  const char* const text = strerrordesc_np(static_cast<int>(number));
  return text != nullptr ? text : fmt::format("error {}", number);
}

}  // namespace

void set_string(Value& value, std::string_view text) {
  if (auto* held = std::get_if<std::string>(&value.node)) {
    held->assign(text);
  } else {
    value.node.emplace<std::string>(text);
  }
}

void set_integral(Value& value, const Type& type, std::int64_t bits, Clock clock) {
  const std::int64_t number = narrow(bits, type);
  const bool is_above = !type.is_signed && number < 0;
  switch (type.kind) {
    case TypeKind::boolean:
      value.node = number != 0;
      return;
    case TypeKind::duration:
      if (!is_above) {
        value.node = Duration{number};
        return;
      }
      break;
    case TypeKind::filesize:
      if (!is_above) {
        value.node = Filesize{number};
        return;
      }
      break;
    case TypeKind::enumeration:
      if (type.enumerators != nullptr) {
        for (const auto& [known, name] : *type.enumerators) {
          if (known != number) continue;
          set_string(value, name);
          return;
        }
      }
      break;
    case TypeKind::datetime:
      value.node = Datetime{static_cast<std::int64_t>(static_cast<std::uint64_t>(number) +
                                                      static_cast<std::uint64_t>(clock.offset))};
      return;
    case TypeKind::error_text:
      set_string(value, error_name(number));
      return;
    case TypeKind::cgroup_path:
      set_string(value, cgroup_path(static_cast<std::uint64_t>(number)));
      return;
    case TypeKind::address:
    case TypeKind::structure: {
      char text[2 + 16];
      const auto end = fmt::format_to(text, "{:#x}", static_cast<std::uint64_t>(number));
      set_string(value, {text, end});
      return;
    }
    default:
      break;
  }
  if (is_above) {
    value.node = static_cast<std::uint64_t>(number);
  } else {
    value.node = number;
  }
}

bool set_value(Value& value, const Type& type, const Node& node, Clock clock) {
  switch (node.kind) {
    case NodeKind::boolean:
    case NodeKind::integer:
    case NodeKind::unsigned_integer:
      if (!is_integral(type) && type.kind != TypeKind::structure) break;
      set_integral(value, type, node.integer, clock);
      return true;
    case NodeKind::string:
      return set_value(value, type, node.text, clock);
    case NodeKind::list:
      if (type.kind == TypeKind::list) return set_list(value, type, node, clock);
      if (type.kind == TypeKind::binary) return set_bytes(value, node);
      if (type.kind == TypeKind::mac) return set_bytes(value, node) && set_mac(value);
      break;
    default:
      break;
  }
  return set_null(value);
}

bool set_value(Value& value, const Type& type, std::string_view text, Clock clock) {
  switch (type.kind) {
    case TypeKind::string:
    case TypeKind::symbol:
    case TypeKind::ip:
      set_string(value, type.name == "func" ? function_of_probe(text) : text);
      return true;
    case TypeKind::mac:
      value.node = Binary{unescape_bytes(text)};
      return set_mac(value);
    case TypeKind::stack:
      value.node = frames(text);
      return true;
    case TypeKind::binary:
      value.node = Binary{unescape_bytes(text)};
      return true;
    case TypeKind::nothing:
    case TypeKind::list:
      return set_null(value);
    case TypeKind::boolean:
      if (text == "true" || text == "false") {
        value.node = text == "true";
        return true;
      }
      break;
    default:
      break;
  }
  if (const auto bits = parse_bits(text)) {
    set_integral(value, type, *bits, clock);
    return true;
  }
  // 0.22 prints the names of enumerators in keys.
  if (type.kind == TypeKind::enumeration) {
    set_string(value, text);
    return true;
  }
  return set_null(value);
}

ColumnHint hint_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::boolean:
      return ColumnHint::boolean;
    case TypeKind::integer:
    case TypeKind::instant:
      return ColumnHint::number;
    case TypeKind::enumeration:
      return type.enumerators != nullptr ? ColumnHint::text : ColumnHint::number;
    case TypeKind::duration:
      return ColumnHint::duration;
    case TypeKind::filesize:
      return ColumnHint::filesize;
    case TypeKind::datetime:
      return ColumnHint::datetime;
    case TypeKind::string:
    case TypeKind::address:
    case TypeKind::symbol:
    case TypeKind::error_text:
    case TypeKind::cgroup_path:
    case TypeKind::ip:
    case TypeKind::mac:
    case TypeKind::structure:
      return ColumnHint::text;
    case TypeKind::nothing:
    case TypeKind::binary:
    case TypeKind::list:
      return ColumnHint::other;
    case TypeKind::stack:
      return ColumnHint::stack;
  }
  return ColumnHint::other;
}

}  // namespace nubpf
