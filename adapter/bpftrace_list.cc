#include "adapter/bpftrace_list.h"

#include <sstream>

#include "adapter/process.h"

namespace nubpf {

std::vector<std::string> list_with_bpftrace(const BpftraceCommand& command, const std::string& pattern,
                                            std::chrono::milliseconds limit, bool own_group) {
  ProcessOptions options{.words = command, .environment = {}, .own_group = own_group};
  options.words.insert(options.words.end(), {"-l", pattern});
  std::vector<std::string> found;
  const auto listed = capture(options, {}, limit);
  if (!listed || listed->status != 0) return found;
  std::istringstream lines(listed->output);
  for (std::string line; std::getline(lines, line);) found.push_back(line);
  return found;
}

}  // namespace nubpf
