// What cameras and photo programs write: EXIF's numbers, GPS, IPTC, and TIFF as a container.
#include <doctest/doctest.h>

#include "build_files.h"
#include "metadata/exif.h"
#include "metadata/iptc.h"
#include "metadata/limits.h"

using namespace img2prompt;
using namespace img2prompt::testing;
using namespace std::string_literals;

namespace {

constexpr uint16_t kAscii = 2, kShort = 3, kLong = 4, kRational = 5, kSignedRational = 10;

// Values of TIFF's types in one byte order.
struct Values {
  bool big_endian;
  std::string number(uint64_t value, int bytes) const {
    return big_endian ? be(value, bytes) : le(value, bytes);
  }
  Tag u16(uint16_t tag, uint16_t value) const { return {tag, kShort, number(value, 2), 2}; }
  Tag u32(uint16_t tag, uint32_t value) const { return {tag, kLong, number(value, 4), 4}; }
  Tag ratios(uint16_t tag, std::vector<std::pair<int, int>> values,
             uint16_t type = kRational) const {
    std::string bytes;
    for (auto [above, below] : values)
      bytes += number(static_cast<uint32_t>(above), 4) + number(static_cast<uint32_t>(below), 4);
    return {tag, type, bytes, 8};
  }
};

std::string value(const RawFields& raw, std::string_view key) {
  const std::string* found = raw.find("EXIF", key);
  return found ? *found : "(none)";
}

RawFields exif(const std::vector<Tag>& first, const std::vector<Tag>& second, bool big_endian) {
  RawFields out;
  std::string block = tiff(first, second, big_endian);
  parse_exif(ByteSpan(block), out);
  return out;
}

RawFields file(const std::string& bytes) { return parse_container(ByteSpan(bytes), "file"); }

}  // namespace

TEST_CASE("A camera's settings are read as people write them, in either byte order") {
  for (bool big_endian : {false, true}) {
    Values v{big_endian};
    RawFields raw =
        exif({{0x010F, kAscii, "Nikon\0"s}, {0x0110, kAscii, "D850\0"s}, v.u16(0x0112, 6)},
             {v.ratios(0x829A, {{10, 2500}}),
              v.ratios(0x829D, {{28, 10}}),
              v.u16(0x8822, 3),
              v.u16(0x8827, 400),
              {0x9003, kAscii, "2024:05:06 07:08:09\0"s},
              v.ratios(0x9204, {{-1, 3}}, kSignedRational),
              v.u16(0x9207, 5),
              v.u16(0x9209, 0x10),
              v.ratios(0x920A, {{500, 10}}),
              v.u16(0xA403, 1),
              v.u16(0xA405, 75),
              v.ratios(0xA432, {{24, 1}, {70, 1}, {28, 10}, {28, 10}}),
              {0xA434, kAscii, "24-70mm\0"s}},
             big_endian);
    CHECK(raw.warnings.empty());
    CHECK(value(raw, "Make") == "Nikon");
    CHECK(value(raw, "Model") == "D850");
    CHECK(value(raw, "Orientation") == "Rotate 90 CW");
    CHECK(value(raw, "ExposureTime") == "1/250 s");
    CHECK(value(raw, "FNumber") == "f/2.8");
    CHECK(value(raw, "ExposureProgram") == "Aperture priority");
    CHECK(value(raw, "ISOSpeedRatings") == "400");
    CHECK(value(raw, "DateTimeOriginal") == "2024:05:06 07:08:09");
    CHECK(value(raw, "ExposureBiasValue") == "-0.333333 EV");
    CHECK(value(raw, "MeteringMode") == "Pattern");
    CHECK(value(raw, "Flash") == "Did not fire");
    CHECK(value(raw, "FocalLength") == "50 mm");
    CHECK(value(raw, "WhiteBalance") == "Manual");
    CHECK(value(raw, "FocalLengthIn35mmFilm") == "75 mm");
    CHECK(value(raw, "LensSpecification") == "24-70 mm f/2.8");
    CHECK(value(raw, "LensModel") == "24-70mm");
  }
}

TEST_CASE("Exposures of a fraction and of seconds") {
  Values v{true};
  auto exposure = [&](int above, int below) {
    return value(exif({}, {v.ratios(0x829A, {{above, below}})}, true), "ExposureTime");
  };
  CHECK(exposure(1, 8000) == "1/8000 s");
  CHECK(exposure(3333, 10000) == "1/3 s");
  CHECK(exposure(1, 2) == "0.5 s");
  CHECK(exposure(30, 1) == "30 s");
  CHECK(exposure(0, 1) == "(none)");
}

