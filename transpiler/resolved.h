#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "transpiler/mappings.h"
#include "transpiler/schema.h"
#include "transpiler/source.h"
#include "transpiler/type.h"

/// The program with every name bound, every value typed and every pipeline turned into statements. Nothing
/// here can be wrong any more: whatever bpftrace cannot say was refused on the way.
namespace nubpf::resolved {

struct Expression;
template <class T>
using Box = std::shared_ptr<const T>;  ///< expressions are immutable and shared

struct Integer {
  std::int64_t value = 0;
  std::string name = {};       ///< of the enumerator or macro of the kernel that it was written as
  bool is_enumerator = false;  ///< then bpftrace knows the name, too
};
struct Text {
  std::string value;
};
/// A field of the event that bpftrace has in every probe.
struct ContextRead {
  const mappings::ContextField* field = nullptr;
  std::int64_t depth = 0;  ///< stacks: how many frames at most; 0: bpftrace's own limit
};
/// How bpftrace reads a tracepoint's field or a function's argument.
enum class FieldAccess {
  plain,     ///< args->name
  text,      ///< str(args->name): behind a pointer or a __data_loc
  pointer,   ///< args->name, left as it is: an array of strings
  narrowed,  ///< (intN)args->name: the kernel keeps a syscall's argument in a wider slot
  typed,     ///< args->name, whose kernel type bpftrace knows: fentry and fexit
};
/// Where the texts of a tracepoint's event lie: behind its fixed part, that of the first such field first.
struct TextPlace {
  std::uint32_t fixed_bytes = 0;  ///< 0: no such text, or the attach points of the clause differ
  std::string first;              ///< the field
};
struct FieldRead {
  std::string name;
  FieldAccess access{};
  bool is_data_loc = false;  ///< text only: behind a word that tells its place in the event
  TextPlace place{};
};
/// arg0…argN, retval
struct ArgumentRead {
  std::string name;
  bool is_typed = false;  ///< bpftrace knows its type: `retval` of fexit
};
struct LocalRead {
  std::uint32_t local = 0;
};
struct MapRead {
  std::uint32_t map = 0;
  std::vector<Expression> keys;
};
/// Whether the map holds the key.
struct MapHas {
  std::uint32_t map = 0;
  std::vector<Expression> keys;
};

enum class Operator {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
};
struct Binary {
  Operator op{};
  Box<Expression> left, right;
};
enum class UnaryOperator { negate, logical_not };
struct Unary {
  UnaryOperator op{};
  Box<Expression> operand;
};
/// Integers only: strings are chosen by statements (bpftrace 0.23 and 0.25 fail on string `?:`).
struct Conditional {
  Box<Expression> condition, then, otherwise;
};
/// `(int64)x`, `(struct sock *)x`: to the expression's type.
struct Cast {
  Box<Expression> operand;
};
enum class StringTest { starts_with, contains };
struct TestString {
  StringTest test{};
  Box<Expression> subject;
  std::string literal;
  bool is_negated = false;
};
/// `second` is the other argument of a function that has two.
struct FunctionCall {
  const mappings::Function* function = nullptr;
  Box<Expression> argument;
  Box<Expression> second;
};
/// str(x): the C string at an address.
struct ReadString {
  Box<Expression> address;
};

/// `object->name`, or `object.name` where the struct is embedded.
struct Member {
  Box<Expression> object;
  std::string name;
};
/// `object[index]`, of an array or a pointer.
struct Index {
  Box<Expression> object;
  std::int64_t index = 0;
};
/// The C strings at an array of pointers that ends with a null pointer, such as `argv`. Only a column of a
/// row.
struct ReadStrings {
  Box<Expression> address;
};
/// `$"…"`: texts and values in turn, put together behind the kernel. Only a column of a row.
struct Interpolated {
  std::vector<std::variant<std::string, Box<Expression>>> parts;
};
/// How many keys a map holds.
struct MapLength {
  std::uint32_t map = 0;
};

struct Expression {
  std::variant<Integer, Text, ContextRead, FieldRead, ArgumentRead, LocalRead, MapRead, MapHas, Binary, Unary,
               Conditional, Cast, TestString, FunctionCall, ReadString, ReadStrings, Interpolated, MapLength,
               Member, Index>
      node;
  Type type;
  Span span;
};

struct Statement;
using Statements = std::vector<Statement>;

struct Assign {
  std::uint32_t local = 0;
  Expression value;
};
struct If {
  Expression condition;
  Statements then, otherwise;
};
struct Aggregate {
  std::uint32_t aggregation = 0;
  std::vector<Expression> keys;
  std::optional<Expression> value;  ///< none for count
};
struct Emit {
  std::uint32_t site = 0;
  std::vector<Expression> values;  ///< one for each column
};
struct MapSet {
  std::uint32_t map = 0;
  std::vector<Expression> keys;
  Expression value;
};
struct MapDelete {
  std::uint32_t map = 0;
  std::vector<Expression> keys;
};
struct MapClear {
  std::uint32_t map = 0;
};
/// Where the C string at an address ends, found byte by byte, at most the longest that is kept further on.
struct FindEnd {
  std::uint32_t local = 0;
  Expression address;
  bool is_user_memory = false;
};
struct Report {
  std::uint32_t report = 0;
};
/// printf: texts and values in turn; a line end is added.
struct Print {
  std::vector<std::variant<std::string, Expression>> parts;
};
struct Exit {};
struct Return {};
/// `break`, or `continue`: only inside a loop that is being unrolled, see unroll().
struct Jump {
  bool leaves_loop = false;
};
/// An action that changes the system: `system(…)`, `signal(…)`, `override(…)`. Texts and values in turn.
struct Action {
  const mappings::Command* command = nullptr;
  std::vector<std::variant<std::string, Expression>> parts;
};

struct Statement {
  std::variant<Assign, If, Aggregate, Emit, MapSet, MapDelete, MapClear, FindEnd, Report, Print, Exit, Return,
               Jump, Action>
      node;
  Span span;
};

/// A variable of one clause.
struct Local {
  std::string name;  ///< without `$`; unique in its clause
  Type type;
  bool declare_first = false;  ///< assigned in an inner block and read behind it
  bool is_typed = false;       ///< a pointer that is kept with its type: `$sk = (struct sock *)arg0`
};

/// State that the program keeps: `map …` and `timer …`.
struct Map {
  std::string name;  ///< without `@`
  Type value;
  std::vector<Type> keys;
  bool value_may_be_zero = true;  ///< then `has` needs a map of its own where bpftrace has no has_key()
  bool is_tested = false;         ///< by `has`
  bool is_measured = false;       ///< by `len`
  bool is_mixed = false;          ///< integers of several widths or signs are set
  std::string record = {};        ///< of the program's map, where this one keeps a field of its records
  std::string field = {};
};

struct AttachPoint {
  const mappings::Probe* probe = nullptr;
  std::string
      target;  ///< what follows the provider: `syscalls:sys_enter_openat`, `hz:99`; empty for begin and end
  Span span;

