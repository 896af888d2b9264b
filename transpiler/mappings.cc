#include "transpiler/mappings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace nubpf::mappings {
namespace {

template <class Row>
const Row* find(const std::vector<Row>& rows, std::string_view name) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace

const std::vector<ContextField>& context_fields() {
  using enum TypeKind;
  static const std::vector<ContextField> rows = {
#include "mappings/fields.inc"
  };
  return rows;
}

const std::vector<Probe>& probes() {
  static const std::vector<Probe> rows = {
#include "mappings/probes.inc"
  };
  return rows;
}

const std::vector<Flag>& program_flags() {
  static const std::vector<Flag> rows = {
#include "mappings/program_flags.inc"
  };
  return rows;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> rows = {
#include "mappings/commands.inc"
  };
  return rows;
}

const std::vector<Function>& functions() {
  static const std::vector<Function> rows = {
#include "mappings/functions.inc"
  };
  return rows;
}

const std::vector<KernelConstant>& kernel_constants() {
#define NUBPF_CONSTANT(name, doc) {#name, name, doc},
#define NUBPF_KERNEL_CONSTANT(name, value, doc) {#name, value, doc},
  static const std::vector<KernelConstant> rows = {
#include "mappings/constants.inc"
  };
#undef NUBPF_CONSTANT
#undef NUBPF_KERNEL_CONSTANT
  return rows;
}

const std::vector<KernelTypedef>& kernel_typedefs() {
  static const std::vector<KernelTypedef> rows = {
#include "mappings/kernel_typedefs.inc"
  };
  return rows;
}

std::string example_of(const ContextField& field) {
  constexpr std::string_view kAnywhere = "tracepoint sched:sched_process_exec";
  return fmt::format("{} {{ select {} }}", field.only_in.empty() ? kAnywhere : field.only_in, field.name);
}

const ContextField* find_context_field(std::string_view name) {
  return find(context_fields(), name);
}
const Probe* find_probe(std::string_view name) {
  return find(probes(), name);
}
const Command* find_command(std::string_view name) {
  return find(commands(), name);
}
const Function* find_function(std::string_view name) {
  return find(functions(), name);
}
const KernelConstant* find_kernel_constant(std::string_view name) {
  return find(kernel_constants(), name);
}
const KernelTypedef* find_kernel_typedef(std::string_view name) {
  return find(kernel_typedefs(), name);
}
const Foreign* find_foreign(ForeignKind kind, std::string_view name) {
  using enum ForeignKind;
  static const std::vector<Foreign> rows = {
#include "mappings/foreign.inc"
  };
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Foreign& r) { return r.kind == kind && r.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

AggregationKind aggregation_kind(std::string_view command) {
  using enum AggregationKind;
  for (const auto kind : {count, sum, avg, min, max, stats, hist, lhist}) {
    if (to_string(kind) == command) return kind;
  }
  return count;
}

}  // namespace nubpf::mappings
