#pragma once

#include <string>

#include "transpiler/diagnostic.h"
#include "transpiler/source.h"

namespace nubpf {

enum class ErrorFormat { text, json };

struct RenderOptions {
  ErrorFormat format = ErrorFormat::text;
  bool color = false;
  int width = 80;  ///< columns of the terminal; long source lines are cut around the label
};

/// One diagnostic for people (a frame on the source, as Nushell draws it, several lines) or for programs (one
/// JSON object and a line end). Control characters of the source and of the texts are made visible, never
/// passed on.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, const File& file,
                                 const RenderOptions& options);

}  // namespace nubpf
