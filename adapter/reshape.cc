#include "adapter/reshape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <ctime>
#include <deque>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapter/aggregate.h"
#include "adapter/convert.h"
#include "adapter/decode.h"
#include "adapter/human.h"
#include "adapter/output_shape.h"
#include "adapter/source_lines.h"

namespace nubpf {
namespace {

/// As much of a line that cannot be decoded as is shown.
constexpr std::size_t kShownBytes = 200;

constexpr std::int64_t kNoSuchKey = -2;
constexpr std::int64_t kMapFull = -7;
constexpr std::int64_t kKeyExists = -17;

struct Site {
  const EmitSite* site = nullptr;
  OutputColumns columns;
  std::vector<Value> cells;  ///< reused for every row
  std::size_t first = 0;     ///< the cell of the site's first column
  std::size_t elements = 1;  ///< of its tuple
  Account* account = nullptr;
  /// The strings of lists that came before their row, by thread: column and text.
  std::unordered_map<std::int64_t, std::vector<std::pair<std::int64_t, std::string>>> strings;
  std::map<std::string, std::string, std::less<>> events;  ///< what is shown for bpftrace's name of a probe

  const std::string& event_of(std::string_view probe) {
    const auto known = events.find(probe);
    if (known != events.end()) return known->second;
    return events.emplace(probe, written_probe(probe, site->probes)).first->second;
  }
};

struct Result {
  const Aggregation* aggregation = nullptr;
  MapContent content;  ///< the last seen outside of reports
  Snapshot cleared;
  OutputColumns columns;         ///< of the final table
  OutputColumns report_columns;  ///< of the rows of reports
};

/// A report whose maps are still to come.
struct PendingReport {
  const ReportSite* site = nullptr;
  Value time;
  std::size_t next = 0;              ///< in ReportSite::aggregations
  std::vector<MapContent> contents;  ///< rows of each that have come
};

/// Rows that carry entries of a map.
struct Entries {
  Result* result = nullptr;
  const ReportSite* report = nullptr;  ///< none: the final content
  std::size_t index = 0;               ///< in ReportSite::aggregations
  Account* account = nullptr;
};

/// What the first element of a tuple names.
struct Handler {
  Site* site = nullptr;
  Site* strings_of = nullptr;
  const ReportSite* report = nullptr;
  Entries* entries = nullptr;
};

/// What a map's name stands for.
struct MapUse {
  Result* result = nullptr;
  Account* account = nullptr;
};

/// Whether reports show differences, so that the program never clears the map.
bool is_subtractable(AggregationKind kind) {
  return kind != AggregationKind::min && kind != AggregationKind::max;
}

std::string error_text(std::int64_t return_code) {
  std::string text = std::strerror(static_cast<int>(-return_code));
  if (!text.empty()) text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  return text;
}

/// The map's name that stands in `line` at or behind the 1-based column, else the first one: `@count`. 0.17
/// gives the column of what is written there, behind the map.
std::string_view map_name(std::string_view line, std::int64_t column) {
  const std::size_t from = column > 0 ? static_cast<std::size_t>(column - 1) : 0;
  std::size_t at = from < line.size() ? line.find('@', from) : std::string_view::npos;
  if (at == std::string_view::npos) at = line.find('@');
  if (at == std::string_view::npos) return {};
  std::size_t end = at + 1;
  while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) != 0 || line[end] == '_'))
    ++end;
  return line.substr(at, end - at);
}

}  // namespace

std::int64_t wall_clock_offset() {
  const auto read = [](clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  // The quickest of several reads has the least between its clocks.
  std::int64_t offset = 0;
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 10; ++i) {
    const std::int64_t before = read(CLOCK_BOOTTIME);
    const std::int64_t wall = read(CLOCK_REALTIME);
    const std::int64_t after = read(CLOCK_BOOTTIME);
    if (after - before >= best) continue;
    best = after - before;
    offset = wall - before - (after - before) / 2;
  }
  return offset;
}

