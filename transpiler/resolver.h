#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "transpiler/diagnostic.h"
#include "transpiler/kernel_types.h"
#include "transpiler/mappings.h"
#include "transpiler/resolve.h"
#include "transpiler/resolved.h"
#include "transpiler/syntax.h"

/// The resolver's inside, shared by resolve*.cc only.
namespace nubpf::resolving {

/// No value: of a command that yields none, and `null`.
struct NoValue {};
/// The event as it goes down a pipeline, with the columns that stages added. `hidden` are the rejected ones.
struct EventValue {
  std::vector<std::pair<std::string, resolved::Expression>> added;
  std::set<std::string, std::less<>> hidden;
};
struct RecordValue {
  std::vector<std::pair<std::string, resolved::Expression>> fields;
};
struct ListValue {
  std::vector<resolved::Expression> items;
  std::vector<std::string> names = {};  ///< of the items, where they come from columns; empty: of none
};
struct RangeValue {
  std::optional<std::int64_t> from, to;
  bool inclusive = true;
};
/// What an expression or a stage yields while the program is being read.
struct Value {
  std::variant<NoValue, EventValue, RecordValue, ListValue, RangeValue, resolved::Expression> node;
  Span span;
  bool maybe_nothing = false;
  bool is_broken = false;   ///< stands for one that could not be read: complained about already
  bool is_unknown = false;  ///< out of a map of which it is not known yet what it keeps: a value or a record
  /// What tells whether one that may be nothing is there. Without it, the value is nothing exactly where it
  /// is 0: the duration of a timer that was never started.
  std::optional<resolved::Expression> presence = {};
};

/// Whether a value that may be nothing is there.
[[nodiscard]] resolved::Expression is_there(const Value& value, Span span);
/// The variable whose being 0 tells that; nothing where the condition is another one.
[[nodiscard]] std::optional<std::uint32_t> tested_local(const resolved::Expression& condition);

/// What a name in scope stands for.
struct Binding {
  Value value;
  bool is_mutable = false;
  std::optional<std::uint32_t> local;
};

/// A constant as the value of a variable.
[[nodiscard]] Value constant_value(const Constant& constant);

/// A probe field as all attach points of a clause agree on it.
struct ProbeField {
  resolved::FieldAccess access{};
  Type type;
  bool is_data_loc = false;
  resolved::TextPlace place{};
};

/// A kernel function that a clause attaches to, as BTF describes it.
struct TracedFunction {
  const resolved::AttachPoint* point = nullptr;
  KernelFunction function;
};

/// An arm of a `match` as a test and what it does. No test: it is always taken.
struct MatchBranch {
  std::optional<resolved::Expression> test;
  const syntax::MatchArm* arm = nullptr;
};

/// A call's arguments after its signature was applied.
struct BoundCall {
  const syntax::Call* call = nullptr;
  std::vector<const syntax::Expression*> positionals;
  struct FlagUse {
    Span span;
    const syntax::Expression* value = nullptr;
  };
  std::map<std::string, FlagUse, std::less<>> flags;

  [[nodiscard]] const FlagUse* flag(std::string_view name) const {
    const auto found = flags.find(name);
    return found == flags.end() ? nullptr : &found->second;
  }
};

/// What a bare word means where an expression is read.
enum class BareWord {
  text,    ///< a string, as in Nushell's arguments; an enumerator where an integer is needed
  column,  ///< a column of the value in the pipeline
};

using Scope = std::map<std::string, Binding, std::less<>>;

/// Resolves one program (a clause or a `trace`). A program is resolved several times, until the types of its
/// maps are known: a clause may read what a later one writes. Only the last round's diagnostics count.
class ProgramResolver {
 public:
  ProgramResolver(const File& file, const KernelTypes& kernel, const ResolveOptions& options,
                  const Scope& constants, const std::vector<resolved::Map>& known_maps,
                  Diagnostics& diagnostics);

  /// `call` is a clause command or `trace`.
  void program(const syntax::Call& call, Span span);

