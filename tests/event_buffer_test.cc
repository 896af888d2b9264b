// How large a buffer bpftrace gets.
#include "adapter/event_buffer.h"

#include <catch2/catch.hpp>

using namespace nubpf;

namespace {

constexpr std::int64_t kGibibyte = std::int64_t{1} << 30;

Schema rows() {
  Schema schema;
  schema.sites.emplace_back();
  return schema;
}

const Dialect kOld = dialect_for({0, 17, 0});
const Dialect kNew = dialect_for({0, 27, 0});

}  // namespace

TEST_CASE("rows get a buffer that holds a burst of a million") {
  CHECK(event_buffer_pages(rows(), {}, kNew, {4096, 16 * kGibibyte, 8}) == 16384);
  CHECK(event_buffer_pages(rows(), {}, kNew, {65536, 16 * kGibibyte, 8}) == 1024);
}

TEST_CASE("rows with strings get twice as much, where each processor has no buffer of its own") {
  auto text = rows();
  text.string_length = 199;
  CHECK(event_buffer_pages(text, {}, kNew, {4096, 16 * kGibibyte, 8}) == 32768);
  CHECK(event_buffer_pages(text, {}, kNew, {4096, 4 * kGibibyte, 8}) == 16384);
  CHECK(event_buffer_pages(text, {}, kOld, {4096, 16 * kGibibyte, 8}) == 2048);
  CHECK(event_buffer_pages(text, 10, kNew, {4096, 16 * kGibibyte, 8}) == 4096);
}

TEST_CASE("up to 0.19 each processor has a buffer") {
  CHECK(event_buffer_pages(rows(), {}, kOld, {4096, 16 * kGibibyte, 8}) == 2048);
  CHECK(event_buffer_pages(rows(), {}, kOld, {4096, 4 * kGibibyte, 64}) == 256);
}

TEST_CASE("a small machine keeps its memory") {
  CHECK(event_buffer_pages(rows(), {}, kNew, {4096, kGibibyte / 2, 1}) == 2048);
  CHECK(event_buffer_pages(rows(), {}, kNew, {4096, 3 * kGibibyte / 4, 1}) == 2048);
  CHECK(event_buffer_pages(rows(), {}, kOld, {4096, kGibibyte / 2, 64}) == 64);
}

TEST_CASE("what sends few rows starts sooner") {
  CHECK(event_buffer_pages({}, {}, kNew, {4096, 16 * kGibibyte, 8}) == 4096);
  CHECK_FALSE(event_buffer_pages({}, {}, kOld, {4096, 16 * kGibibyte, 8}));
  CHECK(event_buffer_pages(rows(), 10, kNew, {4096, 16 * kGibibyte, 8}) == 4096);
  CHECK_FALSE(event_buffer_pages(rows(), 10, kOld, {4096, 16 * kGibibyte, 8}));
  CHECK(event_buffer_pages(rows(), 1'000'000, kNew, {4096, 16 * kGibibyte, 8}) == 16384);
  auto clock = rows();
  clock.sites.front().is_slow = true;
  CHECK_FALSE(event_buffer_pages(clock, {}, kOld, {4096, 16 * kGibibyte, 8}));
  clock.sites.emplace_back();
  CHECK(event_buffer_pages(clock, {}, kOld, {4096, 16 * kGibibyte, 8}) == 2048);
}
