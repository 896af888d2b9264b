#include "adapter/tool/nushell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "adapter/bpftrace_tracepoints.h"
#include "adapter/exit_code.h"
#include "adapter/nuon.h"
#include "adapter/output_shape.h"
#include "adapter/tool/doctor.h"
#include "adapter/tool/nushell_source.h"
#include "adapter/tool/reporter.h"
#include "adapter/tool/trace.h"
#include "transpiler/emit.h"
#include "transpiler/host_kernel.h"
#include "transpiler/nushell_module.h"
#include "transpiler/parse.h"
#include "transpiler/resolve.h"

namespace nubpf::tool {
namespace {

/// The kernel takes no longer argument (MAX_ARG_STRLEN), and `nubpf nu run` gets the program as one.
constexpr std::size_t kLongestSource = 120'000;

Value text(std::string_view value) {
  return {std::string(value)};
}

Value span_value(NushellSpan span) {
  return {Record{{"start", {span.start}}, {"end", {span.end}}}};
}

Value label_value(const NushellSource& source, const Label& label, const std::string& label_text) {
  return {Record{{"text", text(label_text)}, {"span", span_value(script_span(source, label.span))}}};
}

/// What `error make` takes. Nushell raises one error at a time: of the further ones at least the place and
/// the message are shown in its frame.
Value error_value(const Diagnostics& errors, const NushellSource& source) {
  const auto& first = errors.front();
  List labels;
  for (const auto& label : first.labels) labels.push_back(label_value(source, label, label.text));
  for (auto further = errors.begin() + 1; further != errors.end(); ++further) {
    if (!further->labels.empty()) labels.push_back(label_value(source, further->labels[0], further->message));
  }
  // an error without a place belongs to the whole call
  if (labels.empty() && !source.parts.empty()) {
    labels.push_back({Record{{"text", text("")}, {"span", span_value(source.parts.back().script)}}});
  }
  auto help = first.help;
  for (const auto& note : first.notes) help += (help.empty() ? "" : "\n") + note;
  return {Record{{"msg", text(first.message)},
                 {"code", text(info(first.kind).code)},
                 {"labels", {std::move(labels)}},
                 {"help", help.empty() ? Value{Null{}} : text(help)}}};
}

Record refusal(const Diagnostics& errors, const NushellSource& source) {
  return {{"error", error_value(errors, source)}};
}

Diagnostic foreign_module() {
  return {DiagnosticKind::nushell_module,
          "the module `nubpf` that is loaded belongs to another version of the tool `nubpf`",
          {},
          "run `nubpf nu install`, then start Nushell anew",
          {}};
}

/// Columns of one type.
List columns_with(const OutputColumns& columns, ColumnHint hint) {
  List names;
  for (const auto& column : columns) {
    if (column.hint == hint) names.push_back(text(column.name));
  }
  return names;
}

/// The events that a shape is for, as a regular expression.
std::string event_pattern(std::string_view event) {
  std::string pattern = "^";
  for (const char c : event) {
    if (c == '*') {
      pattern += ".*";
      continue;
    }
    if (std::string_view(".+?()[]{}|^$\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '$';
}

bool needs_conversion(const OutputColumn& column) {
  return column.hint == ColumnHint::duration || column.hint == ColumnHint::filesize;
}

/// The columns that Nushell has to give their types: MessagePack has neither durations nor file sizes.
void add_conversions(const Schema& schema, Record& plan) {
  const auto shapes = output_shapes(schema);
  bool is_uniform = schema.form != ResultForm::events;
  for (const auto& shape : shapes) {
    is_uniform = is_uniform && std::none_of(shape.columns.begin(), shape.columns.end(), [](const auto& c) {
                   return c.may_be_null && needs_conversion(c);
                 });
  }
  List differing;
  for (const auto& shape : shapes) {
    if (is_uniform || std::none_of(shape.columns.begin(), shape.columns.end(), needs_conversion)) continue;
    differing.push_back({Record{{"event", text(event_pattern(shape.event))},
                                {"durations", {columns_with(shape.columns, ColumnHint::duration)}},
                                {"filesizes", {columns_with(shape.columns, ColumnHint::filesize)}}}});
  }
  const auto& all = is_uniform && !shapes.empty() ? shapes.front().columns : OutputColumns{};
  plan.push_back({"durations", {columns_with(all, ColumnHint::duration)}});
  plan.push_back({"filesizes", {columns_with(all, ColumnHint::filesize)}});
  plan.push_back({"shapes", {std::move(differing)}});
}

std::string_view kind_of(const resolved::Program& program) {
  if (program.emit_bt) return "text";
  if (program.dry_run) return "value";
  switch (program.schema.form) {
    case ResultForm::nothing:
      return "nothing";
    case ResultForm::value:
    case ResultForm::record:
      return "value";
    case ResultForm::scalars:
      return "scalars";
    case ResultForm::table:
      return "table";
    default:
      return "rows";
  }
}

/// A name in a folder for temporary files that nobody can guess, and so nobody can occupy beforehand.
std::string unguessable_file() {
  const auto folder = [] {
    for (const auto* const name : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
      const auto* const value = std::getenv(name);
      if (value != nullptr && access(value, W_OK | X_OK) == 0) return std::string(value);
    }
    return std::string("/tmp");
  }();
  std::random_device device;
  constexpr int kWords = 4;
  std::string name = folder + "/nubpf-";
  for (int i = 0; i < kWords; ++i) name += fmt::format("{:08x}", device());
  return name;
}

/// Leaves the first error of a run where the module finds it.
class ErrorFile {
 public:
  ErrorFile(std::string path, const NushellSource& source) : path_(std::move(path)), source_(source) {}

  void leave(const Diagnostic& diagnostic) {
    if (std::exchange(is_left_, true)) return;
    std::string nuon;
    append_nuon(nuon, error_value({diagnostic}, source_));
    const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool is_written = fd >= 0 && write_all(fd, nuon);
    if (fd >= 0) close(fd);
    // then at least people learn of it
    if (!is_written) Reporter(ErrorFormat::text, ColorChoice::automatic).report(diagnostic, source_.file);
  }

 private:
  std::string path_;
  const NushellSource& source_;
  bool is_left_ = false;
};

}  // namespace

Record plan(std::string_view request, const Options& options) {
  const auto call = read_call(request);
  if (!call || call->module != nushell_module_id()) {
    auto diagnostic = foreign_module();
    if (!call) diagnostic.notes.push_back(call.error());
    return refusal({diagnostic}, {});
  }
  auto assembled = assemble(*call);
  const auto& source = assembled.source;
  if (has_errors(assembled.diagnostics)) return refusal(assembled.diagnostics, source);
  const auto parsed = parse(source.file);
  if (has_errors(parsed.diagnostics)) return refusal(parsed.diagnostics, source);
  const bool runs = std::none_of(call->flags.begin(), call->flags.end(),
                                 [](const NushellFlag& flag) { return flag.name == "emit-bt"; });
  if (const auto problem = runs ? missing_privilege(this_host(options.bpftrace)) : std::nullopt)
    return refusal({*problem}, source);

  const HostKernel kernel(default_host_roots(), tracepoints_through(options.bpftrace));
  auto resolved = resolve(source.file, parsed.script, kernel, options.program);
  auto& diagnostics = resolved.diagnostics;
  std::erase_if(diagnostics, [](const Diagnostic& d) { return info(d.kind).severity != Severity::error; });
  if (!diagnostics.empty()) return refusal(diagnostics, source);
  const auto& program = resolved.programs.front();
  auto json = to_json(source);
  if (json.size() > kLongestSource) {
    return refusal({{DiagnosticKind::bad_argument,
                     "the program and the variables that it uses are too long for one call",
                     {},
                     "put it into a file and run `nubpf FILE`",
                     {}}},
                   source);
  }

  Record plan{{"error", {Null{}}}, {"kind", text(kind_of(program))}};
  plan.push_back({"text", program.emit_bt ? text(shown(program, options, source.file)) : Value{Null{}}});
  plan.push_back({"source", text(json)});
  plan.push_back({"errors", text(unguessable_file())});
  add_conversions(program.schema, plan);
  return plan;
}

int run_plan(const Options& options) {
  const auto source = source_from_json(options.words.empty() ? std::string() : options.words.front());
  Reporter reporter(ErrorFormat::text, options.color);
  if (!source) {
    reporter.report(foreign_module());
    return exit_code::kUsage;
  }
  ErrorFile errors(options.error_file, *source);
  reporter.divert_errors([&](const Diagnostic& diagnostic) { errors.leave(diagnostic); });
  // the error has been told: Nushell is to raise it, not that a command ended with another code than 0
  static_cast<void>(trace(options, reporter, source->file));
  return exit_code::kOk;
}

}  // namespace nubpf::tool
