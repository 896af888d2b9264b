#include "adapter/decode.h"

#include <rapidjson/reader.h>

#include <cstring>
#include <optional>

namespace nubpf {
namespace {

/// Deeper nesting than any tuple of bpftrace has; bounds the reader's recursion.
constexpr std::size_t kMaxDepth = 64;

/// More than the largest map has, with all parts of its entries; bounds the memory.
constexpr std::size_t kMostNodes = 1'000'000;

constexpr std::string_view kMessageStart = R"({"type")";

/// Builds the nodes of one line.
class NodeBuilder {
 public:
  explicit NodeBuilder(std::vector<Node>& nodes) : nodes_(nodes) {}

  // RapidJSON's handler interface.
  bool Null() { return scalar(NodeKind::null, 0); }
  bool Bool(bool value) { return scalar(NodeKind::boolean, value ? 1 : 0); }
  bool Int(int value) { return scalar(NodeKind::integer, value); }
  bool Uint(unsigned value) { return scalar(NodeKind::integer, value); }
  bool Int64(std::int64_t value) { return scalar(NodeKind::integer, value); }
  bool Uint64(std::uint64_t value) {
    const auto bits = static_cast<std::int64_t>(value);
    return scalar(bits < 0 ? NodeKind::unsigned_integer : NodeKind::integer, bits);
  }
  bool Double(double value) {
    if (!scalar(NodeKind::real, 0)) return false;
    nodes_.back().real = value;
    return true;
  }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (!scalar(NodeKind::string, 0)) return false;
    nodes_.back().text = {text, length};
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) { return String(text, length, copy); }
  bool StartObject() { return open(NodeKind::object); }
  bool EndObject(rapidjson::SizeType members) { return close(members); }
  bool StartArray() { return open(NodeKind::list); }
  bool EndArray(rapidjson::SizeType elements) { return close(elements); }

 private:
  bool scalar(NodeKind kind, std::int64_t integer) {
    if (nodes_.size() == kMostNodes) return false;
    Node& node = nodes_.emplace_back();
    node.kind = kind;
    node.integer = integer;
    return true;
  }
  bool open(NodeKind kind) {
    if (depth_ == kMaxDepth) return false;
    open_[depth_++] = nodes_.size();
    return scalar(kind, 0);
  }
  bool close(std::uint32_t size) {
    const std::size_t index = open_[--depth_];
    nodes_[index].size = size;
    nodes_[index].extent = static_cast<std::uint32_t>(nodes_.size() - index);
    return true;
  }

  std::vector<Node>& nodes_;
  std::size_t open_[kMaxDepth] = {};
  std::size_t depth_ = 0;
};

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

/// Undoes bpftrace's spelling of bytes from 0x80 on, `\uffffffc3` for 0xc3 (0.17 to 0.27: a sign-extended
/// char printed as `\u%04x`), in place.
void restore_bytes(std::string& text) {
  constexpr std::string_view kSignExtended = "uffffff";
  std::size_t backslash = text.find('\\');
  if (backslash == std::string::npos) return;
  std::size_t to = backslash;
  std::size_t from = backslash;
  while (true) {
    // `from` is at a backslash.
    std::size_t length = 2;
    const std::string_view escape = std::string_view(text).substr(from + 1, kSignExtended.size() + 2);
    if (escape.size() == kSignExtended.size() + 2 && escape.starts_with(kSignExtended)) {
      const auto high = hex_digit(escape[escape.size() - 2]);
      const auto low = hex_digit(escape.back());
      if (high && low && *high >= 8) {
        text[to++] = static_cast<char>(*high << 4 | *low);
        from += 1 + escape.size();
        length = 0;
      }
    }
    for (; length > 0 && from < text.size(); --length) text[to++] = text[from++];
    backslash = text.find('\\', from);
    const std::size_t end = backslash == std::string::npos ? text.size() : backslash;
    if (to != from) std::memmove(text.data() + to, text.data() + from, end - from);
    to += end - from;
    from = end;
    if (backslash == std::string::npos) break;
  }
  text.resize(to);
}

MessageKind kind_of(std::string_view type) {
  if (type == "value") return MessageKind::value;
  if (type == "map") return MessageKind::map;
  if (type == "stats") return MessageKind::stats;
  if (type == "printf" || type == "time" || type == "join" || type == "cat" || type == "syscall") {
    return MessageKind::text;
  }
  if (type == "lost_events") return MessageKind::lost_events;
  if (type == "helper_error") return MessageKind::helper_error;
  if (type == "runtime_error") return MessageKind::runtime_error;
  return MessageKind::other;
}

/// Whether a message of this kind carries all that its readers rely on.
bool is_complete(const Message& message) {
  const Node* data = message.data;
  switch (message.kind) {
    case MessageKind::value:
      return data != nullptr;
    case MessageKind::map:
    case MessageKind::stats:
      return data != nullptr && data->kind == NodeKind::object;
    case MessageKind::text:
      return data != nullptr && data->kind == NodeKind::string;
    case MessageKind::lost_events:
      return data != nullptr && (data->kind == NodeKind::integer || data->kind == NodeKind::unsigned_integer);
    default:
      return true;
  }
}

}  // namespace

const Message& Decoder::decode(std::string_view line) {
  message_ = {};
  if (!line.starts_with(kMessageStart)) return message_;

  message_.kind = MessageKind::malformed;
  buffer_.assign(line);
  restore_bytes(buffer_);
  nodes_.clear();
  NodeBuilder builder(nodes_);
  rapidjson::InsituStringStream stream(buffer_.data());
  rapidjson::Reader reader;
  if (!reader.Parse<rapidjson::kParseInsituFlag>(stream, builder)) return message_;

  const Node& object = nodes_.front();
  const Node* key = &first(object);
  std::string_view type;
  for (std::uint32_t member = 0; member < object.size; ++member) {
    const Node& value = next(*key);
    const std::string_view name = key->text;
    if (name == "type") {
      type = value.text;
    } else if (name == "data") {
      message_.data = &value;
    } else if (name == "msg") {
      message_.text = value.text;
    } else if (name == "helper") {
      message_.helper = value.text;
    } else if (name == "retcode") {
      message_.return_code = value.integer;
    } else if (name == "line") {
      message_.line = value.integer;
    } else if (name == "col") {
      message_.column = value.integer;
    }
    if (member + 1 < object.size) key = &next(value);
  }

  message_.kind = kind_of(type);
  if (message_.kind == MessageKind::lost_events && message_.data != nullptr &&
      message_.data->kind == NodeKind::object && message_.data->size > 0) {
    message_.data = &next(first(*message_.data));
  }
  if (message_.kind == MessageKind::text && message_.data != nullptr) message_.text = message_.data->text;
  if (!is_complete(message_)) message_.kind = MessageKind::malformed;
  return message_;
}

}  // namespace nubpf
