#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// bpftrace's JSON output (`-f json`), one message a line.
namespace nubpf {

enum class NodeKind : std::uint8_t { null, boolean, integer, unsigned_integer, real, string, list, object };

/// One value of a decoded line. A value's parts lie right behind it, in the order of the text; an object's
/// are keys (string nodes) and values in turn.
struct Node {
  NodeKind kind = NodeKind::null;
  std::uint32_t extent = 1;  ///< nodes of this value, itself included
  std::uint32_t size = 0;    ///< values of a list, members of an object
  /// boolean, integer; the bits of an unsigned_integer, which is only used above 2^63-1
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;  ///< string: its bytes as the kernel gave them
};

/// The first part of a list or object that has one.
[[nodiscard]] inline const Node& first(const Node& node) {
  return *(&node + 1);
}
/// The value behind this one in its list or object, where there is one.
[[nodiscard]] inline const Node& next(const Node& node) {
  return *(&node + node.extent);
}

enum class MessageKind {
  none,           ///< no message: a blank line, a status line
  malformed,      ///< begins like a message and cannot be read
  value,          ///< print() of a value or tuple
  map,            ///< print() or the exit dump of a map
  stats,          ///< the same of a stats() or avg() map
  text,           ///< printf(), time(), join(), cat(), system()
  lost_events,    ///< `data` counts them
  helper_error,   ///< a BPF helper failed: `helper`, `return_code`, `line`, `column`
  runtime_error,  ///< bpftrace's own run-time checks: `text`, `line`, `column`
  other,          ///< what nubpf has no use for
};

struct Message {
  MessageKind kind = MessageKind::none;
  const Node* data = nullptr;  ///< null where the message has none
  std::string_view text;
  std::string_view helper;
  std::int64_t return_code = 0;
  std::int64_t line = 0;  ///< 1-based, in the bpftrace program; 0 if unknown
  std::int64_t column = 0;
};

/// Reads lines. Holds the buffers that messages point into, so that decoding a line allocates nothing once
/// they have grown.
class Decoder {
 public:
  /// What one line, without its line end, says. Valid until the next call.
  [[nodiscard]] const Message& decode(std::string_view line);

 private:
  std::string buffer_;
  std::vector<Node> nodes_;
  Message message_;
};

}  // namespace nubpf
