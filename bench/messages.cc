// Stands in for bpftrace 0.17: takes a program on standard input, and prints as many messages of one kind as it is told,
// as fast as they are taken.
//
//   NUBPF_BENCH_MESSAGES=rows|maps|histograms   what the lines hold (below)
//   NUBPF_BENCH_COUNT=N                         rows, or entries of maps
//   NUBPF_BENCH_REPORTS=N                       entries of one report

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kBlock = 1 << 20;
constexpr std::array<std::string_view, 8> kNames = {"bash",           "cc1plus",    "nginx: worker", "ld-linux-x86-64",
                                                    "kworker/u4:2-ev", "systemd-udevd", "python3",  "caf\\uffffffc3\\uffffffa9"};
constexpr std::array<std::string_view, 6> kPaths = {
    "/etc/ld.so.cache", "/lib/x86_64-linux-gnu/libc.so.6", "/proc/self/status",
    "/usr/include/c++/12/bits/stl_algobase.h", "/dev/null", "/home/user/\\\"quoted\\\"\\\\name"};

[[noreturn]] void fail(const char* message) {
  std::fprintf(stderr, "messages: %s\n", message);
  std::exit(2);
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
    if (count <= 0) std::exit(0);  // the reader has all it wants
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string_view setting(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) fail(name);
  return value;
}

/// `print((1, pid, comm, str(args->filename)))`
std::string row(std::size_t i) {
  return "{\"type\": \"value\", \"data\": [1," + std::to_string(1000 + i * 7919 % 30000) + ",\"" +
         std::string(kNames[i % kNames.size()]) + "\",\"" + std::string(kPaths[i % kPaths.size()]) + "\"]}\n";
}

/// A report of `@x[comm, pid] = count()`, or of a histogram by `comm`: the key's number is the bucket.
std::string report(std::size_t i, std::size_t entries, bool is_histogram) {
  std::string text = "{\"type\": \"value\", \"data\": [1," + std::to_string(1'000'000'000 * (i + 1)) +
                     "]}\n{\"type\": \"map\", \"data\": {\"@x\": {";
  for (std::size_t entry = 0; entry < entries; ++entry) {
    const std::size_t number = is_histogram ? entry / kNames.size() % 64 : 1000 + entry / kNames.size();
    text += (entry == 0 ? "\"" : ", \"") + std::string(kNames[entry % kNames.size()]);
    text += "," + std::to_string(number) + "\": " + std::to_string((i + 1) * (entry + 1));
  }
  return text + "}}}\n";
}

}  // namespace

int main(int count, char** words) {
  if (count == 2 && std::string_view(words[1]) == "--version") {
    write_all("bpftrace v0.17.0\n");
    return 0;
  }
  std::array<char, 4096> ignored;
  while (read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) continue;

  const std::string_view kind = setting("NUBPF_BENCH_MESSAGES");
  const auto total = static_cast<std::size_t>(std::strtoull(setting("NUBPF_BENCH_COUNT").data(), nullptr, 10));
  write_all("{\"type\": \"attached_probes\", \"data\": {\"probes\": 1}}\n");
  std::fprintf(stderr, "__BPFTRACE_NOTIFY_PROBES_ATTACHED\n");
  if (kind == "rows") {
    // The same block again and again: no time goes into making them.
    std::string block;
    std::size_t lines = 0;
    for (; block.size() < kBlock; ++lines) block += row(lines);
    std::size_t left = total;
    for (; left >= lines; left -= lines) write_all(block);
    for (std::size_t i = 0; i < left; ++i) write_all(row(i));
    write_all("{\"type\": \"map\", \"data\": {\"@__nubpf_n1\": " + std::to_string(total) + "}}\n");
    return 0;
  }
  constexpr std::size_t kEntries = 512;
  for (std::size_t i = 0; i < total / kEntries; ++i) write_all(report(i, kEntries, kind == "histograms"));
}
