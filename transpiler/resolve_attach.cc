// Attach points, and the fields of their events.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "transpiler/foreign.h"
#include "transpiler/resolver.h"
#include "transpiler/suggest.h"
#include "transpiler/tracefs.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

/// Characters that bpftrace reads as part of an attach point and that cannot end it early.
bool is_plain_target(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_:*./+-@$~%=[]?").find(c) != std::string_view::npos;
  });
}

/// A period in the coarsest unit that holds it: `s:1`, `ms:10`, `us:500`.
std::optional<std::string> period_text(std::int64_t nanoseconds) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kUnits = {
      {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}}};
  for (const auto& [unit, size] : kUnits) {
    if (nanoseconds > 0 && nanoseconds % size == 0) return fmt::format("{}:{}", unit, nanoseconds / size);
  }
  return std::nullopt;
}

/// The tracepoint that other spellings of it mean: without a category, with another separator, or by the name
/// of the system call.
std::optional<std::string> meant_tracepoint(const KernelTypes& kernel, std::string_view written) {
  std::string name(written);
  std::replace(name.begin(), name.end(), '/', ':');
  for (const std::string_view provider : {"tracepoint:", "t:"}) {
    if (name.starts_with(provider)) name.erase(0, provider.size());
  }
  const auto colon = name.find(':');
  for (const auto& pattern :
       {colon == std::string::npos ? "*:" + name : name, "syscalls:sys_enter_" + name.substr(colon + 1),
        "*:*" + name.substr(colon + 1)}) {
    const auto matches = kernel.tracepoints(pattern);
    if (!matches.empty()) return matches.front();
  }
  return std::nullopt;
}

}  // namespace

/// What stands there as a text: `5s` and `5`, for help.
std::string written_value(const syntax::Expression& expression) {
  if (const auto* word = std::get_if<syntax::StringLiteral>(&expression.node)) return word->value;
  if (const auto* number = std::get_if<syntax::IntLiteral>(&expression.node))
    return fmt::format("{}", number->value);
  return {};
}

std::optional<std::string> ProgramResolver::rate_target(const BoundCall& bound) {
  const auto* hz = bound.flag("hz");
  const auto* every = bound.flag("every");
  if ((hz == nullptr) == (every == nullptr)) {
    error(hz == nullptr ? DiagnosticKind::missing_argument : DiagnosticKind::extra_argument,
          bound.call->name_span, "`profile` needs either `--hz N` or `--every DURATION`",
          hz == nullptr ? "how often is not said" : "both are given", "write `profile --hz 99 { … }`");
    return std::nullopt;
  }
  if (every != nullptr) return period_target(*every->value);
  const auto rate = constant_integer(*hz->value, "`--hz`");
  if (!rate) return std::nullopt;
  if (*rate < 1) {
    error(DiagnosticKind::bad_argument, hz->value->span, "`--hz` needs a number of at least 1", "not a rate",
          "write `--hz 99`");
    return std::nullopt;
  }
  return fmt::format("hz:{}", *rate);
}

std::optional<std::string> ProgramResolver::period_target(const syntax::Expression& expression) {
  auto period = scalar(expression);
  if (!period) return std::nullopt;
  const auto nanoseconds = constant_of(*period);
  const auto text =
      nanoseconds && period->type.kind == TypeKind::duration ? period_text(*nanoseconds) : std::nullopt;
  if (!text) {
    const auto meant = foreign::duration(written_value(expression));
    error(DiagnosticKind::bad_argument, expression.span, "a period is a duration of whole microseconds",
          "not a period",
          meant ? fmt::format("write `{}`", *meant) : "write a duration such as `1sec` or `10ms`");
  }
  return text;
}

void ProgramResolver::attach_words(const mappings::Probe& probe, const syntax::Expression& expression,
                                   std::vector<AttachPoint>& points) {
  if (const auto* list = std::get_if<syntax::List>(&expression.node)) {
    for (const auto& item : list->items) attach_words(probe, item, points);
    return;
  }
  if (const auto* word = std::get_if<syntax::StringLiteral>(&expression.node))
    return attach_word(probe, word->value, expression.span, points);
  std::vector<Expression> given;
  if (std::holds_alternative<syntax::Variable>(expression.node) ||
      std::holds_alternative<syntax::Interpolation>(expression.node) ||
      std::holds_alternative<syntax::Subexpression>(expression.node)) {
    auto word = value(expression);
    if (!word) return;
    if (auto* list = std::get_if<ListValue>(&word->node)) given = std::move(list->items);
    if (auto* single = std::get_if<Expression>(&word->node)) given.push_back(std::move(*single));
  }
  for (const auto& item : given) {
    const auto* literal = std::get_if<Text>(&item.node);
    attach_word(probe, literal != nullptr ? std::optional(literal->value) : std::nullopt, expression.span,
                points);
  }
  if (given.empty()) attach_word(probe, std::nullopt, expression.span, points);
}