  [[nodiscard]] resolved::Program take() { return std::move(program_); }
  [[nodiscard]] const resolved::Program& result() const { return program_; }

  /// The value of an expression of literals only (`let big = 4kb` outside of the closure); nothing with a
  /// diagnostic otherwise.
  std::optional<Value> constant(const syntax::Pipeline& line);
  std::optional<bool> constant_condition(const syntax::Expression& expression);

 private:
  void begin_constant();

  // resolve_program.cc: clauses, attach points, flags, the shape of the result
  void clause(const syntax::Call& call, Span span, bool inside_trace);
  void trace(const syntax::Call& call);
  bool bind_program_flags(const BoundCall& bound);
  std::vector<resolved::AttachPoint> attach_points(const mappings::Probe& probe, const BoundCall& bound);
  void attach_words(const mappings::Probe& probe, const syntax::Expression& expression,
                    std::vector<resolved::AttachPoint>& points);
  void attach_word(const mappings::Probe& probe, const std::optional<std::string>& text, Span span,
                   std::vector<resolved::AttachPoint>& points);
  bool check_attach_point(resolved::AttachPoint& point);
  bool check_tracepoint(const resolved::AttachPoint& point);
  std::optional<std::string> rate_target(const BoundCall& bound);
  std::optional<std::string> period_target(const syntax::Expression& expression);
  void load_fields();
  void finish_clause();
  void check_walk();
  void keep_frequent_reads();
  void finish_program();
  void resolve_reports();
  [[nodiscard]] ResultForm result_form() const;