struct Reshaper::State {
  State(const Program& p, Writer& w, Clock c, Report r, std::optional<std::uint64_t> limit)
      : program(p),
        schema(p.schema),
        writer(w),
        clock(c),
        report(std::move(r)),
        row_limit(limit),
        accounting([this](Diagnostic d) { report(std::move(d)); }) {
    set_up_sites();
    set_up_results();
    for (const ReportSite& site : schema.reports) handler(site.id).report = &site;
    set_up_entries();
  }

  const Program& program;
  const Schema& schema;
  Writer& writer;
  Clock clock;
  Report report;
  Print print;
  std::optional<std::uint64_t> row_limit;
  Accounting accounting;

  Decoder decoder;
  std::vector<Site> sites;
  std::vector<Result> results;
  std::deque<Entries> entries;
  std::vector<Handler> handlers;  ///< by id
  std::unordered_map<std::string_view, MapUse> maps;
  std::optional<PendingReport> pending;
  bool has_ended = false;
  std::uint64_t rows = 0;
  std::set<std::string> told;  ///< what is reported once

  [[nodiscard]] bool shows_event() const { return schema.form == ResultForm::events; }
  [[nodiscard]] bool is_satisfied() const { return row_limit && rows >= *row_limit; }

  Handler& handler(std::uint32_t id) {
    if (id >= handlers.size()) handlers.resize(id + 1);
    return handlers[id];
  }

