#include "transpiler/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "transpiler/emit_content.h"
#include "transpiler/emit_expression.h"

namespace nubpf {

using namespace resolved;

namespace {

/// Entries that a map of the run form can hold; bpftrace's own default is 4096.
constexpr int kMapKeys = 16384;

/// Bytes of the kernel's 512-byte stack that one statement's values may take, and how many copies of a string
/// bpftrace 0.17 makes there: measured as the longest strings that it still compiles.
constexpr int kStackBudget = 440;
constexpr int kCopiesOfString = 2;    // str() itself, and the tuple or key
constexpr int kCopiesOfVariable = 4;  // and the variable
constexpr int kCopiesOfMapValue = 5;  // and what the map's lookup needs
constexpr int kMoreCopies = 3;        // whatever the strings are, see keeps_more_copies

/// Bytes of a string without its NUL: bpftrace's default, the most that 0.17 to 0.21 take, and what is of use
/// at least.
constexpr int kDefaultString = 64;
constexpr int kLongestString = 199;
constexpr int kShortestString = 16;

bool is_histogram(AggregationKind kind) {
  return kind == AggregationKind::hist || kind == AggregationKind::lhist;
}

bool is_extreme(AggregationKind kind) {
  return kind == AggregationKind::min || kind == AggregationKind::max;
}

/// Its counts and totals are kept apart where the content leaves as rows.
bool is_average(AggregationKind kind) {
  return kind == AggregationKind::avg || kind == AggregationKind::stats;
}

/// Ends the program from inside when the adapter asks for it: what END prints after that is not lost.
constexpr std::string_view kStopProbe = "self:signal:SIGUSR1";

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63U;

/// A duration as `interval` takes it: `s:3`, `ms:1500`.
std::string interval_text(std::int64_t nanoseconds) {
  if (nanoseconds % 1'000'000'000 == 0) return fmt::format("s:{}", nanoseconds / 1'000'000'000);
  if (nanoseconds % 1'000'000 == 0) return fmt::format("ms:{}", nanoseconds / 1'000'000);
  return fmt::format("us:{}", std::max<std::int64_t>(1, nanoseconds / 1000));
}

class Emitter {
 public:
  Emitter(const resolved::Program& program, const EmitOptions& options)
      : program_(program),
        options_(options),
        dialect_(dialect_for(options.version)),
        people_(options.form == EmitForm::people) {}

  nubpf::Program emit() {
    result_.schema = program_.schema;
    result_.schema.separator = options_.separator;
    result_.needs_kernel_types = program_.needs_kernel_types;
    if (!people_) number_rows(result_.schema, dialect_, options_.has_heartbeat);
    string_length_ = people_ ? program_.string_length.value_or(0) : run_string_length();
    if (!people_ && reads_strings(program_)) result_.schema.string_length = string_length_;
    if (people_ && program_.command)
      line({}, fmt::format("// bpftrace -c {} FILE", quote(*program_.command)));
    begin_block();
    for (const auto& clause : program_.clauses) {
      if (!runs_once(clause)) this->clause(clause);
    }
    if (program_.command) command_block();
    result_.ends_with_process = !people_ && ends_with_process();
    result_.may_lose_its_tail = !people_ && !dialect_.stops_by_signal && !result_.ends_with_process;
    if (result_.ends_with_process) {
      result_.duration_ns = program_.duration_ns;
    } else if (program_.duration_ns && !walks()) {
      separate();
      line({}, fmt::format("interval:{}", interval_text(*program_.duration_ns)));
      block([&] { leave({}); });
    }
    if (result_.schema.heartbeat.id != 0 && traces() && !result_.ends_with_process) heartbeat();
    end_block();
    if (!people_ && dialect_.stops_by_signal) {
      separate();
      line({}, kStopProbe);
      block([&] { leave({}); });
    }
    if (!people_) settings();
    return std::move(result_);
  }

 private:
  // --- text
  // -----------------------------------------------------------------------------------------------------
  void line(Span span, std::string_view text) {
    ++line_number_;
    if (span.end > span.begin) result_.source_map.push_back({line_number_, span});
    result_.text.append(static_cast<std::size_t>(indent_), '\t');
    result_.text += text;
    result_.text += '\n';
  }
  void block(const std::function<void()>& body) {
    line({}, "{");
    ++indent_;
    body();
    --indent_;
    line({}, "}");
  }
  void separate() {
    if (line_number_ > 0) line({}, "");
  }

  /// exit() and signals make a bpftrace that cannot stop itself throw away what it has not read. When the
  /// process that it watches ends, it does not.
  bool ends_with_process() const {
    const auto is_limited = [](const AttachPoint& point) { return point.probe->heeds_process; };
    return !dialect_.stops_by_signal &&
           std::none_of(program_.clauses.begin(), program_.clauses.end(), [&](const Clause& clause) {
             return std::any_of(clause.attach_points.begin(), clause.attach_points.end(), is_limited);
           });
  }

  /// Whether anything happens between the beginning and the end that takes its time.
  bool traces() const {
    return std::any_of(program_.clauses.begin(), program_.clauses.end(), waits_for_events);
  }

  /// A timer beside a walk, which ends by itself, stops bpftrace with a failed assertion.
  bool walks() const { return !clauses_named("iter").empty(); }

  void heartbeat() {
    separate();
    line({}, "interval:s:1");
    block([&] { line({}, counter_statement(result_.schema.heartbeat)); });
  }

  void leave(Span span) {
    if (result_.schema.ending.id != 0) line(span, counter_statement(result_.schema.ending));
    line(span, "exit();");
  }

