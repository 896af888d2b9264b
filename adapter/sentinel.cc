#include "adapter/sentinel.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

namespace nubpf {
namespace {

/// The child. Only calls that are safe after fork().
[[noreturn]] void wait_for_the_end(pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  // Pipes whose other side waits for their end must not be held here.
  (void)syscall(SYS_close_range, 0U, std::numeric_limits<unsigned>::max(), 0U);
  while (true) pause();
}

}  // namespace

Sentinel::Sentinel(Sentinel&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Sentinel::~Sentinel() {
  if (pid_ < 0) return;
  end();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

int Sentinel::pid() const {
  return pid_;
}

void Sentinel::end() {
  kill(pid_, SIGKILL);
}

tl::expected<Sentinel, int> start_sentinel() {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return tl::unexpected(errno);
  if (pid == 0) wait_for_the_end(parent);
  return Sentinel(pid);
}

}  // namespace nubpf
