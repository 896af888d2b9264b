#include "adapter/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "adapter/descriptor.h"

namespace nubpf {
namespace {

namespace bp = boost::process;

/// The largest a pipe may be without privilege: fewer switches between bpftrace and nubpf.
constexpr int kPipeBytes = 1 << 20;
constexpr std::size_t kReadBytes = 1 << 16;
/// As much of a process name as the kernel keeps.
constexpr std::size_t kNameBytes = 15;

struct Pipe {
  Descriptor read, write;
};

std::optional<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

void set_nonblocking(const Descriptor& descriptor) {
  fcntl(descriptor.get(), F_SETFL, fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

/// Runs in the child, between fork and exec.
void prepare_child(bool own_group, pid_t parent) {
  if (own_group) setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) signal(number, SIG_DFL);
}

/// nubpf's own environment with `additions`, each `NAME=VALUE`. Boost 1.74's bp::environment reads behind the
/// ends of variables when it is written to.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& additions) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    const bool is_replaced = std::any_of(additions.begin(), additions.end(),
                                         [&](const auto& addition) { return addition.first == name; });
    if (!is_replaced) variables.emplace_back(text);
  }
  for (const auto& [name, value] : additions)
    variables.push_back(std::string(name).append("=").append(value));
  return variables;
}

int status_of(int native) {
  return WIFSIGNALED(native) ? -WTERMSIG(native) : WEXITSTATUS(native);
}

bool is_program(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

/// The file that a word names, or that PATH has of that name; empty where it has none. bp::search_path()
/// would load all parts of the locale for it.
std::string path_of(const std::string& word) {
  if (word.find('/') != std::string::npos) return word;
  const char* const variable = std::getenv("PATH");
  for (std::string_view folders = variable != nullptr ? variable : ""; !folders.empty();) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    std::string path(folders.substr(0, end));
    if (end > 0 && is_program(path += '/' + word)) return path;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return {};
}

/// Appends what can be read; false at the end of the stream.
bool read_some(int descriptor, std::string& to) {
  static thread_local std::array<char, kReadBytes> buffer;
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count > 0) to.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

struct Process::State {
  bp::child child;
  Descriptor input, output, errors, ended;
  bool own_group = true;
  std::optional<int> status;
};

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::Process(Process&&) noexcept = default;

Process::~Process() {
  if (!state_ || state_->status) return;
  (void)send(SIGKILL);
  // A child that belongs to somebody else by now (sudo) cannot be killed; its pipes close here, and it is
  // left.
  state_->input.reset();
  state_->output.reset();
  state_->errors.reset();
  for (int i = 0; i < 100 && !poll(); ++i) usleep(10'000);
  if (!state_->status) state_->child.detach();
}

int Process::pid() const {
  return state_->child.id();
}
int Process::input() const {
  return state_->input.get();
}
int Process::output() const {
  return state_->output.get();
}
int Process::errors() const {
  return state_->errors.get();
}
int Process::ended_descriptor() const {
  return state_->ended.get();
}
void Process::close_input() {
  state_->input.reset();
}

bool Process::send(int signal_number) {
  if (poll()) return true;
  const pid_t target = state_->own_group ? -pid() : pid();
  return kill(target, signal_number) == 0 || errno != EPERM;
}

std::optional<int> Process::poll() {
  if (state_->status) return state_->status;
  std::error_code error;
  if (state_->child.running(error) && !error) return std::nullopt;
  state_->status = error ? 127 : status_of(state_->child.native_exit_code());
  return state_->status;
}

int Process::wait() {
  if (!state_->status) {
    std::error_code error;
    state_->child.wait(error);
    state_->status = error ? 127 : status_of(state_->child.native_exit_code());
  }
  return *state_->status;
}

std::vector<int> processes_of(int pid, std::string_view name) {
  struct Entry {
    int pid, parent;
    std::string name;
  };
  std::vector<Entry> all;
  std::error_code error;
  for (const auto& folder : std::filesystem::directory_iterator("/proc", error)) {
    // `PID (NAME) STATE PARENT …`; a name may hold anything.
    std::ifstream file(folder.path() / "stat");
    std::string stat;
    if (!std::getline(file, stat, '\0') || stat.rfind(") ") == std::string::npos) continue;
    const std::size_t open = stat.find('(');
    const std::size_t end = stat.rfind(") ");
    if (open == std::string::npos || end + 4 >= stat.size()) continue;
    all.push_back(
        {std::atoi(stat.c_str()), std::atoi(stat.c_str() + end + 4), stat.substr(open + 1, end - open - 1)});
  }
  std::vector<int> family = {pid};
  std::vector<int> found;
  for (std::size_t i = 0; i < family.size(); ++i) {
    for (const Entry& entry : all) {
      if (entry.parent != family[i]) continue;
      family.push_back(entry.pid);
      if (entry.name == name.substr(0, kNameBytes)) found.push_back(entry.pid);
    }
  }
  if (found.empty()) found.push_back(pid);
  return found;
}

std::optional<std::string> find_program(const std::string& word) {
  const std::string path = path_of(word);
  if (!is_program(path)) return std::nullopt;
  std::error_code error;
  const auto resolved = std::filesystem::canonical(path, error);
  if (error) return std::nullopt;
  return resolved.string();
}

tl::expected<Process, int> start_process(const ProcessOptions& options) {
  if (options.words.empty()) return tl::unexpected(ENOENT);
  const std::string& word = options.words.front();
  const std::string path = path_of(word);
  if (path.empty()) return tl::unexpected(ENOENT);

  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  if (!input || !output || !errors) return tl::unexpected(errno);
  // Best effort: a smaller pipe works too.
  (void)fcntl(output->read.get(), F_SETPIPE_SZ, kPipeBytes);

  std::vector<std::string> variables = environment_with(options.environment);
  std::vector<char*> environment;
  environment.reserve(variables.size() + 1);
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  const std::vector<std::string> arguments(options.words.begin() + 1, options.words.end());
  const pid_t parent = getpid();
  const bool own_group = options.own_group;

  auto state = std::make_unique<Process::State>();
  std::error_code error;
  state->child = bp::child(
      bp::exe = path, bp::args = arguments, error, bp::posix::fd.bind(STDIN_FILENO, input->read.get()),
      bp::posix::fd.bind(STDOUT_FILENO, output->write.get()),
      bp::posix::fd.bind(STDERR_FILENO, errors->write.get()),
      bp::extend::on_setup = [&](auto& executor) { executor.env = environment.data(); },
      bp::extend::on_exec_setup = [=](auto&) { prepare_child(own_group, parent); });
  if (error) return tl::unexpected(error.value());
  // Both sides set the group: neither knows which of them runs first.
  if (own_group) setpgid(state->child.id(), state->child.id());
  state->own_group = own_group;
  state->input = std::move(input->write);
  state->output = std::move(output->read);
  state->errors = std::move(errors->read);
  state->ended = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, state->child.id(), 0)));
  for (const Descriptor* end : {&state->input, &state->output, &state->errors}) set_nonblocking(*end);
  return Process(std::move(state));
}