void ProgramResolver::attach_word(const mappings::Probe& probe, const std::optional<std::string>& text,
                                  Span span, std::vector<AttachPoint>& points) {
  if (!text || !is_plain_target(*text)) {
    auto help = fmt::format("write `{}`", probe.example);
    if (text && text->find(',') != std::string::npos) {
      auto list = *text;
      std::replace(list.begin(), list.end(), ',', ' ');
      help = fmt::format("write `{} [{}]`", probe.name, list);
    }
    error(DiagnosticKind::bad_attach_point, span, fmt::format("`{}` needs {}", probe.name, probe.usage),
          "not an attach point", std::move(help));
    return;
  }
  AttachPoint point{&probe, *text, span};
  if (probe.provider.empty()) {
    // `probe kprobe:vfs_read`: known providers get their own checks.
    const auto colon = text->find(':');
    const auto provider = text->substr(0, colon);
    const auto* known = mappings::find_probe(provider == "BEGIN"      ? "begin"
                                             : provider == "END"      ? "end"
                                             : provider == "kfunc"    ? "fentry"
                                             : provider == "kretfunc" ? "fexit"
                                                                      : provider);
    if (known != nullptr && !known->provider.empty() && colon != std::string::npos)
      point = {known, text->substr(colon + 1), span};
    else if (known != nullptr && known->target == mappings::Target::none && colon == std::string::npos)
      point = {known, "", span};
    else if (colon == std::string::npos) {
      error(DiagnosticKind::bad_attach_point, span, "an attach point begins with its provider",
            "no `:` in it", "write `kprobe:vfs_read`");
      return;
    }
  }
  if (check_attach_point(point)) points.push_back(std::move(point));
}

bool ProgramResolver::check_attach_point(AttachPoint& point) {
  const auto bad = [&](std::string message, std::string label, std::string help) {
    error(DiagnosticKind::bad_attach_point, point.span, std::move(message), std::move(label),
          std::move(help));
    return false;
  };
  const auto colons = std::count(point.target.begin(), point.target.end(), ':');
  switch (point.probe->target) {
    case mappings::Target::tracepoint: {
      if (colons != 1 || point.target.front() == ':' || point.target.back() == ':') {
        const auto match = meant_tracepoint(kernel_, point.target);
        return bad("a tracepoint is `CATEGORY:NAME`",
                   colons == 0 ? "the category is missing" : "not a category and a name",
                   match ? fmt::format("write `tracepoint {}`", *match)
                         : fmt::format("write `{}`", point.probe->example));
      }
      return check_tracepoint(point);
    }
    case mappings::Target::path:
      if (colons < 1 || point.target.front() == ':' || point.target.back() == ':') {
        const bool is_path = point.target.find('/') != std::string::npos;
        const auto wanted = point.probe->usage.substr(point.probe->usage.find(':') + 1);
        return bad(fmt::format("`{}` needs {}", point.probe->name, point.probe->usage),
                   is_path ? "no symbol behind the path" : "no path before the symbol",
                   is_path ? fmt::format("write `{} {}:{}`", point.probe->name, point.target, wanted)
                           : fmt::format("write `{} /bin/bash:{}`, with the path of the program that has it",
                                         point.probe->name, point.target));
      }
      return true;
    case mappings::Target::function:
      if (colons > 1)
        return bad("a kernel function is one name", "too many `:`",
                   fmt::format("write `{}`", point.probe->example));
      if (colons == 1) {
        const auto first = point.target.substr(0, point.target.find(':'));
        if (mappings::find_probe(first) != nullptr) {
          return bad(fmt::format("`{}` stands before the function already", point.probe->name),
                     "the provider twice",
                     fmt::format("write `{} {}`", first, point.target.substr(first.size() + 1)));
        }
      }
      return check_function(point);
    default:
      return true;
  }
}