  // --- clauses
  // --------------------------------------------------------------------------------------------------
  std::vector<const Clause*> clauses_named(std::string_view name) const {
    std::vector<const Clause*> found;
    for (const auto& clause : program_.clauses) {
      if (is_clause_of(clause, name)) found.push_back(&clause);
    }
    return found;
  }

  std::string attach_text(const AttachPoint& point) const {
    auto provider = point.probe->provider;
    if (point.probe->name == "fentry") provider = dialect_.fentry;
    if (point.probe->name == "fexit") provider = dialect_.fexit;
    if (provider.empty()) return point.target;
    if (point.target.empty()) return std::string(provider);
    return fmt::format("{}:{}", provider, point.target);
  }

  std::string tracked(std::string_view key) const { return fmt::format("@tracked[{}]", key); }

  void clause(const Clause& clause) {
    clause_ = &clause;
    separate();
    for (std::size_t i = 0; i < clause.attach_points.size(); ++i) {
      line(clause.attach_points[i].span,
           attach_text(clause.attach_points[i]) + (i + 1 < clause.attach_points.size() ? "," : ""));
    }
    std::vector<std::string> conditions;
    const bool has_process = std::all_of(clause.attach_points.begin(), clause.attach_points.end(),
                                         [](const AttachPoint& p) { return p.probe->has_process; });
    if (has_process && program_.command) conditions.push_back(tracked("pid"));
    if (has_process && program_.pid) conditions.push_back(fmt::format("pid == {}", *program_.pid));
    Span span;
    if (clause.predicate) {
      auto text = condition_text(*clause.predicate, context());
      const auto* top = std::get_if<Binary>(&clause.predicate->node);
      const bool loose = (top != nullptr && top->op == Operator::logical_or) ||
                         std::holds_alternative<Conditional>(clause.predicate->node);
      conditions.push_back(!conditions.empty() && loose ? fmt::format("({})", text) : std::move(text));
      span = clause.predicate->span;
    }
    // A `/` inside would end the predicate for a reader, if not for the parser: such a condition stays an
    // `if`.
    const auto joined = fmt::format("{}", fmt::join(conditions, " && "));
    const bool as_predicate = !conditions.empty() && joined.find(" / ") == std::string::npos;
    if (as_predicate) line(span, fmt::format("/{}/", joined));
    block([&] {
      if (!conditions.empty() && !as_predicate) {
        line(span, fmt::format("if ({}) {{", joined));
        ++indent_;
        body(clause);
        --indent_;
        line({}, "}");
      } else {
        body(clause);
      }
    });
  }

  void body(const Clause& clause) {
    clause_ = &clause;
    for (const auto& local : clause.locals) {
      if (!local.declare_first) continue;
      // The first assignment gives a variable its type, and 0.17 does not take ntop() for a string.
      const bool text = !is_integral(local.type);
      line({}, fmt::format("${} = {};", local.name,
                           local.type.kind == TypeKind::ip ? "ntop(0)"
                           : text                          ? "\"\""
                           : local.type.is_signed          ? "(int64)0"
                                                           : "(uint64)0"));
    }
    statements(clause.body);
  }

  /// A begin or end clause as part of the one block that bpftrace up to 0.23 allows.
  void merged(const Clause& clause) {
    clause_ = &clause;
    if (!clause.predicate) return body(clause);
    line(clause.predicate->span, fmt::format("if ({}) {{", condition_text(*clause.predicate, context())));
    ++indent_;
    body(clause);
    --indent_;
    line({}, "}");
  }

  void begin_block() {
    const auto clauses = clauses_named("begin");
    const auto heading = people_ ? this->heading() : std::string();
    if (clauses.empty() && heading.empty() && !program_.command) return;
    separate();
    line(clauses.empty() ? Span{} : clauses.front()->attach_points.front().span, "BEGIN");
    block([&] {
      if (program_.command)
        line({},
             fmt::format("{} = 1;", tracked(people_ ? std::string(dialect_.command_pid)
                                                    : fmt::format("{}", options_.command_pid.value_or(0)))));
      if (!heading.empty()) {
        std::vector<std::string> arguments = {quote(escape_format(heading))};
        add_percents(arguments, heading);
        line({}, fmt::format("printf({});", fmt::join(arguments, ", ")));
      }
      for (const auto* clause : clauses) merged(*clause);
    });
  }

  void command_block() {
    // The command's children count as part of it.
    separate();
    line({}, fmt::format("tracepoint:{}", kForks));
    line({}, fmt::format("/{}/", tracked("pid")));
    block([&] { line({}, fmt::format("{} = 1;", tracked("args->child_pid"))); });
  }

  /// The rows of a map's content.
  void content(const Aggregation& aggregation, const ContentRow& row, Span span) {
    const auto loop = content_loop(aggregation, row);
    line(span, loop.head + " {");
    ++indent_;
    for (const auto& statement : loop.body) line(span, statement);
    --indent_;
    line({}, "}");
  }

  /// The maps of an aggregation whose content has left as rows.
  static std::vector<std::string> content_maps(const Aggregation& aggregation) {
    std::vector<std::string> maps = {aggregation.map};
    if (is_average(aggregation.kind)) maps.push_back(total_map(aggregation));
    return maps;
  }

