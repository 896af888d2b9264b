// Runs a command to its end and tells on standard output what it took, as one line of JSON:
//
//   measure [--output FILE] [--until TEXT] COMMAND…
//
//   wall       from its start to its end
//   first      from its start until TEXT stood in its output; then it is asked to end (SIGTERM)
//   cpu        processor time of the command itself, in user and system mode
//   below      that of the processes that it started and waited for
//   peak       bytes of memory at most, of the largest among all of them
//   status     its exit code, 128 + N when signal N ended it
//
// Times are nanoseconds. The command's standard output goes to FILE, else to /dev/null.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "measure: %s\n", message.c_str());
  std::exit(2);
}

std::int64_t since(Clock::time_point begin) {
  return std::chrono::nanoseconds(Clock::now() - begin).count();
}

std::int64_t nanoseconds(const timeval& time) {
  return (std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec) * 1'000;
}

/// What the scheduler has counted of a process that has ended and is not waited for yet; its children are not in it.
std::int64_t own_time(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
  std::int64_t time = -1;
  if (!(file >> time)) fail("the kernel tells no processor time of a single process");
  return time;
}

/// Reads up to the end; answers when `text` came, or -1.
std::int64_t wait_for(const std::string& text, int output, pid_t pid, Clock::time_point begin) {
  std::int64_t came = -1;
  std::string seen;
  std::array<char, 65536> part;
  while (true) {
    const ssize_t count = read(output, part.data(), part.size());
    if (count <= 0) return came;
    if (came >= 0) continue;
    seen.append(part.data(), static_cast<std::size_t>(count));
    if (seen.find(text) == std::string::npos) continue;
    came = since(begin);
    kill(pid, SIGTERM);
  }
}

}  // namespace

int main(int, char** words) {
  std::string output = "/dev/null";
  std::string until;
  char** command = words + 1;
  for (; *command != nullptr && command[1] != nullptr; command += 2) {
    if (std::string_view(*command) == "--output") {
      output = command[1];
    } else if (std::string_view(*command) == "--until") {
      until = command[1];
    } else {
      break;
    }
  }
  if (*command == nullptr) fail("a command is missing");
  int pipe_ends[2] = {-1, -1};
  if (!until.empty() && pipe2(pipe_ends, O_CLOEXEC) != 0) fail("no pipe");

  const auto begin = Clock::now();
  const pid_t pid = fork();
  if (pid == 0) {
    const int target =
        until.empty() ? open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : pipe_ends[1];
    if (target < 0 || dup2(target, STDOUT_FILENO) < 0) fail("the output cannot be written");
    execvp(*command, command);
    fail(std::string(*command) + " cannot be started");
  }
  std::int64_t first = -1;
  if (!until.empty()) {
    close(pipe_ends[1]);
    first = wait_for(until, pipe_ends[0], pid, begin);
  }
  siginfo_t info{};
  if (pid < 0 || waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0) fail("no process");
  const std::int64_t wall = since(begin);
  const std::int64_t own = own_time(pid);
  int status = 0;
  rusage usage{};
  wait4(pid, &status, 0, &usage);
  const std::int64_t all = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
  std::printf("{\"wall\": %" PRId64 ", \"first\": %" PRId64 ", \"cpu\": %" PRId64 ", \"below\": %" PRId64
              ", \"peak\": %ld, \"status\": %d}\n",
              wall, first, own, all > own ? all - own : 0, usage.ru_maxrss * 1024,
              WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}
