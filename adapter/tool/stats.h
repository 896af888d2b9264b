#pragma once

#include <string>

#include "adapter/run.h"
#include "transpiler/render.h"

namespace nubpf::tool {

/// What `--stats` tells of a run: a line for people, with one for each kind of rows below it where there are
/// several, or one JSON object.
[[nodiscard]] std::string stats_text(const RunResult& result, ErrorFormat format);

}  // namespace nubpf::tool
