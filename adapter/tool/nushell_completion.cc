#include "adapter/tool/nushell_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "adapter/bpftrace_list.h"
#include "transpiler/mappings.h"
#include "transpiler/perf_events.h"

namespace nubpf::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMost = 1000;
constexpr std::chrono::milliseconds kPatience{2000};

struct Word {
  std::string value;
  std::string_view description;
};
using Words = std::vector<Word>;

/// Names that begin with `typed`, or else those that hold it; `names` answers the ones that match a wildcard.
template <class Names>
Words matching(std::string_view typed, const Names& names) {
  auto found = names(fmt::format("{}*", typed));
  if (found.empty() && !typed.empty()) found = names(fmt::format("*{}*", typed));
  if (found.size() > kMost) found.resize(kMost);
  Words words;
  for (auto& name : found) words.push_back({std::move(name), {}});
  return words;
}

/// Words of a short list, with what is said of them.
Words chosen(std::string_view typed, Words all) {
  const auto begins = [&](const Word& word) { return word.value.starts_with(typed); };
  const bool some_begin = std::any_of(all.begin(), all.end(), begins);
  std::erase_if(all, [&](const Word& word) {
    return some_begin ? !begins(word) : word.value.find(typed) == std::string::npos;
  });
  return all;
}

/// The files that a path may lead to: programs, libraries, and folders to go on from.
Words paths(std::string_view typed) {
  const auto slash = typed.rfind('/');
  const auto folder =
      slash == std::string_view::npos ? std::string() : std::string(typed.substr(0, slash + 1));
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end; !error && entry != end;
       entry.increment(error)) {
    auto path = folder + entry->path().filename().string();
    if (!path.starts_with(typed)) continue;
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      found.push_back(path + '/');
    } else if (path.find(".so") != std::string::npos ||
               (entry->status(ignored).permissions() & fs::perms::owner_exec) != fs::perms::none) {
      found.push_back(path + ':');
    }
  }
  std::sort(found.begin(), found.end());
  Words words;
  for (auto& path : found) words.push_back({std::move(path), {}});
  return words;
}

/// What bpftrace lists of a program: symbols, or probes of the kind usdt.
Words symbols(std::string_view provider, std::string_view typed, const BpftraceCommand& bpftrace) {
  const auto kind = provider == "uretprobe" ? std::string_view("uprobe") : provider;
  Words words;
  for (const auto& line : list_with_bpftrace(bpftrace, fmt::format("{}:{}*", kind, typed), kPatience, true)) {
    if (words.size() == kMost) break;
    if (!line.starts_with(kind) || line.size() <= kind.size()) continue;
    auto name = line.substr(kind.size() + 1);
    if (name.starts_with(typed)) words.push_back({std::move(name), {}});
  }
  return words;
}

/// A tracepoint without its category.
std::vector<std::string> raw_tracepoints(const KernelTypes& kernel, const std::string& pattern) {
  auto names = kernel.tracepoints("*:" + pattern);
  for (auto& name : names) name.erase(0, name.find(':') + 1);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Words perf_events_of(std::string_view kind) {
  Words words;
  for (const auto& event : kPerfEvents) {
    if (event.kind == kind) words.push_back({std::string(event.name), event.doc});
  }
  return words;
}

Words fields() {
  Words words;
  for (const auto& field : mappings::context_fields()) words.push_back({std::string(field.name), field.doc});
  return words;
}

class Completer {
 public:
  Completer(const KernelTypes& kernel, const BpftraceCommand& bpftrace)
      : kernel_(kernel), bpftrace_(bpftrace) {}

  [[nodiscard]] Words target(const mappings::Probe& probe, std::string_view typed) const {
    switch (probe.target) {
      case mappings::Target::function:
        return matching(typed, [&](const std::string& pattern) { return kernel_.functions(pattern); });
      case mappings::Target::tracepoint:
        return matching(typed, [&](const std::string& pattern) { return kernel_.tracepoints(pattern); });
      case mappings::Target::event:
        return chosen(typed, perf_events_of(probe.name));
      case mappings::Target::path:
        return typed.find(':') == std::string_view::npos ? paths(typed)
                                                         : symbols(probe.provider, typed, bpftrace_);
      case mappings::Target::name:
        if (probe.name != "rawtracepoint") return {};
        return matching(typed, [&](const std::string& p) { return raw_tracepoints(kernel_, p); });
      case mappings::Target::raw:
        return attach_point(typed);
      default:
        return {};
    }
  }

 private:
  /// `kprobe:vfs_r`: a provider, then what its own clause takes.
  [[nodiscard]] Words attach_point(std::string_view typed) const {
    const auto colon = typed.find(':');
    const auto* const probe = mappings::find_probe(typed.substr(0, colon));
    if (colon != std::string_view::npos && probe != nullptr && probe->target != mappings::Target::raw) {
      auto words = target(*probe, typed.substr(colon + 1));
      for (auto& word : words) word.value.insert(0, typed.substr(0, colon + 1));
      return words;
    }
    Words words;
    for (const auto& each : mappings::probes()) {
      if (!each.provider.empty()) words.push_back({std::string(each.provider) + ':', each.doc});
    }
    return chosen(typed, std::move(words));
  }

  const KernelTypes& kernel_;
  const BpftraceCommand& bpftrace_;
};

}  // namespace

Value completions(const KernelTypes& kernel, std::string_view context, const BpftraceCommand& bpftrace) {
  constexpr std::string_view kPrefix = "nubpf ";
  if (context.starts_with(kPrefix)) context.remove_prefix(kPrefix.size());
  const auto begin = context.find_last_of(" [\t\n\"'`");
  const auto typed = begin == std::string_view::npos ? std::string_view() : context.substr(begin + 1);
  const auto* const probe = mappings::find_probe(context.substr(0, context.find(' ')));
  const auto words =
      probe != nullptr ? Completer(kernel, bpftrace).target(*probe, typed) : chosen(typed, fields());
  List list;
  for (const auto& word : words) {
    Record record{{"value", {word.value}}};
    if (!word.description.empty()) record.push_back({"description", {std::string(word.description)}});
    list.push_back({std::move(record)});
  }
  return {std::move(list)};
}

}  // namespace nubpf::tool
