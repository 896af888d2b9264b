#include "adapter/missing_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "adapter/bpftrace_list.h"
#include "adapter/source_lines.h"
#include "transpiler/suggest.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

constexpr std::chrono::seconds kPatience{10};

struct AttachLine {
  std::int64_t line = 0;
  std::string_view text;  ///< `uprobe:/bin/bash:readline`
};

/// The attach points of a program, each on a line of its own outside of all braces.
std::vector<AttachLine> attach_lines(const Program& program) {
  std::vector<AttachLine> found;
  std::int64_t number = 0;
  int depth = 0;
  for (std::string_view line : lines_of(program.text)) {
    ++number;
    const bool is_inside = depth > 0;
    depth += static_cast<int>(std::count(line.begin(), line.end(), '{')) -
             static_cast<int>(std::count(line.begin(), line.end(), '}'));
    const bool is_other = line.empty() || line.front() == '/' || line.front() == '{' || line.front() == '}' ||
                          line.find('{') != std::string_view::npos;
    if (is_inside || is_other) continue;
    if (line.ends_with(',')) line.remove_suffix(1);
    found.push_back({number, line});
  }
  return found;
}

/// `uprobe:PATH:NAME`, taken apart.
struct UserProbe {
  std::string_view provider, path, name;
};

std::optional<UserProbe> user_probe(std::string_view text) {
  const auto first = text.find(':');
  const auto last = text.find(':', first + 1);
  if (first == std::string_view::npos || last == std::string_view::npos) return std::nullopt;
  const UserProbe probe{text.substr(0, first), text.substr(first + 1, last - first - 1),
                        text.substr(last + 1)};
  if (probe.provider != "uprobe" && probe.provider != "uretprobe" && probe.provider != "usdt")
    return std::nullopt;
  // an offset, an address, a wildcard or a C++ signature
  const bool is_plain = !probe.name.empty() &&
                        probe.name.find_first_of("*+()<> \"") == std::string_view::npos &&
                        (probe.name.front() < '0' || probe.name.front() > '9');
  return is_plain ? std::optional(probe) : std::nullopt;
}

/// What bpftrace lists of files, asked once for each.
class Listing {
 public:
  explicit Listing(const BpftraceCommand& bpftrace) : bpftrace_(bpftrace) {}

  /// Names in the file, without its path; nothing where they cannot be listed.
  const std::vector<std::string>& names(const UserProbe& probe) {
    const auto kind = probe.provider == "usdt" ? "usdt" : "uprobe";
    const auto prefix = fmt::format("{}:{}:", kind, probe.path);
    const auto [entry, is_new] = names_.try_emplace(prefix);
    if (is_new) entry->second = ask(prefix);
    return entry->second;
  }

 private:
  [[nodiscard]] std::vector<std::string> ask(const std::string& prefix) const {
    std::vector<std::string> names;
    for (const auto& line : list_with_bpftrace(bpftrace_, prefix + "*", kPatience, bpftrace_.size() == 1)) {
      // the path may be another than that of the program: `libc` is found in the library folders
      const auto path_end = line.find(':', line.find(':') + 1);
      if (path_end != std::string::npos) names.push_back(line.substr(path_end + 1));
    }
    return names;
  }

  const BpftraceCommand& bpftrace_;
  std::map<std::string, std::vector<std::string>> names_;
};

}  // namespace

std::optional<std::uint64_t> attached_probes(std::string_view line) {
  constexpr std::string_view kBegin = R"({"type": "attached_probes")";
  constexpr std::string_view kNumber = R"("probes": )";
  const auto at = line.find(kNumber);
  if (!line.starts_with(kBegin) || at == std::string_view::npos) return std::nullopt;
  std::uint64_t count = 0;
  const auto* const begin = line.data() + at + kNumber.size();
  if (std::from_chars(begin, line.data() + line.size(), count).ec != std::errc()) return std::nullopt;
  return count;
}

Diagnostics missing_symbols(const Program& program, std::uint64_t attached, const BpftraceCommand& bpftrace) {
  Diagnostics missing;
  const auto lines = attach_lines(program);
  if (attached >= lines.size()) return missing;
  Listing listing(bpftrace);
  for (const auto& [line, text] : lines) {
    const auto probe = user_probe(text);
    if (!probe) continue;
    const auto& names = listing.names(*probe);
    if (std::find(names.begin(), names.end(), probe->name) != names.end()) continue;
    const bool is_static = probe->provider == "usdt";
    const auto what = is_static ? "static probe" : "function";
    const auto close = nearest(probe->name, names);
    std::string help =
        close ? fmt::format("write `{}:{}`", probe->path, *close)
        : names.empty()
            ? std::string("it has none that can be traced; is it stripped of its symbols?")
            : fmt::format("`bpftrace -l '{}:{}:*'` lists them", is_static ? "usdt" : "uprobe", probe->path);
    std::vector<Label> labels;
    if (const auto span = source_of_line(program, line)) labels.push_back({*span, "not there"});
    missing.push_back({DiagnosticKind::attach_failed,
                       fmt::format("`{}` has no {} `{}`", probe->path, what, probe->name),
                       std::move(labels),
                       std::move(help),
                       {}});
  }
  return missing;
}

}  // namespace nubpf
