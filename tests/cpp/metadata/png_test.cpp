#include "metadata/png.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <random>

#include "base/error.h"
#include "build_files.h"
#include "metadata/limits.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;
using namespace std::string_literals;

namespace {

RawFields read(const std::string& file) { return parse_container(ByteSpan(file), "file"); }

void check_one(const std::string& file, const char* source, const char* key,
               const std::string& value) {
  RawFields raw = read(file);
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].source == source);
  CHECK(raw.fields[0].key == key);
  CHECK(raw.fields[0].value == value);
  CHECK(raw.warnings.empty());
  CHECK(raw.width == 5);
  CHECK(raw.height == 7);
}

bool warns_of(const RawFields& raw, const char* part) {
  for (const std::string& warning : raw.warnings)
    if (warning.find(part) != std::string::npos) return true;
  return false;
}

const std::string kUnicode = "\u65E5\u672C, caf\u00E9 \U0001F600";

}  // namespace

TEST_CASE("PNG: tEXt, zTXt and iTXt, plain and compressed, before and after the pixels") {
  for (bool late : {false, true}) {
    auto file = [&](const std::string& text) { return late ? png("", text) : png(text); };
    check_one(file(text_chunk("parameters", "a, b")), "tEXt", "parameters", "a, b");
    check_one(file(ztxt_chunk("parameters", "a, b")), "zTXt", "parameters", "a, b");
    check_one(file(itxt_chunk("parameters", kUnicode, false)), "iTXt", "parameters", kUnicode);
    check_one(file(itxt_chunk("parameters", kUnicode, true)), "iTXt", "parameters", kUnicode);
  }
}

TEST_CASE("PNG: tEXt is UTF-8 where it is well-formed UTF-8, else Latin-1") {
  check_one(png(text_chunk("parameters", kUnicode)), "tEXt", "parameters", kUnicode);
  check_one(png(text_chunk("parameters", "caf\xE9")), "tEXt", "parameters", "caf\u00E9");
  check_one(png(ztxt_chunk("caf\xE9", "\xFC")), "zTXt", "caf\u00E9", "\u00FC");
}

TEST_CASE("PNG: iTXt that is not UTF-8 is repaired") {
  check_one(png(itxt_chunk("k", "a\xFF", false)), "iTXt", "k", "a\uFFFD");
}

TEST_CASE("PNG: fields keep the file's order, and the last of a keyword is found") {
  RawFields raw =
      read(png(text_chunk("parameters", "1") + text_chunk("b", ""), text_chunk("parameters", "2")));
  REQUIRE(raw.fields.size() == 3);
  CHECK(raw.fields[1].value == "");
  CHECK(*raw.png_text("parameters") == "2");
  CHECK(raw.png_text("c") == nullptr);
}

TEST_CASE("PNG: a wrong checksum is read and told") {
  std::string text = text_chunk("parameters", "a, b");
  text.back() ^= 1;
  RawFields raw = read(png(text + text_chunk("c", "d")));
  REQUIRE(raw.fields.size() == 2);
  CHECK(raw.fields[0].value == "a, b");
  CHECK(raw.warnings.size() == 1);
  CHECK(warns_of(raw, "checksum"));
}

TEST_CASE("PNG: the checksums of other chunks are not looked at") {
  std::string pixels = chunk("IDAT", "pixels");
  pixels.back() ^= 1;
  CHECK(read(png(pixels + text_chunk("c", "d"))).warnings.empty());
}

TEST_CASE("PNG: a file cut inside a text keeps what is there") {
  std::string file = png(text_chunk("parameters", "a long prompt"));
  RawFields raw = read(file.substr(0, file.find("prompt")));
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].value == "a long ");
  CHECK(warns_of(raw, "ends inside"));
}

TEST_CASE("PNG: a file cut after its header is a picture without a record") {
  std::string file = png("");
  RawFields raw = read(file.substr(0, file.find("pixels")));
  CHECK(raw.fields.empty());
  CHECK(raw.width == 5);
  CHECK(warns_of(raw, "IEND"));
}

TEST_CASE("PNG: a file without even its header is refused by name") {
  CHECK_THROWS_WITH_AS(parse_container(ByteSpan(kPngSignature), "x.png"),
                       doctest::Contains("x.png"), MetadataError);
}

