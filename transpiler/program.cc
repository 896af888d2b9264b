#include "transpiler/program.h"

#include <fmt/format.h>

#include <iterator>

namespace nubpf {

std::string source_map_to_string(const Program& program, const File& file) {
  std::string text;
  for (const auto& [line, span] : program.source_map) {
    auto slice = file.slice(span);
    slice = slice.substr(0, slice.find('\n'));
    fmt::format_to(std::back_inserter(text), "{}\t[{},{})\t{}\n", line, span.begin, span.end, slice);
  }
  return text;
}

}  // namespace nubpf