  // resolve_statement.cc, resolve_pipeline.cc, resolve_stage.cc, resolve_aggregation.cc, resolve_state.cc,
  // resolve_output.cc: blocks, pipelines, stages
  void block(const syntax::Block& block, bool is_tail);
  void statement(const syntax::Statement& statement, bool is_tail);
  void let(const syntax::Let& let);
  void assign(const syntax::Assign& assign, Span span);
  void for_loop(const syntax::For& loop, Span span);
  void pipeline_statement(const syntax::Pipeline& pipeline, bool is_tail);
  void if_statement(const syntax::If& node, Span span, bool is_tail);
  void assume(const resolved::Expression& condition);
  void match_statement(const syntax::Match& node, Span span, bool is_tail);
  void jump(bool leaves_loop, Span span);
  std::optional<resolved::Expression> pattern_test(const syntax::MatchPattern& pattern,
                                                   const resolved::Expression& subject);
  std::optional<std::vector<MatchBranch>> match_branches(const syntax::Match& node);
  void emit_value(const Value& value, std::string_view event, Span span);
  std::optional<Value> pipeline(const syntax::Pipeline& pipeline, bool is_statement);
  std::optional<Value> stage(const syntax::Expression& stage, Value input, bool is_first, bool is_statement);
  std::optional<Value> call(const syntax::Call& call, Span span, Value input, bool is_first,
                            bool is_statement);
  std::optional<Value> unknown_command(const syntax::Call& call);
  std::optional<Value> where(const BoundCall& bound, Value input, bool is_statement);
  std::optional<Value> shape(const mappings::Command& command, const BoundCall& bound, Value input);
  std::optional<Value> path_behind(Value head, const syntax::Expression& path);
  std::optional<Value> item_of(const ListValue& list, const syntax::Expression& place, Span span);
  std::optional<Value> item_at(const ListValue& list, std::int64_t place, Span span);
  std::optional<Value> cast(const mappings::Command& command, Value input, Span span);
  std::optional<Value> aggregation(const mappings::Command& command, const BoundCall& bound, Value input,
                                   Span span);
  std::optional<Value> map_command(const mappings::Command& command, const BoundCall& bound, Span span,
                                   bool is_statement);
  std::optional<Value> map_set(std::string_view name, const std::vector<resolved::Expression>& keys,
                               const syntax::Expression& value_node, Span span);
  std::vector<std::uint32_t> maps_of_record(std::string_view name, const RecordValue& record,
                                            std::size_t key_count, Span value_span, Span span);
  bool check_keys(std::uint32_t index, std::string_view name, const std::vector<resolved::Expression>& keys,
                  Span span);
  bool keep(std::uint32_t index, std::string_view name, std::vector<resolved::Expression> keys,
            resolved::Expression value, Span span);
  [[nodiscard]] Value kept_value(const std::vector<std::uint32_t>& maps,
                                 const std::vector<resolved::Expression>& keys, Span span) const;
  [[nodiscard]] std::uint32_t asked_map(const std::vector<std::uint32_t>& maps) const;
  resolved::Expression holds(const std::vector<std::uint32_t>& maps,
                             const std::vector<resolved::Expression>& keys, Span span);
  std::optional<Value> taken(Value kept, resolved::Expression presence,
                             const std::vector<resolved::Expression>& keys,
                             const std::vector<std::uint32_t>& maps, std::string_view name, bool is_statement,
                             Span span);
  std::optional<Value> timer(const mappings::Command& command, const BoundCall& bound, Span span,
                             bool is_statement);
  /// A row behind a jump is never sent, and bpftrace refuses to read its counter.
  void drop_sites_never_reached();
  std::optional<Value> emit(const BoundCall& bound, const Value& input, Span span);
  std::optional<Value> report(const BoundCall& bound, Span span);
  std::optional<Value> print(const BoundCall& bound, const Value& input, Span span);
  std::optional<Value> action(const mappings::Command& command, const BoundCall& bound, Span span);
  bool text_parts(const syntax::Expression& expression,
                  std::vector<std::variant<std::string, resolved::Expression>>& parts);
  bool text_part(Value part, Span span, std::vector<std::variant<std::string, resolved::Expression>>& parts);
  std::optional<Value> kernel_cast(const BoundCall& bound, Value input, Span span);
  std::optional<Value> conversion(const mappings::Function& function, const BoundCall& bound, Value input,
                                  bool is_first, Span span);
  [[nodiscard]] resolved::Expression address_source(resolved::Expression value) const;
  resolved::Expression without_sign(resolved::Expression value);
  std::optional<Value> default_stage(const BoundCall& bound, Value input, Span span);
  std::optional<Value> first_frames(const syntax::Call& call, const Value& input, Span span);
  std::optional<Value> map_length(const BoundCall& bound, Span span);
  std::optional<AggregationKind> series_kind(const BoundCall& bound, bool has_value);
  std::optional<resolved::Expression> series_interval(const BoundCall& bound, Span span);
  void check_columns_only(const resolved::Statements& statements);
  [[nodiscard]] std::uint32_t next_id() const;
  std::optional<resolved::Expression> ends_with(resolved::Expression subject, const std::string& suffix,
                                                Span op_span, Span span);

