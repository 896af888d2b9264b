// Clauses, trace, and the shape of the result.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/foreign.h"
#include "transpiler/resolver.h"
#include "transpiler/suggest.h"
#include "transpiler/tracefs.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

/// Of one field in one clause, see keep_frequent_reads().
constexpr int kMostReads = 16;

/// The name of the field or argument of the event that a plain number or text is read from; empty for all
/// others.
std::string event_read(const Expression& expression) {
  if (const auto* argument = std::get_if<ArgumentRead>(&expression.node))
    return argument->is_typed ? std::string() : argument->name;
  const auto* field = std::get_if<FieldRead>(&expression.node);
  const bool is_value =
      field != nullptr && field->access != FieldAccess::pointer && field->access != FieldAccess::typed;
  return is_value ? field->name : std::string();
}

bool same_shape(const EmitSite& a, const EmitSite& b) {
  return a.is_scalar == b.is_scalar && std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(),
                                                  b.columns.end(), [](const Column& x, const Column& y) {
                                                    return x.name == y.name && x.type.kind == y.type.kind;
                                                  });
}

}  // namespace

ProgramResolver::ProgramResolver(const File& file, const KernelTypes& kernel, const ResolveOptions& options,
                                 const Scope& constants, const std::vector<Map>& known_maps,
                                 Diagnostics& diagnostics)
    : file_(file),
      kernel_(kernel),
      options_(options),
      constants_(constants),
      known_maps_(known_maps),
      diagnostics_(diagnostics) {
  program_.duration_ns = options.duration_ns;
  program_.pid = options.pid;
  program_.command = options.command;
  program_.unsafe = options.unsafe;
  program_.string_length = options.string_length;
}

bool ProgramResolver::bind_program_flags(const BoundCall& bound) {
  bool ok = true;
  const auto typed = [&](std::string_view name, TypeKind kind,
                         std::string_view example) -> std::optional<std::int64_t> {
    const auto* use = bound.flag(name);
    if (use == nullptr) return std::nullopt;
    if (is_null(*use->value)) return std::nullopt;  // as if the flag were not there
    auto result = scalar(*use->value);
    const auto number = result ? constant_of(*result) : std::nullopt;
    if (number && result->type.kind == kind && *number > 0) return number;
    if (result) {
      const auto written = written_value(*use->value);
      const auto meant = kind == TypeKind::duration ? foreign::duration(written) : std::nullopt;
      const bool is_name = name == "pid" && !written.empty() && !number;
      error(DiagnosticKind::bad_argument, use->value->span,
            fmt::format("`--{}` needs {}", name,
                        kind == TypeKind::duration ? "a duration" : "a positive number"),
            "not one",
            is_name
                ? fmt::format("write `where comm == {}` in the closure for the name of a program", written)
                : fmt::format("write `--{} {}`", name, meant ? std::string_view(*meant) : example));
    }
    ok = false;
    return std::nullopt;
  };
  if (const auto value = typed("for", TypeKind::duration, "5sec")) program_.duration_ns = value;
  if (const auto value = typed("pid", TypeKind::integer, "1234")) program_.pid = value;
  if (const auto value = typed("string-length", TypeKind::integer, "64")) {
    if (*value > 1024) {
      error(DiagnosticKind::bad_argument, bound.flag("string-length")->value->span,
            "`--string-length` is at most 1024 bytes", "too long", "write `--string-length 200`");
      ok = false;
    } else {
      program_.string_length = static_cast<int>(*value);
    }
  }
  if (const auto* use = bound.flag("command"); use != nullptr && !is_null(*use->value)) {
    auto text = scalar(*use->value);
    const auto* literal = text ? std::get_if<Text>(&text->node) : nullptr;
    if (literal != nullptr && !literal->value.empty()) {
      program_.command = literal->value;
    } else {
      if (text)
        error(DiagnosticKind::bad_argument, use->value->span, "`--command` needs a command line",
              "not a text", "write `--command \"ls -l\"`");
      ok = false;
    }
  }
  if (bound.flag("unsafe") != nullptr) program_.unsafe = true;
  if (bound.flag("emit-bt") != nullptr) program_.emit_bt = true;
  if (bound.flag("dry-run") != nullptr) program_.dry_run = true;
  return ok;
}

