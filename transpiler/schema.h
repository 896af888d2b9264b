#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "transpiler/type.h"

/// What the output of a program means: the contract between the emitted bpftrace text and the adapter.
namespace nubpf {

/// A named, typed column of a row or of a map's key.
struct Column {
  std::string name;
  Type type;
  /// A string that is put together behind the kernel: texts, and the types of the values that stand between
  /// them. In the tuple the values stand one after the other. Empty for all other columns.
  std::vector<std::variant<std::string, Type>> pieces = {};
};

/// One place that sends rows. In the run form it prints the tuple `(id, element…)`; elements stand in
/// `columns` order, one each. An element that is a list in the source is spread over `Column::type.kind ==
/// list` (nested tuple).
struct EmitSite {
  std::uint32_t id = 0;  ///< first element of the tuple; unique in the program, from 1
  std::string event;     ///< the `--as` name, else the probe as written; what the `event` column shows
  /// The clause's attach points, where the event is the one that fired: then bpftrace's name of it stands in
  /// front of the elements.
  std::vector<std::string> probes = {};
  bool is_scalar = false;  ///< one column, and the value streams bare
  bool is_slow = false;    ///< a clock sends it, at most a thousand times a second on each processor
  std::vector<Column> columns;
  std::string counter;  ///< the map that counts emitted rows: `@__nubpf_n1`
  /// Not 0: some columns are lists of C strings, which one tuple could not hold. Each string comes before its
  /// row as a tuple `(strings_id, tid, index of the column, text)`. In the row the tid is an element of its
  /// own behind the id, and the number of strings stands for such a column.
  std::uint32_t strings_id = 0;
};

/// Whether the column is a list of C strings.
[[nodiscard]] bool is_string_list(const Column& column);

enum class AggregationKind { count, sum, avg, min, max, stats, hist, lhist };

/// How a histogram's value became a bucket.
struct Buckets {
  std::int64_t min = 0, max = 0, step = 0;  ///< lhist only
};

/// Rows that carry the entries of a map: the tuple `(id, key part…, number…)` for each.
struct ContentRow {
  std::uint32_t id = 0;  ///< 0: the content comes as a `map` or `stats` line instead
  std::string counter;   ///< the map that counts these rows
};

/// A map of the program that holds an aggregation. In the run form its content arrives as a `map` or `stats`
/// line, or as rows (ContentRow):
///   count, sum     a number for each key
///   avg, stats     bpftrace's stats(): count and total for each key
///   hist, lhist    one count for each (key…, bucket): the bucket's index is the last key part
///     hist index: -1 for negative values, 0 for 0, k for [2^(k-1), 2^k)
///     lhist index: -1 below min, (value - min) / step, and (max - min) / step rounded up from max on
///   min, max       the largest 63-bit number for each (key…, half): extreme_value() below
/// In rows, avg and stats of a key have two numbers, count and total. A key line joins its parts with `,`.
/// Behind each string part that another string part follows stands `separator` as a part of its own, so that
/// commas in strings cannot be mistaken.
struct Aggregation {
  std::string name;  ///< as the user named it, or the command
  AggregationKind kind{};
  std::string map;           ///< `@count`
  std::vector<Column> keys;  ///< empty: unkeyed
  Type value;                ///< of the aggregated value (count: integer)
  Buckets buckets;
  bool reported = false;  ///< by the program itself: not again at the end
  bool by_time = false;   ///< a time series: the first key is the time, and the rows are in its order
  ContentRow row;         ///< of the content at the end
};

/// How min and max travel: bpftrace 0.17 begins max() at 0 and keeps min() in 32 bits, so only max() of
/// numbers that are never negative can be trusted. A value becomes an unsigned code of the same order (its
/// sign bit is flipped where the type is signed; min takes the complement); its upper bit is the last part of
/// the key, and max() keeps the rest. This is the value that a half and its number stand for, as 64 bits.
[[nodiscard]] std::int64_t extreme_value(const Aggregation& aggregation, std::uint64_t code);

/// A `report` in the program. It prints the tuple `(id, nsecs)` and right behind it the map of each
/// aggregation named. An empty map prints nothing. Where `is_closed`, `(id, 0)` ends it.
struct ReportSite {
  std::uint32_t id = 0;
  std::vector<std::size_t> aggregations;  ///< indices into Schema::aggregations
  std::vector<ContentRow> rows{};         ///< of each of them, where any comes as rows
  bool is_closed = false;
  std::optional<std::int64_t> top;
  /// Each report shows what came since the one before. The map itself is not cleared where that is a
  /// subtraction (count, sum, avg, stats, hist, lhist), so that nothing is lost between reading and clearing;
  /// min and max are.
  bool clear = false;
};

/// A row of what the counters say, where a dialect can read a count(): `(id, rows so far…)`, one number for
/// each counter.
struct CounterRow {
  std::uint32_t id = 0;  ///< 0: there is none
  std::vector<std::string> counters;
};

/// The shape of the whole result: language reference, "What comes back".
enum class ResultForm {
  nothing,  ///< actions only
  rows,     ///< emits of one shape
  scalars,  ///< emits of one bare value
  value,    ///< one unkeyed aggregation
  table,    ///< one keyed aggregation or histogram
  record,   ///< several aggregations and no emit: name to result
  events,   ///< several shapes: rows with a first column `event`
  reports,  ///< reports of one aggregation: rows with a first column `time`
};

struct Schema {
  ResultForm form = ResultForm::nothing;
  std::vector<EmitSite> sites;
  std::vector<Aggregation> aggregations;
  std::vector<ReportSite> reports;
  CounterRow ending;     ///< right before the program ends itself; what is sent behind it is not waited for
  CounterRow heartbeat;  ///< each second, so that a loss is known while the program runs, and a gone reader
  std::int64_t separator = 0;
  int string_length = 0;  ///< bytes kept of a string; one that fills them may have been longer
};

/// How many strings of a list of C strings are sent.
inline constexpr int kMostStrings = 64;
/// How many frames of a stack are kept, unless the program asks for fewer.
inline constexpr int kMostFrames = 127;

[[nodiscard]] std::string_view to_string(AggregationKind kind);
[[nodiscard]] std::string_view to_string(ResultForm form);

/// What `--dump schema` shows: one line each for form, sites with columns, aggregations, reports.
[[nodiscard]] std::string to_string(const Schema& schema);

}  // namespace nubpf
