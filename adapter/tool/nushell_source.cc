#include "adapter/tool/nushell_source.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <utility>

#include "adapter/nuon.h"
#include "transpiler/text.h"

namespace nubpf::tool {
namespace {

using Json = rapidjson::Value;

/// The member, if it is there and a string.
std::optional<std::string> text_of(const Json& object, const char* name) {
  if (!object.IsObject()) return std::nullopt;
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

const Json* member_of(const Json& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto member = object.FindMember(name);
  return member == object.MemberEnd() || member->value.IsNull() ? nullptr : &member->value;
}

std::optional<NushellSpan> span_of(const Json& object) {
  const auto* const span = member_of(object, "span");
  const auto* const start = span == nullptr ? nullptr : member_of(*span, "start");
  const auto* const end = span == nullptr ? nullptr : member_of(*span, "end");
  if (start == nullptr || end == nullptr || !start->IsInt64() || !end->IsInt64()) return std::nullopt;
  return NushellSpan{start->GetInt64(), end->GetInt64()};
}

std::optional<NushellCall::Target> target_of(const Json& json) {
  auto nuon = text_of(json, "nuon");
  auto source = text_of(json, "source");
  const auto span = span_of(json);
  if (!nuon || !source || !span) return std::nullopt;
  return NushellCall::Target{std::move(*nuon), std::move(*source), *span};
}

std::optional<NushellCall::Closure> closure_of(const Json& json) {
  auto text = text_of(json, "text");
  auto source = text_of(json, "source");
  auto captures = text_of(json, "captures");
  const auto span = span_of(json);
  const auto* const uses = member_of(json, "uses");
  if (!text || !source || !captures || !span || uses == nullptr || !uses->IsArray()) return std::nullopt;
  NushellCall::Closure closure{std::move(*text), std::move(*source), *span, std::move(*captures), {}};
  for (const auto& use : uses->GetArray()) {
    const auto at = span_of(use);
    auto name = text_of(use, "text");
    if (!at || !name) return std::nullopt;
    closure.uses.emplace_back(*at, std::move(*name));
  }
  return closure;
}

/// Without blanks, quotation marks, brackets and commas: equal for two spellings of one word or list.
std::string bare(std::string_view text) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result),
               [](char c) { return std::string_view(" \t\r\n\"'`[],").find(c) == std::string_view::npos; });
  return result;
}

/// A program under construction.
class Assembly {
 public:
  void add(std::string_view text, NushellSpan script, bool is_exact) {
    const auto begin = static_cast<std::uint32_t>(source_.file.text.size());
    source_.file.text += text;
    source_.parts.push_back({{begin, begin + static_cast<std::uint32_t>(text.size())}, script, is_exact});
  }

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(source_.file.text.size()); }
  NushellSource take() { return std::move(source_); }

 private:
  NushellSource source_{{"closure", "", 0}, {}};
};

std::string_view kind_word(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords = {{
      {"Float", "a float"},
      {"Record", "a record"},
      {"List", "a list of other things than ints, strings, durations and file sizes"},
      {"Closure", "a closure"},
      {"Date", "a date"},
      {"Range", "a range"},
      {"Binary", "binary data"},
      {"CellPath", "a cell path"},
  }};
  for (const auto& [name, word] : kWords) {
    if (name == type) return word;
  }
  return "of another type";
}

std::string advice(std::string_view type, std::string_view name) {
  if (type == "Float")
    return fmt::format("round it before the program: `let {} = (${} | into int)`", name, name);
  if (type == "Record") return fmt::format("bind the field that is needed: `let value = ${}.FIELD`", name);
  if (type == "Range") return "write the range itself inside the closure";
  return "use ints, bools, strings, durations, file sizes and lists of those";
}

/// What the variable is called at its use; empty for one that the module itself declares.
std::string variable_name(const NushellCall& call, const Capture& capture) {
  const auto& uses = call.closure.uses;
  const auto use =
      std::find_if(uses.begin(), uses.end(), [&](const auto& u) { return u.first == capture.use; });
  if (use == uses.end() || !use->second.starts_with('$')) return {};
  auto name = use->second.substr(1);
  // `$ctx`, or `$nubpf` under a prefix: the event
  return name == "ctx" || name == "nubpf" ? std::string() : name;
}

void add_captures(const NushellCall& call, Assembly& assembly, Diagnostics& diagnostics) {
  const auto captures = read_captures(call.closure.captures);
  if (!captures) {
    diagnostics.push_back({DiagnosticKind::nushell_module,
                           "this version of Nushell shows closures in a form that nubpf does not read",
                           {},
                           "write the values themselves inside the closure",
                           {captures.error()}});
    return;
  }
  for (const auto& capture : *captures) {
    const auto name = variable_name(call, capture);
    if (name.empty()) continue;
    const auto begin = assembly.size();
    std::string literal;
    if (capture.value) {
      append_nuon(literal, *capture.value);
    } else {
      literal = "null";
    }
    assembly.add(fmt::format("let {} = {}\n", name, literal), capture.use, false);
    if (capture.value) continue;
    diagnostics.push_back(
        {DiagnosticKind::type_mismatch,
         fmt::format("`${}` is {}, which the kernel has no constants of", name, kind_word(capture.type)),
         {{{begin, assembly.size()}, "used in the kernel here"}},
         advice(capture.type, name),
         {}});
  }
}

}  // namespace

