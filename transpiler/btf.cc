#include "transpiler/btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "transpiler/mappings.h"
#include "transpiler/tracefs.h"

namespace nubpf {
namespace {

namespace fs = std::filesystem;

/// A type inside of one part of the BTF. A module's part holds those of vmlinux too, under the same numbers.
struct Place {
  std::size_t part = 0;
  std::uint32_t id = 0;
};

KernelTypeId number_of(const Place& place) {
  return KernelTypeId{place.part} << 32U | place.id;
}

Place place_of(KernelTypeId id) {
  return {static_cast<std::size_t>(id >> 32U), static_cast<std::uint32_t>(id)};
}

/// The BTF of vmlinux or of a module.
class Part {
 public:
  explicit Part(::btf* data) : data_(data) {}
  Part(Part&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        dump_(std::exchange(other.dump_, nullptr)),
        text_(std::move(other.text_)) {}
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  Part& operator=(Part&&) = delete;
  ~Part() {
    btf_dump__free(dump_);
    btf__free(data_);
  }

  [[nodiscard]] ::btf* data() const { return data_; }
  [[nodiscard]] const btf_type* at(std::uint32_t id) const { return btf__type_by_id(data_, id); }
  [[nodiscard]] std::uint32_t count() const { return btf__type_cnt(data_); }
  [[nodiscard]] const char* text(std::uint32_t offset) const {
    const auto* const text = btf__name_by_offset(data_, offset);
    return text == nullptr ? "" : text;
  }

  /// The C spelling of a type: `const char *`.
  [[nodiscard]] std::string declaration(std::uint32_t id) const {
    if (id == 0) return "void";
    if (dump_ == nullptr) dump_ = btf_dump__new(data_, append, text_.get(), nullptr);
    text_->clear();
    const btf_dump_emit_type_decl_opts options{
        .sz = sizeof options, .field_name = "", .indent_level = 0, .strip_mods = false};
    if (dump_ == nullptr || btf_dump__emit_type_decl(dump_, id, &options) != 0) return {};
    // `char __attribute__((btf_type_tag("user"))) *` is what the kernel's source calls `char __user *`.
    constexpr std::string_view kTag = "__attribute__((btf_type_tag(\"";
    for (auto at = text_->find(kTag); at != std::string::npos; at = text_->find(kTag)) {
      const auto end = text_->find("\")))", at);
      if (end == std::string::npos) break;
      const auto name = text_->substr(at + kTag.size(), end - at - kTag.size());
      text_->replace(at, end + 4 - at, "__" + name);
    }
    // A struct without a name is written out in full.
    return text_->find('{') == std::string::npos ? *text_ : text_->substr(0, text_->find(" {")) + " {…}";
  }

 private:
  static void append(void* context, const char* format, va_list arguments) {
    std::array<char, 512> part{};
    const auto length = std::vsnprintf(part.data(), part.size(), format, arguments);
    if (length > 0) {
      static_cast<std::string*>(context)->append(part.data(),
                                                 std::min(part.size() - 1, static_cast<std::size_t>(length)));
    }
  }

  ::btf* data_;
  mutable btf_dump* dump_ = nullptr;
  std::unique_ptr<std::string> text_ = std::make_unique<std::string>();
};

/// Reads a file of BTF. Most of the time goes into the first touch of memory: where the kernel (since 6.16)
/// lets its BTF be mapped, that is half as much.
::btf* read_btf(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  struct stat status {};
  const bool has_size = fstat(descriptor, &status) == 0 && status.st_size > 0;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const mapped = has_size ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
  close(descriptor);
  if (mapped == MAP_FAILED) return btf__parse_raw(file.c_str());
  auto* const data = btf__new(mapped, static_cast<std::uint32_t>(size));
  munmap(mapped, size);
  return data;
}

/// An integer of C, as wide as on this machine.
struct Integer {
  std::string_view name;
  std::size_t bytes;
  int encoding;
};
constexpr std::array kIntegers = {
    Integer{"_Bool", sizeof(bool), BTF_INT_BOOL},
    Integer{"signed char", sizeof(char), BTF_INT_SIGNED},
    Integer{"unsigned char", sizeof(char), 0},
    Integer{"short", sizeof(short), BTF_INT_SIGNED},
    Integer{"unsigned short", sizeof(short), 0},
    Integer{"int", sizeof(int), BTF_INT_SIGNED},
    Integer{"unsigned int", sizeof(int), 0},
    Integer{"long", sizeof(long), BTF_INT_SIGNED},
    Integer{"unsigned long", sizeof(long), 0},
    Integer{"long long", sizeof(long long), BTF_INT_SIGNED},
    Integer{"unsigned long long", sizeof(long long), 0},
};

std::string_view tag_of(const btf_type* type) {
  if (btf_is_enum(type) || btf_is_enum64(type)) return "enum ";
  if (btf_is_fwd(type)) return btf_kflag(type) ? "union " : "struct ";
  return btf_is_union(type) ? "union " : "struct ";
}

}  // namespace

struct Btf::State {
  std::string modules_folder;
  mutable std::vector<Part> parts;  ///< vmlinux is the first
  mutable bool modules_loaded = false;
  /// Where functions are, once a wildcard has asked for them all; the names are in the BTF.
  mutable std::unordered_map<std::string_view, Place> functions;
  mutable std::map<KernelTypeId, std::shared_ptr<const Enumerators>> enumerators;