  // resolve_expression.cc: values
  std::optional<Value> value(const syntax::Expression& expression, BareWord bare = BareWord::text);
  std::optional<resolved::Expression> scalar(const syntax::Expression& expression,
                                             BareWord bare = BareWord::text);
  std::optional<resolved::Expression> scalar_of(Value value);
  std::optional<resolved::Expression> condition(const syntax::Expression& expression,
                                                BareWord bare = BareWord::text);
  std::optional<Value> variable(const syntax::Variable& node, Span span);
  std::optional<Value> member(Value head, std::span<const syntax::PathMember> members, Span span);
  std::optional<Value> column(std::string_view path, Span span);
  std::optional<resolved::Expression> event_field(std::string_view name, Span span);
  std::optional<resolved::Expression> probe_field(std::string_view name, Span span);
  [[nodiscard]] std::optional<resolved::Expression> traced_function(Span span) const;
  // resolve_kernel.cc: what BTF says
  bool check_function(const resolved::AttachPoint& point);
  const std::vector<TracedFunction>& traced_functions();
  std::optional<resolved::Expression> kernel_argument(std::string_view name, Span span);
  std::optional<resolved::Expression> kernel_return(Span span);
  std::optional<resolved::Expression> machine_value(resolved::ArgumentRead read, const Type& type,
                                                    std::string_view name, Span span);
  std::optional<resolved::Expression> followed(resolved::Expression head, const syntax::PathMember& step);
  std::optional<resolved::Expression> struct_member(resolved::Expression head, std::string_view name,
                                                    Span span);
  std::optional<resolved::Expression> element(resolved::Expression head, std::int64_t index, Span span);
  std::optional<KernelTypeId> struct_of(const Type& type, Span span);
  bool needs_types(std::string_view what, std::string help, Span span);
  [[nodiscard]] Type kernel_type(KernelTypeId id) const;
  [[nodiscard]] Type field_type(const Type& type, std::string_view declaration) const;
  std::optional<Value> interpolation(const syntax::Interpolation& node, Span span);
  Value joined(std::vector<resolved::Expression> values, Span span);
  std::optional<Value> if_value(const syntax::If& node, Span span, BareWord bare);
  std::optional<Value> match_value(const syntax::Match& node, Span span);
  std::optional<Value> block_value(const syntax::Block& block);
  std::optional<Value> choose(resolved::Expression test, const std::function<std::optional<Value>()>& then,
                              const std::function<std::optional<Value>()>& otherwise, Span span);
  std::optional<resolved::Expression> choose_scalar(const resolved::Expression& test,
                                                    resolved::Expression then, resolved::Expression otherwise,
                                                    resolved::Statements& then_statements,
                                                    resolved::Statements& else_statements,
                                                    bool needs_statement, Span span);
  /// `?:`, or a variable that an `if` fills where `?:` cannot say it.
  resolved::Expression conditional(resolved::Expression test, resolved::Expression then,
                                   resolved::Expression otherwise, Span span);
  bool is_null(const syntax::Expression& expression);
  std::optional<Value> null_test(const syntax::Binary& node, Span span, BareWord bare);
  std::optional<Value> binary(const syntax::Binary& node, Span span, BareWord bare);
  std::optional<resolved::Expression> operand(const syntax::Expression& expression, BareWord bare,
                                              const resolved::Expression* other);
  [[nodiscard]] std::optional<resolved::Integer> kernel_constant(std::string_view name,
                                                                 const Type& beside) const;
  std::optional<Value> arithmetic(const syntax::Binary& node, resolved::Expression left,
                                  resolved::Expression right, Span span);
  std::optional<Value> comparison(const syntax::Binary& node, resolved::Expression left,
                                  resolved::Expression right, Span span);
  std::optional<Value> membership(const syntax::Binary& node, Span span, BareWord bare);
  std::optional<Value> string_test(const syntax::Binary& node, Span span, BareWord bare);
  resolved::Expression divide_signed(syntax::BinaryOperator op, resolved::Expression left,
                                     resolved::Expression right, const Type& type, Span span);
  std::optional<Value> divide_by(const syntax::Binary& node, resolved::Expression left,
                                 resolved::Expression right, Type type, Span span);
  std::optional<std::vector<std::pair<std::string, resolved::Expression>>> keys(
      const syntax::Expression& expression);
  std::optional<std::vector<std::pair<std::string, resolved::Expression>>> keys_of(const Value& value,
                                                                                   std::string_view fallback);
  std::string column_name(const syntax::Expression& expression) const;

