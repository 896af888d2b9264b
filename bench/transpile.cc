// How long the phases from text to bpftrace program take, for each file that is named: a line of JSON with the median
// of `cold` (a kernel of its own for each round, whose types are read anew) and `warm` (they have been read), in
// nanoseconds, and whether the program needs the kernel's types at all.
//
//   transpile FILE…

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "transpiler/emit.h"
#include "transpiler/host_kernel.h"
#include "transpiler/parse.h"
#include "transpiler/resolve.h"

namespace {

using namespace nubpf;

constexpr int kRounds = 15;

/// Whether it became a program.
bool transpile(const File& file, const KernelTypes& kernel) {
  const auto parsed = parse(file);
  if (has_errors(parsed.diagnostics)) return false;
  const auto resolved = resolve(file, parsed.script, kernel, {});
  for (const auto& program : resolved.programs) {
    if (emit(program, {}).text.empty()) return false;
  }
  return !has_errors(resolved.diagnostics) && !resolved.programs.empty();
}

std::int64_t median_time(const std::function<void()>& work) {
  std::vector<std::int64_t> times;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + kRounds / 2, times.end());
  return times[kRounds / 2];
}

}  // namespace

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) {
    std::ifstream stream(words[i], std::ios::binary);
    const File file{words[i], std::string(std::istreambuf_iterator<char>(stream), {}), 0};
    const HostKernel kernel(default_host_roots());
    if (!transpile(file, kernel)) continue;  // not for this kernel
    const auto cold = median_time([&] { transpile(file, HostKernel(default_host_roots())); });
    const auto warm = median_time([&] { transpile(file, kernel); });
    fmt::print("{{\"file\": \"{}\", \"types\": {}, \"cold\": {}, \"warm\": {}}}\n", words[i], kernel.types_loaded(), cold,
               warm);
  }
}