  void load_modules() const {
    if (std::exchange(modules_loaded, true) || modules_folder.empty()) return;
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(modules_folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().filename() != "vmlinux") files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      if (auto* const data = btf__parse_split(file.c_str(), parts.front().data()); data != nullptr)
        parts.emplace_back(data);
    }
  }

  /// The first type of that name and kind: of vmlinux, else of a module.
  [[nodiscard]] std::optional<Place> find(std::string_view name, std::uint32_t kind) const {
    if (kind == BTF_KIND_FUNC && !functions.empty()) {
      const auto known = functions.find(name);
      return known == functions.end() ? std::nullopt : std::optional(known->second);
    }
    const std::string text(name);
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const auto id = btf__find_by_name_kind(parts[part].data(), text.c_str(), kind);
      if (id > 0) return Place{part, static_cast<std::uint32_t>(id)};
      if (part == 0) load_modules();
    }
    return std::nullopt;
  }

  /// Behind typedefs and qualifiers; `name` becomes the last typedef's.
  [[nodiscard]] Place stripped(Place place, std::string& name, Place& named) const {
    const auto& part = parts[place.part];
    for (const auto* type = part.at(place.id); type != nullptr && place.id != 0; type = part.at(place.id)) {
      if (btf_is_typedef(type)) {
        name = part.text(type->name_off);
        named = place;
      } else if (!btf_is_mod(type) && !btf_is_type_tag(type)) {
        break;
      }
      place.id = type->type;
    }
    return place;
  }

  /// Whether a pointer's target is tagged `__user`: only kernels that clang has built say so.
  [[nodiscard]] bool is_user_memory(const Part& part, std::uint32_t target) const {
    for (const auto* type = part.at(target); target != 0 && type != nullptr; type = part.at(target)) {
      if (btf_is_type_tag(type) && std::string_view(part.text(type->name_off)) == "user") return true;
      if (!btf_is_mod(type) && !btf_is_type_tag(type)) return false;
      target = type->type;
    }
    return false;
  }

  void add_members(Place place, std::vector<KernelMember>& members) const {
    const auto& part = parts[place.part];
    const auto* const type = part.at(place.id);
    if (type == nullptr || !btf_is_composite(type)) return;
    const auto* const entries = btf_members(type);
    for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
      std::string name(part.text(entries[i].name_off));
      if (name.empty()) {
        std::string ignored;
        Place named;
        add_members(stripped({place.part, entries[i].type}, ignored, named), members);
        continue;
      }
      members.push_back({std::move(name), part.declaration(entries[i].type),
                         number_of({place.part, entries[i].type}),
                         static_cast<std::uint8_t>(btf_member_bitfield_size(type, i))});
    }
  }

  /// The enumeration of vmlinux that has an enumerator of that name, and which one of it that is.
  [[nodiscard]] std::optional<std::pair<Place, std::size_t>> find_enumerator(std::string_view name) const {
    const auto& part = parts.front();
    for (std::uint32_t id = 1; id < part.count(); ++id) {
      const auto* const type = part.at(id);
      if (!btf_is_any_enum(type)) continue;
      for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
        const auto entry = btf_is_enum(type) ? btf_enum(type)[i].name_off : btf_enum64(type)[i].name_off;
        if (part.text(entry) == name) return std::pair(Place{0, id}, std::size_t{i});
      }
    }
    return std::nullopt;
  }

  void for_each(const std::function<void(const Part&, const btf_type*, const Place&)>& visit) const {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto first = i == 0 ? 1 : parts.front().count();
      for (auto id = first; id < parts[i].count(); ++id) visit(parts[i], parts[i].at(id), {i, id});
    }
  }
};

