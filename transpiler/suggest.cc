#include "transpiler/suggest.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

namespace nubpf {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

/// Typing mistakes that a name of so many bytes may hold and still be recognised.
int tolerance(std::size_t length) {
  if (length <= 2) return 1;
  return std::min(4, 1 + static_cast<int>(length) / 5);
}

/// Names shorter than this begin too many others.
constexpr std::size_t kShortestPrefix = 3;

}  // namespace

int typing_distance(std::string_view a, std::string_view b, int limit) {
  const auto size = [](std::string_view text) { return static_cast<int>(text.size()); };
  const int beyond = limit + 1;
  if (std::abs(size(a) - size(b)) > limit) return beyond;
  if (a == b) return 0;

  const auto source = lower(a);
  const auto target = lower(b);
  if (source == target) return std::min(1, beyond);

  // Optimal string alignment: three rows of the table at a time.
  std::vector<int> before(target.size() + 1);
  std::vector<int> above(target.size() + 1);
  std::vector<int> row(target.size() + 1);
  for (std::size_t j = 0; j <= target.size(); ++j) above[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= source.size(); ++i) {
    row[0] = static_cast<int>(i);
    int best = row[0];
    for (std::size_t j = 1; j <= target.size(); ++j) {
      const int exchange = source[i - 1] == target[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + exchange});
      if (i > 1 && j > 1 && source[i - 1] == target[j - 2] && source[i - 2] == target[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      best = std::min(best, row[j]);
    }
    if (best > limit) return beyond;
    before.swap(above);
    above.swap(row);
  }
  return std::min(above[target.size()], beyond);
}

std::vector<std::string> near(std::string_view name, const std::vector<std::string>& candidates,
                              std::size_t max) {
  if (name.empty() || max == 0) return {};
  const int limit = tolerance(name.size());
  const int as_prefix = limit + 1;

  using Match =
      std::tuple<int, std::size_t, std::string_view>;  // distance, length of what a prefix leaves out, name
  std::vector<Match> matches;
  const auto prefix = lower(name);
  for (const std::string_view candidate : candidates) {
    // At least one character must be right.
    const int distance = typing_distance(name, candidate, limit);
    const auto longest = std::max(name.size(), candidate.size());
    if (distance <= limit && static_cast<std::size_t>(distance) < longest) {
      const bool is_same_word = lower(candidate) == prefix;
      matches.emplace_back(is_same_word ? 0 : distance, 0, candidate);
    } else if (name.size() >= kShortestPrefix && lower(candidate.substr(0, name.size())) == prefix) {
      matches.emplace_back(as_prefix, candidate.size(), candidate);
    }
  }
  std::sort(matches.begin(), matches.end());
  matches.erase(std::unique(matches.begin(), matches.end()), matches.end());

  std::vector<std::string> names;
  for (const auto& match : matches) {
    if (names.size() == max) break;
    names.emplace_back(std::get<2>(match));
  }
  return names;
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates) {
  auto names = near(name, candidates, 1);
  if (names.empty()) return std::nullopt;
  return std::move(names.front());
}

}  // namespace nubpf