  void end_block() {
    const auto clauses = clauses_named("end");
    std::vector<std::string> state;
    std::vector<const Aggregation*> contents;
    for (const auto& aggregation : result_.schema.aggregations) {
      if (people_ || !leaves_as_rows(aggregation, dialect_)) continue;
      if (aggregation.row.id != 0) contents.push_back(&aggregation);
      for (auto& map : content_maps(aggregation)) state.push_back(std::move(map));
    }
    for (const auto& map : program_.maps) {
      state.push_back("@" + map.name);
      if (needs_presence_map(map, dialect_)) state.push_back(presence_map(map));
      if (needs_length_map(map, dialect_)) state.push_back(length_map(map));
    }
    if (program_.command) state.emplace_back("@tracked");
    if (people_) {
      for (const auto& aggregation : program_.schema.aggregations) {
        if (aggregation.reported) state.push_back(aggregation.map);
      }
    }
    if (clauses.empty() && state.empty()) return;
    separate();
    line(clauses.empty() ? Span{} : clauses.front()->attach_points.front().span, "END");
    block([&] {
      for (const auto* clause : clauses) merged(*clause);
      for (const auto* aggregation : contents) content(*aggregation, aggregation->row, {});
      for (const auto& map : state) line({}, fmt::format("clear({});", map));
    });
  }

  // --- statements
  // -----------------------------------------------------------------------------------------------
  ExpressionContext context() const { return {program_, *clause_, dialect_, options_.form, string_length_}; }
  std::string text(const Expression& expression) const { return expression_text(expression, context()); }

  void statements(const Statements& list) {
    for (const auto& statement : list) {
      std::visit([&](const auto& node) { this->statement(node, statement.span); }, statement.node);
    }
  }

  /// A value as a variable or map keeps it: 64 bits, so that bpftrace takes assignments of different widths.
  std::string kept(const Expression& value, const Type& type) const {
    auto written = text(value);
    if (!is_integral(type) || !is_integral(value.type)) return written;
    // 0.20 to 0.23 take a plain literal as signed.
    const bool is_literal = std::holds_alternative<Integer>(value.node);
    if (is_literal && type.is_signed) return written;
    // They may take for unsigned what is kept in a map that its own content changes.
    const bool may_be_unsigned = std::holds_alternative<MapRead>(value.node) && type.is_signed;
    if (value.type.bits == 64 && value.type.is_signed == type.is_signed && !mixes_signs(value) &&
        !may_be_unsigned && !is_literal)
      return written;
    const bool simple = written.find(' ') == std::string::npos;
    return fmt::format("({}int64){}", type.is_signed ? "" : "u",
                       simple ? written : fmt::format("({})", written));
  }

  /// Whether bpftrace up to 0.23 may take the sum for unsigned where nubpf counts with a sign.
  static bool mixes_signs(const Expression& value) {
    const auto* const binary = std::get_if<Binary>(&value.node);
    if (binary == nullptr) return false;
    const bool has_literal = std::holds_alternative<Integer>(binary->left->node) ||
                             std::holds_alternative<Integer>(binary->right->node);
    if (!has_literal && binary->left->type.is_signed != binary->right->type.is_signed) return true;
    return mixes_signs(*binary->left) || mixes_signs(*binary->right);
  }

  void statement(const Assign& node, Span span) {
    const auto& local = clause_->locals[node.local];
    const bool changes = assignments(clause_->body, node.local) > 1 || local.declare_first;
    line(span, fmt::format("${} = {};", local.name,
                           local.is_typed ? pointer_text(node.value, context())
                           : changes      ? kept(node.value, local.type)
                                          : text(node.value)));
  }

  static std::size_t assignments(const Statements& list, std::uint32_t local) {
    std::size_t count = 0;
    for (const auto& statement : list) {
      if (const auto* assign = std::get_if<Assign>(&statement.node);
          assign != nullptr && assign->local == local)
        ++count;
      if (const auto* branch = std::get_if<If>(&statement.node))
        count += assignments(branch->then, local) + assignments(branch->otherwise, local);
    }
    return count;
  }

  void statement(const If& node, Span) {
    const If* branch = &node;
    std::string opening = "if";
    while (true) {
      line(branch->condition.span,
           fmt::format("{} ({}) {{", opening, condition_text(branch->condition, context())));
      ++indent_;
      statements(branch->then);
      --indent_;
      if (branch->otherwise.empty()) break;
      const auto* next =
          branch->otherwise.size() == 1 ? std::get_if<If>(&branch->otherwise.front().node) : nullptr;
      if (next == nullptr) {
        line({}, "} else {");
        ++indent_;
        statements(branch->otherwise);
        --indent_;
        break;
      }
      branch = next;
      opening = "} else if";
    }
    line({}, "}");
  }

  void statement(const Aggregate& node, Span span) {
    const auto& row = program_.schema.aggregations[node.aggregation];
    if (!people_ && is_histogram(row.kind)) return bucket(node, row, span);
    if (!people_ && is_extreme(row.kind)) return extreme(node, row, span);
    auto keys = people_ ? key_texts(node.keys) : separated_keys(node.keys);
    if (!people_ && is_average(row.kind) && leaves_as_rows(row, dialect_)) {
      line(span, fmt::format("{} = count();", indexed(row.map, keys)));
      line(span, fmt::format("{} = sum({});", indexed(total_map(row), keys), signed_value(node, row)));
      return;
    }
    line(span, fmt::format("{} = {};", indexed(row.map, keys), aggregation_call(node, row)));
  }

  std::string aggregation_call(const Aggregate& node, const Aggregation& row) const {
    if (!node.value) return "count()";
    auto value = text(*node.value);
    if (row.kind == AggregationKind::lhist) {
      return fmt::format("lhist({}, {}, {}, {})", value, row.buckets.min, row.buckets.max, row.buckets.step);
    }
    if (people_) return fmt::format("{}({})", to_string(row.kind), value);
    value = signed_value(node, row);
    if (row.kind == AggregationKind::avg) return fmt::format("stats({})", value);
    return fmt::format("{}({})", to_string(row.kind), value);
  }

