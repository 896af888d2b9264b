#include "transpiler/dialect.h"

#include <charconv>

namespace nubpf {
namespace {

/// Takes a decimal number off the front of `text`.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take_dot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_string(const BpftraceVersion& version) {
  return std::to_string(version.major) + '.' + std::to_string(version.minor) + '.' +
         std::to_string(version.patch);
}

std::optional<BpftraceVersion> parse_version(std::string_view text) {
  constexpr std::string_view kName = "bpftrace ";
  if (text.starts_with(kName)) text.remove_prefix(kName.size());
  if (text.starts_with('v')) text.remove_prefix(1);
  BpftraceVersion version;
  const auto major = take_number(text);
  if (!major || !take_dot(text)) return std::nullopt;
  const auto minor = take_number(text);
  if (!minor) return std::nullopt;
  version.major = *major;
  version.minor = *minor;
  if (take_dot(text)) {
    const auto patch = take_number(text);
    if (!patch) return std::nullopt;
    version.patch = *patch;
  }
  return version;
}

Dialect dialect_for(const BpftraceVersion& version) {
  const auto reached = [&version](std::string_view row) {
    const auto since = parse_version(row);
    return since && version >= *since;
  };
  Dialect dialect;
#define NUBPF_DIFFERENCE(name, since, until, what) dialect.name = reached(since) && !reached(until);
#define NUBPF_SPELLING(name, before, since, after) dialect.name = reached(since) ? (after) : (before);
#include "mappings/dialects.inc"
  return dialect;
}

}  // namespace nubpf