void ProgramResolver::program(const syntax::Call& call, Span span) {
  program_.span = span;
  if (call.name == "trace")
    trace(call);
  else
    clause(call, span, false);
  finish_program();
}

void ProgramResolver::trace(const syntax::Call& call) {
  BoundCall bound;
  if (!call.arguments.empty()) {
    // `trace kprobe vfs_read { … }`
    const auto* const first = std::get_if<syntax::Box<syntax::Expression>>(&call.arguments.front().node);
    const auto* const word = first != nullptr ? std::get_if<syntax::StringLiteral>(&(*first)->node) : nullptr;
    if (word != nullptr && mappings::find_probe(word->value) != nullptr) {
      error(DiagnosticKind::missing_argument, (*first)->span, "`trace` needs braces around its clauses",
            "a clause without them",
            fmt::format("write `trace {{ {} … {{ … }} }}`, or leave `trace` out", word->value));
      return;
    }
  }
  if (!bind_call(call, "trace", mappings::program_flags(), 1, 1, 0, "{ CLAUSES }", bound)) return;
  bind_program_flags(bound);
  const auto* body = std::get_if<syntax::Closure>(&bound.positionals.front()->node);
  if (body == nullptr) {
    error(DiagnosticKind::bad_argument, bound.positionals.front()->span, "`trace` needs a block of clauses",
          "not a block", "write `trace { kprobe vfs_read { count } }`");
    return;
  }
  for (const auto& statement : body->body.statements) {
    const auto* line = std::get_if<syntax::Pipeline>(&statement.node);
    const auto* inner = line != nullptr && !line->stages.empty()
                            ? std::get_if<syntax::Call>(&line->stages.front().node)
                            : nullptr;
    if (inner != nullptr && mappings::find_probe(inner->name) != nullptr) {
      if (line->stages.size() > 1) {
        error(DiagnosticKind::misplaced_command, line->stages[1].span,
              "a clause inside `trace` yields no rows of its own", "behind a clause",
              "write it after the closing brace of `trace`");
        continue;
      }
      clause(*inner, statement.span, true);
      continue;
    }
    if (const auto* let_node = std::get_if<syntax::Let>(&statement.node)) {
      error(DiagnosticKind::misplaced_command, let_node->name_span, "`trace` holds clauses only",
            "not a clause", "write the `let` before `trace`, or inside a clause");
      continue;
    }
    std::vector<std::string> names;
    for (const auto& probe : mappings::probes()) names.emplace_back(probe.name);
    const auto near = inner != nullptr ? nearest(inner->name, names) : std::nullopt;
    const bool kernel_side = inner != nullptr && mappings::find_command(inner->name) != nullptr;
    error(inner != nullptr && !kernel_side ? DiagnosticKind::unknown_command
                                           : DiagnosticKind::misplaced_command,
          inner != nullptr ? inner->name_span : statement.span, "`trace` holds clauses only", "not a clause",
          near          ? fmt::format("write `{}`", *near)
          : kernel_side ? fmt::format("write a clause around it: `kprobe vfs_read {{ {} }}`",
                                      file_.slice(statement.span))
                        : "put it into the closure of a clause, such as `begin { … }`");
  }
  if (body->body.statements.empty()) {
    error(DiagnosticKind::no_program, bound.positionals.front()->span, "this `trace` holds no clause",
          "nothing to trace", "write a clause into it, such as `kprobe vfs_read { count }`");
  }
}