tl::expected<Captured, int> capture(const ProcessOptions& options, std::string_view input,
                                    std::chrono::milliseconds limit,
                                    const std::function<bool(std::string_view)>& is_enough) {
  auto process = start_process(options);
  if (!process) return tl::unexpected(process.error());
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + limit;
  Captured captured;
  bool output_open = true;
  bool errors_open = true;
  while (output_open || errors_open) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0 || (is_enough && is_enough(captured.errors))) {
      (void)process->send(SIGKILL);
      break;
    }
    if (input.empty()) process->close_input();
    std::array<pollfd, 3> polled{{{process->input(), POLLOUT, 0},
                                  {output_open ? process->output() : -1, POLLIN, 0},
                                  {errors_open ? process->errors() : -1, POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), static_cast<int>(left)) < 0 && errno != EINTR) break;
    if (polled[0].revents != 0) {
      const ssize_t written = write(process->input(), input.data(), input.size());
      if (written > 0) input.remove_prefix(static_cast<std::size_t>(written));
      if (written < 0 && errno != EAGAIN && errno != EINTR) input = {};
    }
    if (polled[1].revents != 0) output_open = read_some(process->output(), captured.output);
    if (polled[2].revents != 0) errors_open = read_some(process->errors(), captured.errors);
  }
  // Normally it has ended; one that only closed its pipes gets the rest of its time.
  while (!process->poll() && Clock::now() < deadline) usleep(1'000);
  (void)process->send(SIGKILL);
  captured.status = process->wait();
  return captured;
}

}  // namespace nubpf
