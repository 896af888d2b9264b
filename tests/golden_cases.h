#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "transpiler/host_kernel.h"

namespace nubpf {

struct GoldenCase {
  std::string area;
  std::string name;
  std::filesystem::path folder;
  bool should_fail = false;  ///< its name begins with `fail_`, or it is one of the mistakes
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// All of golden/AREA/CASE, sorted.
inline std::vector<GoldenCase> golden_cases() {
  namespace fs = std::filesystem;
  std::vector<GoldenCase> cases;
  for (const auto& area : fs::directory_iterator(fs::path(NUBPF_SOURCE_DIR) / "golden")) {
    if (!area.is_directory()) continue;
    for (const auto& folder : fs::directory_iterator(area.path())) {
      if (!fs::exists(folder.path() / "in.nu")) continue;
      const auto name = folder.path().filename().string();
      const auto area_name = area.path().filename().string();
      const bool should_fail = name.starts_with("fail_") || area_name == "mistakes";
      cases.push_back({area_name, name, folder.path(), should_fail});
    }
  }
  std::sort(cases.begin(), cases.end(), [](const GoldenCase& a, const GoldenCase& b) {
    return std::tie(a.area, a.name) < std::tie(b.area, b.name);
  });
  return cases;
}

/// Every .nu file under examples/, sorted.
inline std::vector<std::filesystem::path> example_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(NUBPF_SOURCE_DIR "/examples")) {
    if (entry.path().extension() == ".nu") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The kernel that the golden cases are made for.
inline const KernelTypes& golden_kernel() {
  static const HostKernel kernel({.tracefs = NUBPF_SOURCE_DIR "/tests/kernel",
                                  .btf = NUBPF_SOURCE_DIR "/tests/kernel/types.btf",
                                  .symbols = NUBPF_SOURCE_DIR "/tests/kernel/symbols"});
  return kernel;
}

/// The same kernel, built without CONFIG_DEBUG_INFO_BTF.
inline const KernelTypes& golden_kernel_without_types() {
  static const HostKernel kernel({NUBPF_SOURCE_DIR "/tests/kernel", NUBPF_SOURCE_DIR "/tests/kernel/no-btf"});
  return kernel;
}

}  // namespace nubpf
