#pragma once

#include <functional>
#include <utility>

#include "adapter/descriptor.h"
#include "adapter/tool/options.h"
#include "transpiler/diagnostic.h"
#include "transpiler/render.h"
#include "transpiler/source.h"

namespace nubpf::tool {

/// Writes diagnostics to standard error, each once, as soon as it is known.
class Reporter {
 public:
  Reporter(ErrorFormat format, ColorChoice color);

  void report(const Diagnostic& diagnostic, const File& file) const;
  void report(const Diagnostics& diagnostics, const File& file) const;
  /// From now on errors go there; warnings still to standard error.
  void divert_errors(std::function<void(const Diagnostic&)> receive) { divert_ = std::move(receive); }
  /// One that no source is to blame for.
  void report(const Diagnostic& diagnostic) const { report(diagnostic, {}); }

 private:
  RenderOptions options_;
  std::function<void(const Diagnostic&)> divert_;
};

}  // namespace nubpf::tool
