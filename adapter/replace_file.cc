#include "adapter/replace_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "adapter/descriptor.h"

namespace nubpf {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// What open() would give a new file. umask() can only be asked by setting it.
mode_t usual_mode() {
  const mode_t mask = umask(077);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::error_code replace_file(const std::filesystem::path& path, std::string_view content) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return error;
  std::string draft = path.string() + ".XXXXXX";
  const Descriptor file(mkostemp(draft.data(), O_CLOEXEC));
  if (file.get() < 0) return last_error();
  if (!write_all(file.get(), content) || fchmod(file.get(), usual_mode()) != 0 ||
      rename(draft.c_str(), path.c_str()) != 0) {
    error = last_error();
    unlink(draft.c_str());
  }
  return error;
}

}  // namespace nubpf