TEST_CASE("Values outside their definition are not shown") {
  Values v{true};
  RawFields raw = exif({v.u16(0x0112, 9)},
                       {v.ratios(0x829D, {{28, 0}}),
                        v.ratios(0x920A, {{0, 1}}),
                        v.u16(0x8822, 200),
                        {0x8827, kShort, "", 2},
                        v.ratios(0xA432, {{0, 0}, {0, 0}})},
                       true);
  CHECK(raw.fields.empty());
  CHECK(raw.warnings.empty());
}

// An EXIF block whose first directory points to a GPS directory.
std::string gps_block(const Values& v, const std::vector<Tag>& tags) {
  std::string block = tiff({}, tags, v.big_endian);
  std::string pointer = v.number(0x8769, 2), gps = v.number(0x8825, 2);
  return block.replace(block.find(pointer), 2, gps);
}

TEST_CASE("GPS: decimal degrees, height, date and time") {
  for (bool big_endian : {false, true}) {
    Values v{big_endian};
    RawFields raw;
    std::string block = gps_block(v, {{1, kAscii, "N\0"s},
                                      v.ratios(2, {{48, 1}, {51, 1}, {2960, 100}}),
                                      {3, kAscii, "W\0"s},
                                      v.ratios(4, {{2, 1}, {17, 1}, {402, 10}}),
                                      {5, 1, "\1"s},
                                      v.ratios(6, {{355, 10}}),
                                      v.ratios(7, {{12, 1}, {34, 1}, {56, 1}}),
                                      {0x1D, kAscii, "2024:05:06\0"s}});
    parse_exif(ByteSpan(block), raw);
    CHECK(raw.warnings.empty());
    CHECK(value(raw, "GPSLatitude") == "48.858222 N");
    CHECK(value(raw, "GPSLongitude") == "2.294500 W");
    CHECK(value(raw, "GPSAltitude") == "-35.5 m");
    CHECK(value(raw, "GPSTimeStamp") == "12:34:56 UTC");
    CHECK(value(raw, "GPSDateStamp") == "2024:05:06");
  }
}

TEST_CASE("GPS: what is no position is not shown") {
  Values v{true};
  RawFields raw;
  std::string block = gps_block(v, {{1, kAscii, "N\0"s},
                                    v.ratios(2, {{0, 0}, {0, 0}, {0, 0}}),
                                    v.ratios(4, {{1000, 1}, {0, 1}, {0, 1}}),
                                    v.ratios(7, {{99, 1}, {0, 1}, {0, 1}})});
  parse_exif(ByteSpan(block), raw);
  CHECK(raw.fields.empty());
}

TEST_CASE("TIFF: size, texts, XMP and IPTC of the first page") {
  for (bool big_endian : {false, true}) {
    Values v{big_endian};
    RawFields raw = file(tiff({v.u16(0x0100, 640),
                               v.u32(0x0101, 480),
                               {0x010E, kAscii, "a cat\0"s},
                               {0x02BC, 1, "<x/>"},
                               {0x83BB, 7,
                                "\x1C\x02\x78\0\x07"
                                "caption"s}},
                              {{0x9286, 7, "ASCII\0\0\0hello"s}}, big_endian));
    CHECK(raw.container == Container::kTiff);
    CHECK(raw.width == 640);
    CHECK(raw.height == 480);
    CHECK(raw.warnings.empty());
    CHECK(value(raw, "ImageDescription") == "a cat");
    CHECK(value(raw, "UserComment") == "hello");
    CHECK(*raw.find("XMP", "packet") == "<x/>");
    CHECK(*raw.find("IPTC", "Caption-Abstract") == "caption");
  }
}

TEST_CASE("TIFF: a raw photograph's size is that of its sub-directory, not of the thumbnail") {
  Values v{false};
  // The second directory, to which 0x8769 would point, is a sub-directory here.
  std::string bytes = tiff({v.u16(0x0100, 160), v.u16(0x0101, 120)},
                           {v.u32(0x0100, 6000), v.u32(0x0101, 4000)}, false);
  bytes.replace(bytes.find(le(0x8769, 2)), 2, le(0x014A, 2));
  RawFields raw = file(bytes);
  CHECK(raw.width == 6000);
  CHECK(raw.height == 4000);
}

