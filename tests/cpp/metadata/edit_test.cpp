// Copies of files without records, or with another one. What Pillow and piexif make of them:
// tests/python/api/test_metadata_edit.py.
#include "metadata/edit.h"

#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "build_files.h"
#include "metadata/edit/exif.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;
using namespace std::string_literals;

namespace {

const std::string kText = "a cat\nSteps: 1, Seed: 2, Model: m";

std::string strip_file(const std::string& file) { return strip_metadata(ByteSpan(file), "file"); }
std::string write_file(const std::string& file, const std::string& text = kText) {
  return write_infotext(ByteSpan(file), text, "file");
}
Metadata read(const std::string& file) { return parse_metadata(ByteSpan(file), "file"); }

// A block with the orientation 6, a maker, and Exif's directory with a comment and one more tag.
std::string exif_block(bool big_endian) {
  std::string six = big_endian ? std::string("\0\6", 2) : std::string("\6\0", 2);
  return tiff({{0x010F, 2, "secret maker"}},
              {{0x9286, 7, "ASCII\0\0\0secret"s}, {0x927C, 7, "kept"}}, big_endian);
}

std::string jpeg_file(const std::string& segments) { return jpeg(segments); }

std::vector<std::string> files_with_records() {
  std::string exif = exif_block(true);
  return {png(text_chunk("parameters", "secret") + itxt_chunk("x", "secret", true) +
                  ztxt_chunk("y", "secret") + chunk("eXIf", exif) + chunk("caBX", "secret") +
                  chunk("prVt", "secret") + chunk("gAMA", be(45455, 4)),
              text_chunk("late", "secret")) +
              "secret behind the end",
          jpeg(segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"sv) + exif_segment(exif) +
               segment(0xE1, "http://ns.adobe.com/xap/1.0/\0secret"sv) + segment(0xED, "secret") +
               segment(0xEB, "JP secret") + segment(0xFE, "secret") +
               segment(0xE2, "ICC_PROFILE\0\1\1profile"sv) + segment(0xE2, "MPF\0secret"sv) +
               segment(0xEE, "Adobe\0\x64\0\0\0\0\0"sv)) +
              "secret behind the end",
          webp(vp8x_chunk(5, 7) + riff_chunk("ICCP", "profile") +
               riff_chunk("VP8L", "\x2F" + le(4 | 6u << 14, 4)) + riff_chunk("EXIF", exif) +
               riff_chunk("XMP ", "secret") + riff_chunk("C2PA", "secret")) +
              "secret behind the end",
          gif(gif_comment("secret") + "!\xFF\x0B" + "NETSCAPE2.0" + "\3\1" + le(0, 2) + '\0' +
              "!\xFF\x0B" + "XMP DataXMP" + "\6secret" + '\0' + "!\x01\x0C" +
              std::string(12, '\0') + "\6secret" + '\0') +
              "secret behind the end"};
}

}  // namespace

TEST_CASE("Strip: no record stays, in any container") {
  for (const std::string& file : files_with_records()) {
    std::string stripped = strip_file(file);
    CHECK(stripped.find("secret") == std::string::npos);
    Metadata metadata = read(stripped);
    CHECK(metadata.raw.fields.empty());
    CHECK(metadata.raw.warnings.empty());
    CHECK(metadata.raw.width == 5);
    CHECK(metadata.raw.height == 7);
    CHECK(strip_file(stripped) == stripped);
  }
}

TEST_CASE("Strip: what shows the picture right stays, byte for byte") {
  std::vector<std::string> files = files_with_records();
  CHECK(strip_file(files[0]) == png(chunk("gAMA", be(45455, 4))));
  CHECK(strip_file(files[1]) == jpeg(segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"sv) +
                                     segment(0xE2, "ICC_PROFILE\0\1\1profile"sv) +
                                     segment(0xEE, "Adobe\0\x64\0\0\0\0\0"sv)));
  CHECK(strip_file(files[2]) == webp(vp8x_chunk(5, 7) + riff_chunk("ICCP", "profile") +
                                     riff_chunk("VP8L", "\x2F" + le(4 | 6u << 14, 4))));
  CHECK(strip_file(files[3]) == gif("!\xFF\x0B" + "NETSCAPE2.0"s + "\3\1" + le(0, 2) + '\0'));
}

TEST_CASE("Strip: the orientation stays as the only EXIF") {
  std::string block = edit::orientation_exif(6);
  CHECK(edit::exif_orientation(ByteSpan(std::string_view(block))) == 6);
  std::string turned = edit::exif_with_comment(ByteSpan(std::string_view(block)), "secret");
  for (const std::string& file :
       {png(chunk("eXIf", turned)), jpeg(exif_segment(turned)), jpeg_file(exif_segment(turned)),
        webp(riff_chunk("VP8L", "\x2F" + le(4 | 6u << 14, 4)) + riff_chunk("EXIF", turned))}) {
    std::string stripped = strip_file(file);
    CHECK(stripped.find(block) != std::string::npos);
    CHECK(*read(stripped).raw.find("EXIF", "Orientation") == "Rotate 90 CW");
    CHECK(read(stripped).raw.fields.size() == 1);
  }
}

TEST_CASE("Strip: comments between a progressive JPEG's scans, pixels with stuffed bytes") {
  std::string scan = segment(0xDA, "\1\1\0\0\x3F\0"sv) + "a\xFF\0b\xFF\xD0 c\xFF\xFF\0 d"s;
  std::string start = "\xFF\xD8" + segment(0xC2, "\x08\0\7\0\5\1\1\x11\0"sv);
  std::string file =
      start + scan + segment(0xFE, "secret") + segment(0xC4, "table") + scan + "\xFF\xD9";
  CHECK(strip_file(file) == start + scan + segment(0xC4, "table") + scan + "\xFF\xD9");
}