bool ProgramResolver::check_tracepoint(const AttachPoint& point) {
  if (!kernel_.tracepoints_readable()) return true;
  const auto colon = point.target.find(':');
  if (has_wildcard(point.target)) {
    if (!kernel_.tracepoints(point.target).empty()) return true;
  } else if (find_tracepoint(kernel_, point.target)) {
    return true;
  }
  auto names = kernel_.tracepoints(point.target.substr(0, colon) + ":*");
  if (names.empty()) names = kernel_.tracepoints("*:*");
  auto near = nearest(point.target, names);
  if (!near) near = meant_tracepoint(kernel_, point.target.substr(colon + 1));
  error(DiagnosticKind::unknown_probe, point.span,
        fmt::format("this kernel has no tracepoint `{}`", point.target), "not a tracepoint",
        near ? fmt::format("write `{}`", *near) : "`nubpf list 'tracepoint:*'` lists them");
  return false;
}

std::vector<AttachPoint> ProgramResolver::attach_points(const mappings::Probe& probe,
                                                        const BoundCall& bound) {
  std::vector<AttachPoint> points;
  switch (probe.target) {
    case mappings::Target::none:
      points.push_back({&probe, "", bound.call->name_span});
      return points;
    case mappings::Target::rate:
      if (auto target = rate_target(bound))
        points.push_back({&probe, std::move(*target), bound.call->name_span});
      return points;
    case mappings::Target::period:
      if (auto target = period_target(*bound.positionals.front()))
        points.push_back({&probe, std::move(*target), bound.positionals.front()->span});
      return points;
    default:
      break;
  }
  const auto before = diagnostics_.size();
  attach_words(probe, *bound.positionals.front(), points);
  if (points.empty() && diagnostics_.size() == before) {
    error(DiagnosticKind::bad_attach_point, bound.positionals.front()->span,
          fmt::format("`{}` needs {}", probe.name, probe.usage), "an empty list",
          fmt::format("write `{}`", probe.example));
  }
  if (diagnostics_.size() != before) return {};
  const auto suffix = [&](std::string_view flag, std::string_view separator) {
    const auto* use = bound.flag(flag);
    if (use == nullptr) return;
    const auto number = constant_integer(*use->value, fmt::format("`--{}`", flag));
    if (!number) return;
    if (*number < 0 || (*number == 0 && flag == "count")) {
      error(DiagnosticKind::bad_argument, use->value->span, fmt::format("`--{}` cannot be {}", flag, *number),
            "out of range", fmt::format("write `--{} 100`", flag));
      return;
    }
    for (auto& point : points) point.target += fmt::format("{}{}", separator, *number);
  };
  suffix("offset", "+");
  suffix("count", ":");
  return points;
}

std::optional<ProbeField> tracepoint_field(std::string_view category, const TracepointField& field) {
  ProbeField result;
  const auto& type = field.declaration;
  const auto is_char = type == "char" || type == "unsigned char" || type == "const char";
  if (field.is_data_loc) {
    // Arrays of other things than characters have no text.
    if (!type.starts_with("char") && !type.starts_with("const char")) return std::nullopt;
    result.access = FieldAccess::text;
    result.type = simple_type(TypeKind::string);
    result.is_data_loc = true;
    return result;
  }
  const bool pointer = type.ends_with('*');
  // An array of strings, such as argv: behind two pointers.
  if (std::count(type.begin(), type.end(), '*') > 1) {
    if (type.find("char *") == std::string::npos || category != "syscalls") return std::nullopt;
    result.access = FieldAccess::pointer;
    result.type = simple_type(TypeKind::list);
    result.type.items = {simple_type(TypeKind::string)};
    return result;
  }
  if (field.array) {
    if (is_char && !pointer) {
      result.type = simple_type(TypeKind::string);
      return result;
    }
    if (pointer || *field.array == 0) return std::nullopt;
    result.type = simple_type(TypeKind::list);
    result.type.items = {integer_type(static_cast<int>(8 * field.size / *field.array), field.is_signed)};
    return result;
  }
  if (pointer) {
    if (type == "const char *" || type == "char *") {
      result.access = FieldAccess::text;
      result.type = simple_type(TypeKind::string);
      result.type.is_user_memory = category == "syscalls";
    } else {
      result.type = simple_type(TypeKind::address);
    }
    return result;
  }
  if (field.size > 8 || field.size == 0) return std::nullopt;
  if (type.starts_with("struct ") || type.starts_with("union ")) return std::nullopt;
  if (type == "bool" || type == "_Bool") {
    result.type = simple_type(TypeKind::boolean);
    return result;
  }
  // The kernel keeps each argument of a system call in a 64-bit slot, whatever its C type is.
  struct Narrow {
    std::string_view declaration;
    int bits;
    bool is_signed;
  };
  static constexpr std::array<Narrow, 21> kNarrow = {{
      {"int", 32, true},
      {"unsigned int", 32, false},
      {"unsigned", 32, false},
      {"u32", 32, false},
      {"__u32", 32, false},
      {"s32", 32, true},
      {"__s32", 32, true},
      {"pid_t", 32, true},
      {"uid_t", 32, false},
      {"gid_t", 32, false},
      {"qid_t", 32, false},
      {"clockid_t", 32, true},
      {"timer_t", 32, true},
      {"key_t", 32, true},
      {"mqd_t", 32, true},
      {"key_serial_t", 32, true},
      {"rwf_t", 32, true},
      {"umode_t", 16, false},
      {"unsigned short", 16, false},
      {"u16", 16, false},
      {"u8", 8, false},
  }};
  const auto narrow = std::find_if(kNarrow.begin(), kNarrow.end(),
                                   [&](const Narrow& row) { return row.declaration == type; });
  if (category == "syscalls" && field.size == 8) {
    if (narrow != kNarrow.end()) {
      result.access = FieldAccess::narrowed;
      result.type = integer_type(narrow->bits, narrow->is_signed);
      return result;
    }
    static constexpr std::array<std::string_view, 6> kSigned = {"long",    "off_t",           "loff_t",
                                                                "ssize_t", "__kernel_long_t", "s64"};
    const bool is_declared_signed = std::find(kSigned.begin(), kSigned.end(), type) != kSigned.end();
    // The format says unsigned, and newer versions of bpftrace compare as it says.
    if (is_declared_signed && !field.is_signed) result.access = FieldAccess::narrowed;
    result.type = integer_type(64, field.is_signed || is_declared_signed);
    return result;
  }
  result.type = integer_type(static_cast<int>(field.size * 8), field.is_signed);
  return result;
}

