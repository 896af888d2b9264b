#pragma once

#include <linux/btf.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nubpf {

/// Bytes of a type with all that stands behind it; 0: it is of an unknown kind.
[[nodiscard]] inline std::size_t btf_size(const btf_type& type) {
  const std::size_t count = BTF_INFO_VLEN(type.info);
  switch (BTF_INFO_KIND(type.info)) {
    case BTF_KIND_PTR:
    case BTF_KIND_FWD:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FLOAT:
    case BTF_KIND_TYPE_TAG:
      return sizeof type;
    case BTF_KIND_INT:
      return sizeof type + sizeof(std::uint32_t);
    case BTF_KIND_ARRAY:
      return sizeof type + sizeof(btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return sizeof type + count * sizeof(btf_member);
    case BTF_KIND_ENUM:
      return sizeof type + count * sizeof(btf_enum);
    case BTF_KIND_ENUM64:
      return sizeof type + count * sizeof(btf_enum64);
    case BTF_KIND_FUNC_PROTO:
      return sizeof type + count * sizeof(btf_param);
    case BTF_KIND_VAR:
      return sizeof type + sizeof(btf_var);
    case BTF_KIND_DATASEC:
      return sizeof type + count * sizeof(btf_var_secinfo);
    case BTF_KIND_DECL_TAG:
      return sizeof type + sizeof(btf_decl_tag);
    default:
      return 0;
  }
}

/// One file of BTF, read where it lies: nothing of it is copied where the kernel (since 6.16) lets its BTF be
/// mapped. Its types have the numbers from begin_id() up to end_id(); 0 is `void`. Those of a module go on
/// behind those of vmlinux, which is their base.
class BtfData {
 public:
  /// Null where the file holds no BTF. `base` has to outlive it.
  [[nodiscard]] static std::unique_ptr<BtfData> load(const std::string& file, const BtfData* base = nullptr);

  ~BtfData();
  BtfData(const BtfData&) = delete;
  BtfData& operator=(const BtfData&) = delete;

  [[nodiscard]] std::uint32_t begin_id() const { return begin_id_; }
  [[nodiscard]] std::uint32_t end_id() const { return end_id_; }
  /// `void` where there is no such type.
  [[nodiscard]] const btf_type& at(std::uint32_t id) const;
  [[nodiscard]] std::string_view text(std::uint32_t offset) const { return text_at(offset); }
  /// The same as text(offset) == text, sooner where it is not.
  [[nodiscard]] bool is_text(std::uint32_t offset, std::string_view text) const {
    const char* const known = text_at(offset);
    return *known == (text.empty() ? '\0' : text.front()) && known == text;
  }
  /// The first of its own types of that kind and name; 0: there is none.
  [[nodiscard]] std::uint32_t find(std::string_view name, std::uint32_t kind) const;
  /// How C spells a type: `const char *`.
  [[nodiscard]] std::string declaration(std::uint32_t id) const;

  /// Calls `visit(id, type)` for each of its own types, in order.
  template <class Visit>
  void for_each(Visit visit) const {
    std::uint32_t id = begin_id_;
    for (std::size_t at = 0; at < types_.size(); at += btf_size(type_at(at))) visit(id++, type_at(at));
  }

  [[nodiscard]] static std::uint32_t kind(const btf_type& type) { return BTF_INFO_KIND(type.info); }
  [[nodiscard]] static bool flag(const btf_type& type) { return BTF_INFO_KFLAG(type.info) != 0; }
  /// What stands behind a type: its members, parameters, values.
  template <class Entry>
  [[nodiscard]] static std::span<const Entry> entries(const btf_type& type) {
    return {reinterpret_cast<const Entry*>(&type + 1), BTF_INFO_VLEN(type.info)};
  }
  /// The one thing that stands behind an integer or an array.
  template <class Entry>
  [[nodiscard]] static const Entry& entry(const btf_type& type) {
    return *reinterpret_cast<const Entry*>(&type + 1);
  }

 private:
  BtfData(std::span<const std::byte> content, const BtfData* base) : content_(content), base_(base) {}

  /// Finds its parts. False: it is no BTF.
  [[nodiscard]] bool read();
  [[nodiscard]] const btf_type& type_at(std::size_t offset) const {
    return *reinterpret_cast<const btf_type*>(types_.data() + offset);
  }
  [[nodiscard]] const char* text_at(std::uint32_t offset) const;
  [[nodiscard]] std::string declaration(std::uint32_t id, int depth) const;
  /// Kind of the type behind qualifiers and tags.
  [[nodiscard]] std::uint32_t unqualified_kind(std::uint32_t id) const;

  std::span<const std::byte> content_;  ///< a mapping of its own
  const BtfData* base_;
  std::span<const std::byte> types_;
  std::string_view texts_;
  std::uint32_t text_begin_ = 0;
  std::uint32_t begin_id_ = 1, end_id_ = 1;
  std::vector<std::uint32_t>
      offsets_;  ///< of each kStride-th type: an offset for each would cost more than it saves
};

}  // namespace nubpf
