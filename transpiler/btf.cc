#include "transpiler/btf.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include "transpiler/btf_data.h"
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

bool is_composite(std::uint32_t kind) {
  return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

bool is_enumeration(std::uint32_t kind) {
  return kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

bool is_qualifier(std::uint32_t kind) {
  return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT;
}

std::string_view tag_of(const btf_type& type) {
  const auto kind = BtfData::kind(type);
  if (is_enumeration(kind)) return "enum ";
  if (kind == BTF_KIND_FWD) return BtfData::flag(type) ? "union " : "struct ";
  return kind == BTF_KIND_UNION ? "union " : "struct ";
}

bool is_signed_enumeration(const btf_type& type) {
  const auto values =
      BtfData::kind(type) == BTF_KIND_ENUM ? BtfData::entries<btf_enum>(type) : std::span<const btf_enum>();
  return BtfData::flag(type) ||
         std::any_of(values.begin(), values.end(), [](const auto& one) { return one.val < 0; });
}

/// Calls `visit(name, value)` for each enumerator of an enumeration of either width.
template <class Visit>
void for_each_enumerator(const BtfData& data, const btf_type& type, Visit visit) {
  if (BtfData::kind(type) == BTF_KIND_ENUM) {
    const bool is_signed = is_signed_enumeration(type);
    for (const auto& one : BtfData::entries<btf_enum>(type)) {
      visit(data.text(one.name_off),
            is_signed ? std::int64_t{one.val} : std::int64_t{static_cast<std::uint32_t>(one.val)});
    }
  } else if (BtfData::kind(type) == BTF_KIND_ENUM64) {
    for (const auto& one : BtfData::entries<btf_enum64>(type)) {
      visit(data.text(one.name_off),
            static_cast<std::int64_t>(std::uint64_t{one.val_hi32} << 32U | one.val_lo32));
    }
  }
}

bool has_enumerator(const BtfData& data, const btf_type& type, std::string_view name) {
  const auto is_named = [&](const auto& one) { return data.is_text(one.name_off, name); };
  const auto has = [&](const auto& entries) { return std::any_of(entries.begin(), entries.end(), is_named); };
  return BtfData::kind(type) == BTF_KIND_ENUM ? has(BtfData::entries<btf_enum>(type))
                                              : has(BtfData::entries<btf_enum64>(type));
}

}  // namespace

struct Btf::State {
  std::string modules_folder;
  mutable std::vector<std::unique_ptr<const BtfData>> parts;  ///< vmlinux is the first
  mutable bool modules_loaded = false;
  /// What has been looked for by kind and name, since each search walks all types; nothing: there is none.
  mutable std::map<std::pair<std::uint32_t, std::string>, std::optional<Place>> found;
  mutable std::map<std::string, std::optional<std::int64_t>, std::less<>>
      values;  ///< the same of enumerators
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
      if (auto data = BtfData::load(file.string(), parts.front().get())) parts.push_back(std::move(data));
    }
  }

  /// The first type of that name and kind: of vmlinux, else of a module.
  [[nodiscard]] std::optional<Place> find(std::string_view name, std::uint32_t kind) const {
    const auto [known, is_new] = found.try_emplace({kind, std::string(name)});
    for (std::size_t part = 0; is_new && !known->second && part < parts.size(); ++part) {
      if (const auto id = parts[part]->find(name, kind); id > 0) known->second = Place{part, id};
      if (part == 0 && !known->second) load_modules();
    }
    return known->second;
  }

  /// The value of an enumerator of vmlinux.
  [[nodiscard]] std::optional<std::int64_t> value(std::string_view name) const {
    std::optional<std::int64_t> value;
    const auto& part = *parts.front();
    part.for_each([&](std::uint32_t, const btf_type& type) {
      if (value || !is_enumeration(BtfData::kind(type)) || !has_enumerator(part, type, name)) return;
      for_each_enumerator(part, type, [&](std::string_view known, std::int64_t its) {
        if (known == name) value = its;
      });
    });
    return value;
  }

  /// Behind typedefs and qualifiers; `name` becomes the last typedef's.
  [[nodiscard]] Place stripped(Place place, std::string& name, Place& named) const {
    const auto& part = *parts[place.part];
    while (place.id != 0) {
      const auto& type = part.at(place.id);
      const auto kind = BtfData::kind(type);
      if (kind == BTF_KIND_TYPEDEF) {
        name = part.text(type.name_off);
        named = place;
      } else if (!is_qualifier(kind) && kind != BTF_KIND_TYPE_TAG) {
        break;
      }
      place.id = type.type;
    }
    return place;
  }

  [[nodiscard]] Place stripped(Place place) const {
    std::string ignored;
    Place named;
    return stripped(place, ignored, named);
  }

  /// Whether a pointer's target is tagged `__user`: only kernels that clang has built say so.
  [[nodiscard]] static bool is_user_memory(const BtfData& part, std::uint32_t target) {
    while (target != 0) {
      const auto& type = part.at(target);
      const auto kind = BtfData::kind(type);
      if (kind == BTF_KIND_TYPE_TAG && part.text(type.name_off) == "user") return true;
      if (!is_qualifier(kind) && kind != BTF_KIND_TYPE_TAG) return false;
      target = type.type;
    }
    return false;
  }

  void add_members(Place place, std::vector<KernelMember>& members) const {
    const auto& part = *parts[place.part];
    const auto& type = part.at(place.id);
    if (!is_composite(BtfData::kind(type))) return;
    for (const auto& entry : BtfData::entries<btf_member>(type)) {
      if (part.text(entry.name_off).empty()) {
        add_members(stripped({place.part, entry.type}), members);
        continue;
      }
      const auto bits = BtfData::flag(type) ? BTF_MEMBER_BITFIELD_SIZE(entry.offset) : 0;
      members.push_back({std::string(part.text(entry.name_off)), part.declaration(entry.type),
                         number_of({place.part, entry.type}), static_cast<std::uint8_t>(bits)});
    }
  }

  void for_each(const std::function<void(const BtfData&, const btf_type&, const Place&)>& visit) const {
    for (std::size_t i = 0; i < parts.size(); ++i)
      parts[i]->for_each([&](std::uint32_t id, const btf_type& type) { visit(*parts[i], type, {i, id}); });
  }
};