void ProgramResolver::clause(const syntax::Call& call, Span span, bool inside_trace) {
  const auto& probe = *mappings::find_probe(call.name);
  auto flags = probe.flags;
  const auto& program_flags = mappings::program_flags();
  if (!inside_trace) {
    flags.insert(flags.end(), program_flags.begin(), program_flags.end());
  } else {
    for (const auto& argument : call.arguments) {
      const auto* flag = std::get_if<syntax::Flag>(&argument.node);
      const auto is_program_flag =
          flag != nullptr && std::any_of(program_flags.begin(), program_flags.end(),
                                         [&](const auto& f) { return f.name == flag->name; });
      if (is_program_flag) {
        error(DiagnosticKind::misplaced_command, argument.span,
              fmt::format("`--{}` belongs to the whole `trace`", flag->name), "on a clause inside `trace`",
              fmt::format("write `trace {{ … }} --{} …`", flag->name));
        return;
      }
    }
  }
  const bool needs_target = probe.target != mappings::Target::none && probe.target != mappings::Target::rate;
  const int arguments = needs_target ? 2 : 1;
  if (!has_closure(probe, call) || !has_one_target(probe, call)) return;
  BoundCall bound;
  const auto usage = fmt::format("{}{}{{ … }}", probe.usage, probe.usage.empty() ? "" : " ");
  if (!bind_call(call, probe.name, flags, arguments, arguments, 0, usage, bound)) return;
  const auto* body = std::get_if<syntax::Closure>(&bound.positionals.back()->node);
  if (body == nullptr) {
    error(DiagnosticKind::missing_argument, bound.positionals.back()->span,
          fmt::format("`{}` needs a closure behind the attach point", probe.name), "not a closure",
          fmt::format("write `{}`", probe.example));
    return;
  }

  program_.clauses.emplace_back();
  clause_ = &program_.clauses.back();
  clause_->span = span;
  current_ = &clause_->body;
  scopes_.clear();
  scopes_.emplace_back();
  fields_.clear();
  declarations_.clear();
  functions_.reset();
  conflicts_.clear();
  fields_known_ = false;
  fields_used_ = false;
  own_locals_.clear();
  next_of_name_.clear();
  result_locals_.clear();
  flags_.clear();
  sources_.clear();
  input_.reset();
  last_name_.clear();

  if (!inside_trace) bind_program_flags(bound);
  clause_->attach_points = attach_points(probe, bound);
  if (clause_->attach_points.empty()) {
    // Without an attach point nothing inside can be judged.
    program_.clauses.pop_back();
    clause_ = nullptr;
    return;
  }
  load_fields();
  if (body->parameters.size() > 1) {
    error(DiagnosticKind::extra_argument, body->parameters[1].span, "the closure gets one value, the event",
          "a second parameter", "write `{|e| … }`");
  }
  if (!body->parameters.empty()) {
    scopes_.back()[body->parameters.front().name] =
        Binding{event_value(body->parameters.front().span), false, std::nullopt};
  }
  block(body->body, true);
  finish_clause();
}

/// The expressions among the arguments that are no flag's value, in order.
static std::vector<const syntax::Expression*> positionals_of(const mappings::Probe& probe,
                                                             const syntax::Call& call) {
  auto flags = probe.flags;
  flags.insert(flags.end(), mappings::program_flags().begin(), mappings::program_flags().end());
  std::vector<const syntax::Expression*> result;
  bool is_value = false;
  for (const auto& argument : call.arguments) {
    const auto* const flag = std::get_if<syntax::Flag>(&argument.node);
    if (flag == nullptr && !is_value)
      result.push_back(std::get<syntax::Box<syntax::Expression>>(argument.node).get());
    is_value = flag != nullptr && !flag->value && std::any_of(flags.begin(), flags.end(), [&](const auto& f) {
                 const bool is_named =
                     f.name == flag->name || (flag->is_short && flag->name == "p" && f.name == "pid");
                 return is_named && f.value != mappings::FlagValue::none;
               });
  }
  return result;
}

static bool is_closure(const syntax::Expression* expression) {
  return std::holds_alternative<syntax::Closure>(expression->node);
}