TEST_CASE("PNG: a chunk that is none ends the walk with a warning") {
  RawFields raw =
      read(png(text_chunk("a", "b") + be(0xFFFFFFFF, 4) + "tEXt" + text_chunk("c", "d")));
  CHECK(raw.fields.size() == 1);
  CHECK(warns_of(raw, "no chunk begins"));
  raw = read(png(text_chunk("a", "b") + be(3, 4) + "t3Xt"));
  CHECK(warns_of(raw, "no chunk begins"));
}

TEST_CASE("PNG: a length beyond the file is a cut chunk") {
  std::string file = png("");
  std::string lying = file.substr(0, file.size() - 12) + be(0x7FFFFFFF, 4) + "tEXtk" + '\0' + "v";
  RawFields raw = read(lying);
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].value == "v");
  CHECK(warns_of(raw, "ends inside"));
}

TEST_CASE("PNG: text chunks without a keyword or with half a header are left out with a warning") {
  RawFields raw = read(png(chunk("tEXt", "no end") + chunk("iTXt", "k\0\0"sv) + chunk("zTXt", "") +
                           chunk("iTXt", "") + chunk("zTXt", "k\0"sv)));
  CHECK(raw.fields.empty());
  CHECK(raw.warnings.size() >= 4);
}

TEST_CASE("PNG: damaged compression keeps what could be inflated") {
  std::string noise;
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) noise += static_cast<char>('a' + random() % 26);
  std::string stream = deflated(noise);
  RawFields raw =
      read(png(chunk("zTXt", std::string("k\0\0", 3) + stream.substr(0, stream.size() / 2))));
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].value.size() > 1000);
  CHECK(noise.compare(0, raw.fields[0].value.size(), raw.fields[0].value) == 0);
  CHECK(warns_of(raw, "damaged compression"));
}

TEST_CASE("PNG: a compressed text at the limit is read, one beyond it is left out") {
  RawFields raw =
      read(png(ztxt_chunk("k", std::string(kMaxFieldBytes, 'a')) + text_chunk("c", "d")));
  CHECK(raw.fields.size() == 2);
  CHECK(raw.fields[0].value.size() == kMaxFieldBytes);
  raw = read(png(ztxt_chunk("k", std::string(kMaxFieldBytes + 1, 'a')) + text_chunk("c", "d")));
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].key == "c");
  CHECK(warns_of(raw, "allowed"));
}

TEST_CASE("PNG: a plain text beyond the limit is left out") {
  RawFields raw =
      read(png(text_chunk("k", std::string(kMaxFieldBytes + 1, 'a')) + text_chunk("c", "d")));
  CHECK(raw.fields.size() == 1);
  CHECK(warns_of(raw, "allowed"));
}

TEST_CASE("PNG: many bombs together inflate no more than the file's budget") {
  std::string bomb = ztxt_chunk("k", std::string(kMaxFieldBytes - 1000, 'a')), bombs;
  for (int i = 0; i < 200; ++i) bombs += bomb;
  RawFields raw = read(png(bombs));
  size_t total = 0;
  for (const RawField& field : raw.fields) total += field.value.size();
  CHECK(total <= kMaxTextBytes);
  CHECK(raw.fields.size() == kMaxTextBytes / kMaxFieldBytes);
  CHECK(raw.warnings.size() <= kMaxWarnings + 1);
}

TEST_CASE("PNG: the number of fields is bounded") {
  std::string texts;
  for (size_t i = 0; i < kMaxFields + 10; ++i) texts += text_chunk("k", "v");
  RawFields raw = read(png(texts));
  CHECK(raw.fields.size() == kMaxFields);
  CHECK(warns_of(raw, "text fields"));
}

TEST_CASE("PNG: eXIf is read as EXIF") {
  check_one(png(chunk("eXIf", comment_tiff("ASCII\0\0\0hello"sv))), "EXIF", "UserComment", "hello");
}

TEST_CASE("PNG: names inside warnings are short and printable") {
  RawFields raw = read(png(chunk("iTXt", std::string(5000, '\x01') + '\0')));
  REQUIRE(raw.warnings.size() == 1);
  CHECK(raw.warnings[0].size() < 200);
  CHECK(raw.warnings[0].find('\x01') == std::string::npos);
}