  friend bool operator==(const AttachPoint& a, const AttachPoint& b) {
    return a.probe == b.probe && a.target == b.target;
  }
};

struct Clause {
  std::vector<AttachPoint> attach_points;
  std::vector<Local> locals;
  std::optional<Expression> predicate;
  Statements body;
  Span span;
};

/// Whether the clause is one of this probe, such as `begin`.
[[nodiscard]] bool is_clause_of(const Clause& clause, std::string_view probe);

/// `begin` and `end`.
[[nodiscard]] bool runs_once(const Clause& clause);

/// Whether the clause runs at each event, and neither once nor through a walk (`iter`).
[[nodiscard]] bool waits_for_events(const Clause& clause);

/// The tracepoint through which a program of `--command` learns of the command's children.
inline constexpr std::string_view kForks = "sched:sched_process_fork";

/// One program: a clause that stood alone, or a `trace`.
struct Program {
  std::vector<Clause> clauses;
  std::vector<Map> maps;
  Schema schema;
  Span span;

  std::optional<std::int64_t> duration_ns;  ///< --for
  std::optional<std::int64_t> pid;          ///< --pid: only events of this process
  std::optional<std::string> command;       ///< --command: only events of it and its children
  std::optional<std::int64_t> row_limit;    ///< `| first N`
  bool unsafe = false;
  bool emit_bt = false;  ///< --emit-bt on the clause or trace
  bool dry_run = false;  ///< --dry-run on it
  std::optional<int> string_length;
  bool needs_kernel_types = true;  ///< see needs_kernel_types() in types_needed.h
};

/// Every expression of the program, outer ones before those inside them.
void for_each_expression(const Program& program, const std::function<void(const Expression&)>& visit);

/// Whether the value is a pointer, which the kernel's memory can be followed through.
[[nodiscard]] bool is_pointer(const Type& type);

/// Whether bpftrace itself takes the value as signed: arithmetic with an unsigned operand is unsigned there.
[[nodiscard]] bool is_signed_in_bpftrace(const Expression& expression);

/// What `--dump resolved` shows.
[[nodiscard]] std::string to_string(const Program& program);

}  // namespace nubpf::resolved