/// `kprobe vfs_read count --by comm`: all the words are there, but for the braces.
bool ProgramResolver::has_closure(const mappings::Probe& probe, const syntax::Call& call) {
  const auto positionals = positionals_of(probe, call);
  if (std::any_of(positionals.begin(), positionals.end(), is_closure)) return true;
  const auto complain = [&](Span span, std::string label, std::string help) {
    error(DiagnosticKind::missing_argument, span,
          fmt::format("`{}` needs a closure, which says what to do at each event", probe.name),
          std::move(label), std::move(help));
    return false;
  };
  const auto target =
      positionals.empty() ? std::string() : fmt::format("{} ", file_.slice(positionals.front()->span));
  const auto written = fmt::format("{} {}", probe.name, target);
  const auto begin = std::find_if(call.arguments.begin(), call.arguments.end(), [&](const auto& argument) {
    const auto* const word = std::get_if<syntax::Box<syntax::Expression>>(&argument.node);
    const auto* const text = word != nullptr ? std::get_if<syntax::StringLiteral>(&(*word)->node) : nullptr;
    return text != nullptr && mappings::find_command(text->value) != nullptr;
  });
  if (begin != call.arguments.end() && begin != call.arguments.begin()) {
    const auto span = cover(begin->span, call.arguments.back().span);
    return complain(span, "no braces around it",
                    fmt::format("write `{}{{ {} }}`", written, file_.slice(span)));
  }
  if (positionals.size() > 1)
    return complain(positionals.back()->span, "not a closure", fmt::format("write `{}{{ count }}`", written));
  const auto end = positionals.empty() ? call.name_span : positionals.back()->span;
  return complain(end, "no closure behind it",
                  fmt::format("write `{}{{ count }}`, with the brace in the same line", written));
}

/// `tracepoint syscalls sys_enter_openat { … }`: more words than one before the closure.
bool ProgramResolver::has_one_target(const mappings::Probe& probe, const syntax::Call& call) {
  auto words = positionals_of(probe, call);
  const auto closure = std::find_if(words.begin(), words.end(), is_closure);
  const std::size_t wanted =
      probe.target == mappings::Target::none || probe.target == mappings::Target::rate ? 0 : 1;
  words.erase(closure, words.end());
  if (words.size() <= wanted) return true;
  const auto text = [&](std::size_t i) { return file_.slice(words[i]->span); };
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i < words.size(); ++i) all.push_back(text(i));
  std::string meant;
  switch (probe.target) {
    case mappings::Target::none:
      break;
    case mappings::Target::rate:
      meant = foreign::duration(text(0)) && text(0).find_first_not_of("0123456789") != std::string_view::npos
                  ? fmt::format(" --every {}", *foreign::duration(text(0)))
                  : fmt::format(" --hz {}", text(0));
      break;
    case mappings::Target::period: {
      const auto duration = foreign::duration(fmt::format("{}", fmt::join(all, "")));
      meant = fmt::format(" {}", duration ? *duration : "1sec");
      break;
    }
    case mappings::Target::tracepoint:
    case mappings::Target::path:
      meant = text(0).find(':') == std::string_view::npos ? fmt::format(" {}", fmt::join(all, ":"))
                                                          : fmt::format(" [{}]", fmt::join(all, " "));
      break;
    default:
      meant = fmt::format(" [{}]", fmt::join(all, " "));
      break;
  }
  error(DiagnosticKind::extra_argument, cover(words[wanted]->span, words.back()->span),
        wanted == 0 ? fmt::format("`{}` takes no words before its closure", probe.name)
                    : fmt::format("`{}` takes one word before its closure", probe.name),
        "too many", fmt::format("write `{}{} {{ … }}`", probe.name, meant));
  return false;
}

/// What the compiler of bpftrace 0.17 (LLVM 14) does with more than 20 reads of one field, the verifier
/// refuses: then it is read once, at the beginning.
void ProgramResolver::keep_frequent_reads() {
  std::map<std::string, int> reads;
  for (const auto& statement : clause_->body)
    visit_expressions(statement, [&](const Expression& expression) { ++reads[event_read(expression)]; });
  std::erase_if(reads, [](const auto& read) { return read.first.empty() || read.second <= kMostReads; });
  if (reads.empty()) return;
  std::map<std::string, std::uint32_t> kept;
  Statements assignments;
  replace_expressions(clause_->body, [&](Expression expression) {
    const auto name = event_read(expression);
    if (!reads.contains(name)) return expression;
    const auto [local, is_first] = kept.try_emplace(name);
    const auto span = expression.span;
    if (is_first) {
      local->second = new_local(name, expression.type);
      assignments.push_back({Assign{local->second, std::move(expression)}, span});
    }
    return read_local(local->second, span);
  });
  clause_->body.insert(clause_->body.begin(), std::make_move_iterator(assignments.begin()),
                       std::make_move_iterator(assignments.end()));
}

