#include "adapter/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "adapter/descriptor.h"
#include "adapter/process.h"

namespace nubpf {
namespace {

enum class Syntax {
  plain,     ///< words and quotes
  expanded,  ///< one command of the shell: `$HOME`, `*`, `>`
  compound,  ///< what `exec` cannot stand before: `a; b`, `a | b`, `X=1 a`
};

constexpr std::string_view kBlanks = " \t";

struct Words {
  std::vector<std::string> words;
  Syntax syntax = Syntax::plain;
  bool is_closed = true;
};

Words read_words(std::string_view text) {
  Words result;
  std::string word;
  bool in_word = false;
  char quote = 0;
  const auto raise = [&](Syntax syntax) { result.syntax = std::max(result.syntax, syntax); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\'') {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
      continue;
    }
    if (c == '\\' && i + 1 < text.size()) {
      const bool is_literal =
          quote == '"' && std::string_view("\"\\$`").find(text[i + 1]) == std::string_view::npos;
      if (is_literal) word += c;
      word += text[++i];
      in_word = true;
      continue;
    }
    if (quote == '"') {
      if (c == '$' || c == '`') raise(Syntax::expanded);
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
      continue;
    }
    if (kBlanks.find(c) != std::string_view::npos) {
      if (in_word) result.words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    if (std::string_view(";|&\n(){}!#").find(c) != std::string_view::npos) raise(Syntax::compound);
    if (std::string_view("$`<>*?[]~").find(c) != std::string_view::npos) raise(Syntax::expanded);
    if (c == '=' && result.words.empty()) raise(Syntax::compound);
    in_word = true;
    if (c == '\'' || c == '"') {
      quote = c;
    } else {
      word += c;
    }
  }
  if (in_word) result.words.push_back(std::move(word));
  result.is_closed = quote == 0;
  return result;
}

Diagnostic failed(std::string message, std::string help) {
  return {.kind = DiagnosticKind::command_failed,
          .message = std::move(message),
          .labels = {},
          .help = std::move(help),
          .notes = {}};
}

Diagnostic cannot_run(const std::string& word, int error) {
  return failed(
      fmt::format("the command `{}` cannot be started: {}", word,
                  error == ENOENT ? "there is no such program" : std::generic_category().message(error)),
      "give a program of PATH, or a path");
}

/// The child: waits at the gate, then becomes the command. Only calls that are safe after fork().
[[noreturn]] void become(const std::vector<char*>& arguments, int gate, int failure) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) signal(number, SIG_DFL);
  char byte = 0;
  ssize_t count = 0;
  do {
    count = read(gate, &byte, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) _exit(0);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  execvp(arguments.front(), arguments.data());
  const int error = errno;
  (void)!write(failure, &error, sizeof error);
  _exit(127);
}

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  Words words = read_words(text);
  if (!words.is_closed) return std::nullopt;
  return std::move(words.words);
}

struct Command::State {
  pid_t pid = -1;
  std::string word;
  Descriptor gate;     ///< one byte lets the child go on
  Descriptor failure;  ///< why it could not; closed by a successful exec
  Descriptor ended;
  bool is_released = false;
  std::optional<int> exit_code;
};

Command::Command(std::unique_ptr<State> state) : state_(std::move(state)) {}
Command::Command(Command&&) noexcept = default;

Command::~Command() {
  if (!state_ || exit_code()) return;
  state_->gate.reset();
  if (state_->is_released) kill(state_->pid, SIGTERM);
  for (int i = 0; i < 100 && !exit_code(); ++i) usleep(10'000);
}

int Command::pid() const {
  return state_->pid;
}

int Command::ended_descriptor() const {
  return state_->ended.get();
}

std::optional<Diagnostic> Command::release() {
  if (std::exchange(state_->is_released, true)) return std::nullopt;
  const char byte = 1;
  (void)!write(state_->gate.get(), &byte, 1);
  state_->gate.reset();
  int error = 0;
  ssize_t count = 0;
  do {
    count = read(state_->failure.get(), &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  if (count != sizeof error) return std::nullopt;
  return cannot_run(state_->word, error);
}

std::optional<int> Command::exit_code() {
  int status = 0;
  if (!state_->exit_code && waitpid(state_->pid, &status, WNOHANG) == state_->pid) {
    state_->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return state_->exit_code;
}

tl::expected<Command, Diagnostic> start_command(std::string_view text) {
  Words read = read_words(text);
  if (!read.is_closed) {
    return tl::unexpected(
        failed("the command has a quotation mark without its partner", "close the quotation mark"));
  }
  if (read.words.empty()) return tl::unexpected(failed("the command is empty", "name a program to run"));
  std::vector<std::string> words = read.syntax == Syntax::plain ? read.words
                                   : read.syntax == Syntax::expanded
                                       ? std::vector<std::string>{"sh", "-c", "exec "}
                                       : std::vector<std::string>{"sh", "-c", ""};
  if (read.syntax != Syntax::plain) words.back() += text;
  if (!find_program(words.front())) return tl::unexpected(cannot_run(words.front(), ENOENT));

  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int gate[2];
  int failure[2];
  if (pipe2(gate, O_CLOEXEC) != 0) return tl::unexpected(cannot_run(words.front(), errno));
  Descriptor gate_read(gate[0]);
  Descriptor gate_write(gate[1]);
  if (pipe2(failure, O_CLOEXEC) != 0) return tl::unexpected(cannot_run(words.front(), errno));
  Descriptor failure_read(failure[0]);
  Descriptor failure_write(failure[1]);

  const pid_t pid = fork();
  if (pid < 0) return tl::unexpected(cannot_run(words.front(), errno));
  if (pid == 0) {
    // Its own end of the gate would keep the gate from closing with nubpf.
    close(gate_write.get());
    become(arguments, gate_read.get(), failure_write.get());
  }
  auto state = std::make_unique<Command::State>();
  state->pid = pid;
  state->word = words.front();
  state->gate = std::move(gate_write);
  state->failure = std::move(failure_read);
  state->ended = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  return Command(std::move(state));
}

}  // namespace nubpf