Btf::Btf(std::unique_ptr<State> state) : state_(std::move(state)) {}

Btf::~Btf() = default;

std::unique_ptr<Btf> Btf::load(const std::string& file, const std::string& modules) {
  auto data = BtfData::load(file);
  if (data == nullptr) return nullptr;
  auto state = std::make_unique<State>();
  state->modules_folder = modules;
  state->parts.push_back(std::move(data));
  return std::unique_ptr<Btf>(new Btf(std::move(state)));
}

std::optional<KernelFunction> Btf::function(std::string_view name) const {
  const auto found = state_->find(name, BTF_KIND_FUNC);
  if (!found) return std::nullopt;
  const auto& part = *state_->parts[found->part];
  const auto& prototype = part.at(part.at(found->id).type);
  if (BtfData::kind(prototype) != BTF_KIND_FUNC_PROTO) return std::nullopt;
  KernelFunction function{
      std::string(name), {}, part.declaration(prototype.type), number_of({found->part, prototype.type})};
  for (const auto& parameter : BtfData::entries<btf_param>(prototype)) {
    // a last parameter without a type stands for `...`
    if (parameter.type == 0) break;
    function.parameters.push_back({std::string(part.text(parameter.name_off)),
                                   part.declaration(parameter.type), number_of({found->part, parameter.type}),
                                   0});
  }
  return function;
}

std::vector<std::string> Btf::functions(std::string_view pattern) const {
  state_->load_modules();
  std::set<std::string_view> names;
  state_->for_each([&](const BtfData& part, const btf_type& type, const Place& place) {
    if (BtfData::kind(type) != BTF_KIND_FUNC) return;
    const auto name = part.text(type.name_off);
    if (!matches_wildcard(pattern, name)) return;
    names.insert(name);
    state_->found.try_emplace({BTF_KIND_FUNC, std::string(name)}, place);
  });
  return {names.begin(), names.end()};
}