TEST_CASE("PNG: a text chunk beyond the limit is stepped over, in memory and in a file") {
  std::string file =
      png(text_chunk("a", std::string(kMaxTextChunkBytes, 'x')) + text_chunk("c", "d"));
  std::string path = std::string(I2P_BINARY_DIR) + "/large_text_test.png";
  std::ofstream(path, std::ios::binary) << file;
  for (const RawFields& raw : {read(file), read_metadata(path).raw}) {
    REQUIRE(raw.fields.size() == 1);
    CHECK(raw.fields[0].key == "c");
    CHECK(warns_of(raw, "exceed"));
  }
  std::remove(path.c_str());
}

TEST_CASE("PNG: a file is read as its bytes are, wherever its text stands") {
  std::string pixels = chunk("IDAT", std::string(70000, 'p'));
  std::string path = std::string(I2P_BINARY_DIR) + "/late_text_test.png";
  for (const std::string& file :
       {png(text_chunk("a", "b")), png(pixels + pixels, text_chunk("a", "b")),
        png(chunk("pHYs", std::string(16300, 'p')) + text_chunk("a", std::string(40000, 'b')),
            pixels)}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << file;
    RawFields raw = read_metadata(path).raw, expected = read(file);
    REQUIRE(raw.fields.size() == 1);
    CHECK(raw.fields[0].value == expected.fields[0].value);
    CHECK(raw.warnings.empty());
  }
  std::remove(path.c_str());
}

TEST_CASE("PNG: between and behind chunks of pixels of one size a second text is still found") {
  std::string pixels = chunk("IDAT", std::string(3000, 'p')), last = chunk("IDAT", "p"),
              first = text_chunk("a", "b"), second = text_chunk("c", "d");
  std::string like_pixels = text_chunk("c", std::string(2998, 'd'));
  CHECK(like_pixels.size() == pixels.size());
  for (const std::string& rest :
       {pixels + pixels + second, pixels + second + pixels + last, pixels + pixels + last + second,
        pixels + pixels + last + like_pixels}) {
    RawFields raw = read(png(first + rest));
    REQUIRE(raw.fields.size() == 2);
    CHECK(raw.fields[1].key == "c");
  }
  CHECK(read(png(first + pixels + pixels + last)).fields.size() == 1);
  std::string cut = png(first + pixels + pixels + last);
  CHECK(warns_of(read(cut.substr(0, cut.size() - 12)), "IEND"));
}

TEST_CASE("PNG: profiles in hexadecimal, as ImageMagick writes them, are read as what they are") {
  auto profile = [](std::string_view name, const std::string& bytes) {
    std::string text = "\n" + std::string(name) + "\n" + fmt::format("{:8}\n", bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i)
      text += fmt::format("{:02x}{}", static_cast<uint8_t>(bytes[i]), i % 36 == 35 ? "\n" : "");
    return text + "\n";
  };
  std::string exif = "Exif\0\0"s + comment_tiff("ASCII\0\0\0a cat"sv);
  std::string xmp = "http://ns.adobe.com/xap/1.0/\0<x/>"s;
  for (std::string_view name : {"exif", "APP1"}) {
    RawFields raw =
        read(png(ztxt_chunk(fmt::format("Raw profile type {}", name), profile(name, exif))));
    REQUIRE(raw.fields.size() == 1);
    CHECK(raw.fields[0].source == "EXIF");
    CHECK(raw.fields[0].value == "a cat");
    CHECK(raw.warnings.empty());
  }
  RawFields raw = read(png(text_chunk("Raw profile type APP1", profile("generic", xmp))));
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].value == "<x/>");
  for (const std::string& other : {"\nexif\n 4\nno hexadecimal\n"s, "exif"s, "\nexif\n 4"s}) {
    RawFields kept = read(png(text_chunk("Raw profile type exif", other)));
    REQUIRE(kept.fields.size() == 1);
    CHECK(kept.fields[0].value == other);
  }
  CHECK(read(png(text_chunk("Raw profile type icc", "\nicc\n 1\n00\n"))).fields.size() == 1);
}