Btf::Btf(std::unique_ptr<State> state) : state_(std::move(state)) {}

Btf::~Btf() {
  // A module's BTF refers to that of vmlinux.
  while (!state_->parts.empty()) state_->parts.pop_back();
}

std::unique_ptr<Btf> Btf::load(const std::string& file, const std::string& modules) {
  libbpf_set_print(nullptr);
  auto* const data = read_btf(file);
  if (data == nullptr) return nullptr;
  auto state = std::make_unique<State>();
  state->modules_folder = modules;
  state->parts.emplace_back(data);
  return std::unique_ptr<Btf>(new Btf(std::move(state)));
}

std::optional<KernelFunction> Btf::function(std::string_view name) const {
  const auto found = state_->find(name, BTF_KIND_FUNC);
  if (!found) return std::nullopt;
  const auto& part = state_->parts[found->part];
  const auto* const prototype = part.at(part.at(found->id)->type);
  if (prototype == nullptr || !btf_is_func_proto(prototype)) return std::nullopt;
  KernelFunction function{
      std::string(name), {}, part.declaration(prototype->type), number_of({found->part, prototype->type})};
  const auto* const parameters = btf_params(prototype);
  for (std::uint32_t i = 0; i < btf_vlen(prototype); ++i) {
    // a last parameter without a type stands for `...`
    if (parameters[i].type == 0) break;
    function.parameters.push_back({part.text(parameters[i].name_off), part.declaration(parameters[i].type),
                                   number_of({found->part, parameters[i].type}), 0});
  }
  return function;
}

