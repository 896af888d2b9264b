#include "adapter/tool/stats.h"

#include <fmt/format.h>

#include <iterator>

#include "transpiler/text.h"

namespace nubpf::tool {
namespace {

std::string arrivals(const Account& account) {
  if (!account.emitted_known) return fmt::format("{} arrived, of an unknown number", account.arrived);
  return fmt::format("{} of {} arrived, {} lost", account.arrived, account.emitted, account.lost());
}

std::string text_for_people(const RunResult& result) {
  auto text = fmt::format("stats: {} {} delivered\n", result.rows, result.rows == 1 ? "row" : "rows");
  for (const Account& account : result.accounts) {
    fmt::format_to(std::back_inserter(text), "  {} of `{}`: {}\n", account.is_content ? "entries" : "rows",
                   visible(account.name), arrivals(account));
  }
  return text;
}

std::string json(const RunResult& result) {
  auto text = fmt::format(R"({{"stats":{{"delivered":{},"sent":[)", result.rows);
  for (const Account& account : result.accounts) {
    if (&account != result.accounts.data()) text += ',';
    fmt::format_to(std::back_inserter(text), R"({{"what":"{}","name":)",
                   account.is_content ? "entries" : "rows");
    append_json_string(text, account.name);
    const auto known = [&](std::uint64_t number) {
      return account.emitted_known ? std::to_string(number) : std::string("null");
    };
    fmt::format_to(std::back_inserter(text), R"(,"emitted":{},"arrived":{},"lost":{}}})",
                   known(account.emitted), account.arrived, known(account.lost()));
  }
  return text + "]}}\n";
}

}  // namespace

std::string stats_text(const RunResult& result, ErrorFormat format) {
  return format == ErrorFormat::json ? json(result) : text_for_people(result);
}

}  // namespace nubpf::tool
