#include "adapter/tool/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace nubpf::tool {
namespace {

constexpr int kUsualWidth = 80;
constexpr int kNarrowest = 20;

std::string_view variable(const char* name) {
  const auto* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

int width_of(int fd) {
  winsize size{};
  int width = 0;
  if (ioctl(fd, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0) {
    const auto columns = variable("COLUMNS");
    std::from_chars(columns.data(), columns.data() + columns.size(), width);
  }
  return width <= 0 ? kUsualWidth : std::max(width, kNarrowest);
}

/// Only a locale that names another encoding forbids it: in containers none is set, and terminals show UTF-8.
bool shows_unicode() {
  for (const auto* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto value = std::string(variable(name));
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const bool names_encoding = value.find('.') != std::string::npos;
    return !names_encoding || value.find("utf-8") != std::string::npos ||
           value.find("utf8") != std::string::npos;
  }
  return true;
}

bool shows_color(bool is_terminal, ColorChoice choice) {
  if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
  return is_terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

}  // namespace

Terminal terminal(int fd, ColorChoice color) {
  const bool is_terminal = isatty(fd) == 1;
  return {is_terminal, width_of(fd), shows_color(is_terminal, color), shows_unicode()};
}

}  // namespace nubpf::tool
