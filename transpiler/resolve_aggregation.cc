// count, sum, hist and the like.
#include <fmt/format.h>

#include <algorithm>

#include "transpiler/resolver.h"

namespace nubpf::resolving {

using namespace resolved;

namespace {

/// What an aggregation can take as a value.
bool is_countable(const Type& type) {
  return is_integral(type) && type.kind != TypeKind::datetime && type.kind != TypeKind::error_text &&
         type.kind != TypeKind::cgroup_path;
}

/// What stands behind the keys in a row of the result.
std::vector<std::string_view> value_columns(AggregationKind kind, std::string_view command) {
  switch (kind) {
    case AggregationKind::stats:
      return {"count", "average", "total"};
    case AggregationKind::hist:
    case AggregationKind::lhist:
      return {"low", "high", "count", "share", "bar"};
    default:
      return {command};
  }
}

}  // namespace

std::optional<Value> ProgramResolver::aggregation(const mappings::Command& command, const BoundCall& bound,
                                                  Value input, Span span) {
  const bool is_series = command.name == "tseries";
  const bool has_value = !bound.positionals.empty() || std::holds_alternative<Expression>(input.node);
  const auto series = is_series ? series_kind(bound, has_value) : std::nullopt;
  if (is_series && !series) return std::nullopt;
  const auto kind = is_series ? *series : mappings::aggregation_kind(command.name);
  const bool piped =
      !std::holds_alternative<EventValue>(input.node) && !std::holds_alternative<RecordValue>(input.node);
  std::optional<std::vector<std::pair<std::string, Expression>>> key_list;
  std::optional<Expression> amount;
  bool failed = false;

  if (const auto* by = bound.flag("by")) {
    key_list = keys(*by->value);
    failed = !key_list;
  }
  const auto* argument = bound.positionals.empty() ? nullptr : bound.positionals.front();
  if (is_series && kind == AggregationKind::count) {
    // Neither a value nor a key of its own.
  } else if (kind == AggregationKind::count) {
    if (argument != nullptr || piped || std::holds_alternative<RecordValue>(input.node)) {
      if (bound.flag("by") != nullptr) {
        const auto first = file_.slice(bound.flag("by")->value->span);
        error(DiagnosticKind::extra_argument, argument != nullptr ? argument->span : bound.flag("by")->span,
              "`count` has two keys", argument != nullptr ? "a key" : "a second key",
              fmt::format("put both into one list: `--by [{} {}]`", first,
                          argument != nullptr ? file_.slice(argument->span) : std::string_view("…")));
        return std::nullopt;
      }
      if (argument != nullptr) {
        key_list = keys(*argument);
      } else {
        key_list = keys_of(input, last_name_.empty() ? "value" : last_name_);
      }
      failed = !key_list;
    }
  } else {
    if (argument != nullptr) {
      amount = scalar(*argument, BareWord::column);
    } else if (piped) {
      amount = scalar_of(std::move(input));
    } else {
      error(DiagnosticKind::missing_argument, bound.call->name_span,
            fmt::format("`{}` needs a value", command.name), "of what", value_help(command.name, input));
      return std::nullopt;
    }
    if (!amount) return std::nullopt;
    if (!is_countable(amount->type)) {
      error(DiagnosticKind::type_mismatch, amount->span,
            fmt::format("`{}` needs a number, not `{}`", command.name, to_string(amount->type)),
            "not a number", fmt::format("write `count --by {}`", file_.slice(amount->span)));
      return std::nullopt;
    }
  }
  if (failed) return std::nullopt;
  if (key_list) {
    const auto taken = value_columns(kind, is_series ? to_string(kind) : command.name);
    for (const auto& [name, key] : *key_list) {
      if (std::find(taken.begin(), taken.end(), name) == taken.end()) continue;
      // a bare word in a record is a text
      const auto written = file_.slice(key.span);
      const bool is_column = written == name;
      error(DiagnosticKind::bad_argument, key.span, fmt::format("two columns would be named `{}`", name),
            "the key is named like a column of the result",
            fmt::format("give the key a name of its own: `--by {{by_{}: {}{}}}`", name,
                        is_column ? "$in." : "", written));
      return std::nullopt;
    }
  }
  if (is_series) {
    auto interval = series_interval(bound, span);
    if (!interval) return std::nullopt;
    if (!key_list) key_list.emplace();
    key_list->insert(key_list->begin(), {"time", std::move(*interval)});
  }

  Aggregation row;
  row.by_time = is_series;
  row.kind = kind;
  row.name = command.name;
  if (const auto* as = bound.flag("as")) {
    const auto name = name_argument(*as->value, "aggregation");
    if (!name) return std::nullopt;
    row.name = *name;
  }
  row.map = "@" + row.name;
  row.value = amount ? amount->type : integer_type(64, false);
  if (amount && (amount->type.kind == TypeKind::enumeration || is_pointer(amount->type) ||
                 amount->type.kind == TypeKind::boolean || amount->type.kind == TypeKind::instant)) {
    row.value = integer_type(64, amount->type.is_signed);
  }
  if (kind == AggregationKind::lhist) {
    const auto part = [&](std::string_view name) -> std::optional<std::int64_t> {
      const auto* use = bound.flag(name);
      if (use == nullptr && name == "min") return 0;
      if (use == nullptr) {
        error(DiagnosticKind::missing_argument, bound.call->name_span,
              fmt::format("`lhist` needs `--{}`", name), "which buckets",
              "write `lhist VALUE --max 1000 --step 50`");
        return std::nullopt;
      }
      auto bound_value = scalar(*use->value);
      if (!bound_value) return std::nullopt;
      const auto number = constant_of(*bound_value);
      if (!number) {
        error(DiagnosticKind::bad_argument, use->value->span, fmt::format("`--{}` needs a literal", name),
              "not known before the run", "write a number");
        return std::nullopt;
      }
      const auto given = bound_value->type.kind;
      const bool fits = given == row.value.kind || (given == TypeKind::integer && *number == 0);
      if (!fits) {
        error(DiagnosticKind::type_mismatch, use->value->span,
              fmt::format("`--{}` must be of the type of the value, `{}`", name, to_string(row.value)),
              fmt::format("this is `{}`", to_string(bound_value->type)),
              row.value.kind == TypeKind::duration ? "write a duration such as `50us`" : "");
        return std::nullopt;
      }
      return number;
    };
    const auto low = part("min"), high = part("max"), step = part("step");
    if (!low || !high || !step) return std::nullopt;
    row.buckets = {*low, *high, *step};
    if (*low < 0) {
      error(DiagnosticKind::bad_argument, bound.flag("min")->value->span, "`--min` cannot be negative",
            "bpftrace counts from 0 up", "write `--min 0`: smaller values have a bucket of their own");
      return std::nullopt;
    }
    if (*step <= 0 || *high <= *low) {
      error(DiagnosticKind::bad_argument, bound.call->name_span,
            "`lhist` needs `--min` below `--max`, and a positive `--step`", "no buckets",
            "write `--min 0 --max 1000 --step 50`");
      return std::nullopt;
    }
    if ((*high - *low) / *step > 1000) {
      error(DiagnosticKind::bad_argument, bound.call->name_span,
            fmt::format("`lhist` has {} buckets, and 1000 is the most", (*high - *low) / *step),
            "too many buckets", "use a larger `--step`");
      return std::nullopt;
    }
  }
  Aggregate statement;
  if (key_list) {
    for (auto& [name, key] : *key_list) {
      const auto key_kind = key.type.kind;
      if (key_kind == TypeKind::list || key_kind == TypeKind::nothing || key_kind == TypeKind::binary) {
        error(DiagnosticKind::not_supported, key.span,
              fmt::format("`{}` cannot be a key", to_string(key.type)), "not a key",
              "use one of its members");
        return std::nullopt;
      }
      row.keys.push_back({name, key.type});
      statement.keys.push_back(std::move(key));
    }
  }
  statement.value = std::move(amount);

  auto& rows = program_.schema.aggregations;
  const auto same =
      std::find_if(rows.begin(), rows.end(), [&](const auto& other) { return other.name == row.name; });
  const auto index = static_cast<std::uint32_t>(same - rows.begin());
  if (same == rows.end()) {
    rows.push_back(std::move(row));
    aggregation_spans_.push_back(span);
  } else {
    const bool keys_fit =
        same->keys.size() == row.keys.size() &&
        std::equal(same->keys.begin(), same->keys.end(), row.keys.begin(),
                   [](const Column& a, const Column& b) {
                     return a.name == b.name &&
                            (a.type.kind == b.type.kind || (is_integral(a.type) && is_integral(b.type)));
                   });
    if (same->kind != row.kind || !keys_fit || same->value.kind != row.value.kind ||
        same->buckets.min != row.buckets.min || same->buckets.max != row.buckets.max ||
        same->buckets.step != row.buckets.step || same->by_time != row.by_time) {
      const auto what = same->kind != row.kind ? "of another kind"
                        : !keys_fit            ? "with another key"
                                               : "of other values";
      error(DiagnosticKind::conflicting_map, span,
            fmt::format("the aggregation `{}` is already there, {}", row.name, what), "a second use",
            "give one of them a name of its own with `--as NAME`",
            {{aggregation_spans_[index], "the first use"}});
      return std::nullopt;
    }
    if (row.value.is_signed) same->value.is_signed = true;
  }
  statement.aggregation = index;
  does_something_ = true;
  push({std::move(statement), span});
  return Value{NoValue{}, span, false};
}

/// What a time series keeps of the events of an interval.
std::optional<AggregationKind> ProgramResolver::series_kind(const BoundCall& bound, bool has_value) {
  const auto* flag = bound.flag("agg");
  if (!has_value) {
    if (flag == nullptr) return AggregationKind::count;
    error(DiagnosticKind::missing_argument, bound.call->name_span, "`--agg` needs a value to work on",
          "counts events", "write `tseries VALUE --agg max`, or leave `--agg` out");
    return std::nullopt;
  }
  if (flag == nullptr) return AggregationKind::sum;
  const auto name = name_argument(*flag->value, "aggregation of a time series");
  if (!name) return std::nullopt;
  for (const auto kind :
       {AggregationKind::sum, AggregationKind::avg, AggregationKind::min, AggregationKind::max}) {
    if (to_string(kind) == *name) return kind;
  }
  error(DiagnosticKind::bad_argument, flag->value->span,
        fmt::format("`--agg` takes `sum`, `avg`, `min` or `max`, not `{}`", *name), "none of them",
        "write `--agg max`");
  return std::nullopt;
}

/// The beginning of the interval that the event is in.
std::optional<Expression> ProgramResolver::series_interval(const BoundCall& bound, Span span) {
  std::int64_t every = 1'000'000'000;
  if (const auto* flag = bound.flag("every")) {
    auto given = scalar(*flag->value);
    if (!given) return std::nullopt;
    const auto number = constant_of(*given);
    if (!number || given->type.kind != TypeKind::duration || *number < 1) {
      error(DiagnosticKind::bad_argument, flag->value->span,
            "`--every` needs a duration that is known before the run", "not one", "write `--every 1sec`");
      return std::nullopt;
    }
    every = *number;
  }
  const auto number = integer_type(64, false);
  auto now = *event_field("nsecs", span);
  now.type = number;
  auto interval =
      make_binary(Operator::divide, std::move(now), make_integer(every, number, span), number, span);
  return make_binary(Operator::multiply, std::move(interval), make_integer(every, number, span),
                     simple_type(TypeKind::datetime), span);
}

}  // namespace nubpf::resolving
