#include "adapter/stop_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace nubpf {
namespace {

constexpr std::array kRequests = {SIGINT, SIGTERM, SIGHUP};

std::atomic<int> requests = 0;
std::atomic<int> wake_descriptor = -1;
std::atomic<int> guarded_process = 0;
std::array<struct sigaction, kRequests.size()> saved_requests;
struct sigaction saved_pipe;

static_assert(std::atomic<int>::is_always_lock_free, "a signal handler uses them");

void on_request(int number) {
  const int error = errno;
  const int count = ++requests;
  if (count == 2 && guarded_process != 0) kill(guarded_process, SIGKILL);
  if (count >= 3) {
    signal(number, SIG_DFL);
    raise(number);
  }
  const char byte = 0;
  (void)!write(wake_descriptor, &byte, 1);
  errno = error;
}

}  // namespace

StopSignals::StopSignals() {
  int ends[2] = {-1, -1};
  (void)!pipe2(ends, O_CLOEXEC | O_NONBLOCK);
  read_ = Descriptor(ends[0]);
  write_ = Descriptor(ends[1]);
  requests = 0;
  wake_descriptor = ends[1];
  guarded_process = 0;

  struct sigaction action {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, &saved_pipe);
  action.sa_handler = on_request;
  for (std::size_t i = 0; i < kRequests.size(); ++i) {
    sigaction(kRequests[i], nullptr, &saved_requests[i]);
    // `nohup` and shells in the background ignore some on purpose.
    if (saved_requests[i].sa_handler != SIG_IGN) sigaction(kRequests[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kRequests.size(); ++i) sigaction(kRequests[i], &saved_requests[i], nullptr);
  sigaction(SIGPIPE, &saved_pipe, nullptr);
  wake_descriptor = -1;
  guarded_process = 0;
}

void StopSignals::guard(int guarded) {
  guarded_process = guarded;
}

int StopSignals::count() const {
  return requests;
}

}  // namespace nubpf
