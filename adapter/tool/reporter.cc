#include "adapter/tool/reporter.h"

#include <unistd.h>

#include "adapter/tool/terminal.h"

namespace nubpf::tool {

Reporter::Reporter(ErrorFormat format, ColorChoice color) {
  const auto screen = terminal(STDERR_FILENO, color);
  options_ = {format, screen.color, screen.width};
}

void Reporter::report(const Diagnostic& diagnostic, const File& file) const {
  if (divert_ && info(diagnostic.kind).severity == Severity::error) return divert_(diagnostic);
  // where standard error is closed there is nobody to tell
  static_cast<void>(write_all(STDERR_FILENO, render(diagnostic, file, options_)));
}

void Reporter::report(const Diagnostics& diagnostics, const File& file) const {
  for (const auto& diagnostic : diagnostics) report(diagnostic, file);
}

}  // namespace nubpf::tool