void ProgramResolver::finish_clause() {
  auto& clause = *clause_;
  // bpftrace 0.17 to 0.23 read the fields of every struct behind a wildcard through clang, and fail on some:
  // name the probes where fields are used.
  if (fields_used_) {
    std::vector<AttachPoint> expanded;
    for (const auto& point : clause.attach_points) {
      for (auto& name : tracepoints_of(kernel_, point.target))
        expanded.push_back({point.probe, std::move(name), point.span});
    }
    clause.attach_points = std::move(expanded);
  }
  check_columns_only(clause.body);
  inline_single_reads(clause, own_locals_);
  drop_unread_locals(clause, flags_);
  drop_unread_locals(clause, own_locals_);
  keep_frequent_reads();
  drop_unused_locals(clause);
  // A body that is one `if` without `else` (what `where` makes, too) is a predicate; several of them are one.
  while (clause.body.size() == 1) {
    auto* branch = std::get_if<If>(&clause.body.front().node);
    if (branch == nullptr || !branch->otherwise.empty()) break;
    if (clause.predicate) {
      const auto span = cover(clause.predicate->span, branch->condition.span);
      clause.predicate = make_binary(Operator::logical_and, std::move(*clause.predicate),
                                     std::move(branch->condition), simple_type(TypeKind::boolean), span);
    } else {
      clause.predicate = std::move(branch->condition);
    }
    auto then = std::move(branch->then);
    clause.body = std::move(then);
  }
  clause_ = nullptr;
  current_ = nullptr;
}

void ProgramResolver::resolve_reports() {
  auto& schema = program_.schema;
  for (const auto& pending : pending_reports_) {
    auto& site = schema.reports[pending.report];
    for (std::size_t i = 0; i < schema.aggregations.size(); ++i) {
      if (!pending.name.empty() && schema.aggregations[i].name != pending.name) continue;
      site.aggregations.push_back(i);
      schema.aggregations[i].reported = true;
    }
    if (!site.aggregations.empty()) continue;
    std::vector<std::string> names;
    for (const auto& aggregation : schema.aggregations) names.push_back(aggregation.name);
    const auto near = nearest(pending.name, names);
    error(DiagnosticKind::unknown_map, pending.name.empty() ? pending.span : pending.name_span,
          pending.name.empty() ? std::string("there is no aggregation to report")
                               : fmt::format("there is no aggregation `{}`", pending.name),
          "nothing to report", near ? fmt::format("write `report {}`", *near) : "add one, such as `count`");
  }
}

ResultForm ProgramResolver::result_form() const {
  const auto& schema = program_.schema;
  const auto& sites = schema.sites;
  const bool one_shape = std::all_of(sites.begin(), sites.end(),
                                     [&](const EmitSite& site) { return same_shape(site, sites.front()); });
  std::vector<const Aggregation*> finals;
  for (const auto& aggregation : schema.aggregations) {
    if (!aggregation.reported) finals.push_back(&aggregation);
  }
  std::set<std::size_t> reported;
  for (const auto& report : schema.reports)
    reported.insert(report.aggregations.begin(), report.aggregations.end());
  if (!sites.empty()) {
    if (one_shape && finals.empty() && reported.empty())
      return sites.front().is_scalar ? ResultForm::scalars : ResultForm::rows;
    return ResultForm::events;
  }
  if (!reported.empty())
    return reported.size() == 1 && finals.empty() ? ResultForm::reports : ResultForm::events;
  if (finals.empty()) return ResultForm::nothing;
  if (finals.size() > 1) return ResultForm::record;
  const auto& only = *finals.front();
  const bool histogram = only.kind == AggregationKind::hist || only.kind == AggregationKind::lhist;
  return only.keys.empty() && !histogram ? ResultForm::value : ResultForm::table;
}

