#include "image/decode.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "base/error.h"
#include "image/orientation.h"

using namespace img2prompt;
using namespace std::string_literals;

namespace {

ByteSpan span(const std::string& text) { return ByteSpan(std::string_view(text)); }

std::string le(uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += char(value >> (8 * i));
  return out;
}

// A 2 x 1 picture: red, then blue.
std::string tiny_bmp() {
  return "BM" + le(62, 4) + le(0, 4) + le(54, 4) + le(40, 4) + le(2, 4) + le(1, 4) + le(1, 2) +
         le(24, 2) + std::string(24, '\0') + "\0\0\xff\xff\0\0\0\0"s;
}

// A 2 x 1 picture of two colours; its data are the codes clear, 0, 1, end.
std::string tiny_gif() {
  return "GIF89a" + le(2, 2) + le(1, 2) + "\x80\0\0"s + "\xff\0\0\0\0\xff"s + "," + le(0, 4) +
         le(2, 2) + le(1, 2) + "\0\x02\x02\x44\x0a\0;"s;
}

std::string message_of(const std::string& bytes, const DecodeLimits& limits = {}) {
  try {
    decode_image(span(bytes), "picture.png", limits);
  } catch (const DecodeError& error) {
    return error.what();
  }
  return "";
}

const std::vector<uint8_t> kRedBlue = {255, 0, 0, 0, 0, 255};

}  // namespace

TEST_CASE("The format is told by the first bytes") {
  CHECK(decode_image(span(tiny_bmp()), "x.gif").pixels == kRedBlue);
  CHECK(decode_image(span(tiny_gif()), "x.bmp").pixels == kRedBlue);
}

TEST_CASE("Limits are the caller's, and a message states what was declared and what is accepted") {
  DecodeLimits limits;
  limits.max_pixels = 1;
  CHECK(message_of(tiny_bmp(), limits) ==
        "picture.png: a picture of 2x1 pixels; at most 1 in all are accepted");
  limits = {};
  limits.max_side = 1;
  CHECK(message_of(tiny_gif(), limits) ==
        "picture.png: a picture of 2x1 pixels; a side may have at most 1");
  limits = {};
  limits.max_bytes = 10;
  CHECK(message_of(tiny_bmp(), limits) == "picture.png: 62 bytes; at most 10 are accepted");
}

TEST_CASE("A file beyond the limit is refused before it is read, a missing one is named") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "img2prompt_tiny.bmp";
  std::ofstream(path, std::ios::binary) << tiny_bmp();
  CHECK(read_image(path.string()).pixels == kRedBlue);
  DecodeLimits limits;
  limits.max_bytes = 10;
  CHECK_THROWS_AS(read_image(path.string(), limits), DecodeError);
  std::filesystem::remove(path);
  CHECK_THROWS_AS(read_image(path.string()), Error);
}

TEST_CASE("Every beginning of a picture is refused as cut short") {
  for (const std::string& whole : {tiny_bmp(), tiny_gif()})
    for (size_t size = 6; size + 4 < whole.size(); ++size)
      CHECK(message_of(whole.substr(0, size)).find("cut short") != std::string::npos);
}

TEST_CASE("Bytes by chance behind a known beginning never do more than throw DecodeError") {
  std::mt19937 random(1);
  const std::string starts[] = {
      tiny_bmp(),
      tiny_gif(),
      "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\3\1\x22\0\2\x11\0\3\x11\0"s
      "\xff\xdb\0\x43\0"s +
          std::string(64, '\1') +
          "\xff\xc4\0\x15\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0\1\2"s
          "\xff\xc4\0\x15\x10\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0\1\x11"s
          "\xff\xda\0\x0c\3\1\0\2\0\3\0\0\x3f\0"s,
      "RIFF\x40\0\0\0WEBPVP8 \x30\0\0\0"s,
      "RIFF\x40\0\0\0WEBPVP8L\x30\0\0\0\x2f"s,
      "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\4\0\0\0\4\x08\2\0\0\0"s,
  };
  for (const std::string& start : starts) {
    for (int i = 0; i < 3000; ++i) {
      std::string bytes = start;
      const size_t extra = random() % 200;
      for (size_t k = 0; k < extra; ++k) bytes += char(random());
      for (size_t k = random() % 4; k > 0; --k)
        bytes[2 + random() % (bytes.size() - 2)] = char(random());
      DecodeLimits limits;
      limits.max_pixels = 1 << 16;
      try {
        const Image image = decode_image(span(bytes), "x", limits);
        REQUIRE(image.pixels.size() == size_t(image.width) * size_t(image.height) * 3);
      } catch (const DecodeError&) {
      }
    }
  }
}

TEST_CASE("Each orientation moves the corners of a picture to their places") {
  Image image(2, 3);  // pixels named 0 to 5 row by row
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = uint8_t(i / 3);
  const std::vector<std::vector<int>> expected = {
      {0, 1, 2, 3, 4, 5}, {1, 0, 3, 2, 5, 4}, {5, 4, 3, 2, 1, 0}, {4, 5, 2, 3, 0, 1},
      {0, 2, 4, 1, 3, 5}, {4, 2, 0, 5, 3, 1}, {5, 3, 1, 4, 2, 0}, {1, 3, 5, 0, 2, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image turned = turn_upright(image, orientation);
    CHECK(turned.width == (orientation < 5 ? 2 : 3));
    for (size_t i = 0; i < 6; ++i)
      CHECK(turned.pixels[i * 3] == expected[size_t(orientation - 1)][i]);
  }
}

TEST_CASE("An orientation is read in either byte order, and damage means upright") {
  CHECK(parse_orientation(span("Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"s)) == 6);
  CHECK(parse_orientation(span("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x08\0\0"s)) == 8);
  CHECK(parse_orientation(span("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1"s)) == 1);
  CHECK(parse_orientation(span("II*\0\xff\xff\xff\x7f"s)) == 1);
  CHECK(parse_orientation({}) == 1);
}