std::vector<std::string> Btf::functions(std::string_view pattern) const {
  state_->load_modules();
  auto& all = state_->functions;
  if (all.empty()) {
    state_->for_each([&](const Part& part, const btf_type* type, const Place& place) {
      if (btf_is_func(type)) all.try_emplace(part.text(type->name_off), place);
    });
  }
  std::vector<std::string> names;
  for (const auto& [name, place] : all) {
    if (matches_wildcard(pattern, name)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<KernelTypeId> Btf::find_type(std::string_view spelling) const {
  static constexpr std::array<std::pair<std::string_view, std::uint32_t>, 3> kTags = {
      {{"struct ", BTF_KIND_STRUCT}, {"union ", BTF_KIND_UNION}, {"enum ", BTF_KIND_ENUM}}};
  std::optional<Place> found;
  for (const auto& [tag, kind] : kTags) {
    if (!spelling.starts_with(tag)) continue;
    const auto name = spelling.substr(tag.size());
    if (kind == BTF_KIND_ENUM && name.starts_with("{ ") && name.ends_with(" }")) {
      const auto entry = state_->find_enumerator(name.substr(2, name.size() - 4));
      return entry ? std::optional(number_of(entry->first)) : std::nullopt;
    }
    found = state_->find(name, kind);
    if (!found && kind == BTF_KIND_ENUM) found = state_->find(name, BTF_KIND_ENUM64);
    return found ? std::optional(number_of(*found)) : std::nullopt;
  }
  for (const auto kind : {BTF_KIND_TYPEDEF, BTF_KIND_INT}) {
    if ((found = state_->find(spelling, static_cast<std::uint32_t>(kind)))) return number_of(*found);
  }
  return std::nullopt;
}

KernelType Btf::type(KernelTypeId id) const {
  KernelType result;
  if (place_of(id).part >= state_->parts.size()) return result;
  std::string alias;
  Place alias_place;
  const auto place = state_->stripped(place_of(id), alias, alias_place);
  const auto& part = state_->parts[place.part];
  const auto* const type = part.at(place.id);
  if (place.id == 0 || type == nullptr) return result;
  result.id = number_of(place);
  result.bits = type->size * 8;
  const std::string_view name = part.text(type->name_off);
  const auto number = [&](std::uint32_t target) { return number_of({place.part, target}); };
  switch (btf_kind(type)) {
    case BTF_KIND_INT: {
      const auto encoding = btf_int_encoding(type);
      result.bits = btf_int_bits(type);
      result.is_signed = (encoding & BTF_INT_SIGNED) != 0;
      const bool is_text = alias.empty() && (name == "char" || name == "unsigned char");
      result.kind = (encoding & BTF_INT_BOOL) != 0 || name == "_Bool" ? KernelTypeKind::boolean
                    : is_text                                         ? KernelTypeKind::character
                                                                      : KernelTypeKind::integer;
      if (name == "char") result.is_signed = true;
      break;
    }
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_KIND_FWD:
      if (btf_is_any_enum(type)) {
        result.kind = KernelTypeKind::enumeration;
        const auto* const values = btf_is_enum(type) ? btf_enum(type) : nullptr;
        result.is_signed = btf_kflag(type);
        for (std::uint32_t i = 0; values != nullptr && i < btf_vlen(type); ++i)
          result.is_signed = result.is_signed || values[i].val < 0;
      } else {
        result.kind = KernelTypeKind::structure;
      }
      if (!name.empty()) {
        result.name = std::string(tag_of(type)).append(name);
      } else if (!alias.empty()) {
        result.name = alias;
        result.id = number_of(alias_place);
      }
      if (btf_is_fwd(type)) {
        result.bits = 0;
        if (const auto whole = find_type(result.name)) return this->type(*whole);
      }
      break;
    case BTF_KIND_PTR:
      result.kind = KernelTypeKind::pointer;
      result.bits = 64;
      result.target = number(type->type);
      result.is_user_memory = state_->is_user_memory(part, type->type);
      break;
    case BTF_KIND_ARRAY:
      result.kind = KernelTypeKind::array;
      result.bits = 0;
      result.target = number(btf_array(type)->type);
      result.length = btf_array(type)->nelems;
      break;
    case BTF_KIND_FUNC_PROTO:
      result.kind = KernelTypeKind::function;
      result.bits = 0;
      break;
    default:
      result.kind = KernelTypeKind::other;
      break;
  }
  return result;
}

std::vector<KernelMember> Btf::members(KernelTypeId id) const {
  std::vector<KernelMember> members;
  if (place_of(id).part >= state_->parts.size()) return members;
  std::string ignored;
  Place named;
  state_->add_members(state_->stripped(place_of(id), ignored, named), members);
  return members;
}

std::shared_ptr<const Enumerators> Btf::enumerators(KernelTypeId id) const {
  if (const auto known = state_->enumerators.find(id); known != state_->enumerators.end())
    return known->second;
  if (place_of(id).part >= state_->parts.size()) return nullptr;
  std::string ignored;
  Place named;
  const auto place = state_->stripped(place_of(id), ignored, named);
  const auto& part = state_->parts[place.part];
  const auto* const type = part.at(place.id);
  if (place.id == 0 || type == nullptr || !btf_is_any_enum(type)) return nullptr;
  auto result = std::make_shared<Enumerators>();
  const bool is_signed = this->type(id).is_signed;
  for (std::uint32_t i = 0; i < btf_vlen(type); ++i) {
    if (btf_is_enum(type)) {
      const auto& entry = btf_enum(type)[i];
      const auto value =
          is_signed ? std::int64_t{entry.val} : std::int64_t{static_cast<std::uint32_t>(entry.val)};
      result->emplace_back(value, part.text(entry.name_off));
    } else {
      const auto& entry = btf_enum64(type)[i];
      result->emplace_back(static_cast<std::int64_t>(btf_enum64_value(&entry)), part.text(entry.name_off));
    }
  }
  state_->enumerators[id] = result;
  return result;
}

std::vector<std::string> Btf::type_names() const {
  state_->load_modules();
  std::set<std::string> names;
  state_->for_each([&](const Part& part, const btf_type* type, const Place&) {
    const bool is_tagged = btf_is_composite(type) || btf_is_any_enum(type);
    const std::string_view name = part.text(type->name_off);
    if (name.empty() || (!is_tagged && !btf_is_typedef(type))) return;
    names.insert(is_tagged ? std::string(tag_of(type)).append(name) : std::string(name));
  });
  return {names.begin(), names.end()};
}

std::optional<std::int64_t> Btf::enumerator(std::string_view name) const {
  const auto found = state_->find_enumerator(name);
  if (!found) return std::nullopt;
  return (*enumerators(number_of(found->first)))[found->second].first;
}

std::string common_types() {
  const std::unique_ptr<::btf, decltype(&btf__free)> data(btf__new_empty(), btf__free);
  if (!data) return {};
  std::map<std::string_view, int> integers;
  for (const auto& integer : kIntegers) {
    integers[integer.name] =
        btf__add_int(data.get(), std::string(integer.name).c_str(), integer.bytes, integer.encoding);
  }
  for (const auto& row : mappings::kernel_typedefs())
    btf__add_typedef(data.get(), std::string(row.name).c_str(), integers.at(row.type));
  std::uint32_t size = 0;
  const auto* const bytes = static_cast<const char*>(btf__raw_data(data.get(), &size));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

}  // namespace nubpf