  /// The bucket is found here and counted: bpftrace 0.17 keeps the values of hist() in 32 bits, and no
  /// version can read histograms whose keys hold commas or spaces.
  void bucket(const Aggregate& node, const Aggregation& row, Span span) {
    const auto& value = *node.value;
    const auto id = ++temporaries_;
    const auto v = fmt::format("$__nubpf_v{}", id);
    const auto b = fmt::format("$__nubpf_b{}", id);
    const bool may_be_negative = value.type.is_signed;
    auto written = text(value);
    line(span, fmt::format("{} = {};", v, cast_text(may_be_negative ? "int64" : "uint64", written)));
    if (row.kind == AggregationKind::lhist) {
      const auto& buckets = row.buckets;
      const auto past = (buckets.max - buckets.min + buckets.step - 1) / buckets.step;
      const auto offset = buckets.min == 0 ? v : fmt::format("({} - {})", v, buckets.min);
      // One choice inside another, with a division, is more than the LLVM of Debian's 0.23.2 survives.
      line(span, fmt::format("{} = (int64){};", b, past));
      line(span, fmt::format("if ({} < {}) {{ {} = (int64)((uint64){} / {}); }}", v, buckets.max, b, offset,
                             buckets.step));
      if (may_be_negative || buckets.min > 0)
        line(span, fmt::format("if ({} < {}) {{ {} = (int64)-1; }}", v, buckets.min, b));
    } else {
      line(span,
           may_be_negative ? fmt::format("{} = {} < 0 ? -1 : 0;", b, v) : fmt::format("{} = (int64)0;", b));
      const auto u = fmt::format("$__nubpf_u{}", id);
      line(span, may_be_negative ? fmt::format("{} = {} < 0 ? (uint64)0 : (uint64){};", u, v, v)
                                 : fmt::format("{} = {};", u, v));
      for (const int shift : {32, 16, 8, 4, 2, 1}) {
        line(span, fmt::format("if ({0} >= {1}) {{ {0} = {0} >> {2}; {3} = {3} + {2}; }}", u,
                               std::uint64_t{1} << shift, shift, b));
      }
      line(span, fmt::format("{0} = {0} + (int64){1};", b, u));
    }
    auto keys = separated_keys(node.keys);
    keys.push_back(b);
    line(span, fmt::format("{} = count();", indexed(row.map, keys)));
  }

  /// Schema's rule for min and max.
  void extreme(const Aggregate& node, const Aggregation& row, Span span) {
    const auto code = fmt::format("$__nubpf_v{}", ++temporaries_);
    line(span, fmt::format("{} = {};", code, cast_text("uint64", signed_value(node, row))));
    // Flips the sign bit of signed values, and all bits for min.
    std::uint64_t flipped = row.value.is_signed ? kSignBit : 0;
    if (row.kind == AggregationKind::min) flipped = ~flipped;
    if (flipped != 0) line(span, fmt::format("{0} = {0} ^ {1};", code, flipped));
    auto keys = separated_keys(node.keys);
    keys.push_back(fmt::format("{} >> 63", code));
    line(span, fmt::format("{} = max({} & {});", indexed(row.map, keys), code, kSignBit - 1));
  }

  /// The value, widened where bpftrace would take it for unsigned or narrow.
  std::string signed_value(const Aggregate& node, const Aggregation& row) const {
    auto value = text(*node.value);
    const bool widened = node.value->type.bits < 64 || !is_signed_in_bpftrace(*node.value);
    return row.value.is_signed && widened ? cast_text("int64", value) : value;
  }

  static std::string indexed(std::string_view map, const std::vector<std::string>& keys) {
    return keys.empty() ? std::string(map) : fmt::format("{}[{}]", map, fmt::join(keys, ", "));
  }

  std::vector<std::string> key_texts(const std::vector<Expression>& keys) const {
    std::vector<std::string> texts;
    texts.reserve(keys.size());
    for (const auto& key : keys) texts.push_back(text(key));
    return texts;
  }

  /// Schema's rule: `separator` behind each text part that another one follows, where keys come as one text.
  std::vector<std::string> separated_keys(const std::vector<Expression>& keys) const {
    if (dialect_.loops_over_maps) return key_texts(keys);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      texts.push_back(text(keys[i]));
      const bool text_follows = std::any_of(keys.begin() + static_cast<std::ptrdiff_t>(i) + 1, keys.end(),
                                            [](const Expression& e) { return !is_integral(e.type); });
      if (!is_integral(keys[i].type) && text_follows) texts.push_back(fmt::format("{}", options_.separator));
    }
    return texts;
  }

  /// Values of which 0.17 gets the alignment wrong: beside one, it compiles no narrow integer in a tuple
  /// ("Struct size mismatch").
  static bool is_packed(const Type& type) {
    return type.kind == TypeKind::ip || type.kind == TypeKind::mac || type.kind == TypeKind::binary;
  }

  static bool is_choice(const Expression& value) {
    const auto* call = std::get_if<FunctionCall>(&value.node);
    const bool is_bare = call != nullptr && call->function->bpftrace == "{}";
    return std::holds_alternative<Conditional>(is_bare ? call->argument->node : value.node);
  }

  static std::string widened(const Type& type, const std::string& element) {
    if (!is_integral(type) || type.bits == 64) return element;
    return cast_text(type.is_signed ? "int64" : "uint64", element);
  }

