// Makes a known number of events, told by a script of one step a line:
//
//   name HEX          the thread's name
//   open HEX          openat() of this name below a directory that is not open
//   seek N            lseek() by N of a descriptor that is not open: the argument N, the result -9
//   size N            lseek() to N of a file in memory: the result N
//   read N            read() of N bytes from a descriptor that is not open
//   sleep N           nanosleep() of N nanoseconds
//   deep N            lseek() from below N calls of one function
//   touch N           calls workload_touch(N), which answers 2 * N
//   repeat N … end    all steps up to the matching `end`, N times; 0 is for ever
//   fork … end        the same in a child, which is waited for
//   mark HEX          makes an empty file of this name
//   wait              for a signal
//
// Texts are hexadecimal, so that they may hold any byte. It is linked statically: no loader opens files.

#include "tests/workload.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

/// A function of its own for probes on user-space code.
extern "C" __attribute__((noinline, used)) std::uint64_t workload_touch(std::uint64_t value) {
  asm volatile("");
  return 2 * value;
}

/// Calls itself so often, and keeps the frames that a stack walk needs.
extern "C"
    __attribute__((noinline, used, optimize("no-omit-frame-pointer", "no-optimize-sibling-calls"))) long
    workload_deep(std::uint64_t depth) {
  const long result =
      depth == 0 ? syscall(SYS_lseek, nubpf::kWorkloadDescriptor, 0L, SEEK_SET) : workload_deep(depth - 1);
  asm volatile("");
  return result;
}

namespace {

struct Step {
  std::string verb;
  std::string word;
};

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "workload: %s\n", message.c_str());
  std::exit(2);
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// All of the unsigned 64-bit range, and the negative numbers.
std::uint64_t number_of(const std::string& word) {
  return word.starts_with('-') ? static_cast<std::uint64_t>(std::stoll(word)) : std::stoull(word);
}

class Player {
 public:
  explicit Player(std::vector<Step> steps) : steps_(std::move(steps)) {}

  void play() { play(0, steps_.size()); }

 private:
  void play(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const auto& step = steps_[i];
      if (step.verb != "repeat" && step.verb != "fork") {
        play(step);
        continue;
      }
      const auto end = end_of(i);
      if (step.verb == "fork") {
        play_in_child(i + 1, end);
      } else {
        const auto times = number_of(step.word);
        for (std::uint64_t n = 0; times == 0 || n < times; ++n) play(i + 1, end);
      }
      i = end;
    }
  }

  void play(const Step& step) {
    if (step.verb == "name") {
      prctl(PR_SET_NAME, bytes_of(step.word).c_str());
    } else if (step.verb == "open") {
      syscall(SYS_openat, nubpf::kWorkloadDescriptor, bytes_of(step.word).c_str(), O_RDONLY);
    } else if (step.verb == "seek") {
      syscall(SYS_lseek, nubpf::kWorkloadDescriptor, number_of(step.word), SEEK_SET);
    } else if (step.verb == "size") {
      syscall(SYS_lseek, memory_file(), number_of(step.word), SEEK_SET);
    } else if (step.verb == "read") {
      syscall(SYS_read, nubpf::kWorkloadDescriptor, nullptr, number_of(step.word));
    } else if (step.verb == "sleep") {
      const auto nanoseconds = static_cast<std::int64_t>(number_of(step.word));
      const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
      syscall(SYS_nanosleep, &time, nullptr);
    } else if (step.verb == "deep") {
      workload_deep(number_of(step.word));
    } else if (step.verb == "touch") {
      workload_touch(number_of(step.word));
    } else if (step.verb == "mark") {
      if (open(bytes_of(step.word).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0) fail("no mark");
    } else if (step.verb == "wait") {
      pause();
    } else {
      fail("no step is called " + step.verb);
    }
  }

  void play_in_child(std::size_t from, std::size_t to) {
    const auto child = fork();
    if (child < 0) fail("no child");
    if (child == 0) {
      play(from, to);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) fail("the child failed");
  }

  [[nodiscard]] std::size_t end_of(std::size_t opening) const {
    int depth = 0;
    for (auto i = opening; i < steps_.size(); ++i) {
      const auto& verb = steps_[i].verb;
      if (verb == "repeat" || verb == "fork") ++depth;
      if (verb == "end" && --depth == 0) return i;
    }
    fail("an `end` is missing");
  }

  int memory_file() {
    if (memory_file_ < 0) memory_file_ = memfd_create("workload", MFD_CLOEXEC);
    return memory_file_;
  }

  std::vector<Step> steps_;
  int memory_file_ = -1;
};

}  // namespace

int main(int count, char** words) {
  // none outlives the test that wants it
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (count != 2) fail("the file with the script is missing");
  std::ifstream file(words[1]);
  if (!file) fail("the script cannot be read");
  std::vector<Step> steps;
  for (std::string line; std::getline(file, line);) {
    const auto blank = line.find(' ');
    steps.push_back({line.substr(0, blank), blank == std::string::npos ? "" : line.substr(blank + 1)});
  }
  Player(std::move(steps)).play();
}