TEST_CASE("BigTIFF: offsets and counts of eight bytes") {
  for (bool big_endian : {false, true}) {
    Values v{big_endian};
    auto entry = [&](uint16_t tag, uint16_t type, uint64_t count, const std::string& value_bytes) {
      return v.number(tag, 2) + v.number(type, 2) + v.number(count, 8) + value_bytes;
    };
    std::string text = "a longer text";
    std::string bytes = (big_endian ? "MM" : "II") + v.number(43, 2) + v.number(8, 2) +
                        v.number(0, 2) + v.number(16, 8) + v.number(3, 8) +
                        entry(0x0100, kShort, 1, v.number(640, 2) + std::string(6, '\0')) +
                        entry(0x0101, 16, 1, v.number(480, 8)) +
                        entry(0x010E, kAscii, text.size(), v.number(16 + 8 + 3 * 20 + 8, 8)) +
                        v.number(0, 8) + text;
    RawFields raw = file(bytes);
    CHECK(raw.container == Container::kTiff);
    CHECK(raw.width == 640);
    CHECK(raw.height == 480);
    CHECK(value(raw, "ImageDescription") == text);
  }
}

TEST_CASE("TIFF: offsets and counts beyond the file are told, and nothing is taken for them") {
  std::string header = "II" + le(42, 2);
  CHECK(file(header + le(8, 4) + le(1, 2) + le(0x010E, 2) + le(2, 2) + le(0xFFFFFFFF, 4) +
             le(26, 4) + le(0, 4) + "text")
            .warnings.size() == 2);  // and no size
  CHECK_THROWS(file(header + le(0xFFFFFFF0, 4)));
  std::string big = "II" + le(43, 2) + le(8, 2) + le(0, 2) + le(16, 8);
  CHECK_THROWS(file(big + le(UINT64_MAX, 8)));
  CHECK(file(big + le(1, 8) + le(0x010E, 2) + le(2, 2) + le(UINT64_MAX, 8) + le(36, 8) + "text")
            .warnings.size() == 2);
}

TEST_CASE("Photoshop's resources: IPTC among others, names padded") {
  auto resource = [](uint16_t id, std::string_view name, std::string_view data) {
    std::string padded_name = static_cast<char>(name.size()) + std::string(name);
    if (padded_name.size() % 2 == 1) padded_name += '\0';
    return "8BIM" + be(id, 2) + padded_name + be(data.size(), 4) + std::string(data) +
           std::string(data.size() % 2, '\0');
  };
  auto dataset = [](char record, char number, std::string_view text) {
    return std::string("\x1C") + record + number + be(text.size(), 2) + std::string(text);
  };
  std::string iptc = dataset(1, 90, "\x1B%G") + dataset(2, 25, "cat") + dataset(2, 25, "dog") +
                     dataset(2, 120, "caf\xC3\xA9") + dataset(2, 200, "unnamed") + "\x1C\x02\x50" +
                     be(0x8004, 2) + be(3, 4) + "Ann";
  std::string block = resource(0x03ED, "odd", "abc") + resource(0x0404, "", iptc);
  RawFields raw = file(jpeg(segment(0xED, "Photoshop 3.0\0"s + block)));
  CHECK(raw.warnings.empty());
  REQUIRE(raw.fields.size() == 4);
  CHECK(raw.fields[0].key == "Keywords");
  CHECK(raw.fields[0].value == "cat");
  CHECK(raw.fields[1].value == "dog");
  CHECK(*raw.find("IPTC", "Caption-Abstract") == "caf\u00E9");
  CHECK(*raw.find("IPTC", "By-line") == "Ann");

  RawFields cut = file(jpeg(segment(0xED, "Photoshop 3.0\0"s + block.substr(0, block.size() - 2))));
  CHECK(cut.warnings.size() == 1);
}

TEST_CASE("JPEG: what its segments join to is bounded") {
  std::string part = exif_segment(std::string(65000, 'x'));
  std::string parts = exif_segment(comment_tiff("ASCII\0\0\0kept"sv));
  for (size_t size = 0; size < kMaxJoinedBytes + 200000; size += 65000) parts += part;
  RawFields raw = file(jpeg(parts));
  CHECK(value(raw, "UserComment") == "kept");
  CHECK(!raw.warnings.empty());
}