tl::expected<NushellCall, std::string> read_call(std::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError()) return tl::unexpected(std::string("the request is not JSON"));
  NushellCall call;
  call.module = text_of(document, "module").value_or("");
  call.command = text_of(document, "command").value_or("");
  if (call.command.empty()) return tl::unexpected(std::string("`command` is missing"));
  if (const auto* const target = member_of(document, "target")) {
    call.target = target_of(*target);
    if (!call.target) return tl::unexpected(std::string("`target` is malformed"));
  }
  const auto* const closure = member_of(document, "closure");
  auto read = closure == nullptr ? std::nullopt : closure_of(*closure);
  if (!read) return tl::unexpected(std::string("`closure` is malformed"));
  call.closure = std::move(*read);
  const auto* const flags = member_of(document, "flags");
  if (flags == nullptr || !flags->IsArray()) return tl::unexpected(std::string("`flags` is missing"));
  for (const auto& flag : flags->GetArray()) {
    auto name = text_of(flag, "name");
    auto nuon = text_of(flag, "nuon");
    const auto span = span_of(flag);
    if (!name || !nuon || !span) return tl::unexpected(std::string("a flag is malformed"));
    call.flags.push_back({std::move(*name), std::move(*nuon), *span});
  }
  return call;
}

AssembledCall assemble(const NushellCall& call) {
  AssembledCall result;
  Assembly assembly;
  add_captures(call, assembly, result.diagnostics);
  const auto& closure = call.closure;
  assembly.add(call.command + " ", call.target ? call.target->span : closure.span, false);
  if (call.target) {
    // the user's own spelling, where it is one and not a variable or a computation
    const auto& target = *call.target;
    const bool is_literal = bare(target.source) == bare(target.nuon);
    assembly.add(is_literal ? target.source : target.nuon, target.span, is_literal);
    assembly.add(" ", closure.span, false);
  }
  assembly.add(closure.text, closure.span, closure.source == closure.text);
  for (const auto& flag : call.flags) {
    const auto value = flag.nuon == "true" ? std::string() : " " + flag.nuon;
    assembly.add(fmt::format(" --{}{}", flag.name, value), flag.span, false);
  }
  result.source = assembly.take();
  return result;
}

NushellSpan script_span(const NushellSource& source, Span span) {
  if (source.parts.empty()) return {};
  // a place at the end of the text belongs to what stands before it
  const auto part = std::find_if(source.parts.begin(), source.parts.end(),
                                 [&](const SourcePart& p) { return span.begin < p.program.end; });
  const auto& found = part == source.parts.end() ? source.parts.back() : *part;
  if (!found.is_exact) return found.script;
  const auto shift = found.script.start - std::int64_t{found.program.begin};
  const auto begin = std::min(span.begin, found.program.end);
  const auto end = std::min(span.end, found.program.end);
  return {begin + shift, std::max(begin, end) + shift};
}

std::string to_json(const NushellSource& source) {
  std::string json = "{\"text\":";
  append_json_string(json, source.file.text);
  json += ",\"parts\":[";
  for (std::size_t i = 0; i < source.parts.size(); ++i) {
    const auto& part = source.parts[i];
    json += fmt::format("{}[{},{},{},{},{}]", i == 0 ? "" : ",", part.program.begin, part.program.end,
                        part.script.start, part.script.end, part.is_exact ? 1 : 0);
  }
  return json + "]}";
}

std::optional<NushellSource> source_from_json(std::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError()) return std::nullopt;
  auto text = text_of(document, "text");
  const auto* const parts = member_of(document, "parts");
  if (!text || parts == nullptr || !parts->IsArray()) return std::nullopt;
  NushellSource source{{"closure", std::move(*text), 0}, {}};
  for (const auto& part : parts->GetArray()) {
    constexpr rapidjson::SizeType kNumbers = 5;
    if (!part.IsArray() || part.Size() != kNumbers) return std::nullopt;
    for (const auto& number : part.GetArray()) {
      if (!number.IsInt64() || number.GetInt64() < 0) return std::nullopt;
    }
    const auto at = [&part](rapidjson::SizeType i) { return part[i].GetInt64(); };
    source.parts.push_back(
        {{static_cast<std::uint32_t>(at(0)), static_cast<std::uint32_t>(at(1))}, {at(2), at(3)}, at(4) != 0});
  }
  return source;
}

}  // namespace nubpf::tool
