#pragma once

#include <cstddef>
#include <regex>
#include <string_view>
#include <vector>

/// Tables of mappings/ whose rows have a `pattern` (ECMAScript) and an `example` that it matches.
namespace nubpf {

/// Compiled, in the order of the rows.
template <class Row, std::size_t count>
std::vector<std::regex> compiled_patterns(const Row (&rows)[count]) {
  std::vector<std::regex> patterns;
  patterns.reserve(count);
  for (const Row& row : rows) patterns.emplace_back(row.pattern);
  return patterns;
}

template <class Row, std::size_t count>
std::vector<std::string_view> examples_of(const Row (&rows)[count]) {
  std::vector<std::string_view> examples;
  examples.reserve(count);
  for (const Row& row : rows) examples.push_back(row.example);
  return examples;
}

}  // namespace nubpf