  void statement(const Emit& node, Span span) {
    const auto& site = program_.schema.sites[node.site];
    if (!people_) {
      line(span, fmt::format("{} = count();", site.counter));
      std::vector<std::string> elements = {fmt::format("{}", site.id)};
      if (site.strings_id != 0) elements.emplace_back("tid");
      if (!site.probes.empty()) elements.emplace_back("probe");
      const bool widens = std::any_of(node.values.begin(), node.values.end(),
                                      [](const Expression& e) { return is_packed(e.type); });
      for (std::size_t i = 0; i < node.values.size(); ++i) {
        const auto& value = node.values[i];
        if (const auto* strings = std::get_if<ReadStrings>(&value.node)) {
          elements.push_back(send_strings(*strings, site, i, span));
          continue;
        }
        // A choice or a comparison inside a tuple is read wrongly by eye, not by bpftrace.
        auto element = text(value);
        if (is_choice(value)) element = fmt::format("({})", element);
        elements.push_back(widens ? widened(value.type, element) : std::move(element));
      }
      line(span, fmt::format("print(({}));", fmt::join(elements, ", ")));
      return;
    }
    if (site.strings_id != 0) return joined_row(node, site, span);
    const bool has_list = std::any_of(site.columns.begin(), site.columns.end(),
                                      [](const Column& c) { return c.type.kind == TypeKind::list; });
    if (has_list) {
      // printf has no format for arrays.
      const auto texts = key_texts(node.values);
      line(span, texts.size() == 1 ? fmt::format("print({});", texts.front())
                                   : fmt::format("print(({}));", fmt::join(texts, ", ")));
      return;
    }
    std::vector<std::string> arguments;
    std::string format = event_format(site, arguments);
    for (std::size_t i = 0; i < node.values.size(); ++i) {
      const auto last = i + 1 == node.values.size();
      format += (i == 0 ? "" : " ") + column_format(node.values[i], site.columns[i], last);
      for (auto& argument : people_texts(node.values[i])) arguments.push_back(std::move(argument));
    }
    line(span, fmt::format("printf({}, {});", quote(format + "\n"), fmt::join(arguments, ", ")));
  }

  /// The beginning of a row that says what it is.
  std::string event_format(const EmitSite& site, std::vector<std::string>& arguments) const {
    if (program_.schema.form != ResultForm::events) return {};
    if (site.probes.empty()) {
      add_percents(arguments, site.event);
      return escape_format(site.event) + "  ";
    }
    arguments.emplace_back("probe");
    return "%s  ";
  }

  /// A text as a part of a format. A `%` is an argument: up to 0.23 `%%` prints both, and what stands behind
  /// it is taken for a conversion.
  static std::string escape_format(std::string_view text) {
    std::string escaped;
    for (const char c : text) escaped += c == '%' ? std::string("%s") : std::string(1, c);
    return escaped;
  }
  static void add_percents(std::vector<std::string>& arguments, std::string_view text) {
    arguments.insert(arguments.end(), static_cast<std::size_t>(std::count(text.begin(), text.end(), '%')),
                     "\"%\"");
  }

  struct PeopleColumn {
    int width;
    std::string conversion;
  };

  static PeopleColumn people_column(const Type& type) {
    switch (type.kind) {
      case TypeKind::boolean:
        return {5, "d"};
      case TypeKind::address:
      case TypeKind::structure:
        return {18, "p"};
      case TypeKind::string:
        return {type.bits == 128 ? 16 : 24, "s"};
      case TypeKind::datetime:
        return {8, "s"};
      case TypeKind::symbol:
        return {24, "s"};
      case TypeKind::ip:
      case TypeKind::mac:
        return {17, "s"};
      case TypeKind::error_text:
      case TypeKind::cgroup_path:
        return {24, "s"};
      case TypeKind::binary:
        return {24, "r"};
      default:
        if (!is_integral(type)) return {0, "s"};
        if (type.bits <= 32) return {8, type.is_signed ? "d" : "u"};
        return {12, type.is_signed ? "lld" : "llu"};
    }
  }

  /// A date as people read it; all else as it is.
  std::string people_text(const Expression& value) const {
    auto written = argument_text(value, context());
    if (value.type.kind != TypeKind::datetime || written.starts_with("strftime(")) return written;
    return fmt::format("strftime(\"%H:%M:%S\", {})", written);
  }

  static std::string heading_name(const Column& column) {
    return column.type.kind == TypeKind::duration ? column.name + "_ns" : column.name;
  }

  /// Schema's rule for lists of C strings. What stands for the column in the row: how many strings there
  /// were.
  std::string send_strings(const ReadStrings& strings, const EmitSite& site, std::size_t column, Span span) {
    const auto id = ++temporaries_;
    auto index = fmt::format("$__nubpf_i{}", id);
    const auto string = fmt::format("$__nubpf_s{}", id);
    auto list = text(*strings.address);
    if (dialect_.loops_over_ranges) {
      // `args` cannot be read inside of it
      line(span, fmt::format("$__nubpf_l{} = {};", id, list));
      list = fmt::format("$__nubpf_l{}", id);
    }
    line(span, fmt::format("{} = (uint64)0;", index));
    if (dialect_.loops_over_ranges) {
      line(span, fmt::format("for ($__nubpf_t{} : 0..{}) {{", id, kMostStrings));
    } else {
      line(span, fmt::format("while ({} < {}) {{", index, kMostStrings));
    }
    ++indent_;
    line(span, fmt::format("{} = *({} + {});", string, list, index));
    line(span, fmt::format("if ((uint64){} == 0) {{ break; }}", string));
    line(span, fmt::format("print(({}, tid, {}, str({})));", site.strings_id, column, string));
    line(span, fmt::format("{0} = {0} + 1;", index));
    --indent_;
    line({}, "}");
    return index;
  }