  // names and helpers
  bool bind_call(const syntax::Call& call, std::string_view name, std::span<const mappings::Flag> flags,
                 int min, int max, std::size_t words, std::string_view usage, BoundCall& bound,
                 std::string_view surplus = {});
  bool has_closure(const mappings::Probe& probe, const syntax::Call& call);
  bool has_one_target(const mappings::Probe& probe, const syntax::Call& call);
  [[nodiscard]] bool is_column(std::string_view name);
  [[nodiscard]] std::string value_help(std::string_view command, const Value& input) const;
  [[nodiscard]] std::string field_help(std::string_view name, const std::vector<std::string>& names) const;
  std::optional<std::string> name_argument(const syntax::Expression& expression, std::string_view what);
  std::optional<std::int64_t> constant_integer(const syntax::Expression& expression, std::string_view what);
  std::uint32_t new_local(std::string_view wish, const Type& type);
  [[nodiscard]] std::string unique_local_name(std::string_view wish);
  resolved::Expression read_local(std::uint32_t local, Span span) const;
  resolved::Expression materialize(resolved::Expression expression, std::string_view wish);
  std::uint32_t map_index(std::string_view name, std::size_t keys, Span span, bool is_timer = false);
  std::uint32_t field_map(std::string_view record, std::string_view field, std::size_t keys, Span span);
  std::uint32_t add_map(std::string_view name, std::size_t keys, Span span);
  std::vector<std::uint32_t> record_maps(std::string_view name, std::size_t keys, Span span);
  std::vector<std::uint32_t> maps_named(std::string_view name, std::size_t keys, Span span);
  [[nodiscard]] std::size_t known_key_count(std::string_view name) const;
  Binding* find_binding(std::string_view name);
  void push(resolved::Statement statement) { current_->push_back(std::move(statement)); }
  Value event_value(Span span) const { return {EventValue{}, span, false}; }
  void error(DiagnosticKind kind, Span span, std::string message, std::string label, std::string help = {},
             std::vector<Label> more = {});
  [[nodiscard]] std::string probe_name() const;
  [[nodiscard]] std::vector<std::string> probe_names() const;
  [[nodiscard]] std::vector<std::string> field_names() const;

  const File& file_;
  const KernelTypes& kernel_;
  const ResolveOptions& options_;
  const Scope& constants_;
  const std::vector<resolved::Map>& known_maps_;
  Diagnostics& diagnostics_;
  resolved::Program program_;

  // the clause being read
  resolved::Clause* clause_ = nullptr;
  std::vector<Scope> scopes_;
  resolved::Statements* current_ = nullptr;
  std::vector<std::pair<std::string, ProbeField>> fields_;        ///< of all attach points
  std::map<std::string, std::string, std::less<>> declarations_;  ///< of `fields_`, in C
  std::optional<std::vector<TracedFunction>> functions_;          ///< once something asked for them
  std::map<std::string, std::string, std::less<>>
      conflicts_;  ///< fields that attach points disagree on, and how
  bool fields_known_ = false;
  bool fields_used_ = false;
  std::optional<Value> input_;          ///< `$in` and bare columns: the value in the pipeline
  std::string last_name_;               ///< the column that the value in the pipeline came from
  std::set<std::uint32_t> own_locals_;  ///< made by nubpf: may be put where they are read
  std::set<std::uint32_t>
      result_locals_;              ///< made to carry the value of one expression: a `let` can take them over
  std::set<std::uint32_t> flags_;  ///< made by nubpf to tell whether a value is there
  /// What a block forgets at its end, once the present statement is complete; or at `position`, if the rest
  /// of the statement has to do with the map, too.
  struct Deferred {
    resolved::Statements* block = nullptr;
    std::size_t position = 0;
    std::vector<std::uint32_t> maps;
    resolved::Statements statements;
  };
  std::vector<Deferred> deferred_;

