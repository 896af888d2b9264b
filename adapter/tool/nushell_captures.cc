#include "adapter/tool/nushell_captures.h"

#include <charconv>
#include <memory>
#include <utility>

namespace nubpf::tool {
namespace {

constexpr int kMaxDepth = 64;

/// A value in the notation of Rust's `{:#?}`: `Name { field: value }`, `Name(value)`, `[value]`,
/// `{ key: value }`, a string, or a word. What stands in brackets has names only where they are written.
struct Child;
struct Node {
  std::string word;  ///< the name before the bracket, or the word or string itself
  bool is_string = false;
  char bracket = 0;  ///< `{`, `(`, `[`, or 0
  std::vector<Child> children;

  [[nodiscard]] const Node* field(std::string_view name) const;
};
struct Child {
  std::unique_ptr<Node> key;  ///< or null
  Node value;
};

const Node* Node::field(std::string_view name) const {
  for (const auto& [key, value] : children) {
    if (key != nullptr && key->word == name) return &value;
  }
  return nullptr;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<Node> read() {
    auto node = value(0);
    skip_blanks();
    return node && rest_.empty() ? std::move(node) : std::nullopt;
  }

 private:
  void skip_blanks() {
    const auto at = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
  }

  bool take(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<Node> value(int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    skip_blanks();
    Node node;
    if (rest_.starts_with('"')) {
      node.is_string = true;
      return string(node.word) ? std::optional(std::move(node)) : std::nullopt;
    }
    // dates and the like have blanks and colons in them, so a word ends where a line, an item or a key does
    const auto end = rest_.find_first_of("{}()[],\n\"");
    auto word = rest_.substr(0, end);
    if (const auto key = word.find(": "); key != std::string_view::npos) word = word.substr(0, key);
    rest_.remove_prefix(word.size());
    while (word.ends_with(' ')) word.remove_suffix(1);
    node.word = std::string(word);
    for (const auto& [open, close] : {std::pair('{', '}'), std::pair('(', ')'), std::pair('[', ']')}) {
      if (!rest_.starts_with(open)) continue;
      rest_.remove_prefix(1);
      node.bracket = open;
      if (!items(node, close, depth + 1)) return std::nullopt;
      return node;
    }
    if (node.word.empty()) return std::nullopt;
    return node;
  }

  bool items(Node& node, char close, int depth) {
    while (!take(close)) {
      auto item = value(depth);
      if (!item) return false;
      std::unique_ptr<Node> key;
      if (take(':')) {
        key = std::make_unique<Node>(std::move(*item));
        item = value(depth);
        if (!item) return false;
      }
      node.children.push_back({std::move(key), std::move(*item)});
      if (!take(',') && !rest_.starts_with(close)) return false;
    }
    return true;
  }

  bool string(std::string& out) {
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view kNames = "nrt0\\'\"";
    constexpr std::string_view kMeanings("\n\r\t\0\\'\"", 7);
    if (const auto at = kNames.find(c); at != std::string_view::npos) {
      out += kMeanings[at];
      return true;
    }
    if (c != 'u' || !rest_.starts_with('{')) return false;
    const auto end = rest_.find('}');
    std::uint32_t code = 0;
    const auto* const last = rest_.data() + (end == std::string_view::npos ? 0 : end);
    const auto result = std::from_chars(rest_.data() + 1, last, code, 16);
    if (end == std::string_view::npos || result.ec != std::errc() || result.ptr != last) return false;
    rest_.remove_prefix(end + 1);
    append_utf8(out, code);
    return true;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0U | (code >> 6U));
      tail(0);
    } else if (code < 0x10000) {
      out += static_cast<char>(0xE0U | (code >> 12U));
      tail(6);
      tail(0);
    } else {
      out += static_cast<char>(0xF0U | (code >> 18U));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::string_view rest_;
};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `Span[1..2]` (0.115) or `Span { start: 1, end: 2 }` (0.108).
std::optional<NushellSpan> span(const Node* node) {
  if (node == nullptr || node->word != "Span") return std::nullopt;
  std::optional<std::int64_t> start, end;
  if (node->bracket == '[' && node->children.size() == 1) {
    const std::string_view range = node->children.front().value.word;
    const auto dots = range.find("..");
    if (dots == std::string_view::npos) return std::nullopt;
    start = number(range.substr(0, dots));
    end = number(range.substr(dots + 2));
  } else if (node->field("start") != nullptr && node->field("end") != nullptr) {
    start = number(node->field("start")->word);
    end = number(node->field("end")->word);
  }
  if (!start || !end) return std::nullopt;
  return NushellSpan{*start, *end};
}

std::optional<Value> constant(const Node& node);

std::optional<Value> list(const Node& items) {
  List list;
  for (const auto& [key, item] : items.children) {
    auto value = constant(item);
    if (!value || std::holds_alternative<List>(value->node)) return std::nullopt;
    list.push_back(std::move(*value));
  }
  return Value{std::move(list)};
}

/// The value of `Int { val: 7, … }`; nothing for a kind that is no constant of the language.
std::optional<Value> constant(const Node& node) {
  if (node.word == "List") {
    const auto* const items = node.field("vals");
    return items == nullptr ? std::nullopt : list(*items);
  }
  if (node.word == "Nothing") return Value{Null{}};
  const auto* const held = node.field("val");
  if (held == nullptr) return std::nullopt;
  if (node.word == "String" && held->is_string) return Value{held->word};
  if (node.word == "Bool" && (held->word == "true" || held->word == "false"))
    return Value{held->word == "true"};
  if (node.word == "Filesize" && held->children.size() == 1) {
    if (const auto bytes = number(held->children.front().value.word)) return Value{Filesize{*bytes}};
  }
  const auto integer = number(held->word);
  if (integer && node.word == "Int") return Value{*integer};
  if (integer && node.word == "Duration") return Value{Duration{*integer}};
  return std::nullopt;
}

}  // namespace

tl::expected<std::vector<Capture>, std::string> read_captures(std::string_view debug_text) {
  const auto closure = Reader(debug_text).read();
  if (!closure || closure->word != "Closure")
    return tl::unexpected(std::string("`debug --raw` of a closure was expected"));
  const auto* const held = closure->field("val");
  const auto* const captured = held == nullptr ? nullptr : held->field("captures");
  if (captured == nullptr)
    return tl::unexpected(std::string("`captures` was expected in `debug --raw` of a closure"));
  std::vector<Capture> captures;
  for (const auto& [key, entry] : captured->children) {
    // a pair of variable and value where the captures are a list
    const bool is_pair = key == nullptr && entry.bracket == '(' && entry.children.size() == 2;
    const Node& value = is_pair ? entry.children[1].value : entry;
    const auto use = span(value.field("internal_span"));
    if (!use) return tl::unexpected(std::string("`internal_span` was expected in each captured value"));
    captures.push_back({*use, value.word, constant(value)});
  }
  return captures;
}

}  // namespace nubpf::tool
