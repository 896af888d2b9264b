#include <cstddef>
#include <cstdint>
#include <string>

#include "transpiler/emit.h"
#include "transpiler/host_kernel.h"
#include "transpiler/parse.h"
#include "transpiler/render.h"
#include "transpiler/resolve.h"

/// The whole transpiler on any bytes: it neither crashes nor reads outside of the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const nubpf::HostKernel kernel({NUBPF_SOURCE_DIR "/tests/kernel", "/nonexistent"});
  const nubpf::File file{"fuzz", std::string(reinterpret_cast<const char*>(data), size), 0};
  const auto parsed = nubpf::parse(file);
  for (const auto& diagnostic : parsed.diagnostics) static_cast<void>(nubpf::render(diagnostic, file, {}));
  static_cast<void>(nubpf::syntax::to_string(parsed.script));
  if (nubpf::has_errors(parsed.diagnostics)) return 0;
  const auto resolved = nubpf::resolve(file, parsed.script, kernel, {});
  for (const auto& diagnostic : resolved.diagnostics) static_cast<void>(nubpf::render(diagnostic, file, {}));
  for (const auto& program : resolved.programs) {
    nubpf::EmitOptions options;
    static_cast<void>(nubpf::emit(program, options));
    options.form = nubpf::EmitForm::people;
    static_cast<void>(nubpf::emit(program, options));
  }
  return 0;
}