  // the program
  struct PendingReport {
    std::size_t report = 0;
    std::string name;  ///< empty: all aggregations
    Span name_span;
    Span span;
  };
  std::vector<PendingReport> pending_reports_;
  std::set<std::string, std::less<>> written_maps_;
  std::map<std::string, Span, std::less<>> read_maps_;
  std::set<std::uint32_t> timer_maps_;  ///< indices of maps that are timers
  std::vector<Span> map_spans_, aggregation_spans_;
  bool does_something_ = false;
  int loop_depth_ = 0;
  std::int64_t turns_ = 1;                   ///< of the loops around, multiplied
  std::map<std::string, int> next_of_name_;  ///< what the next variable of that name has behind it
  std::map<std::uint32_t, resolved::Expression>
      sources_;  ///< the string in memory that a variable holds a copy of
};

/// The type of a tracepoint's field, and how bpftrace reads it. `std::nullopt`: nubpf has no use for it.
[[nodiscard]] std::optional<ProbeField> tracepoint_field(std::string_view category,
                                                         const TracepointField& field);

// resolved_tools.cc: building and walking expressions
[[nodiscard]] bool is_unit(const Type& type);          ///< a duration or a file size
[[nodiscard]] bool is_plain_number(const Type& type);  ///< a number without a unit of its own
[[nodiscard]] bool is_text(const Type& type);
/// What stands there as a text, for help: `5s`, `5`; empty for other values.
[[nodiscard]] std::string written_value(const syntax::Expression& expression);
[[nodiscard]] bool is_struct_pointer(const Type& type);  ///< to one that has a name
[[nodiscard]] bool is_single(const Type& type);          ///< not an embedded struct, and not an array of them
[[nodiscard]] std::string describe(const Type& type);    ///< for messages: the name in backticks
[[nodiscard]] resolved::Expression make_integer(std::int64_t value, Type type, Span span);
[[nodiscard]] resolved::Expression make_binary(resolved::Operator op, resolved::Expression left,
                                               resolved::Expression right, Type type, Span span);
[[nodiscard]] resolved::Expression make_unary(resolved::UnaryOperator op, resolved::Expression operand,
                                              Span span);
/// The opposite of a condition, without a `!` where an operator can say it.
[[nodiscard]] resolved::Expression make_not(resolved::Expression condition, Span span);
/// `and` and `or`; a side that is known before the run goes away.
[[nodiscard]] resolved::Expression make_and(resolved::Expression left, resolved::Expression right, Span span);
[[nodiscard]] resolved::Expression make_or(resolved::Expression left, resolved::Expression right, Span span);
[[nodiscard]] resolved::Expression make_cast(resolved::Expression operand, Type type);
[[nodiscard]] resolved::Expression make_conditional(resolved::Expression condition, resolved::Expression then,
                                                    resolved::Expression otherwise, Span span);
/// Whether `?:` can choose between them. bpftrace 0.23 crashes, or gives 0, where a branch takes more than
/// one basic block: it chooses in its turn, joins conditions, or reads a map beside anything but a constant.
[[nodiscard]] bool fits_choice(const resolved::Expression& then, const resolved::Expression& otherwise);
/// The steps of a bare dotted word, with their spans.
[[nodiscard]] std::vector<syntax::PathMember> path_members(std::string_view path, Span span);
/// str() where the address is that of a C string; else as it is.
[[nodiscard]] resolved::Expression make_readable(resolved::Expression value);
[[nodiscard]] std::optional<std::int64_t> constant_of(const resolved::Expression& expression);

/// What one turn of a loop after the other does, without jumps. Where the rest of a turn, or of the loop, has
/// one place to go to, it stands there; else variables made by `new_flag` tell whether to go on.
[[nodiscard]] resolved::Statements unroll(std::vector<resolved::Statements> turns,
                                          const std::function<std::uint32_t(std::string_view name)>& new_flag,
                                          Span span);

/// The expression and all inside it; only those inside it; all that stand in a statement that is no If.
void visit_expression(const resolved::Expression& expression,
                      const std::function<void(const resolved::Expression&)>& visit);
void visit_children(const resolved::Expression& expression,
                    const std::function<void(const resolved::Expression&)>& visit);
void visit_expressions(const resolved::Statement& statement,
                       const std::function<void(const resolved::Expression&)>& visit);
/// Puts another expression in the place of each, from the inside out.
void replace_expressions(resolved::Statements& statements,
                         const std::function<resolved::Expression(resolved::Expression)>& change);

/// Puts the value of a variable that is read once, right behind its assignment, where it is read. Only for
/// variables that nubpf made (`is_own`).
void inline_single_reads(resolved::Clause& clause, const std::set<std::uint32_t>& own);

/// Removes the assignments of these locals where nothing reads them.
void drop_unread_locals(resolved::Clause& clause, const std::set<std::uint32_t>& locals);

/// Whether the statement keeps, reads or asks for anything in the map.
[[nodiscard]] bool uses_map(const resolved::Statement& statement, std::uint32_t map);

/// Removes locals that nothing assigns any more and numbers the rest anew.
void drop_unused_locals(resolved::Clause& clause);

}  // namespace nubpf::resolving
