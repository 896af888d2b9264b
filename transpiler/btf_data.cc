#include "transpiler/btf_data.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace nubpf {
namespace {

constexpr std::uint32_t kStride = 32;
/// More than any declaration of the kernel is nested.
constexpr int kMaxDepth = 32;
constexpr btf_type kVoid{};

std::size_t read_all(int descriptor, std::byte* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(descriptor, to + done, size - done);
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

/// The content of a file in memory that munmap() frees; empty where that is impossible.
std::span<const std::byte> mapped(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  struct stat status {};
  const bool has_size = fstat(descriptor, &status) == 0 && status.st_size > 0;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory = has_size ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
  if (has_size && memory == MAP_FAILED) {
    memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    // Most of the time goes into the first touch of each page: a few large ones are touched faster.
    if (memory != MAP_FAILED) madvise(memory, size, MADV_HUGEPAGE);
    if (memory != MAP_FAILED && read_all(descriptor, static_cast<std::byte*>(memory), size) != size) {
      munmap(memory, size);
      memory = MAP_FAILED;
    }
  }
  close(descriptor);
  if (memory == MAP_FAILED) return {};
  return {static_cast<const std::byte*>(memory), size};
}

bool is_qualifier(std::uint32_t kind) {
  return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT ||
         kind == BTF_KIND_TYPE_TAG;
}

/// A word in front of a declarator: `* const`, `**`, `int (*)(void)`, `char[16]`.
std::string in_front(std::string_view word, const std::string& declarator) {
  const bool is_glued = declarator.empty() || declarator.front() == '[' ||
                        (word == "*" && (declarator.front() == '*' || declarator.front() == '('));
  return std::string(word).append(is_glued ? "" : " ").append(declarator);
}

}  // namespace

std::unique_ptr<BtfData> BtfData::load(const std::string& file, const BtfData* base) {
  const auto content = mapped(file);
  if (content.empty()) return nullptr;
  std::unique_ptr<BtfData> data(new BtfData(content, base));
  if (!data->read()) return nullptr;
  return data;
}

BtfData::~BtfData() {
  munmap(const_cast<std::byte*>(content_.data()), content_.size());
}

bool BtfData::read() {
  btf_header header{};
  if (content_.size() < sizeof header) return false;
  std::memcpy(&header, content_.data(), sizeof header);
  if (header.magic != BTF_MAGIC || header.hdr_len < sizeof header || header.hdr_len > content_.size())
    return false;
  const auto body = content_.subspan(header.hdr_len);
  const auto holds = [&](std::uint32_t offset, std::uint32_t length) {
    return offset <= body.size() && length <= body.size() - offset;
  };
  if (!holds(header.type_off, header.type_len) || !holds(header.str_off, header.str_len)) return false;
  types_ = body.subspan(header.type_off, header.type_len);
  const auto texts = body.subspan(header.str_off, header.str_len);
  texts_ = {reinterpret_cast<const char*>(texts.data()), texts.size()};
  if (texts_.empty() || texts_.back() != '\0') return false;
  if (reinterpret_cast<std::uintptr_t>(types_.data()) % alignof(btf_type) != 0) return false;
  if (base_ != nullptr) {
    begin_id_ = base_->end_id_;
    text_begin_ = base_->text_begin_ + static_cast<std::uint32_t>(base_->texts_.size());
  }
  end_id_ = begin_id_;
  for (std::size_t at = 0; at < types_.size(); ++end_id_) {
    const std::size_t left = types_.size() - at;
    const std::size_t size = left < sizeof(btf_type) ? 0 : btf_size(type_at(at));
    if (size == 0 || size > left) return false;
    if ((end_id_ - begin_id_) % kStride == 0) offsets_.push_back(static_cast<std::uint32_t>(at));
    at += size;
  }
  return true;
}

const btf_type& BtfData::at(std::uint32_t id) const {
  if (id == 0 || id >= end_id_) return kVoid;
  if (id < begin_id_) return base_->at(id);
  const std::uint32_t index = id - begin_id_;
  std::size_t offset = offsets_[index / kStride];
  for (std::uint32_t i = index % kStride; i > 0; --i) offset += btf_size(type_at(offset));
  return type_at(offset);
}

const char* BtfData::text_at(std::uint32_t offset) const {
  if (offset < text_begin_) return base_->text_at(offset);
  offset -= text_begin_;
  return offset < texts_.size() ? texts_.data() + offset : "";
}

std::uint32_t BtfData::find(std::string_view name, std::uint32_t wanted) const {
  std::uint32_t id = begin_id_;
  for (std::size_t at = 0; at < types_.size(); at += btf_size(type_at(at)), ++id) {
    const btf_type& type = type_at(at);
    if (kind(type) == wanted && is_text(type.name_off, name)) return id;
  }
  return 0;
}

std::string BtfData::declaration(std::uint32_t id) const {
  return declaration(id, 0);
}

std::uint32_t BtfData::unqualified_kind(std::uint32_t id) const {
  for (int depth = 0; depth < kMaxDepth && is_qualifier(kind(at(id))); ++depth) id = at(id).type;
  return kind(at(id));
}

std::string BtfData::declaration(std::uint32_t id, int depth) const {
  std::string qualifiers;
  std::string declarator;
  for (; depth < kMaxDepth; ++depth) {
    const btf_type& type = at(id);
    const auto name = text(type.name_off);
    // Behind a pointer what it points to comes next; a qualifier says where it stands by what it qualifies.
    const auto behind = unqualified_kind(id);
    const auto qualify = [&](std::string_view word) {
      if (behind == BTF_KIND_PTR) {
        declarator = in_front(word, declarator);
      } else if (behind != BTF_KIND_ARRAY && behind != BTF_KIND_FUNC_PROTO) {
        qualifiers.append(word).append(" ");
      }
    };
    std::string named;
    const auto tagged = [&](std::string_view tag) {
      return std::string(tag).append(name.empty() ? "{…}" : name);
    };
    switch (kind(type)) {
      case BTF_KIND_CONST:
        qualify("const");
        break;
      case BTF_KIND_VOLATILE:
        qualify("volatile");
        break;
      case BTF_KIND_RESTRICT:
        qualify("restrict");
        break;
      case BTF_KIND_TYPE_TAG:
        declarator = in_front(std::string("__").append(name), declarator);
        break;
      case BTF_KIND_PTR: {
        declarator = in_front("*", declarator);
        const auto target = unqualified_kind(type.type);
        if (target == BTF_KIND_ARRAY || target == BTF_KIND_FUNC_PROTO) declarator = "(" + declarator + ")";
        break;
      }
      case BTF_KIND_ARRAY: {
        const auto& array = entry<btf_array>(type);
        declarator += "[" + std::to_string(array.nelems) + "]";
        id = array.type;
        continue;
      }
      case BTF_KIND_FUNC_PROTO: {
        std::string parameters;
        for (const auto& parameter : entries<btf_param>(type)) {
          parameters += parameters.empty() ? "" : ", ";
          // a last parameter without a type stands for `...`
          parameters += parameter.type == 0 ? "..." : declaration(parameter.type, depth + 1);
        }
        declarator += "(" + (parameters.empty() ? "void" : parameters) + ")";
        break;
      }
      case BTF_KIND_STRUCT:
        named = tagged("struct ");
        break;
      case BTF_KIND_UNION:
        named = tagged("union ");
        break;
      case BTF_KIND_FWD:
        named = tagged(flag(type) ? "union " : "struct ");
        break;
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        named = tagged("enum ");
        break;
      case BTF_KIND_UNKN:
        named = "void";
        break;
      default:
        named = name;
        break;
    }
    if (!named.empty()) return qualifiers + in_front(named, declarator);
    id = type.type;
  }
  return {};
}

}  // namespace nubpf
