#include "adapter/bpftrace_tracepoints.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

#include "adapter/bpftrace_list.h"
#include "adapter/cache.h"
#include "adapter/process.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

/// `sudo` may ask for a password.
constexpr std::chrono::seconds kPatience{120};

tl::expected<Captured, int> ask(const BpftraceCommand& command, const std::vector<std::string>& arguments,
                                std::string_view input) {
  ProcessOptions options{.words = command, .environment = {}, .own_group = false};
  options.words.insert(options.words.end(), arguments.begin(), arguments.end());
  return capture(options, input, kPatience);
}

/// Where tracefs is mounted, which everybody may know.
std::string tracefs() {
  std::ifstream mounts("/proc/self/mounts");
  std::string device, folder, kind;
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    if (words >> device >> folder >> kind && kind == "tracefs") return folder;
  }
  return "/sys/kernel/tracing";
}

/// Tracepoints change with the kernel only.
std::string cache_name(std::string_view category, std::string_view name) {
  utsname system{};
  uname(&system);
  std::string build = fmt::format("{} {}", system.release, system.version);
  std::replace_if(
      build.begin(), build.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return fmt::format("tracepoints/{}/{}:{}", build, category, name);
}

/// A path that needs no quoting in bpftrace's language.
bool is_harmless(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '/' || c == '.';
  });
}

/// The text of the message `cat`.
std::optional<std::string> cat_text(std::string_view output) {
  for (const std::string_view line : lines_of(output)) {
    rapidjson::Document message;
    message.Parse(line.data(), line.size());
    if (message.HasParseError() || !message.IsObject()) continue;
    if (!message.HasMember("type") || message["type"] != "cat" || !message.HasMember("data")) continue;
    const auto& data = message["data"];
    if (data.IsString()) return std::string(data.GetString(), data.GetStringLength());
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> BpftraceTracepoints::format(std::string_view category,
                                                       std::string_view name) const {
  const auto kept = cache_name(category, name);
  if (auto text = read_cache(kept)) return text;
  const auto path = fmt::format("{}/events/{}/{}/format", tracefs(), category, name);
  if (!is_harmless(path)) return std::nullopt;
  const auto answer =
      ask(command_, {"-f", "json", "-"}, fmt::format("BEGIN {{ cat(\"{}\"); exit(); }}\n", path));
  if (!answer || answer->status != 0) return std::nullopt;
  auto text = cat_text(answer->output);
  if (text && text->find("format:") == std::string::npos) return std::nullopt;
  if (text) write_cache(kept, *text);
  return text;
}

std::vector<std::string> BpftraceTracepoints::names(std::string_view pattern) const {
  constexpr std::string_view kPrefix = "tracepoint:";
  std::vector<std::string> found;
  for (const auto& line :
       list_with_bpftrace(command_, fmt::format("{}{}", kPrefix, pattern), kPatience, false)) {
    if (line.starts_with(kPrefix)) found.push_back(line.substr(kPrefix.size()));
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool has_file_capabilities(const BpftraceCommand& command) {
  if (command.size() != 1) return false;
  const auto file = find_program(command.front());
  return file && getxattr(file->c_str(), "security.capability", nullptr, 0) > 0;
}

std::shared_ptr<const TracepointSource> tracepoints_through(const BpftraceCommand& command) {
  const bool has_more_rights = command.size() != 1 || (geteuid() != 0 && has_file_capabilities(command));
  return has_more_rights ? std::make_shared<BpftraceTracepoints>(command) : nullptr;
}

}  // namespace nubpf
