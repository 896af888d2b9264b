#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace nubpf {

struct ProcessOptions {
  std::vector<std::string> words;                                ///< the program and its arguments
  std::vector<std::pair<std::string, std::string>> environment;  ///< on top of nubpf's own
  /// A process group of its own, so that the terminal's Ctrl-C reaches only nubpf. Not for programs that may
  /// ask for a password there: the terminal serves the foreground group alone.
  bool own_group = true;
};

/// A child with pipes on its three standard descriptors. nubpf's ends do not block and are closed on exec.
/// The child is killed when the thread that started it ends, whatever ends it, and when this object goes.
class Process {
 public:
  Process(Process&&) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  [[nodiscard]] int pid() const;
  [[nodiscard]] int input() const;  ///< -1 once closed
  [[nodiscard]] int output() const;
  [[nodiscard]] int errors() const;
  /// A descriptor that polls readable once the child has ended; -1 where the kernel has none.
  [[nodiscard]] int ended_descriptor() const;
  void close_input();
  /// Sends a signal to the child's group, or to the child where it has none of its own. False: not permitted.
  [[nodiscard]] bool send(int signal_number);
  /// How the child ended: its exit code, or -N for signal N; nothing while it runs.
  [[nodiscard]] std::optional<int> poll();
  /// The same, waiting for it.
  int wait();

 private:
  friend tl::expected<Process, int> start_process(const ProcessOptions& options);
  struct State;
  explicit Process(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Starts the program, which is searched in PATH. The error is an errno.
[[nodiscard]] tl::expected<Process, int> start_process(const ProcessOptions& options);

struct Captured {
  int status = 0;  ///< as Process::poll() has it
  std::string output;
  std::string errors;
};

/// Runs a program to its end with `input` on its standard input. It is killed after `limit` and when
/// `is_enough` says so of what came on its standard error.
[[nodiscard]] tl::expected<Captured, int> capture(
    const ProcessOptions& options, std::string_view input, std::chrono::milliseconds limit,
    const std::function<bool(std::string_view)>& is_enough = {});

/// The processes below `pid` that run the program `name`; `pid` itself where there is none.
[[nodiscard]] std::vector<int> processes_of(int pid, std::string_view name);

/// Where the program lies that starting `word` would run: an absolute path, or nothing.
[[nodiscard]] std::optional<std::string> find_program(const std::string& word);

}  // namespace nubpf