  /// bpftrace prints such a list with join(), which ends the line.
  void joined_row(const Emit& node, const EmitSite& site, Span span) {
    std::vector<std::string> arguments;
    std::string format = event_format(site, arguments);
    const auto flush = [&](std::string_view end) {
      if (format.empty()) return;
      arguments.insert(arguments.begin(), quote(format.append(end)));
      line(span, fmt::format("printf({});", fmt::join(arguments, ", ")));
      format.clear();
      arguments.clear();
    };
    for (std::size_t i = 0; i < node.values.size(); ++i) {
      if (const auto* strings = std::get_if<ReadStrings>(&node.values[i].node)) {
        flush("");
        line(span, fmt::format("join({});", text(*strings->address)));
        continue;
      }
      format += column_format(node.values[i], site.columns[i], false) + " ";
      for (auto& argument : people_texts(node.values[i])) arguments.push_back(std::move(argument));
    }
    flush("\n");
  }

  /// The arguments of printf() for a value.
  std::vector<std::string> people_texts(const Expression& value) const {
    const auto* pieces = std::get_if<Interpolated>(&value.node);
    if (pieces == nullptr) return {people_text(value)};
    std::vector<std::string> texts;
    for (const auto& part : pieces->parts) {
      if (const auto* inner = std::get_if<Box<Expression>>(&part))
        texts.push_back(people_text(**inner));
      else
        add_percents(texts, std::get<std::string>(part));
    }
    return texts;
  }

  static std::string column_format(const Expression& value, const Column& column, bool last) {
    const auto* pieces = std::get_if<Interpolated>(&value.node);
    if (pieces == nullptr) return column_format(column, last);
    std::string format;
    for (const auto& part : pieces->parts) {
      if (const auto* plain = std::get_if<std::string>(&part))
        format += escape_format(*plain);
      else
        format += "%" + people_column(std::get<Box<Expression>>(part)->type).conversion;
    }
    return format;
  }

  static std::string column_format(const Column& column, bool last) {
    const auto [width, conversion] = people_column(column.type);
    const auto space = std::max<std::size_t>(static_cast<std::size_t>(width), heading_name(column).size());
    return last || width == 0 ? fmt::format("%{}", conversion) : fmt::format("%-{}{}", space, conversion);
  }

  /// The line of column names, for programs whose rows have one shape.
  std::string heading() const {
    if (program_.schema.form != ResultForm::rows) return {};
    const auto& columns = program_.schema.sites.front().columns;
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto& column = columns[i];
      if (column.type.kind == TypeKind::list) return {};
      const auto width = static_cast<std::size_t>(people_column(column.type).width);
      const auto name = heading_name(column);
      if (i > 0) text += ' ';
      text += i + 1 < columns.size() ? fmt::format("{:<{}}", name, std::max(width, name.size())) : name;
    }
    return text + "\n";
  }

  void statement(const MapSet& node, Span span) {
    const auto& map = program_.maps[node.map];
    if (needs_length_map(map, dialect_)) {
      line(span, fmt::format("if (!{}) {{", map_text(asked_map(map), node.keys, context())));
      line(span, fmt::format("\t{}++;", length_map(map)));
      line({}, "}");
    }
    line(span, fmt::format("{} = {};", map_text("@" + map.name, node.keys, context()),
                           map.is_mixed ? kept(node.value, map.value) : text(node.value)));
    if (needs_presence_map(map, dialect_))
      line(span, fmt::format("{} = 1;", map_text(presence_map(map), node.keys, context())));
  }

  /// The map that tells whether a key is there.
  std::string asked_map(const Map& map) const {
    return needs_presence_map(map, dialect_) ? presence_map(map) : "@" + map.name;
  }

  void statement(const MapDelete& node, Span span) {
    const auto& map = program_.maps[node.map];
    if (needs_length_map(map, dialect_)) {
      line(span, fmt::format("if ({}) {{", map_text(asked_map(map), node.keys, context())));
      line(span, fmt::format("\t{}--;", length_map(map)));
      line({}, "}");
    }
    const auto remove = [&](const std::string& from) {
      line(span, fmt::format("{}delete({});", dialect_.discards_results ? "_ = " : "",
                             map_text(from, node.keys, context())));
    };
    remove("@" + map.name);
    if (needs_presence_map(map, dialect_)) remove(presence_map(map));
  }

  void statement(const MapClear& node, Span span) {
    const auto& map = program_.maps[node.map];
    line(span, fmt::format("clear(@{});", map.name));
    if (needs_presence_map(map, dialect_)) line(span, fmt::format("clear({});", presence_map(map)));
    if (needs_length_map(map, dialect_)) line(span, fmt::format("clear({});", length_map(map)));
  }

  void statement(const FindEnd& node, Span span) {
    // bpftrace before 0.25 has no strlen(). The verifier follows the counter, so it must not be read behind
    // the loop: every length would be a path of its own.
    const auto& name = clause_->locals[node.local].name;
    const auto index = fmt::format("${}_i", name);
    auto address = text(node.address);
    if (!address.starts_with("(uint64)"))
      address =
          fmt::format("(uint64){}", address.find(' ') == std::string::npos ? address : "(" + address + ")");
    line(span, fmt::format("${} = {};", name, address));
    const auto byte = fmt::format("*(uint8 *){}(${})", node.is_user_memory ? "uptr" : "kptr", name);
    if (dialect_.loops_over_ranges) {
      line(span, fmt::format("for ({} : 0..{}) {{", index, kLongestString));
      line(span, fmt::format("\tif ({} == 0) {{ break; }}", byte));
      line(span, fmt::format("\t${0} = ${0} + 1;", name));
    } else {
      line(span, fmt::format("{} = 0;", index));
      line(span, fmt::format("while ({} < {} && {} != 0) {{", index, kLongestString, byte));
      line(span, fmt::format("\t${0} = ${0} + 1;", name));
      line(span, fmt::format("\t{0} = {0} + 1;", index));
    }
    line({}, "}");
  }