  void set_up_sites() {
    sites.resize(schema.sites.size());
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const EmitSite& source = schema.sites[i];
      Site& site = sites[i];
      site.site = &source;
      site.columns = site_columns(schema, source);
      site.first = site.columns.size() - source.columns.size();
      site.cells.resize(site.columns.size());
      if (shows_event() && source.probes.empty()) set_string(site.cells.front(), source.event);
      handler(source.id).site = &site;
      if (source.strings_id != 0) handler(source.strings_id).strings_of = &site;
      site.elements = elements_of(source);
      site.account = &accounting.open(source.event, false);
      if (!source.counter.empty()) maps[source.counter].account = site.account;
    }
  }

  void set_up_results() {
    results.resize(schema.aggregations.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      Result& result = results[i];
      result.aggregation = &schema.aggregations[i];
      result.columns = final_columns(schema, *result.aggregation);
      result.report_columns = report_columns(schema, *result.aggregation);
      maps[result.aggregation->map].result = &result;
    }
  }

  void set_up_entries() {
    const auto add = [this](const ContentRow& row, const Entries& these) {
      if (row.id == 0) return;
      Entries& added = entries.emplace_back(these);
      added.account = &accounting.open(these.result->aggregation->name, true);
      handler(row.id).entries = &added;
      maps[row.counter].account = added.account;
    };
    for (Result& result : results) add(result.aggregation->row, {.result = &result});
    for (const ReportSite& site : schema.reports) {
      for (std::size_t i = 0; i < site.rows.size(); ++i) {
        add(site.rows[i], {.result = &results[site.aggregations[i]], .report = &site, .index = i});
      }
    }
  }

  void tell_once(const std::string& what, Diagnostic diagnostic) {
    if (told.insert(what).second) report(std::move(diagnostic));
  }

  void malformed(std::string problem, std::string_view text) {
    std::string shown(text.substr(0, kShownBytes));
    if (text.size() > kShownBytes) shown += "…";
    const std::string key = "malformed: " + problem;
    tell_once(key, {.kind = DiagnosticKind::malformed_output,
                    .message = std::move(problem),
                    .labels = {},
                    .help = {},
                    .notes = {std::move(shown)}});
  }

  void line(std::string_view text) {
    const Message& message = decoder.decode(text);
    switch (message.kind) {
      case MessageKind::none:
        // Up to 0.23, blank lines come between the last report and the exit dump.
        if (text.empty()) close_report();
        break;
      case MessageKind::malformed:
        malformed("bpftrace wrote a line that is not a valid message", text);
        break;
      case MessageKind::value:
        tuple(*message.data, text);
        break;
      case MessageKind::map:
      case MessageKind::stats:
        map_line(*message.data, text);
        break;
      case MessageKind::text:
        if (print) print(message.text);
        break;
      case MessageKind::lost_events:
        accounting.bpftrace_lost(static_cast<std::uint64_t>(message.data->integer));
        break;
      case MessageKind::helper_error:
        helper_error(message);
        break;
      case MessageKind::runtime_error:
        runtime_error(message);
        break;
      case MessageKind::other:
        break;
    }
  }

  void tuple(const Node& data, std::string_view text) {
    const bool has_id = data.kind == NodeKind::list && data.size > 0 && first(data).kind == NodeKind::integer;
    const std::int64_t id = has_id ? first(data).integer : -1;
    const Handler found = id >= 0 && static_cast<std::uint64_t>(id) < handlers.size()
                              ? handlers[static_cast<std::size_t>(id)]
                              : Handler{};
    if (found.site != nullptr) {
      emitted_row(*found.site, data, text);
    } else if (found.strings_of != nullptr) {
      string_of_list(*found.strings_of, data, text);
    } else if (found.report != nullptr) {
      open_report(*found.report, data, text);
    } else if (id != 0 && id == schema.ending.id) {
      has_ended = true;
      take_counters(schema.ending, data, true);
    } else if (id != 0 && id == schema.heartbeat.id) {
      take_counters(schema.heartbeat, data, false);
      accounting.look();
    } else if (found.entries != nullptr) {
      entry(*found.entries, data, text);
    } else {
      malformed("bpftrace wrote a row that the program does not emit", text);
    }
  }

  void emitted_row(Site& site, const Node& data, std::string_view text) {
    const std::vector<Column>& columns = site.site->columns;
    if (data.size != site.elements) {
      malformed(fmt::format("bpftrace wrote a row of {} with {} values instead of {}", quoted(*site.site),
                            data.size - 1, site.elements - 1),
                text);
      return;
    }
    const Node* element = &first(data);
    std::vector<std::pair<std::int64_t, std::string>> strings;
    if (site.site->strings_id != 0) {
      element = &next(*element);
      if (auto held = site.strings.extract(element->integer)) strings = std::move(held.mapped());
      if (!has_all_strings(site, data, strings)) return;  // lost, as the counters will tell
    }
    if (!site.site->probes.empty()) {
      element = &next(*element);
      set_string(site.cells.front(), site.event_of(element->text));
    }
    ++site.account->arrived;
    if (is_satisfied()) return;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!columns[i].pieces.empty()) {
        element = set_pieces(site.cells[site.first + i], columns[i], element, text);
        continue;
      }
      element = &next(*element);
      if (is_string_list(columns[i])) {
        set_strings(site.cells[site.first + i], strings, i, element->integer);
        if (element->integer >= kMostStrings) accounting.cut_list(columns[i].name);
        continue;
      }
      if (element->kind == NodeKind::string && is_full(columns[i].type, element->text))
        accounting.cut_string(columns[i].name);
      const bool is_read = set_value(site.cells[site.first + i], columns[i].type, *element, clock);
      if (columns[i].type.kind == TypeKind::stack && is_full_stack(site.cells[site.first + i]))
        accounting.cut_stack(columns[i].name);
      if (!is_read) {
        malformed(fmt::format("bpftrace wrote a value of `{}` that is not {}", columns[i].name,
                              with_article(to_string(columns[i].type))),
                  text);
      }
    }
    ++rows;
    if (schema.form == ResultForm::scalars && site.cells.size() == 1) {
      writer.value(site.cells.front());
    } else {
      writer.row(site.columns, site.cells);
    }
  }

  static std::size_t elements_of(const EmitSite& site) {
    std::size_t elements = (site.strings_id == 0 ? 1U : 2U) + (site.probes.empty() ? 0U : 1U);
    for (const Column& column : site.columns) {
      if (column.pieces.empty()) ++elements;
      for (const auto& piece : column.pieces) elements += std::holds_alternative<Type>(piece) ? 1 : 0;
    }
    return elements;
  }

  /// Puts a string together. The last element that was used.
  const Node* set_pieces(Value& cell, const Column& column, const Node* element, std::string_view text) {
    std::string joined;
    for (const auto& piece : column.pieces) {
      if (const auto* plain = std::get_if<std::string>(&piece)) {
        joined += *plain;
        continue;
      }
      element = &next(*element);
      Value value;
      if (element->kind == NodeKind::string && is_full(std::get<Type>(piece), element->text))
        accounting.cut_string(column.name);
      if (!set_value(value, std::get<Type>(piece), *element, clock))
        malformed(fmt::format("bpftrace wrote a part of `{}` that cannot be read", column.name), text);
      if (const auto* bytes = std::get_if<std::string>(&value.node))
        joined += *bytes;
      else
        append_human(joined, value);
    }
    set_string(cell, joined);
    return element;
  }

  /// Names of threads have their own length.
  [[nodiscard]] bool is_full(const Type& type, std::string_view text) const {
    constexpr int kNameBits = 128;
    const auto length = static_cast<std::size_t>(schema.string_length);
    return type.kind == TypeKind::string && type.bits != kNameBits && length > 0 && text.size() >= length;
  }

  static bool is_full_stack(const Value& value) {
    const auto* const frames = std::get_if<List>(&value.node);
    return frames != nullptr && frames->size() >= static_cast<std::size_t>(kMostFrames);
  }

  /// Texts and stacks that are keys of a table, whose cells begin with them, may have been longer, too.
  void look_at_keys(const Aggregation& aggregation, const ResultRows& table) {
    for (std::size_t i = 0; i < aggregation.keys.size(); ++i) {
      const Column& key = aggregation.keys[i];
      for (const std::vector<Value>& row : table) {
        const auto* const text = std::get_if<std::string>(&row[i].node);
        if (text != nullptr && is_full(key.type, *text)) accounting.cut_string(key.name);
        if (key.type.kind == TypeKind::stack && is_full_stack(row[i])) accounting.cut_stack(key.name);
      }
    }
  }

  void string_of_list(Site& site, const Node& data, std::string_view text) {
    if (data.size != 4) return malformed("bpftrace wrote a part of a list that cannot be read", text);
    const Node& thread = next(first(data));
    const Node& column = next(thread);
    const auto& columns = site.site->columns;
    if (is_full(simple_type(TypeKind::string), next(column).text))
      accounting.cut_string(columns[static_cast<std::size_t>(column.integer) % columns.size()].name);
    auto& held = site.strings[thread.integer];
    // The rows of these were lost.
    if (held.size() >= std::size_t{2} * kMostStrings * columns.size())
      held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(held.size() / 2));
    held.emplace_back(column.integer, next(column).text);
  }

  /// Whether each list has as many strings as its row says. A thread's row comes right behind its strings.
  static bool has_all_strings(const Site& site, const Node& data,
                              const std::vector<std::pair<std::int64_t, std::string>>& strings) {
    const Node* element = &next(first(data));
    const auto& columns = site.site->columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (const auto& piece : columns[i].pieces) {
        if (std::holds_alternative<Type>(piece)) element = &next(*element);
      }
      if (!columns[i].pieces.empty()) continue;
      element = &next(*element);
      if (!is_string_list(columns[i])) continue;
      const auto came = std::count_if(strings.begin(), strings.end(), [&](const auto& string) {
        return string.first == static_cast<std::int64_t>(i);
      });
      if (came < element->integer) return false;
    }
    return true;
  }

  /// The last `count` strings of the column: what came before belongs to a row that was lost.
  static void set_strings(Value& cell, const std::vector<std::pair<std::int64_t, std::string>>& strings,
                          std::size_t column, std::int64_t count) {
    List list;
    for (const auto& [of, text] : strings) {
      if (of == static_cast<std::int64_t>(column)) list.push_back({text});
    }
    const auto kept = std::clamp(count, std::int64_t{0}, static_cast<std::int64_t>(list.size()));
    list.erase(list.begin(), list.end() - kept);
    cell.node = std::move(list);
  }

  static std::string quoted(const EmitSite& site) { return "`" + site.event + "`"; }

  static std::string with_article(const std::string& type) {
    const bool is_vowel = std::string_view("aeiou").find(type.front()) != std::string_view::npos;
    return fmt::format("{} `{}`", is_vowel ? "an" : "a", type);
  }

  void open_report(const ReportSite& site, const Node& data, std::string_view text) {
    close_report();
    if (site.is_closed && data.size == 2 && next(first(data)).integer == 0) return;
    PendingReport opened{.site = &site, .time = {}, .next = 0, .contents = {}};
    opened.contents.resize(site.aggregations.size());
    if (data.size != 2 ||
        !set_value(opened.time, simple_type(TypeKind::datetime), next(first(data)), clock)) {
      malformed("bpftrace wrote the beginning of a report without its time", text);
      return;
    }
    pending = std::move(opened);
  }

  /// The maps of the report that are still to come were empty: bpftrace prints no line for those.
  void close_report() {
    if (!pending) return;
    while (pending->next < pending->site->aggregations.size()) report_next();
    pending.reset();
  }

  void take_counters(const CounterRow& row, const Node& data, bool settles) {
    const Node* element = &first(data);
    for (std::size_t i = 0; i < row.counters.size() && i + 1 < data.size; ++i) {
      element = &next(*element);
      const auto found = maps.find(row.counters[i]);
      if (found == maps.end() || found->second.account == nullptr) continue;
      Account& account = *found->second.account;
      account.emitted = std::max(account.emitted, static_cast<std::uint64_t>(element->integer));
      account.emitted_known = true;
      account.is_settled = account.is_settled || settles;
    }
  }

  /// Takes an entry of a map that comes row by row.
  void entry(Entries& entries_of, const Node& data, std::string_view text) {
    Result& result = *entries_of.result;
    std::optional<MapEntry> read = read_row(*result.aggregation, data, schema.separator);
    if (!read) {
      unreadable_content(result, text);
      return;
    }
    // An entry whose report's beginning was lost is lost with it.
    const bool has_place = entries_of.report == nullptr || (pending && pending->site == entries_of.report);
    if (!has_place) return;
    ++entries_of.account->arrived;
    auto& content = entries_of.report == nullptr ? result.content : pending->contents[entries_of.index];
    content.push_back(std::move(*read));
  }

  /// The rows of the pending report's next aggregation, as far as they have come.
  void report_next() {
    MapContent rows_of_it = std::move(pending->contents[pending->next]);
    report_next(joined(pending->site->aggregations[pending->next], std::move(rows_of_it)));
  }

  /// Entries that came as rows, as a map line would have them.
  [[nodiscard]] MapContent joined(std::size_t index, MapContent content) {
    const Aggregation& aggregation = schema.aggregations[index];
    auto whole = joined_content(aggregation, std::move(content));
    if (!whole) unreadable_key(aggregation);
    return std::move(whole).value_or(MapContent{});
  }

  /// Writes the rows of the pending report's next aggregation.
  void report_next(const MapContent& content) {
    Result& result = results[pending->site->aggregations[pending->next++]];
    const Aggregation& aggregation = *result.aggregation;
    // A cleared map begins again for every report, not only for those that clear it.
    const bool subtracts = is_subtractable(aggregation.kind);
    auto table = result_rows(aggregation, subtracts ? result.cleared.since(content) : content,
                             schema.separator, clock, pending->site->top);
    if (subtracts && pending->site->clear) result.cleared.take(content);
    if (!table) {
      unreadable_key(aggregation);
      return;
    }
    look_at_keys(aggregation, *table);
    std::vector<Value> cells;
    for (std::vector<Value>& row : *table) {
      if (is_satisfied()) return;
      cells.clear();
      if (shows_event()) cells.push_back({aggregation.name});
      cells.push_back(pending->time);
      std::move(row.begin(), row.end(), std::back_inserter(cells));
      writer.row(result.report_columns, cells);
      ++rows;
    }
  }

  void unreadable_key(const Aggregation& aggregation) {
    malformed(
        fmt::format("bpftrace wrote a key of `{}` that cannot be split into its columns", aggregation.name),
        aggregation.map);
  }

  void unreadable_content(const Result& result, std::string_view text) {
    malformed(fmt::format("bpftrace wrote a content of `{}` that is not one of `{}`",
                          result.aggregation->name, to_string(result.aggregation->kind)),
              text);
  }

  void map_line(const Node& data, std::string_view text) {
    if (data.size == 0) return;
    const std::string_view name = first(data).text;
    const Node& value = next(first(data));
    const auto found = maps.find(name);
    if (found == maps.end()) return;
    if (Account* account = found->second.account; account != nullptr) {
      if (value.kind == NodeKind::integer && !account->is_settled) {
        account->emitted = static_cast<std::uint64_t>(value.integer);
        account->emitted_known = true;
      }
      return;
    }
    Result& result = *found->second.result;
    // What is left of it when its rows have come: nothing, unless it was filled again behind END.
    if (result.aggregation->row.id != 0) return;
    std::optional<MapContent> content = read_map(*result.aggregation, value);
    if (!content) {
      unreadable_content(result, text);
      return;
    }
    if (!take_for_report(result, *content)) result.content = std::move(*content);
  }

  /// Whether the content belongs to the pending report, which then shows it.
  bool take_for_report(const Result& result, const MapContent& content) {
    if (!pending) return false;
    const auto index = static_cast<std::size_t>(&result - results.data());
    const auto& announced = pending->site->aggregations;
    const auto from = announced.begin() + static_cast<std::ptrdiff_t>(pending->next);
    const auto at = std::find(from, announced.end(), index);
    if (at == announced.end()) return false;
    for (auto other = from; other != at; ++other) report_next();
    report_next(content);
    if (pending->next == announced.size()) pending.reset();
    return true;
  }

  void helper_error(const Message& message) {
    // Deleting what is not there: -k makes 0.17 report it.
    if (message.helper == "map_delete_elem" && message.return_code == kNoSuchKey) return;
    // A key that one processor has not seen yet: 0.27 reports the lookup though nothing failed.
    if (message.return_code == 0) return;
    // A sample in user mode has no kernel stack, and the other way round: the stack is empty, and nothing is
    // wrong.
    if (message.helper == "get_stackid" && message.return_code == -EFAULT) return;
    const std::string what =
        fmt::format("{} {} {}:{}", message.helper, message.return_code, message.line, message.column);
    const bool is_full = message.return_code == kMapFull;
    if (message.helper == "map_update_elem" && (is_full || message.return_code == kKeyExists)) {
      const std::string map = user_name(map_name(program_line(program, message.line), message.column));
      accounting.left_out(map);
      // 0.20 to 0.23 lose the second of two first events of a key.
      tell_once(
          what,
          {.kind = is_full ? DiagnosticKind::map_full : DiagnosticKind::runtime_warning,
           .message = is_full ? fmt::format("{} was full, so new keys were left out", map)
                              : fmt::format("{} misses an event: two processors began its key at once", map),
           .labels = labels(message.line, "the map that this writes"),
           .help = is_full ? "filter with `where` before it, or use a key with fewer values"
                           : "bpftrace 0.24 and newer do not miss any",
           .notes = {}});
      return;
    }
    tell_once(what, {.kind = DiagnosticKind::runtime_warning,
                     .message = fmt::format("the kernel's `{}` failed: {}", message.helper,
                                            error_text(message.return_code)),
                     .labels = labels(message.line, {}),
                     .help = {},
                     .notes = {}});
  }

  void runtime_error(const Message& message) {
    tell_once(fmt::format("runtime {}:{} {}", message.line, message.column, message.text),
              {.kind = DiagnosticKind::runtime_warning,
               .message = "bpftrace reported a problem in the running program",
               .labels = labels(message.line, {}),
               .help = {},
               .notes = {std::string(message.text)}});
  }

  [[nodiscard]] std::vector<Label> labels(std::int64_t line, std::string text) const {
    const auto span = source_of_line(program, line);
    if (!span) return {};
    return {{*span, std::move(text)}};
  }

  /// What the user calls a map of the program.
  [[nodiscard]] std::string user_name(std::string_view map) const {
    const auto found = maps.find(map);
    if (found != maps.end() && found->second.result != nullptr) {
      return fmt::format("the map of `{}`", found->second.result->aggregation->name);
    }
    return map.empty() ? "a map" : fmt::format("the map `{}`", map.substr(1));
  }

  void finish() {
    close_report();
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (schema.aggregations[i].row.id != 0) results[i].content = joined(i, std::move(results[i].content));
    }
    switch (schema.form) {
      case ResultForm::value:
      case ResultForm::table:
        for (const Result& result : results) {
          if (!result.aggregation->reported) write_result(result);
        }
        break;
      case ResultForm::record:
        write_record();
        break;
      case ResultForm::events:
        for (const Result& result : results) {
          if (!result.aggregation->reported) write_events(result);
        }
        break;
      default:
        break;
    }
    accounting.finish(schema.string_length, program.may_lose_its_tail);
  }

  [[nodiscard]] ResultRows rows_of(const Result& result) {
    auto table = result_rows(*result.aggregation, result.content, schema.separator, clock);
    if (!table) unreadable_key(*result.aggregation);
    if (table) look_at_keys(*result.aggregation, *table);
    return std::move(table).value_or(ResultRows{});
  }

  void write_table(const OutputColumns& columns, ResultRows table) {
    const std::uint64_t left = row_limit ? *row_limit - std::min(rows, *row_limit) : table.size();
    if (table.size() > left) table.resize(left);
    writer.table(columns, table);
    rows += table.size();
  }

  void write_result(const Result& result) {
    if (!is_single(*result.aggregation)) {
      write_table(result.columns, rows_of(result));
      return;
    }
    writer.value(single_result(*result.aggregation, result.content, clock));
    ++rows;
  }

  void write_record() {
    Record record;
    for (const Result& result : results) {
      const Aggregation& aggregation = *result.aggregation;
      if (aggregation.reported) continue;
      if (is_single(aggregation)) {
        record.push_back({aggregation.name, single_result(aggregation, result.content, clock)});
        continue;
      }
      List list;
      for (std::vector<Value>& cells : rows_of(result)) {
        Record row;
        for (std::size_t i = 0; i < cells.size(); ++i)
          row.push_back({result.columns[i].name, std::move(cells[i])});
        list.push_back({std::move(row)});
      }
      record.push_back({aggregation.name, Value{std::move(list)}});
    }
    writer.value({std::move(record)});
    ++rows;
  }

  void write_events(const Result& result) {
    ResultRows table = rows_of(result);
    for (std::vector<Value>& cells : table) cells.insert(cells.begin(), {result.aggregation->name});
    write_table(result.columns, std::move(table));
  }
};

Reshaper::Reshaper(const Program& program, Writer& writer, std::int64_t wall_clock_offset, Report report,
                   std::optional<std::uint64_t> row_limit)
    : state_(
          std::make_unique<State>(program, writer, Clock{wall_clock_offset}, std::move(report), row_limit)) {}

Reshaper::~Reshaper() = default;

void Reshaper::on_print(Print print) {
  state_->print = std::move(print);
}

void Reshaper::line(std::string_view text) {
  state_->line(text);
}

void Reshaper::too_long(std::string_view beginning) {
  if (!beginning.starts_with('{')) return;
  state_->malformed("bpftrace wrote a line that is longer than any message, and is left out", beginning);
}

void Reshaper::finish() {
  state_->finish();
}

bool Reshaper::ending() const {
  return state_->has_ended;
}

bool Reshaper::satisfied() const {
  return state_->is_satisfied();
}

std::uint64_t Reshaper::rows() const {
  return state_->rows;
}

const std::deque<Account>& Reshaper::accounts() const {
  return state_->accounting.accounts();
}

}  // namespace nubpf
