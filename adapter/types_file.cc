#include "adapter/types_file.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "adapter/descriptor.h"
#include "transpiler/btf.h"

namespace nubpf {
namespace {

/// Without MFD_CLOEXEC: bpftrace inherits it.
Descriptor make_file() {
  const std::string types = common_types();
  Descriptor file(types.empty() ? -1 : memfd_create("nubpf-types", 0));
  if (file.get() < 0) return file;
  if (!write_all(file.get(), types)) file.reset();
  return file;
}

/// `sudo bpftrace`, with options that take no value of their own.
bool is_sudo(const std::vector<std::string>& words) {
  return words.size() > 1 && words.front().substr(words.front().rfind('/') + 1) == "sudo" &&
         std::all_of(words.begin() + 1, words.end() - 1,
                     [](const std::string& word) { return word.starts_with('-'); });
}

}  // namespace

std::optional<std::string> types_file_for(const std::vector<std::string>& bpftrace) {
  const bool inherits = bpftrace.size() == 1;
  if (!inherits && !is_sudo(bpftrace)) return std::nullopt;
  static const Descriptor file = make_file();
  if (file.get() < 0) return std::nullopt;
  // sudo closes what it inherits.
  return inherits ? fmt::format("/proc/self/fd/{}", file.get())
                  : fmt::format("/proc/{}/fd/{}", getpid(), file.get());
}

}  // namespace nubpf