/// bpftrace walks instead of waiting for events, and takes that for the whole run: beside the walk there is
/// its beginning and end only, and nothing that the run could be limited to.
void ProgramResolver::check_walk() {
  const auto& clauses = program_.clauses;
  const auto walk = std::find_if(clauses.begin(), clauses.end(),
                                 [](const Clause& clause) { return is_clause_of(clause, "iter"); });
  if (walk == clauses.end()) return;
  const auto refuse = [&](Span place, std::string label, std::string help) {
    error(DiagnosticKind::misplaced_command, place,
          "`iter` is the only clause of its program, but for `begin` and `end`", std::move(label),
          std::move(help));
  };
  if (walk->attach_points.size() > 1) {
    const auto& second = walk->attach_points[1];
    return refuse(second.span, "a second walk",
                  fmt::format("run `iter {} {{ … }}` as a program of its own", second.target));
  }
  const auto& point = walk->attach_points.front();
  const bool is_alone = std::all_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
    return &clause == &*walk || runs_once(clause);
  });
  if (!is_alone)
    return refuse(point.span, "others wait for events",
                  fmt::format("run `iter {} {{ … }}` as a program of its own", point.target));
  const auto limit = [&](std::string_view flag) {
    error(DiagnosticKind::misplaced_command, point.span,
          fmt::format("`--{}` limits events, and `iter` has none", flag),
          "a walk over all objects of the kernel", fmt::format("leave `--{}` out", flag));
  };
  if (program_.command) limit("command");
  if (program_.pid) limit("pid");
}

void ProgramResolver::finish_program() {
  for (std::uint32_t i = 0; i < program_.maps.size(); ++i) {
    const auto& map = program_.maps[i];
    const auto& aggregations = program_.schema.aggregations;
    const auto same = std::find_if(aggregations.begin(), aggregations.end(),
                                   [&](const Aggregation& a) { return a.name == map.name; });
    if (same != aggregations.end()) {
      error(DiagnosticKind::conflicting_map, map_spans_[i],
            fmt::format("`{}` is both a map and an aggregation", map.name), "used as a map here",
            "give one of them another name",
            {{aggregation_spans_[static_cast<std::size_t>(same - aggregations.begin())], "the aggregation"}});
    }
    const auto& name = map.record.empty() ? map.name : map.record;
    const auto read = read_maps_.find(name);
    if (read != read_maps_.end() && !written_maps_.contains(name)) {
      if (timer_maps_.contains(i)) {
        error(DiagnosticKind::unknown_map, read->second, "this timer is never started", "stopped here",
              "add a clause that starts it: `kprobe FUNCTION { timer start }`");
      } else {
        std::vector<std::string> names(written_maps_.begin(), written_maps_.end());
        const auto near = nearest(map.name, names);
        error(DiagnosticKind::unknown_map, read->second,
              fmt::format("nothing is ever kept in the map `{}`", map.name), "read here",
              near ? fmt::format("write `{}`", *near) : fmt::format("add `map set {} KEY VALUE`", map.name));
      }
    }
  }
  for (const auto timer : timer_maps_) {
    if (read_maps_.contains(program_.maps[timer].name)) continue;
    error(DiagnosticKind::unknown_map, map_spans_[timer], "this timer is never stopped", "started here",
          "add a clause that stops it: `kretprobe FUNCTION { timer stop | hist }`");
  }
  check_walk();
  resolve_reports();
  drop_sites_never_reached();
  program_.schema.form = result_form();
  if (program_.schema.form != ResultForm::events) {
    for (auto& site : program_.schema.sites) site.probes.clear();
  }
  if (!does_something_ && !has_errors(diagnostics_) && !program_.clauses.empty()) {
    error(DiagnosticKind::no_output, program_.clauses.front().span,
          "this program can output nothing and does nothing", "no rows, no aggregation, no action",
          "count the events: `{ count }`, or send rows: `{ select pid comm }`");
  }
}

}  // namespace nubpf::resolving
