#pragma once

#include <rapidjson/document.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "adapter/process.h"
#include "adapter/tool/doctor.h"
#include "adapter/version.h"
#include "tests/workload.h"

/// What live tests need: programs traced for real, on events whose number the test knows.
///
/// The events come from the workload (tests/workload.cc), which nubpf starts with `-c` once all probes are
/// attached; so nothing here depends on how long anything takes.
namespace nubpf::live {

using namespace std::chrono_literals;

/// Far beyond what anything needs on a busy machine; an emulated one takes its time (tests/vm/run).
inline const std::chrono::milliseconds kLimit = std::getenv("NUBPF_IN_VM") != nullptr ? 600s : 60s;

/// Whether this host cannot trace: then the reason is printed, and the test is to return.
inline bool skipped() {
  static const auto reason = []() -> std::optional<std::string> {
    const auto host = tool::this_host({"bpftrace"});
    if (const auto problem = tool::missing_privilege(host)) return problem->message;
    if (const auto version = bpftrace_version({"bpftrace"}); !version) return version.error().message;
    if (!std::filesystem::exists("/sys/kernel/tracing/events/syscalls")) return "tracefs is not mounted";
    return std::nullopt;
  }();
  if (reason) std::cout << "skipped: " << *reason << '\n';
  return reason.has_value();
}

/// A folder of this process for its scripts, removed at its end.
inline const std::filesystem::path& folder() {
  static const struct Folder {
    Folder() {
      auto name = (std::filesystem::temp_directory_path() / "nubpf-live-XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for temporary files");
      path = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
      std::error_code error;
      std::filesystem::remove_all(path, error);
    }
    std::filesystem::path path;
  } made;
  return made.path;
}

/// A file with this content that nobody else has.
inline std::filesystem::path new_file(const std::string& name, std::string_view content) {
  static int count = 0;
  const auto path = folder() / (std::to_string(++count) + name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(byte));
    text += digits.data();
  }
  return text;
}

/// Steps of the workload.
template <class T>
std::string step(std::string_view verb, const T& argument) {
  std::string line(verb);
  line += ' ';
  if constexpr (std::is_integral_v<T>) {
    line += std::to_string(argument);
  } else {
    line += hex(argument);
  }
  return line + '\n';
}

inline std::string repeat(std::uint64_t times, const std::string& steps) {
  return step("repeat", times) + steps + "end\n";
}

inline std::string in_child(const std::string& steps) {
  return "fork\n" + steps + "end\n";
}

/// The command that plays these steps.
inline std::string workload(const std::string& steps) {
  return NUBPF_WORKLOAD " " + new_file(".steps", steps).string();
}

/// nubpf with these arguments, which begin with the program.
inline std::vector<std::string> nubpf(const std::string& program, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {NUBPF_BINARY, "-e", program};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

inline Captured run(const std::vector<std::string>& words, std::string_view input = {}) {
  const auto captured = capture({.words = words, .environment = {}, .own_group = true}, input, kLimit);
  if (!captured) throw std::runtime_error(words.front() + " cannot be started");
  return *captured;
}

/// bpftrace 0.23 has no len() on a kernel without function tracing; tells so.
inline bool lacks_len() {
  const auto version = bpftrace_version({"bpftrace"}).value();
  const bool lists_functions = std::ifstream("/sys/kernel/tracing/available_filter_functions").peek() != EOF;
  if (version >= BpftraceVersion{0, 22} && version < BpftraceVersion{0, 24} && !lists_functions) {
    std::cout
        << "skipped: len() of bpftrace 0.23 reads the kernel's list of functions, and this one has none\n";
    return true;
  }
  return false;
}

/// What nubpf says, but for this: an emulated machine takes its time to attach.
inline std::string without_patience(std::string errors) {
  const auto from = errors.find("warning[nubpf::runtime_warning]: bpftrace has attached no probes within");
  if (from == std::string::npos || std::getenv("NUBPF_IN_VM") == nullptr) return errors;
  const auto help = errors.find("= help: ", from);
  const auto end = std::min(errors.find('\n', help), errors.size() - 1);
  return errors.erase(from, end + 1 - from);
}

/// Traces these steps, and nothing else.
inline Captured trace(const std::string& program, const std::string& steps,
                      const std::vector<std::string>& more = {}) {
  auto words = nubpf(program, {"-c", workload(steps)});
  words.insert(words.end(), more.begin(), more.end());
  return run(words);
}

/// What such a trace writes to standard output. Anything else that it does, a warning too, fails the test.
inline std::string traced(const std::string& program, const std::string& steps,
                          const std::vector<std::string>& more = {}) {
  auto result = trace(program, steps, more);
  result.errors = without_patience(std::move(result.errors));
  INFO(program);
  CHECK(result.errors.empty());
  if (!result.errors.empty()) UNSCOPED_INFO(result.errors);
  CHECK(result.status == 0);
  return result.output;
}

/// The lines of a text as JSON.
inline std::vector<rapidjson::Document> json_lines(const std::string& text) {
  std::vector<rapidjson::Document> documents;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    if (end > from) {
      auto& document = documents.emplace_back();
      document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data() + from, end - from);
      INFO(text.substr(from, end - from));
      REQUIRE_FALSE(document.HasParseError());
    }
    from = end + 1;
  }
  return documents;
}

inline std::string string_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

/// Waits until this is so; false when the limit has passed.
inline bool wait_until(const std::function<bool()>& is_so, std::chrono::milliseconds limit = kLimit) {
  for (const auto end = std::chrono::steady_clock::now() + limit; !is_so();) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

/// A process beside the test. Killed when it goes.
class Running {
 public:
  explicit Running(const std::vector<std::string>& words) : process_(started(words)) {}

  [[nodiscard]] int pid() const { return process_.pid(); }
  [[nodiscard]] std::optional<int> status() {
    read_all();
    return process_.poll();
  }
  /// What it wrote until now.
  const std::string& output() {
    read_all();
    return output_;
  }
  const std::string& errors() {
    read_all();
    return errors_;
  }

  void send(int number) { static_cast<void>(::kill(pid(), number)); }

  /// Waits for its end; nothing where it does not come.
  std::optional<int> wait(std::chrono::milliseconds limit = kLimit) {
    if (!wait_until([this] { return status().has_value(); }, limit)) return std::nullopt;
    read_all();
    return process_.poll();
  }

 private:
  static Process started(const std::vector<std::string>& words) {
    auto process = start_process({.words = words, .environment = {}, .own_group = true});
    if (!process) throw std::runtime_error(words.front() + " cannot be started");
    process->close_input();
    return std::move(*process);
  }

  void read_all() {
    read_from(process_.output(), output_);
    read_from(process_.errors(), errors_);
  }

  static void read_from(int descriptor, std::string& text) {
    std::array<char, 65536> part{};
    for (;;) {
      const auto length = ::read(descriptor, part.data(), part.size());
      if (length <= 0) return;
      text.append(part.data(), static_cast<std::size_t>(length));
    }
  }

  Process process_;
  std::string output_, errors_;
};

}  // namespace nubpf::live
