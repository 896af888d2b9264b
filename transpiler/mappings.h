#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "transpiler/schema.h"
#include "transpiler/type.h"

/// The rows of mappings/*.inc, as C++ values. Everything that is a list of names with properties is a row
/// there: a new builtin is one row and one golden case.
namespace nubpf::mappings {

/// A context field: part of the event in every probe (fields.inc).
struct ContextField {
  std::string_view name;
  TypeKind kind;
  int bits;  ///< integers: as bpftrace holds them
  bool is_signed;
  std::string_view bpftrace;  ///< the expression in bpftrace
  std::string_view people;    ///< the expression in text for people, where it differs
  std::string_view since;     ///< first bpftrace version that has it
  std::string_view doc;
  std::string_view kernel_type = {};  ///< an address: the struct that is there
  std::string_view only_in = {};      ///< a clause whose events have it, where not all have
};

/// What a clause's attach point looks like.
enum class Target {
  none,        ///< begin, end
  function,    ///< a kernel function
  tracepoint,  ///< CATEGORY:NAME
  name,        ///< one word
  path,        ///< PATH:SYMBOL or PATH:PROVIDER:NAME
  period,      ///< a duration (interval)
  rate,        ///< --hz or --every (profile)
  event,       ///< a perf event with --count
  raw,         ///< verbatim
};

/// What a flag's value is: a switch has none.
enum class FlagValue { none, key, name, integer, duration, text };

struct Flag {
  std::string_view name;
  FlagValue value;
  std::string_view doc;
};

/// A clause command (probes.inc).
struct Probe {
  std::string_view name;
  std::string_view provider;  ///< bpftrace's word before the first colon
  Target target;
  bool has_process;        ///< runs in the context of the process that caused it: `--pid` filters it
  bool has_arguments;      ///< arg0…argN
  bool has_return;         ///< retval
  bool has_function;       ///< func
  bool heeds_process;      ///< bpftrace's `-p` limits it to one process
  bool needs_types;        ///< bpftrace looks for it in the kernel's BTF
  std::string_view since;  ///< first bpftrace version that has it
  std::string_view usage;
  std::vector<Flag> flags;  ///< its own, beside program_flags()
  std::string_view example;
  std::string_view doc;
};

/// Where a command can stand and what it does with the pipeline.
enum class Role {
  filter,       ///< where
  shape,        ///< select, get, insert …: on the event record
  cast,         ///< into …: value in, value out
  aggregation,  ///< count, hist …
  output,       ///< emit, report, print
  state,        ///< map …, timer …
  action,       ///< exit, system …
};

/// A command of the kernel side (commands.inc). `name` may be two words.
struct Command {
  std::string_view name;
  Role role;
  std::string_view usage;  ///< positional arguments as in a signature: `[value]`, `NAME KEY`
  int min_arguments;
  int max_arguments;  ///< -1: any number
  std::vector<Flag> flags;
  bool unsafe;
  std::string_view bpftrace;  ///< what it becomes
  std::string_view since;
  std::string_view example;
  std::string_view doc;
  std::string_view nushell = {};  ///< what does that job on rows in Nushell, where something does
  std::string_view surplus = {};  ///< help where more arguments are given, if its usage says too little
};

/// A conversion, value in and value out (functions.inc): `$e.x | ntop`.
struct Function {
  std::string_view name;
  std::string_view bpftrace;  ///< the call, `{}` for the value, and a second one for the other argument
  std::string_view people;    ///< the call in text for people, where it differs
  TypeKind result;
  std::string_view accepts;  ///< which values, for messages
  std::string_view usage;    ///< what stands behind the name when the value is piped in
  bool takes_name;           ///< takes no value, but a literal text behind the name
  bool needs_types;          ///< some bpftrace looks for what it needs in the kernel's BTF
  std::string_view since;
  std::string_view example;
  std::string_view doc;
};

/// A macro of the kernel, which BTF does not hold (constants.inc).
struct KernelConstant {
  std::string_view name;
  std::int64_t value;
  std::string_view doc;
};

/// A name that every kernel has for one of C's integers (kernel_typedefs.inc).
struct KernelTypedef {
  std::string_view name;
  std::string_view type;
};

/// What a name from elsewhere stands for where it comes from.
enum class ForeignKind { command, map_function, operation, probe, field, column_word, variable, flag, unit };

/// A name from another tool or language, and what to write instead (foreign.inc).
struct Foreign {
  ForeignKind kind;
  std::string_view name;
  std::string_view instead;
};

[[nodiscard]] const std::vector<ContextField>& context_fields();
[[nodiscard]] const std::vector<Probe>& probes();
/// The flags of every clause that stands alone, and of `trace`.
[[nodiscard]] const std::vector<Flag>& program_flags();
[[nodiscard]] const std::vector<Command>& commands();
[[nodiscard]] const std::vector<Function>& functions();
[[nodiscard]] const std::vector<KernelConstant>& kernel_constants();
[[nodiscard]] const std::vector<KernelTypedef>& kernel_typedefs();

/// A program that shows the field.
[[nodiscard]] std::string example_of(const ContextField& field);

[[nodiscard]] const ContextField* find_context_field(std::string_view name);
[[nodiscard]] const Probe* find_probe(std::string_view name);
[[nodiscard]] const Command* find_command(std::string_view name);
[[nodiscard]] const Function* find_function(std::string_view name);
[[nodiscard]] const KernelConstant* find_kernel_constant(std::string_view name);
[[nodiscard]] const KernelTypedef* find_kernel_typedef(std::string_view name);
[[nodiscard]] const Foreign* find_foreign(ForeignKind kind, std::string_view name);
/// The aggregation that a command of Role::aggregation stands for.
[[nodiscard]] AggregationKind aggregation_kind(std::string_view command);

}  // namespace nubpf::mappings