  void statement(const Report& node, Span span) {
    const auto& site = result_.schema.reports[node.report];
    line(span, people_ ? "time(\"%H:%M:%S\\n\");" : fmt::format("print(({}, nsecs));", site.id));
    for (std::size_t i = 0; i < site.aggregations.size(); ++i) {
      const auto& row = program_.schema.aggregations[site.aggregations[i]];
      if (!people_ && site.rows[i].id != 0) {
        content(row, site.rows[i], span);
      } else {
        line(span, people_ && site.top ? fmt::format("print({}, {});", row.map, *site.top)
                                       : fmt::format("print({});", row.map));
      }
      const bool subtracts = row.kind != AggregationKind::min && row.kind != AggregationKind::max;
      if (site.clear && (people_ || !subtracts)) line(span, fmt::format("clear({});", row.map));
    }
    if (site.is_closed) line(span, fmt::format("print(({}, (uint64)0));", site.id));
  }

  /// The arguments of printf() and system(): the format first.
  std::string formatted(const std::vector<std::variant<std::string, Expression>>& parts,
                        std::string_view end) const {
    std::string format;
    std::vector<std::string> arguments;
    for (const auto& part : parts) {
      if (const auto* plain = std::get_if<std::string>(&part)) {
        format += escape_format(*plain);
        add_percents(arguments, *plain);
        continue;
      }
      const auto& expression = std::get<Expression>(part);
      format += "%" + people_column(expression.type).conversion;
      arguments.push_back(argument_text(expression, context()));
    }
    arguments.insert(arguments.begin(), quote(format.append(end)));
    return fmt::format("{}", fmt::join(arguments, ", "));
  }

  void statement(const Print& node, Span span) {
    line(span, fmt::format("printf({});", formatted(node.parts, "\n")));
  }

  void statement(const Action& node, Span span) {
    const auto* value = std::get_if<Expression>(&node.parts.front());
    const bool number = value != nullptr && node.parts.size() == 1 && is_integral(value->type);
    line(span,
         fmt::format("{}({});", node.command->bpftrace, number ? text(*value) : formatted(node.parts, "")));
  }

  void statement(const Exit&, Span span) { leave(span); }
  void statement(const Return&, Span span) { line(span, "return;"); }
  void statement(const Jump&, Span) {}  // unroll() left none

  // --- settings
  // -------------------------------------------------------------------------------------------------
  /// How many copies of a string of full length the value takes on the stack; 0: it is no such string.
  static int string_copies(const Expression& e) {
    const auto* field = std::get_if<FieldRead>(&e.node);
    if (field != nullptr && field->access == FieldAccess::text) return kCopiesOfString;
    if (std::holds_alternative<ReadString>(e.node)) return kCopiesOfString;
    if (e.type.kind == TypeKind::binary) return kCopiesOfString;
    if (e.type.kind != TypeKind::string) return 0;
    if (std::holds_alternative<MapRead>(e.node)) return kCopiesOfMapValue;
    return std::holds_alternative<LocalRead>(e.node) ? kCopiesOfVariable : 0;
  }

  /// Whether the value is a string that a branch has taken out of a map.
  bool is_carried_out_of_map(const Expression& e) const {
    const auto* read = std::get_if<LocalRead>(&e.node);
    if (read == nullptr || e.type.kind != TypeKind::string) return false;
    const bool by_branch =
        clause_->locals[read->local].declare_first || assignments(clause_->body, read->local) > 1;
    return by_branch && takes_from_map(clause_->body, read->local);
  }

  static bool takes_from_map(const Statements& list, std::uint32_t local) {
    return std::any_of(list.begin(), list.end(), [&](const Statement& statement) {
      const auto* assign = std::get_if<Assign>(&statement.node);
      if (assign != nullptr)
        return assign->local == local && std::holds_alternative<MapRead>(assign->value.node);
      const auto* branch = std::get_if<If>(&statement.node);
      return branch != nullptr &&
             (takes_from_map(branch->then, local) || takes_from_map(branch->otherwise, local));
    });
  }

  /// The longest that so many copies of so many strings bear beside other values of so many bytes.
  int longest(int strings, int copies, int others) const {
    if (strings == 0) return kLongestString;
    if (dialect_.keeps_more_copies) copies = std::max(copies, strings * kCopiesOfString + kMoreCopies);
    return (kStackBudget - others) / copies;
  }

  /// The longest strings that a statement with these values bears.
  int bearable_length(const std::vector<Expression>& values) const {
    int strings = 0, copies = 0, others = 8, most = kLongestString;
    const auto add_value = [&](const Expression& value, int copies_of_it) {
      strings += copies_of_it > 0 ? 1 : 0;
      copies += copies_of_it;
      if (copies_of_it == 0) others += is_integral(value.type) ? 8 : 32;
    };
    for (const auto& value : values) {
      if (const auto* pieces = std::get_if<Interpolated>(&value.node)) {
        for (const auto& part : pieces->parts) {
          const auto* inner = std::get_if<Box<Expression>>(&part);
          if (inner != nullptr) add_value(**inner, string_copies(**inner));
        }
      } else {
        add_value(value, is_carried_out_of_map(value) ? kCopiesOfMapValue : string_copies(value));
      }
      // each string of a list leaves by itself, beside three numbers
      if (std::holds_alternative<ReadStrings>(value.node)) most = longest(1, kCopiesOfString, 32);
    }
    return std::min(most, longest(strings, copies, others));
  }

