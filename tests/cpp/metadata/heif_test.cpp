// AVIF, HEIF and JPEG XL: the formats made of ISO boxes.
#include "metadata/heif.h"

#include <doctest/doctest.h>

#include "build_files.h"
#include "metadata/brotli.h"
#include "metadata/iso_boxes.h"
#include "metadata/limits.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

RawFields read(const std::string& file) { return parse_container(ByteSpan(file), "file"); }

const std::string kExif = comment_tiff("ASCII\0\0\0hello"sv);

std::string value(const RawFields& raw, std::string_view source, std::string_view key) {
  const std::string* found = raw.find(source, key);
  return found ? *found : "(none)";
}

}  // namespace

TEST_CASE("Boxes: sizes of four and eight bytes, to the end, and none") {
  std::string bytes =
      box("aaaa", "one") + be(1, 4) + "bbbb" + be(19, 8) + "two" + be(0, 4) + "cccc" + "three";
  IsoBoxes boxes{ByteSpan(bytes)};
  IsoBox found;
  REQUIRE(boxes.next(found));
  CHECK(found.type == "aaaa");
  CHECK(found.data.text() == "one");
  REQUIRE(boxes.next(found));
  CHECK(found.type == "bbbb");
  CHECK(found.data.text() == "two");
  REQUIRE(boxes.next(found));
  CHECK(found.data.text() == "three");
  CHECK(found.whole);
  CHECK(!boxes.next(found));

  std::string cut = be(100, 4) + "aaaaonly this";
  IsoBoxes cut_boxes{ByteSpan(cut)};
  REQUIRE(cut_boxes.next(found));
  CHECK(!found.whole);
  CHECK(found.data.text() == "only this");
  std::string too_small = be(7, 4) + "aaaa",
              too_large = be(1, 4) + "aaaa" + be(UINT64_MAX, 8) + "x";
  CHECK(!IsoBoxes{ByteSpan(too_small)}.next(found));
  REQUIRE(IsoBoxes{ByteSpan(too_large)}.next(found));
  CHECK(found.data.text() == "x");
}

TEST_CASE("AVIF and HEIF: Exif in the file, XMP in the meta box, the primary item's size") {
  for (std::string_view brand : {"avif", "heic"}) {
    RawFields raw = read(heif(kExif, "<x/>", brand));
    CHECK(container_name(raw.container) == (brand == "avif" ? "avif" : "heif"));
    CHECK(raw.warnings.empty());
    CHECK(raw.width == 5);
    CHECK(raw.height == 7);
    CHECK(value(raw, "EXIF", "UserComment") == "hello");
    CHECK(value(raw, "XMP", "packet") == "<x/>");
  }
}

TEST_CASE("HEIF: a brand among the compatible ones is enough; films are no pictures") {
  std::string file = heif(kExif, "<x/>");
  file.replace(8, 4, "1234");
  CHECK(read(file).container == Container::kAvif);
  CHECK_THROWS(read(box("ftyp", "isom" + be(0, 4) + "mp42") + box("moov", "")));
}

TEST_CASE("HEIF: places outside the file are told, and nothing is taken for them") {
  std::string file = heif(kExif, "<x/>");
  std::string item = be(4, 4) + std::string(4, '\0') + kExif;
  std::string length = be(item.size(), 4);
  std::string damaged = file;
  damaged.replace(file.find(length, file.find("iloc") + 30), 4, be(0xFFFFFFFF, 4));
  RawFields raw = read(damaged);
  CHECK(value(raw, "EXIF", "UserComment") == "hello");
  CHECK(!raw.warnings.empty());
  raw = read(file.substr(0, file.size() - 3));
  CHECK(value(raw, "EXIF", "UserComment") == "he");
  CHECK(!raw.warnings.empty());
}

TEST_CASE("HEIF: extents that all name one large part of the file are bounded") {
  constexpr int kExtents = 200;
  std::string start = box("ftyp", "avif" + be(0, 4) + "avif");
  std::string infe =
      full_box("infe", 2, be(3, 2) + be(0, 2) + "mime" + '\0' + "application/rdf+xml" + '\0');
  std::string extents;
  for (int i = 0; i < kExtents; ++i) extents += be(0, 4) + be(1 << 20, 4);
  std::string iloc = full_box(
      "iloc", 1,
      be(0x4400, 2) + be(1, 2) + be(3, 2) + be(0, 2) + be(0, 2) + be(kExtents, 2) + extents);
  std::string sizes = box("iprp", box("ipco", full_box("ispe", 0, be(5, 4) + be(7, 4))));
  RawFields raw =
      read(start + full_box("meta", 0, full_box("iinf", 0, be(1, 2) + infe) + iloc + sizes) +
           box("mdat", std::string(2 << 20, 'a')));
  CHECK(value(raw, "XMP", "packet").size() <= 2 * kMaxJoinedBytes);  // Latin-1 may take two
  CHECK(!raw.warnings.empty());
}

TEST_CASE("JPEG XL: Exif and XML boxes, and the codestream's size") {
  RawFields raw = read(jxl(box("Exif", be(0, 4) + kExif) + box("xml ", "<x/>")));
  CHECK(container_name(raw.container) == "jxl");
  CHECK(raw.warnings.empty());
  CHECK(raw.width == 8);
  CHECK(raw.height == 16);
  CHECK(value(raw, "EXIF", "UserComment") == "hello");
  CHECK(value(raw, "XMP", "packet") == "<x/>");
}

TEST_CASE("JPEG XL: a bare codestream has a size alone") {
  RawFields raw = read(kJxlCodestream);
  CHECK(raw.width == 8);
  CHECK(raw.height == 16);
  CHECK(raw.fields.empty());
  CHECK_THROWS(read(kJxlCodestream.substr(0, 2)));
}

TEST_CASE("JPEG XL: boxes compressed with Brotli") {
  // brotli 1.2.1's compress(b"<x/>" * 50)
  const std::string stream("\x1b\xc7\x00\xf8\xa5\x5f\x78\x7c\xf0\x84\x68\x01\x80\xef\x04", 15);
  std::string text;
  for (int i = 0; i < 50; ++i) text += "<x/>";
  RawFields raw = read(jxl(box("brob", "xml " + stream)));
  if (!has_brotli()) {
    CHECK(raw.warnings.size() == 1);
    return;
  }
  CHECK(raw.warnings.empty());
  CHECK(value(raw, "XMP", "packet") == text);
  raw = read(jxl(box("brob", "xml " + stream.substr(0, 14))));
  CHECK(raw.warnings.size() >= 1);
  CHECK(decompress_brotli(ByteSpan(stream), text.size()).end == Inflated::End::kWhole);
  Inflated bounded = decompress_brotli(ByteSpan(stream), text.size() - 1);
  CHECK(bounded.end == Inflated::End::kTooLarge);
  CHECK(bounded.bytes.empty());
}
