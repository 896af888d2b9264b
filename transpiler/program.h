#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "transpiler/schema.h"
#include "transpiler/source.h"

namespace nubpf {

/// One line of the bpftrace text and the source that it came from. No statement is split over lines.
struct SourceMapEntry {
  std::uint32_t line = 0;  ///< 1-based, in Program::text
  Span span;               ///< in the user's file; empty for lines that nubpf added
};

/// A bpftrace program, ready for bpftrace's standard input.
struct Program {
  std::string text;
  std::vector<SourceMapEntry> source_map;  ///< ascending lines; lines without an entry have no source
  Schema schema;
  /// Environment of bpftrace that the program relies on (string length, map size), name to value.
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> arguments;  ///< of bpftrace, besides format and input: `--unsafe`, `-k`
  /// It is to be ended by the end of a process that bpftrace watches (`-p`), which limits none of its probes.
  bool ends_with_process = false;
  /// bpftrace throws away the rows that wait when it is stopped.
  bool may_lose_its_tail = false;
  /// False: bpftrace compiles it just so with nothing but common_types() (btf.h).
  bool needs_kernel_types = true;
  /// How long it is to trace, where its text does not end it.
  std::optional<std::int64_t> duration_ns;
};

/// `LINE<tab>[begin,end)<tab>source text`, a line each; what `--dump source-map` shows.
[[nodiscard]] std::string source_map_to_string(const Program& program, const File& file);

}  // namespace nubpf
