#include "transpiler/c_type.h"

#include <catch2/catch.hpp>
#include <string>

using namespace nubpf;

namespace {

/// `BASE STARS [user] [storage]`
std::string parts(std::string_view text) {
  const auto type = parse_c_type(text);
  if (!type) return "no type";
  auto shown = type->base + " " + std::string(static_cast<std::size_t>(type->stars), '*');
  if (type->is_user_memory) shown += " user";
  if (type->integer) shown += " " + bpftrace_integer(*type->integer);
  return shown;
}

}  // namespace

TEST_CASE("a C type is read into its parts") {
  CHECK(parts("struct sock *") == "struct sock *");
  CHECK(parts("const struct file*") == "struct file *");
  CHECK(parts("struct file * const *") == "struct file **");
  CHECK(parts("const char __user *") == "char * user int8");
  CHECK(parts("enum pid_type") == "enum pid_type ");
  CHECK(parts("enum {TCP_CLOSE}") == "enum { TCP_CLOSE } ");
  CHECK(parts("size_t") == "size_t ");
  CHECK(parts("void *") == " *");
}

TEST_CASE("numbers of C and of bpftrace are known without a kernel") {
  CHECK(parts("int") == "int  int32");
  CHECK(parts("long long unsigned int") == "long long unsigned int  uint64");
  CHECK(parts("unsigned short") == "unsigned short  uint16");
  CHECK(parts("signed char") == "signed char  int8");
  CHECK(parts("u32") == "u32  uint32");
  CHECK(parts("__s64 *") == "__s64 * int64");
  CHECK(parts("uint8") == "uint8  uint8");
  CHECK(parts("int16_t") == "int16_t  int16");
  CHECK(parts("u31") == "u31 ");
}

TEST_CASE("what is not a type of its own is refused") {
  for (const auto* const text :
       {"", "*", "struct", "struct a b", "char[16]", "int (*)(void)", "void", "two words", "* int", "a; b",
        "enum { A, B }", "struct { a }", "enum {", "enum { }", "{ A }", "enum }"}) {
    INFO(text);
    CHECK_FALSE(parse_c_type(text));
  }
}