std::optional<KernelTypeId> Btf::find_type(std::string_view spelling) const {
  static constexpr std::array<std::pair<std::string_view, std::uint32_t>, 3> kTags = {
      {{"struct ", BTF_KIND_STRUCT}, {"union ", BTF_KIND_UNION}, {"enum ", BTF_KIND_ENUM}}};
  std::optional<Place> found;
  for (const auto& [tag, kind] : kTags) {
    if (!spelling.starts_with(tag)) continue;
    const auto name = spelling.substr(tag.size());
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
  const auto& part = *state_->parts[place.part];
  const auto& type = part.at(place.id);
  if (BtfData::kind(type) == BTF_KIND_UNKN) return result;
  result.id = number_of(place);
  result.bits = type.size * 8;
  const std::string_view name = part.text(type.name_off);
  const auto number = [&](std::uint32_t target) { return number_of({place.part, target}); };
  switch (BtfData::kind(type)) {
    case BTF_KIND_INT: {
      const auto description = BtfData::entry<std::uint32_t>(type);
      const auto encoding = BTF_INT_ENCODING(description);
      result.bits = BTF_INT_BITS(description);
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
      if (is_enumeration(BtfData::kind(type))) {
        result.kind = KernelTypeKind::enumeration;
        result.is_signed = is_signed_enumeration(type);
      } else {
        result.kind = KernelTypeKind::structure;
      }
      if (!name.empty()) {
        result.name = std::string(tag_of(type)).append(name);
      } else if (!alias.empty()) {
        result.name = alias;
        result.id = number_of(alias_place);
      }
      if (BtfData::kind(type) == BTF_KIND_FWD) {
        result.bits = 0;
        if (const auto whole = find_type(result.name)) return this->type(*whole);
      }
      break;
    case BTF_KIND_PTR:
      result.kind = KernelTypeKind::pointer;
      result.bits = 64;
      result.target = number(type.type);
      result.is_user_memory = State::is_user_memory(part, type.type);
      break;
    case BTF_KIND_ARRAY:
      result.kind = KernelTypeKind::array;
      result.bits = 0;
      result.target = number(BtfData::entry<btf_array>(type).type);
      result.length = BtfData::entry<btf_array>(type).nelems;
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
  state_->add_members(state_->stripped(place_of(id)), members);
  return members;
}

std::shared_ptr<const Enumerators> Btf::enumerators(KernelTypeId id) const {
  if (const auto known = state_->enumerators.find(id); known != state_->enumerators.end())
    return known->second;
  if (place_of(id).part >= state_->parts.size()) return nullptr;
  const auto place = state_->stripped(place_of(id));
  const auto& part = *state_->parts[place.part];
  const auto& type = part.at(place.id);
  if (!is_enumeration(BtfData::kind(type))) return nullptr;
  auto result = std::make_shared<Enumerators>();
  for_each_enumerator(part, type,
                      [&](std::string_view name, std::int64_t value) { result->emplace_back(value, name); });
  state_->enumerators[id] = result;
  return result;
}

std::vector<std::string> Btf::type_names() const {
  state_->load_modules();
  std::set<std::string> names;
  state_->for_each([&](const BtfData& part, const btf_type& type, const Place&) {
    const auto kind = BtfData::kind(type);
    const bool is_tagged = is_composite(kind) || is_enumeration(kind);
    const auto name = part.text(type.name_off);
    if (name.empty() || (!is_tagged && kind != BTF_KIND_TYPEDEF)) return;
    names.insert(is_tagged ? std::string(tag_of(type)).append(name) : std::string(name));
  });
  return {names.begin(), names.end()};
}

std::optional<std::int64_t> Btf::enumerator(std::string_view name) const {
  const auto known = state_->values.find(name);
  if (known != state_->values.end()) return known->second;
  return state_->values.emplace(name, state_->value(name)).first->second;
}

}  // namespace nubpf