TEST_CASE("Strip: a file without a picture is refused, not copied as nothing") {
  CHECK_THROWS_AS(strip_file(webp(riff_chunk("VP6L", "\x2F" + le(4 | 6u << 14, 4)))),
                  MetadataError);
}

TEST_CASE("Write: the text is read back, once and again") {
  for (const std::string& file : files_with_records()) {
    std::string written = write_file(file);
    CHECK(read(written).info.infotext == kText);
    CHECK(read(written).raw.warnings.empty());
    std::string other = "\u732B\nSteps: 3, Seed: 4, Model: n";
    CHECK(read(write_file(written, other)).info.infotext == other);
    CHECK(strip_file(written) == strip_file(file));
  }
}

TEST_CASE("Write: EXIF keeps its other values in both byte orders, and loses the old comment") {
  for (bool big_endian : {true, false}) {
    std::string block = exif_block(big_endian);
    std::string written = edit::exif_with_comment(ByteSpan(std::string_view(block)), kText);
    RawFields raw = read(jpeg(exif_segment(written))).raw;
    CHECK(*raw.find("EXIF", "Make") == "secret maker");
    CHECK(*raw.find("EXIF", "MakerNote") == "kept");
    CHECK(*raw.find("EXIF", "UserComment") == kText);
    CHECK(raw.fields.size() == 3);
    CHECK(written.find("\0\0\0secret\0"s) == std::string::npos);
  }
}

TEST_CASE("Write: an EXIF block that is damaged is replaced") {
  for (const std::string& block :
       {""s, "II*\0"s, "MM\0*\0\0\0\x08"s, "MM\0*\xFF\xFF\xFF\xFF"s, "II*\0\x08\0\0\0\xFF\xFF"s,
        "MM\0*\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s}) {
    std::string written = edit::exif_with_comment(ByteSpan(std::string_view(block)), kText);
    RawFields raw = read(jpeg(exif_segment(written))).raw;
    CHECK(*raw.find("EXIF", "UserComment") == kText);
    CHECK(raw.warnings.empty());
  }
}

TEST_CASE("Write: an Exif directory of a wrong type and count is pointed to anew") {
  std::string block = exif_block(true);
  size_t entry = block.find("\x87\x69"s);
  block.replace(entry + 2, 6, "\xC8\xC8\xC8\xC8\xC8\xC8");
  std::string written = edit::exif_with_comment(ByteSpan(block), kText);
  RawFields raw = read(jpeg(exif_segment(written))).raw;
  CHECK(*raw.find("EXIF", "UserComment") == kText);
  CHECK(*raw.find("EXIF", "Make") == "secret maker");
}

TEST_CASE("Write: a block of more entries than are read is replaced, but for the orientation") {
  std::vector<Tag> tags(5000, Tag{0x010F, 2, "abc"});
  tags.insert(tags.begin(), Tag{0x0112, 3, std::string("\0\6", 2), 2});
  std::string block = tiff(tags, {}, true);
  std::string written = edit::exif_with_comment(ByteSpan(block), kText);
  RawFields raw = read(jpeg(exif_segment(written))).raw;
  CHECK(*raw.find("EXIF", "UserComment") == kText);
  CHECK(*raw.find("EXIF", "Orientation") == "Rotate 90 CW");
}

TEST_CASE("Write: a comment whose length lies takes no other bytes with it") {
  std::string block = tiff({{0x010F, 2, "maker's name"}}, {{0x9286, 7, "ASCII\0\0\0hello"s}}, true);
  for (uint32_t lie : {0xFFFFFFFFu, 0x7FFFFFFFu, 100u, 0u, 4u}) {
    std::string changed = block;
    size_t entry = changed.find("\x92\x86"s);
    changed.replace(entry + 4, 4, be(lie, 4));
    std::string written = edit::exif_with_comment(ByteSpan(changed), kText);
    RawFields raw = read(jpeg(exif_segment(written))).raw;
    CHECK(*raw.find("EXIF", "Make") == "maker's name");
    CHECK(*raw.find("EXIF", "UserComment") == kText);
  }
}

TEST_CASE("Copies of damaged files are refused, by every prefix and thousands of corruptions") {
  std::mt19937 random(46);
  for (const std::string& whole : files_with_records()) {
    std::string file = whole.substr(0, whole.find("secret behind"));
    for (size_t size = 0; size < file.size(); ++size)
      CHECK_THROWS_AS(strip_file(file.substr(0, size)), MetadataError);
    for (int round = 0; round < 4000; ++round) {
      std::string bytes = file;
      for (unsigned i = 1 + random() % 6; i-- > 0;) {
        size_t at = random() % bytes.size();
        if (random() % 3 == 0)
          bytes.erase(at, random() % 8);
        else
          bytes[at] = static_cast<char>(random());
        if (bytes.empty()) bytes = " ";
      }
      try {
        std::string stripped = strip_file(bytes);
        CHECK(stripped.size() <= bytes.size() + 64);  // an orientation may be written anew
        write_file(bytes);
      } catch (const MetadataError&) {
      }
    }
  }
}

TEST_CASE("Texts that cannot be written, and files that take none") {
  CHECK_THROWS_AS(write_file(png(""), ""), InvalidArgument);
  CHECK_THROWS_AS(write_file(png(""), "a\0b"s), InvalidArgument);
  std::string bmp = "BM" + std::string(12, '\0') + le(40, 4) + le(5, 4) + le(7, 4);
  CHECK_THROWS_AS(write_file(bmp), MetadataError);
  CHECK(strip_file(bmp) == bmp);
  CHECK_THROWS_WITH_AS(strip_file("hello"), doctest::Contains("PNG, JPEG"), MetadataError);
}
