# Third-party libraries, all from the distribution (scripts/install-packages lists the packages). Every one is an
# imported target, so that its headers are system headers to the compiler.

find_package(PkgConfig REQUIRED)
pkg_check_modules(libbpf REQUIRED IMPORTED_TARGET libbpf>=1.0)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)

find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(msgpack 4.1 REQUIRED)
find_package(pegtl 3.2 REQUIRED)
find_package(RapidJSON 1.1 REQUIRED)
find_package(tl-expected 1.0 REQUIRED)

# Debian's RapidJSON has no target of its own.
if(NOT TARGET RapidJSON::RapidJSON)
  add_library(RapidJSON::RapidJSON INTERFACE IMPORTED)
  target_include_directories(RapidJSON::RapidJSON SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})
endif()

if(NUBPF_TESTS)
  find_package(Catch2 2.13 REQUIRED)
endif()
