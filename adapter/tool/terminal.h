#pragma once

#include "adapter/tool/options.h"

namespace nubpf::tool {

/// What a stream can show.
struct Terminal {
  bool is_terminal = false;
  int width = 80;
  bool color = false;
  bool unicode = true;
};

/// Looks at a descriptor, the locale's variables, COLUMNS, TERM and NO_COLOR.
[[nodiscard]] Terminal terminal(int fd, ColorChoice color);

}  // namespace nubpf::tool
