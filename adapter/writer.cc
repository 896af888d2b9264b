#include "adapter/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "adapter/table_writer.h"
#include "adapter/writers.h"

namespace nubpf {
namespace {

/// The last `count` digits of a number that is not negative.
void append_digits(std::string& out, std::int64_t number, int count) {
  out.append(static_cast<std::size_t>(count), '0');
  for (auto digit = out.rbegin(); count > 0; --count, ++digit, number /= 10)
    *digit = static_cast<char>('0' + number % 10);
}

}  // namespace

std::optional<OutputFormat> output_format(std::string_view name) {
  if (name == "table") return OutputFormat::table;
  if (name == "jsonl") return OutputFormat::jsonl;
  if (name == "nuon") return OutputFormat::nuon;
  if (name == "msgpack") return OutputFormat::msgpack;
  if (name == "csv") return OutputFormat::csv;
  return std::nullopt;
}

void Writer::table(const OutputColumns& columns, const std::vector<std::vector<Value>>& rows) {
  for (const auto& cells : rows) row(columns, cells);
}

std::unique_ptr<Writer> make_writer(const WriterOptions& options, int fd) {
  switch (options.format) {
    case OutputFormat::table:
      return make_table_writer(options, fd);
    case OutputFormat::jsonl:
      return make_jsonl_writer(fd);
    case OutputFormat::nuon:
      return make_nuon_writer(fd);
    case OutputFormat::msgpack:
      return make_msgpack_writer(fd);
    case OutputFormat::csv:
      break;
  }
  return make_csv_writer(fd);
}

bool same_names(const OutputColumns& columns, const std::vector<std::string>& names) {
  return std::equal(columns.begin(), columns.end(), names.begin(), names.end(),
                    [](const OutputColumn& column, const std::string& name) { return column.name == name; });
}

void append_rfc3339(std::string& out, Datetime time) {
  using namespace std::chrono;
  const sys_time<nanoseconds> instant{nanoseconds{time.unix_nanoseconds}};
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss clock{instant - day};
  // Every year of 64 bits of nanoseconds has four digits.
  append_digits(out, static_cast<int>(date.year()), 4);
  append_digits(out += '-', static_cast<unsigned>(date.month()), 2);
  append_digits(out += '-', static_cast<unsigned>(date.day()), 2);
  append_digits(out += 'T', clock.hours().count(), 2);
  append_digits(out += ':', clock.minutes().count(), 2);
  append_digits(out += ':', clock.seconds().count(), 2);
  append_digits(out += '.', clock.subseconds().count(), 9);
  out += 'Z';
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
}

void append_double(std::string& out, double number) {
  const auto start = out.size();
  fmt::format_to(std::back_inserter(out), "{}", number);
  if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
}

}  // namespace nubpf
