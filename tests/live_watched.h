#pragma once

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/live.h"

/// What a trace leaves behind, or not.
namespace nubpf::live {

/// `bpftrace` that writes its process id down before it starts.
class Watched {
 public:
  Watched() : pid_file_(new_file(".pid", "")) {
    script_ = new_file(".bpftrace", "#!/bin/sh\n[ \"$1\" = --version ] || echo $$ > " + pid_file_.string() +
                                        "\nexec bpftrace \"$@\"\n");
    std::filesystem::permissions(script_, std::filesystem::perms::owner_all);
  }

  [[nodiscard]] std::vector<std::string> option() const { return {"--bpftrace", script_.string()}; }

  /// 0 where none was started.
  [[nodiscard]] int pid() const {
    std::ifstream file(pid_file_);
    int pid = 0;
    file >> pid;
    return pid;
  }

  /// Whether it still runs.
  [[nodiscard]] bool is_there() const {
    const auto stat = [this] {
      std::ifstream file("/proc/" + std::to_string(pid()) + "/stat");
      std::string text;
      std::getline(file, text, '\0');
      return text;
    }();
    const auto end = stat.rfind(')');
    return pid() > 0 && end != std::string::npos && stat.size() > end + 2 && stat[end + 2] != 'Z';
  }

  /// The ids of its programs in the kernel.
  [[nodiscard]] std::vector<std::uint32_t> programs() const { return ids("prog_id:"); }
  /// The ids of its maps.
  [[nodiscard]] std::vector<std::uint32_t> maps() const { return ids("map_id:"); }

 private:
  [[nodiscard]] std::vector<std::uint32_t> ids(std::string_view field) const {
    std::vector<std::uint32_t> found;
    std::error_code error;
    const auto infos = std::filesystem::path("/proc") / std::to_string(pid()) / "fdinfo";
    for (const auto& info : std::filesystem::directory_iterator(infos, error)) {
      std::ifstream file(info.path());
      for (std::string word; file >> word;) {
        if (word != field) continue;
        std::uint32_t id = 0;
        file >> id;
        found.push_back(id);
      }
    }
    return found;
  }

  std::filesystem::path pid_file_, script_;
};

/// Whether the kernel has the program, or the map.
inline bool exists(int command, std::uint32_t id) {
  bpf_attr attributes{};
  attributes.prog_id = id;
  static_assert(offsetof(bpf_attr, prog_id) == offsetof(bpf_attr, map_id));
  const auto fd = syscall(SYS_bpf, command, &attributes, sizeof attributes);
  if (fd >= 0) close(static_cast<int>(fd));
  return fd >= 0;
}
inline bool exists_program(std::uint32_t id) {
  return exists(BPF_PROG_GET_FD_BY_ID, id);
}
inline bool exists_map(std::uint32_t id) {
  return exists(BPF_MAP_GET_FD_BY_ID, id);
}

/// What a trace had in the kernel at one moment.
struct Footprint {
  explicit Footprint(const Watched& watched) : programs(watched.programs()), maps(watched.maps()) {}

  [[nodiscard]] bool is_empty() const { return programs.empty() || maps.empty(); }
  /// Whether none of it is there any more; the kernel takes a moment to give it up.
  [[nodiscard]] bool is_gone() const {
    return wait_until(
        [this] {
          return std::none_of(programs.begin(), programs.end(), exists_program) &&
                 std::none_of(maps.begin(), maps.end(), exists_map);
        },
        10s);
  }

  std::vector<std::uint32_t> programs, maps;
};

}  // namespace nubpf::live