static TextPlace text_place(const Tracepoint& tracepoint) {
  TextPlace place;
  for (const auto& field : tracepoint.fields) {
    place.fixed_bytes = std::max(place.fixed_bytes, field.offset + field.size);
    if (field.is_data_loc && place.first.empty()) place.first = field.name;
  }
  return place;
}

void ProgramResolver::load_fields() {
  struct Source {
    std::string name;
    Tracepoint tracepoint;
  };
  std::vector<Source> sources;
  for (const auto& point : clause_->attach_points) {
    if (point.probe->target != mappings::Target::tracepoint) return;
    for (const auto& name : tracepoints_of(kernel_, point.target)) {
      auto tracepoint = find_tracepoint(kernel_, name);
      if (!tracepoint) return;
      sources.push_back({name, std::move(*tracepoint)});
    }
  }
  if (sources.empty()) return;
  fields_known_ = true;
  for (const auto& field : sources.front().tracepoint.fields) {
    if (field.name == "__syscall_nr") continue;
    auto first = tracepoint_field(sources.front().tracepoint.category, field);
    if (!first) first = ProbeField{FieldAccess::plain, Type{}};
    first->place = text_place(sources.front().tracepoint);
    std::string conflict;
    for (std::size_t i = 1; i < sources.size() && conflict.empty(); ++i) {
      const auto& others = sources[i].tracepoint.fields;
      const auto other =
          std::find_if(others.begin(), others.end(), [&](const auto& f) { return f.name == field.name; });
      if (other == others.end()) {
        conflict = fmt::format("`{}` has no such field", sources[i].name);
        continue;
      }
      const auto type = tracepoint_field(sources[i].tracepoint.category, *other);
      if (!type || type->type.kind != first->type.kind || type->access != first->access ||
          type->type.bits != first->type.bits) {
        conflict = fmt::format("`{}` here, and `{}` in `{}`", field.declaration, other->declaration,
                               sources[i].name);
      }
      const auto place = text_place(sources[i].tracepoint);
      if (place.fixed_bytes != first->place.fixed_bytes || place.first != first->place.first)
        first->place = {};
    }
    if (conflict.empty()) {
      fields_.emplace_back(field.name, std::move(*first));
      declarations_.emplace(field.name, field.declaration);
    } else
      conflicts_.emplace(field.name, std::move(conflict));
  }
  // Fields of the later ones only: missing in the first.
  for (std::size_t i = 1; i < sources.size(); ++i) {
    for (const auto& field : sources[i].tracepoint.fields) {
      const bool known =
          conflicts_.contains(field.name) ||
          std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == field.name; });
      if (!known && field.name != "__syscall_nr")
        conflicts_.emplace(field.name, fmt::format("`{}` has no such field", sources.front().name));
    }
  }
}

}  // namespace nubpf::resolving
