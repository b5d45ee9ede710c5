#include "base/byte_reader.h"

#include <doctest/doctest.h>

using namespace img2prompt;

TEST_CASE("ByteReader reads both byte orders") {
  std::vector<uint8_t> bytes{1, 2, 3, 4, 5, 6, 7, 8};
  ByteReader reader{ByteSpan(bytes)};
  CHECK(reader.u16_be() == 0x0102);
  CHECK(reader.u16_le() == 0x0403);
  CHECK(reader.u32_be() == 0x05060708);
  CHECK_FALSE(reader.failed());
}

TEST_CASE("ByteReader past the end fails, yields zero and stays failed") {
  std::vector<uint8_t> bytes{1, 2, 3};
  ByteReader reader{ByteSpan(bytes)};
  CHECK(reader.u32_le() == 0);
  CHECK(reader.failed());
  CHECK(reader.remaining() == 0);
  CHECK(reader.take(SIZE_MAX).empty());
}
