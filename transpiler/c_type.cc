#include "transpiler/c_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

namespace nubpf {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Words and stars; nothing where there is anything else.
std::optional<std::vector<std::string>> tokens(std::string_view text) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\t') {
      ++i;
    } else if (text[i] == '*' || text[i] == '{' || text[i] == '}') {
      result.emplace_back(1, text[i++]);
    } else if (is_word(text[i])) {
      const auto begin = i;
      while (i < text.size() && is_word(text[i])) ++i;
      result.emplace_back(text.substr(begin, i - begin));
    } else {
      return std::nullopt;
    }
  }
  return result;
}

/// The number that words such as `long unsigned int` stand for.
std::optional<Type> number_of(const std::vector<std::string>& words) {
  int longs = 0, bits = 32;
  bool is_unsigned = false;
  for (const auto& word : words) {
    if (word == "unsigned")
      is_unsigned = true;
    else if (word == "long")
      ++longs;
    else if (word == "short")
      bits = 16;
    else if (word == "char")
      bits = 8;
    else if (word != "signed" && word != "int")
      return std::nullopt;
  }
  return integer_type(longs > 0 ? 64 : bits, !is_unsigned);
}

/// `u32`, `__u32`, `uint32`, `uint32_t` and their signed brothers.
std::optional<Type> sized_number(std::string_view word) {
  if (word.starts_with("__")) word.remove_prefix(2);
  static constexpr std::array<std::pair<std::string_view, bool>, 4> kPrefixes = {
      {{"uint", false}, {"int", true}, {"u", false}, {"s", true}}};
  for (const auto& [prefix, is_signed] : kPrefixes) {
    if (!word.starts_with(prefix)) continue;
    auto bits = word.substr(prefix.size());
    if (prefix.size() > 1 && bits.ends_with("_t")) bits.remove_suffix(2);
    for (const int size : {8, 16, 32, 64}) {
      if (bits == std::to_string(size)) return integer_type(size, is_signed);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<CType> parse_c_type(std::string_view text) {
  const auto parts = tokens(text);
  if (!parts) return std::nullopt;
  CType result;
  std::vector<std::string> words;
  for (const auto& part : *parts) {
    if (part == "*") {
      ++result.stars;
    } else if (part == "__user") {
      result.is_user_memory = true;
    } else if (part != "const" && part != "volatile" && part != "restrict" && part != "__kernel") {
      // nothing but qualifiers stands behind a star
      if (result.stars > 0) return std::nullopt;
      words.push_back(part);
    }
  }
  if (words.empty()) return std::nullopt;
  const bool is_tagged = words.front() == "struct" || words.front() == "union" || words.front() == "enum";
  result.integer = is_tagged ? std::nullopt : number_of(words);
  // `enum { TCP_CLOSE }`: that which has the enumerator
  const bool is_anonymous = words.size() == 4 && words.front() == "enum" && words[1] == "{" &&
                            words[3] == "}" && is_word(words[2].front());
  const bool is_named =
      is_anonymous || (words.size() == (is_tagged ? 2U : 1U) && is_word(words.back().front()));
  if (!result.integer && !is_named) return std::nullopt;
  if (!result.integer && !is_tagged) result.integer = sized_number(words.front());
  for (const auto& word : words) result.base += (result.base.empty() ? "" : " ") + word;
  if (result.base == "void") {
    if (result.stars == 0) return std::nullopt;
    result.base.clear();
  }
  return result;
}

std::string bpftrace_integer(const Type& type) {
  return (type.is_signed ? "int" : "uint") + std::to_string(type.bits);
}

}  // namespace nubpf
