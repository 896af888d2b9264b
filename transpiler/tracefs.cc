#include "transpiler/tracefs.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace nubpf {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Everything up to `end`, which is taken off the front of `text` together with it.
std::string_view take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The number of the part `key:N`, such as `offset:16`.
std::optional<std::uint32_t> property(std::string_view part, std::string_view key) {
  part = trim(part);
  if (!part.starts_with(key)) return std::nullopt;
  return number(part.substr(key.size()));
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Splits `const char * filename`, `char comm[16]` or `__data_loc char[] name` into the field's parts.
std::optional<TracepointField> parse_declaration(std::string_view text) {
  TracepointField field;
  text = trim(text);
  for (const std::string_view prefix : {"__data_loc ", "__rel_loc "}) {
    if (!text.starts_with(prefix)) continue;
    // __rel_loc offsets count from behind the field: bpftrace does not read them as strings (seen in 0.17)
    field.is_data_loc = prefix == "__data_loc ";
    text = trim(text.substr(prefix.size()));
    if (!field.is_data_loc) field.declaration = "__rel_loc ";
    break;
  }
  std::optional<std::string_view> bound;
  if (text.ends_with(']')) {
    const auto open = text.find_last_of('[');
    if (open == std::string_view::npos) return std::nullopt;
    bound = trim(text.substr(open + 1, text.size() - open - 2));
    text = trim(text.substr(0, open));
  }
  auto begin = text.size();
  while (begin > 0 && is_name_byte(text[begin - 1])) --begin;
  field.name = text.substr(begin);
  auto type = trim(text.substr(0, begin));
  if (field.name.empty() || type.empty()) return std::nullopt;
  if (type.ends_with("[]")) type = trim(type.substr(0, type.size() - 2));
  field.declaration += type;
  if (bound) {
    field.array = number(*bound).value_or(0);
    field.has_named_bound = !bound->empty() && field.array == 0U;
  }
  return field;
}

std::optional<TracepointField> parse_field(std::string_view line) {
  constexpr std::string_view kField = "field:";
  line = trim(line);
  if (!line.starts_with(kField)) return std::nullopt;
  line.remove_prefix(kField.size());
  auto field = parse_declaration(take_until(line, ';'));
  if (!field) return std::nullopt;
  const auto offset = property(take_until(line, ';'), "offset:");
  const auto size = property(take_until(line, ';'), "size:");
  if (!offset || !size) return std::nullopt;
  field->offset = *offset;
  field->size = *size;
  field->is_signed = property(take_until(line, ';'), "signed:") == 1U;
  // a bound that is a C constant, `char comm[TASK_COMM_LEN]`: the size tells it for bytes
  if (field->array == 0U && field->declaration == "char") field->array = field->size;
  return field;
}

}  // namespace

std::vector<TracepointField> parse_tracepoint_format(std::string_view text) {
  std::vector<TracepointField> fields;
  while (!text.empty()) {
    auto field = parse_field(take_until(text, '\n'));
    if (field && !field->name.starts_with("common_")) fields.push_back(std::move(*field));
  }
  return fields;
}

bool matches_wildcard(std::string_view pattern, std::string_view name) {
  const auto first = pattern.find('*');
  if (first == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, first))) return false;
  name.remove_prefix(first);
  pattern.remove_prefix(first + 1);
  for (auto star = pattern.find('*'); star != std::string_view::npos; star = pattern.find('*')) {
    const auto part = pattern.substr(0, star);
    const auto at = name.find(part);
    if (at == std::string_view::npos) return false;
    name.remove_prefix(at + part.size());
    pattern.remove_prefix(star + 1);
  }
  return name.ends_with(pattern);
}

bool has_wildcard(std::string_view text) {
  return text.find('*') != std::string_view::npos;
}

std::optional<Tracepoint> find_tracepoint(const KernelTypes& kernel, std::string_view name) {
  const auto colon = name.find(':');
  return kernel.tracepoint(name.substr(0, colon), name.substr(colon + 1));
}

std::vector<std::string> tracepoints_of(const KernelTypes& kernel, std::string_view target) {
  if (has_wildcard(target)) return kernel.tracepoints(target);
  return {std::string(target)};
}

}  // namespace nubpf
