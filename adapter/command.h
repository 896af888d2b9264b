#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "transpiler/diagnostic.h"

namespace nubpf {

/// The words of a command line as a shell splits them: blanks separate, quotes and backslashes join.
/// `std::nullopt`: a quotation mark is not closed.
[[nodiscard]] std::optional<std::vector<std::string>> split_words(std::string_view text);

/// A user's command that waits for its trace: the process exists, so that its id can stand in the program,
/// but does not run before release(). Its standard output is nubpf's standard error, so that it never mixes
/// with rows.
///
/// Where the text uses no shell syntax the process becomes the command itself; else it is a shell that runs
/// it. A command that is still running when this object goes is asked to end (SIGTERM); one that was never
/// released never runs.
class Command {
 public:
  Command(Command&& other) noexcept;
  Command& operator=(Command&&) = delete;
  ~Command();

  [[nodiscard]] int pid() const;
  /// A descriptor that polls readable once the command has ended; -1 where the kernel has none.
  [[nodiscard]] int ended_descriptor() const;
  /// Lets it run. The diagnostic is why it could not be executed.
  [[nodiscard]] std::optional<Diagnostic> release();
  /// Its exit code, 128 + N when signal N ended it; nothing while it runs.
  [[nodiscard]] std::optional<int> exit_code();

 private:
  friend tl::expected<Command, Diagnostic> start_command(std::string_view text);
  struct State;
  explicit Command(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Starts the command, stopped. Fails where it cannot be found.
[[nodiscard]] tl::expected<Command, Diagnostic> start_command(std::string_view text);

}  // namespace nubpf
