// JPEG, WebP, GIF and BMP: where their texts and sizes stand. PNG has a file of its own.
#include <doctest/doctest.h>

#include "base/error.h"
#include "build_files.h"
#include "metadata/container.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

RawFields read(const std::string& file) { return parse_container(ByteSpan(file), "file"); }

void check_size(const RawFields& raw, Container container, uint32_t width, uint32_t height) {
  CHECK(raw.container == container);
  CHECK(raw.width == width);
  CHECK(raw.height == height);
}

const std::string kComment = comment_tiff("ASCII\0\0\0hello"sv);

}  // namespace

TEST_CASE("JPEG: EXIF, XMP, comments and the frame's size") {
  RawFields raw =
      read(jpeg(segment(0xE0, "JFIF") + exif_segment(kComment) +
                segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x/>"sv) + segment(0xFE, "caf\xE9")));
  check_size(raw, Container::kJpeg, 5, 7);
  CHECK(raw.warnings.empty());
  CHECK(*raw.find("EXIF", "UserComment") == "hello");
  CHECK(*raw.find("XMP", "packet") == "<x/>");
  CHECK(*raw.find("COM", "comment") == "caf\u00E9");
}

TEST_CASE("JPEG: EXIF of more than one segment is joined") {
  std::string text(100000, 'a');
  std::string block = comment_tiff("ASCII" + std::string(3, '\0') + text);
  RawFields raw =
      read(jpeg(exif_segment(block.substr(0, 65000)) + exif_segment(block.substr(65000))));
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].value == text);
}

TEST_CASE("JPEG: fill bytes, lone markers and junk between segments are stepped over") {
  RawFields raw = read(jpeg("\xFF\xFF" + exif_segment(kComment).substr(1)));
  CHECK(raw.fields.size() == 1);
  CHECK(raw.warnings.empty());
  raw = read(jpeg(segment(0xE0, "JFIF") + "junk" + exif_segment(kComment)));
  CHECK(raw.fields.size() == 1);
  CHECK(raw.warnings.size() == 1);
  check_size(raw, Container::kJpeg, 5, 7);
}

TEST_CASE("JPEG: a file cut inside a segment keeps what is there") {
  std::string file = jpeg(segment(0xFE, "a comment"));
  RawFields raw = read(file.substr(0, file.find("comment")));
  CHECK(*raw.find("COM", "comment") == "a ");
  CHECK(raw.width == 0);
  CHECK(raw.warnings.size() >= 2);
}

TEST_CASE("JPEG: what follows the pixels is not read") {
  CHECK(read(jpeg("") + segment(0xFE, "late")).fields.empty());
}

TEST_CASE("WebP: sizes of the three bitstreams") {
  check_size(read(webp(vp8x_chunk(70000, 3))), Container::kWebp, 70000, 3);
  check_size(read(webp(riff_chunk("VP8 ", "abc\x9D\x01\x2A" + le(0x4000 | 640, 2) + le(480, 2)))),
             Container::kWebp, 640, 480);
  check_size(read(webp(riff_chunk("VP8L", "\x2F" + le((511u << 14) | 1023u, 4)))), Container::kWebp,
             1024, 512);
}

TEST_CASE("WebP: EXIF with and without its JPEG prefix, XMP, odd lengths") {
  RawFields raw = read(webp(vp8x_chunk(5, 7) + riff_chunk("ICCP", "odd") +
                            riff_chunk("EXIF", kComment) + riff_chunk("XMP ", "<x/>")));
  CHECK(*raw.find("EXIF", "UserComment") == "hello");
  CHECK(*raw.find("XMP", "packet") == "<x/>");
  CHECK(raw.warnings.empty());
  raw = read(webp(vp8x_chunk(5, 7) + riff_chunk("EXIF", std::string("Exif\0\0", 6) + kComment)));
  CHECK(raw.fields.size() == 1);
}

TEST_CASE("WebP: a cut file keeps what is there") {
  std::string file = webp(vp8x_chunk(5, 7) + riff_chunk("XMP ", "<long/>"));
  RawFields raw = read(file.substr(0, file.size() - 4));
  CHECK(*raw.find("XMP", "packet") == "<lon");
  CHECK(raw.warnings.size() == 2);
}

TEST_CASE("GIF: comments of one and of many blocks") {
  std::string text(1000, 'x');
  RawFields raw = read(
      gif(gif_comment("hello \xE6\x97\xA5") + "!\xF9\x04" + le(0, 4) + '\0' + gif_comment(text)));
  check_size(raw, Container::kGif, 5, 7);
  CHECK(raw.warnings.empty());
  REQUIRE(raw.fields.size() == 2);
  CHECK(raw.fields[0].value == "hello \u65E5");
  CHECK(raw.fields[1].value == text);
}

TEST_CASE("Comments end before the NULs that some writers put there") {
  CHECK(*read(gif(gif_comment("hello\0"sv))).find("GIF", "comment") == "hello");
  CHECK(*read(jpeg(segment(0xFE, "hello\0"sv))).find("COM", "comment") == "hello");
}

TEST_CASE("GIF: cut files and foreign blocks are told") {
  std::string file = gif(gif_comment("hello"));
  CHECK(read(file.substr(0, file.size() - 1)).warnings.size() == 1);
  RawFields raw = read(file.substr(0, file.find("llo")));
  CHECK(raw.fields.size() == 1);
  CHECK(!raw.warnings.empty());
  CHECK(read(gif("?")).warnings.size() == 1);
}

TEST_CASE("BMP: its size, also of rows from the top") {
  std::string head = "BM" + std::string(12, '\0');
  check_size(read(head + le(40, 4) + le(5, 4) + le(7, 4)), Container::kBmp, 5, 7);
  check_size(read(head + le(40, 4) + le(5, 4) + le(static_cast<uint32_t>(-7), 4)), Container::kBmp,
             5, 7);
  check_size(read(head + le(12, 4) + le(5, 2) + le(7, 2)), Container::kBmp, 5, 7);
}

TEST_CASE("What is no picture is refused by name, with what would be read") {
  for (const std::string& bytes : {std::string(), std::string("hello"), std::string(4000, '\xA7'),
                                   std::string("BM is a word"), std::string("RIFF....WAVE")})
    CHECK_THROWS_WITH_AS(parse_container(ByteSpan(bytes), "a.png"), doctest::Contains("a.png"),
                         MetadataError);
  CHECK_THROWS_WITH_AS(parse_container(ByteSpan("hello"sv), "a.png"),
                       doctest::Contains("PNG, JPEG, WebP"), MetadataError);
}
