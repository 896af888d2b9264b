#include "transpiler/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "transpiler/main_parameters.h"
#include "transpiler/resolver.h"
#include "transpiler/suggest.h"
#include "transpiler/types_needed.h"

namespace nubpf {
namespace {

using resolving::Binding;
using resolving::ProgramResolver;
using resolving::Scope;

bool is_clause_name(std::string_view name) {
  return name == "trace" || mappings::find_probe(name) != nullptr;
}

bool same_maps(const std::vector<resolved::Map>& a, const std::vector<resolved::Map>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const resolved::Map& x, const resolved::Map& y) {
        return x.name == y.name && x.record == y.record && x.value == y.value && x.keys == y.keys;
      });
}

/// A text's statements in order: what stands outside of the closures.
class ScriptResolver {
 public:
  ScriptResolver(const File& file, const KernelTypes& kernel, const ResolveOptions& options,
                 ResolveResult& result)
      : file_(file), kernel_(kernel), options_(options), result_(result) {
    for (const auto& [name, constant] : options.constants)
      constants_[name] = Binding{resolving::constant_value(constant), false, std::nullopt};
  }

  void statements(const syntax::Block& block) {
    for (const auto& statement : block.statements) this->statement(statement);
  }

  [[nodiscard]] bool found_program() const { return found_program_; }

 private:
  void error(DiagnosticKind kind, Span span, std::string message, std::string label, std::string help) {
    result_.diagnostics.push_back(
        {kind, std::move(message), {{span, std::move(label)}}, std::move(help), {}});
  }

  void statement(const syntax::Statement& statement) {
    const auto& node = statement.node;
    if (std::holds_alternative<syntax::Use>(node)) return;
    if (const auto* let = std::get_if<syntax::Let>(&node)) return this->let(*let);
    if (const auto* def = std::get_if<syntax::Def>(&node)) return this->def(*def);
    if (const auto* line = std::get_if<syntax::Pipeline>(&node)) return pipeline(*line);
    error(DiagnosticKind::after_closure, statement.span,
          "the stand-alone tool runs probe clauses and `let` only", "runs in Nushell",
          "run the file with `nu`");
  }

  void let(const syntax::Let& let) {
    const std::vector<resolved::Map> no_maps;
    ProgramResolver resolver(file_, kernel_, options_, constants_, no_maps, result_.diagnostics);
    auto value = resolver.constant(let.value);
    if (value)
      constants_[let.name] = Binding{std::move(*value), false, std::nullopt};
    else
      constants_[let.name] = Binding{{resolving::NoValue{}, let.name_span, false, true}, false, std::nullopt};
  }

  void def(const syntax::Def& def) {
    if (def.name != "main") {
      error(DiagnosticKind::after_closure, def.name_span, "the stand-alone tool runs `def main` only",
            "another command", "run the file with `nu`");
      return;
    }
    if (auto problems = check_parameters(def); !problems.empty()) {
      found_program_ = true;
      std::move(problems.begin(), problems.end(), std::back_inserter(result_.diagnostics));
      return;
    }
    for (const auto& parameter : def.parameters) bind(parameter);
    statements(def.body);
  }

  /// A parameter of `main` is a constant of its body.
  void bind(const syntax::DefParameter& parameter) {
    const auto name = variable_name(parameter);
    const auto given = options_.constants.find(name);
    if (given == options_.constants.end() && !parameter.is_flag && !parameter.is_optional &&
        !parameter.is_rest && !parameter.default_value) {
      error(DiagnosticKind::missing_argument, parameter.span,
            fmt::format("`{}` has no value", parameter.name), "a required parameter",
            fmt::format("write `nubpf FILE -- {}`", parameter.name));
    }
    const auto constant =
        given != options_.constants.end() ? given->second : default_constant(parameter).value_or(Constant());
    constants_[name] = Binding{resolving::constant_value(constant), false, std::nullopt};
  }

  /// `if $all { trace … } else { trace … }` around programs: decided before the run.
  void branch(const syntax::If& node) {
    const std::vector<resolved::Map> no_maps;
    ProgramResolver resolver(file_, kernel_, options_, constants_, no_maps, result_.diagnostics);
    const auto test = resolver.constant_condition(*node.condition);
    if (!test) {
      found_program_ = true;  // the error is told already
      return;
    }
    if (*test) return statements(node.then);
    if (node.otherwise) return statements(*node.otherwise);
    if (node.else_if) branch(std::get<syntax::If>(node.else_if->node));
  }

  void pipeline(const syntax::Pipeline& line) {
    if (line.stages.size() == 1) {
      if (const auto* node = std::get_if<syntax::If>(&line.stages.front().node)) return branch(*node);
    }
    const auto* call = std::get_if<syntax::Call>(&line.stages.front().node);
    if (call == nullptr || !is_clause_name(call->name)) return not_a_clause(line, call);
    found_program_ = true;
    if (is_body_behind_a_pipe(line, *call)) return;

    // A clause may read a map that a later one writes: read the program until the types of its maps are
    // settled.
    std::vector<resolved::Map> known;
    for (int round = 0;; ++round) {
      Diagnostics diagnostics;
      ProgramResolver resolver(file_, kernel_, options_, constants_, known, diagnostics);
      resolver.program(*call, line.span);
      const bool settled = same_maps(known, resolver.result().maps);
      if (!settled && round < 4) {
        known = resolver.result().maps;
        continue;
      }
      auto program = resolver.take();
      const auto tail_is_fine = tail(line, program);
      const bool ok = !has_errors(diagnostics) && tail_is_fine;
      result_.diagnostics.insert(result_.diagnostics.end(), diagnostics.begin(), diagnostics.end());
      if (!ok) return;
      program.needs_kernel_types = needs_kernel_types(program, kernel_);
      result_.programs.push_back(std::move(program));
      return;
    }
  }

