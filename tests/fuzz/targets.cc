#include "tests/fuzz/targets.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "adapter/bpftrace_errors.h"
#include "adapter/reshape.h"
#include "adapter/verifier.h"
#include "adapter/writer.h"
#include "tests/golden_cases.h"
#include "transpiler/emit.h"
#include "transpiler/parse.h"
#include "transpiler/render.h"
#include "transpiler/resolve.h"
#include "transpiler/text.h"

namespace nubpf::fuzz {
namespace {

constexpr BpftraceVersion kVersions[] = {{0, 17, 0}, {0, 23, 2}, {0, 27, 1}};

void promise(bool is_kept, const char* what) {
  if (is_kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

bool is_inside(Span span, const File& file) {
  return span.begin <= span.end && span.end <= file.text.size();
}

/// Whether a terminal may be given this.
bool is_harmless(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return visible(text) == text;
}

void check(const Diagnostics& diagnostics, const File& file) {
  for (const auto& diagnostic : diagnostics) {
    promise(!diagnostic.message.empty(), "a diagnostic has a message");
    for (const auto& label : diagnostic.labels)
      promise(is_inside(label.span, file), "a label lies in the source");
    promise(is_harmless(render(diagnostic, file, {})), "a rendered diagnostic is harmless");
    const auto json = render(diagnostic, file, {ErrorFormat::json, false, 80});
    promise(is_harmless(json) && std::count(json.begin(), json.end(), '\n') == 1,
            "its JSON is one harmless line");
  }
}

void check(const Program& program, const File& file) {
  const auto lines = static_cast<std::uint32_t>(std::count(program.text.begin(), program.text.end(), '\n'));
  std::uint32_t last = 0;
  for (const auto& [line, span] : program.source_map) {
    promise(line >= last && line <= lines, "the source map goes up, and not beyond the text");
    promise(is_inside(span, file), "the source map leads into the source");
    last = line;
  }
  promise(program.text.find('\0') == std::string::npos, "a program has no NUL");
}

struct Case {
  File file;
  Program program;
};

/// Programs of all shapes of output.
const std::vector<Case>& programs() {
  static const std::vector<Case> all = [] {
    std::vector<Case> made;
    for (const auto& golden : golden_cases()) {
      if (golden.area != "results" && golden.area != "shapes" && golden.area != "reports") continue;
      const File file{"in.nu", read_text(golden.folder / "in.nu"), 0};
      const auto parsed = nubpf::parse(file);
      if (has_errors(parsed.diagnostics)) continue;
      for (const auto& program : resolve(file, parsed.script, golden_kernel(), {}).programs) {
        for (const auto& version : {kVersions[0], kVersions[2]}) {
          EmitOptions options;
          options.version = version;
          made.push_back({file, emit(program, options)});
        }
      }
    }
    return made;
  }();
  return all;
}

}  // namespace

std::size_t count_of_programs() {
  return programs().size();
}

void parse(std::string_view input) {
  const File file{"fuzz", std::string(input), 0};
  const auto parsed = nubpf::parse(file);
  check(parsed.diagnostics, file);
  promise(syntax::to_string(parsed.script) == syntax::to_string(nubpf::parse(file).script),
          "a text is always read alike");
}

void transpile(std::string_view input) {
  const File file{"fuzz", std::string(input), 0};
  const auto parsed = nubpf::parse(file);
  if (has_errors(parsed.diagnostics)) return;
  const auto resolved = resolve(file, parsed.script, golden_kernel(), {});
  check(resolved.diagnostics, file);
  if (has_errors(resolved.diagnostics)) return;
  for (const auto& program : resolved.programs) {
    for (const auto& version : kVersions) {
      check(missing_features(program, version), file);
      for (const auto form : {EmitForm::run, EmitForm::people}) {
        EmitOptions options;
        options.version = version;
        options.form = form;
        const auto emitted = emit(program, options);
        check(emitted, file);
        promise(emitted.text == emit(program, options).text, "a program is always written alike");
      }
    }
  }
}

void messages(std::string_view input) {
  if (input.size() < 2) return;
  static const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  constexpr OutputFormat kFormats[] = {OutputFormat::table, OutputFormat::jsonl, OutputFormat::nuon,
                                       OutputFormat::msgpack, OutputFormat::csv};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
  const auto& [file, program] = programs()[byte(0) % programs().size()];
  const auto writer = make_writer({kFormats[byte(1) % std::size(kFormats)], 80, false, true}, nowhere);
  Reshaper reshaper(program, *writer, 0,
                    [&of = file](const Diagnostic& diagnostic) { check({diagnostic}, of); });
  for (auto rest = input.substr(2); !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    reshaper.line(line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  reshaper.finish();
  promise(writer->finish(), "what was read can be written");
}

void errors(std::string_view input) {
  const auto& [file, program] = programs().front();
  if (input.empty()) return;
  const auto status = static_cast<signed char>(input.front());
  const std::string text(input.substr(1));
  const auto explained = explain_failure(
      program, {.status = status, .was_tracing = status % 2 == 0, .errors = text, .output = text});
  promise(!explained.empty(), "a failure has an error");
  check(explained, file);
  check(explain_warnings(program, text), file);
  {
    Diagnostic diagnostic{
        .kind = DiagnosticKind::verifier, .message = {}, .labels = {}, .help = {}, .notes = {}};
    explain_verifier(diagnostic, text);
  }
}

}  // namespace nubpf::fuzz
