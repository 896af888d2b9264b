// How long after an event its row can be read: starts a tracer that shows the path of each openat() of a program called
// `latency`, opens paths at a tenth of a second from each other, and prints the median of the times until each path
// stood in the tracer's output, in nanoseconds, as JSON.
//
//   latency EVENTS COMMAND…

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPeriod{100};
constexpr std::chrono::seconds kStartLimit{30};

[[noreturn]] void fail(const char* message) {
  std::fprintf(stderr, "latency: %s\n", message);
  std::exit(2);
}

/// Makes an event and waits for its row, but no longer than a period.
std::optional<std::int64_t> time_of_event(int output, int number) {
  const std::string path = "/no/such/" + std::to_string(number) + ".";
  const auto begin = Clock::now();
  if (open(path.c_str(), O_RDONLY | O_CLOEXEC) >= 0) fail("the path exists");
  std::string seen;
  std::array<char, 65536> part;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(begin + kPeriod - Clock::now());
    pollfd polled{output, POLLIN, 0};
    if (left.count() <= 0 || poll(&polled, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
    const ssize_t count = read(output, part.data(), part.size());
    if (count <= 0) fail("the tracer has ended");
    seen.append(part.data(), static_cast<std::size_t>(count));
    if (seen.find(path) != std::string::npos) return std::chrono::nanoseconds(Clock::now() - begin).count();
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) fail("a command is missing");
  const auto events = static_cast<std::size_t>(std::strtoul(words[1], nullptr, 10));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("no pipe");
  const pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    dup2(ends[1], STDOUT_FILENO);
    execvp(words[2], words + 2);
    fail("the command cannot be started");
  }
  setpgid(pid, pid);
  close(ends[1]);

  std::vector<std::int64_t> times;
  const auto begin = Clock::now();
  for (int number = 0; times.size() < events; ++number) {
    const auto event = Clock::now();
    const auto time = time_of_event(ends[0], number);
    if (time) times.push_back(*time);
    if (times.empty() && Clock::now() - begin > kStartLimit) fail("no row came");
    std::this_thread::sleep_until(event + kPeriod);
  }
  kill(-pid, SIGTERM);
  std::this_thread::sleep_for(2 * kPeriod);
  kill(-pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(events / 2), times.end());
  std::printf("{\"median\": %lld}\n", static_cast<long long>(times[events / 2]));
}