  /// `kprobe vfs_read | count --by comm`
  bool is_body_behind_a_pipe(const syntax::Pipeline& line, const syntax::Call& call) {
    const auto* const next =
        line.stages.size() > 1 ? std::get_if<syntax::Call>(&line.stages[1].node) : nullptr;
    if (next == nullptr || mappings::find_command(next->name) == nullptr || has_closure(call)) return false;
    const Span body{line.stages[1].span.begin, line.stages.back().span.end};
    error(DiagnosticKind::missing_argument, body,
          fmt::format("`{}` needs a closure, which says what to do at each event", call.name),
          "no braces around it",
          fmt::format("write `{} {{ {} }}`", file_.slice(line.stages.front().span), file_.slice(body)));
    return true;
  }

  static bool has_closure(const syntax::Call& call) {
    return std::any_of(call.arguments.begin(), call.arguments.end(), [](const syntax::Argument& a) {
      const auto* e = std::get_if<syntax::Box<syntax::Expression>>(&a.node);
      return e != nullptr && std::holds_alternative<syntax::Closure>((*e)->node);
    });
  }

  /// What stands behind the closure. Only `first N` is done here: the trace itself ends with it.
  bool tail(const syntax::Pipeline& line, resolved::Program& program) {
    for (std::size_t i = 1; i < line.stages.size(); ++i) {
      const auto& stage = line.stages[i];
      const auto* call = std::get_if<syntax::Call>(&stage.node);
      const bool is_first = call != nullptr && (call->name == "first" || call->name == "take") && i == 1 &&
                            call->arguments.size() <= 1;
      if (is_first) {
        std::int64_t count = 1;
        bool good = call->arguments.empty() && call->name == "first";
        if (call->arguments.size() == 1) {
          const auto* argument = std::get_if<syntax::Box<syntax::Expression>>(&call->arguments.front().node);
          const auto* number =
              argument != nullptr ? std::get_if<syntax::IntLiteral>(&(*argument)->node) : nullptr;
          good = number != nullptr && number->value > 0;
          if (good) count = number->value;
        }
        if (good) {
          program.row_limit = count;
          continue;
        }
        error(DiagnosticKind::bad_argument, stage.span,
              fmt::format("`{}` needs a positive number", call->name), "how many rows",
              fmt::format("write `{} 10`", call->name));
        return false;
      }
      error(DiagnosticKind::after_closure, stage.span,
            "the stand-alone tool does not run Nushell commands behind the closure", "runs in Nushell",
            "run the program in Nushell with `overlay use nubpf`, or pipe the rows: `nubpf --format nuon … | "
            "nu --stdin -c 'from nuon | …'`");
      return false;
    }
    return true;
  }

  void not_a_clause(const syntax::Pipeline& line, const syntax::Call* call) {
    std::vector<std::string> names = {"trace"};
    for (const auto& probe : mappings::probes()) names.emplace_back(probe.name);
    const auto span = call != nullptr ? call->name_span : line.stages.front().span;
    // The braces of a clause in the line before, which was complained about.
    const bool is_braces = std::holds_alternative<syntax::Closure>(line.stages.front().node);
    if (is_braces && has_errors(result_.diagnostics)) return;
    const auto has_body = call != nullptr && has_closure(*call);
    const auto near = call != nullptr ? nearest(call->name, names) : std::nullopt;
    if (call != nullptr && call->name.find(':') != std::string::npos && has_body) {
      error(DiagnosticKind::unknown_command, span, fmt::format("there is no clause `{}`", call->name),
            "not a clause", fmt::format("write `probe {} {{ … }}`", call->name));
      return;
    }
    const auto* const row =
        call != nullptr ? mappings::find_foreign(mappings::ForeignKind::command, call->name) : nullptr;
    if (row != nullptr && !near) {
      error(DiagnosticKind::after_closure, span, "the stand-alone tool runs probe clauses and `let` only",
            fmt::format("`{}` is none", call->name), std::string(row->instead));
      return;
    }
    if (call != nullptr && mappings::find_command(call->name) != nullptr) {
      error(DiagnosticKind::misplaced_command, span,
            fmt::format("`{}` runs in the kernel, inside a clause", call->name), "outside of a clause",
            fmt::format("write a clause around it: `kprobe vfs_read {{ {} }}`", file_.slice(line.span)));
      return;
    }
    if (near || has_body) {
      error(DiagnosticKind::unknown_command, span, fmt::format("there is no clause `{}`", call->name),
            "not a clause", near ? fmt::format("write `{}`", *near) : "`nubpf builtins` lists the clauses");
      return;
    }
    error(DiagnosticKind::after_closure, span, "the stand-alone tool runs probe clauses and `let` only",
          "runs in Nushell", "run the file with `nu`, or write a clause such as `kprobe vfs_read { count }`");
  }

  const File& file_;
  const KernelTypes& kernel_;
  const ResolveOptions& options_;
  ResolveResult& result_;
  Scope constants_;
  bool found_program_ = false;
};

}  // namespace

ResolveResult resolve(const File& file, const syntax::Script& script, const KernelTypes& kernel,
                      const ResolveOptions& options) {
  ResolveResult result;
  ScriptResolver resolver(file, kernel, options, result);
  resolver.statements(script.block);
  if (!resolver.found_program() && !has_errors(result.diagnostics)) {
    const auto end = static_cast<std::uint32_t>(file.text.size());
    result.diagnostics.push_back(
        {DiagnosticKind::no_program,
         "there is no probe clause",
         {{{end, end}, "nothing to trace"}},
         "write one, such as `tracepoint syscalls:sys_enter_openat { select pid comm filename }`",
         {}});
  }
  return result;
}

}  // namespace nubpf