  int bearable_length(const Statements& list) const {
    int length = kLongestString;
    for (const auto& statement : list) {
      if (const auto* emit = std::get_if<Emit>(&statement.node))
        length = std::min(length, bearable_length(emit->values));
      if (const auto* aggregate = std::get_if<Aggregate>(&statement.node))
        length = std::min(length, bearable_length(aggregate->keys));
      if (const auto* set = std::get_if<MapSet>(&statement.node)) {
        auto values = set->keys;
        values.push_back(set->value);
        length = std::min(length, bearable_length(values));
      }
      const auto* print = std::get_if<Print>(&statement.node);
      if (print != nullptr) {
        std::vector<Expression> values;
        for (const auto& part : print->parts) {
          if (const auto* value = std::get_if<Expression>(&part)) values.push_back(*value);
        }
        length = std::min(length, bearable_length(values));
      }
      if (const auto* branch = std::get_if<If>(&statement.node)) {
        length = std::min({length, bearable_length(branch->then), bearable_length(branch->otherwise)});
      }
    }
    return length;
  }

  static bool reads_strings(const resolved::Program& program) {
    bool found = false;
    for_each_expression(program, [&](const Expression& e) {
      found = found || string_copies(e) > 0 || std::holds_alternative<ReadStrings>(e.node);
    });
    return found;
  }

  /// How many bytes of a string are kept: as many as the stack of the widest statement bears.
  int run_string_length() {
    if (program_.string_length) return *program_.string_length;
    if (!reads_strings(program_)) return kDefaultString;
    if (dialect_.long_strings) return kLongestString;
    int length = kLongestString;
    for (const auto& clause : program_.clauses) {
      clause_ = &clause;
      length = std::min(length, bearable_length(clause.body));
    }
    return std::max((length + 1) / 8 * 8 - 1, kShortestString);
  }

  /// Whether an attach point is a function of the kernel, or may be one.
  [[nodiscard]] bool traces_functions() const {
    const auto may_be_function = [](const AttachPoint& point) {
      return point.probe->target == mappings::Target::function ||
             point.probe->target == mappings::Target::raw;
    };
    return std::any_of(program_.clauses.begin(), program_.clauses.end(), [&](const Clause& clause) {
      const auto& points = clause.attach_points;
      return std::any_of(points.begin(), points.end(), may_be_function);
    });
  }

  void settings() {
    const auto length = string_length_;
    if (!dialect_.long_strings)
      result_.environment.emplace_back(dialect_.string_length_variable, fmt::format("{}", length + 1));
    result_.environment.emplace_back(dialect_.map_keys_variable, fmt::format("{}", kMapKeys));
    // bpftrace's own tests have this variable, to name another list.
    if (dialect_.lists_functions_at_start && !traces_functions())
      result_.environment.emplace_back("BPFTRACE_AVAILABLE_FUNCTIONS_TEST", "/dev/null");
    if (!dialect_.tells_full_maps) result_.arguments.emplace_back("-k");
    if (program_.unsafe) result_.arguments.emplace_back("--unsafe");
  }

  const resolved::Program& program_;
  const EmitOptions& options_;
  const Dialect dialect_;
  const bool people_;
  nubpf::Program result_;
  const Clause* clause_ = nullptr;
  std::uint32_t line_number_ = 0;
  int indent_ = 0;
  int temporaries_ = 0;
  int string_length_ = 0;
};

}  // namespace

Diagnostics missing_features(const resolved::Program& program, const BpftraceVersion& version) {
  Diagnostics diagnostics;
  const auto missing = [&](std::string_view name, std::string_view since, Span span) {
    if (version >= parse_version(since).value_or(kOldestBpftrace)) return;
    diagnostics.push_back(
        {DiagnosticKind::needs_newer_bpftrace,
         fmt::format("{} needs bpftrace {} or newer, and this is {}", name, since, to_string(version)),
         {{span, fmt::format("since bpftrace {}", since)}},
         "leave it out, or install a newer bpftrace and name it with `--bpftrace PATH`",
         {}});
  };
  for (const auto& clause : program.clauses) {
    for (const auto& point : clause.attach_points)
      missing(fmt::format("`{}`", point.probe->name), point.probe->since, point.span);
  }
  if (program.string_length.value_or(0) > kLongestString)
    missing("a string of more than 199 bytes", "0.22", program.span);
  const bool misplaces_texts = dialect_for(version).misplaces_texts;
  for_each_expression(program, [&](const Expression& expression) {
    std::string_view name, since;
    const auto* field = std::get_if<FieldRead>(&expression.node);
    if (misplaces_texts && field != nullptr && field->is_data_loc && field->place.fixed_bytes == 0)
      missing(fmt::format("the text `{}` of several tracepoints", field->name), "0.24", expression.span);
    if (const auto* read = std::get_if<ContextRead>(&expression.node)) {
      name = read->field->name;
      since = read->field->since;
    } else if (const auto* call = std::get_if<FunctionCall>(&expression.node)) {
      name = call->function->name;
      since = call->function->since;
    } else {
      return;
    }
    missing(fmt::format("`{}`", name), since, expression.span);
  });
  return diagnostics;
}

nubpf::Program emit(const resolved::Program& program, const EmitOptions& options) {
  return Emitter(program, options).emit();
}

}  // namespace nubpf
