// Small picture files made by hand, byte for byte, so that each test states what it damages.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_span.h"

namespace img2prompt::testing {

using namespace std::string_view_literals;

inline std::string be(uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i));
  return out;
}

inline std::string le(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

inline std::string utf16(std::u16string_view text, bool big_endian) {
  std::string out;
  for (char16_t unit : text) out += big_endian ? be(unit, 2) : le(unit, 2);
  return out;
}

inline std::string deflated(std::string_view text, int level = Z_DEFAULT_COMPRESSION) {
  uLongf size = compressBound(text.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(&out[0]), &size, reinterpret_cast<const Bytef*>(text.data()),
            text.size(), level);
  out.resize(size);
  return out;
}

inline std::string chunk(std::string_view type, std::string_view data) {
  std::string body = std::string(type) + std::string(data);
  uLong crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return be(data.size(), 4) + body + be(crc, 4);
}

inline const std::string kPngSignature = "\x89PNG\r\n\x1A\n";

// A 5 x 7 PNG with `before` and `after` its pixels (which are never looked at).
inline std::string png(std::string_view before, std::string_view after = {}) {
  return kPngSignature + chunk("IHDR", be(5, 4) + be(7, 4) + std::string("\x08\x02\0\0\0", 5)) +
         std::string(before) + chunk("IDAT", "pixels") + std::string(after) + chunk("IEND", "");
}

inline std::string text_chunk(std::string_view key, std::string_view value) {
  return chunk("tEXt", std::string(key) + '\0' + std::string(value));
}

inline std::string ztxt_chunk(std::string_view key, std::string_view value) {
  return chunk("zTXt", std::string(key) + '\0' + '\0' + deflated(value));
}

inline std::string itxt_chunk(std::string_view key, std::string_view value, bool compressed) {
  return chunk("iTXt", std::string(key) + '\0' + (compressed ? '\1' : '\0') + '\0' + "en" + '\0' +
                           "" + '\0' + (compressed ? deflated(value) : std::string(value)));
}

struct Tag {
  uint16_t tag, type;
  std::string value;
  size_t unit = 1;  // bytes of one element
};

// A TIFF with `first` as its first directory and, where given, `exif` as Exif's own.
inline std::string tiff(const std::vector<Tag>& first, const std::vector<Tag>& exif,
                        bool big_endian) {
  auto number = [&](uint64_t value, int bytes) {
    return big_endian ? be(value, bytes) : le(value, bytes);
  };
  auto directory = [&](const std::vector<Tag>& tags, size_t offset, size_t exif_at) {
    size_t count = tags.size() + (exif_at ? 1 : 0), values_at = offset + 2 + count * 12 + 4;
    std::string entries = number(count, 2), values;
    for (const Tag& tag : tags) {
      entries += number(tag.tag, 2) + number(tag.type, 2) + number(tag.value.size() / tag.unit, 4);
      if (tag.value.size() <= 4) {
        entries += tag.value + std::string(4 - tag.value.size(), '\0');
      } else {
        entries += number(values_at + values.size(), 4);
        values += tag.value;
      }
    }
    if (exif_at) entries += number(0x8769, 2) + number(4, 2) + number(1, 4) + number(exif_at, 4);
    return entries + number(0, 4) + values;
  };
  std::string header = (big_endian ? "MM" : "II") + number(42, 2) + number(8, 4);
  if (exif.empty()) return header + directory(first, 8, 0);
  size_t exif_at = 8 + directory(first, 8, 1).size();
  return header + directory(first, 8, exif_at) + directory(exif, exif_at, 0);
}

// A TIFF with one UserComment.
inline std::string comment_tiff(std::string_view comment, bool big_endian = true) {
  return tiff({}, {{0x9286, 7, std::string(comment)}}, big_endian);
}

inline std::string segment(uint8_t marker, std::string_view data) {
  return std::string("\xFF") + static_cast<char>(marker) + be(data.size() + 2, 2) +
         std::string(data);
}

// A 5 x 7 JPEG with the segments, then a frame header and the start of a scan.
inline std::string jpeg(std::string_view segments) {
  return "\xFF\xD8" + std::string(segments) +
         segment(0xC0,
                 std::string("\x08", 1) + be(7, 2) + be(5, 2) + std::string("\1\1\x11\0", 4)) +
         segment(0xDA, std::string("\1\1\0\0\x3F\0", 6)) + "scan\xFF\xD9";
}

inline std::string exif_segment(std::string_view tiff_bytes) {
  return segment(0xE1, std::string("Exif\0\0", 6) + std::string(tiff_bytes));
}

inline std::string riff_chunk(std::string_view type, std::string_view data) {
  std::string padding(data.size() % 2, '\0');
  return std::string(type) + le(data.size(), 4) + std::string(data) + padding;
}

inline std::string webp(std::string_view chunks) {
  return "RIFF" + le(chunks.size() + 4, 4) + "WEBP" + std::string(chunks);
}

inline std::string vp8x_chunk(uint32_t width, uint32_t height) {
  return riff_chunk("VP8X", std::string(4, '\0') + le(width - 1, 3) + le(height - 1, 3));
}

// A 5 x 7 GIF: a global table of two colours, `blocks`, one image, the trailer.
inline std::string gif(std::string_view blocks) {
  return "GIF89a" + le(5, 2) + le(7, 2) + std::string("\x80\0\0", 3) + std::string(6, '\0') +
         std::string(blocks) + "," + le(0, 4) + le(5, 2) + le(7, 2) +
         std::string("\0\x02\x02LZ\0;", 7);
}

inline std::string gif_comment(std::string_view text) {
  std::string out = "!\xFE";
  for (size_t i = 0; i < text.size(); i += 255) {
    std::string_view part = text.substr(i, 255);
    out += static_cast<char>(part.size());
    out += part;
  }
  return out + '\0';
}

inline std::string box(std::string_view type, std::string_view data) {
  return be(data.size() + 8, 4) + std::string(type) + std::string(data);
}

inline std::string full_box(std::string_view type, int version, std::string_view data) {
  return box(type, be(static_cast<uint64_t>(version) << 24, 4) + std::string(data));
}

// A 5 x 7 AVIF (or HEIF, by `brand`): item 1 is the picture, 2 Exif in the file, 3 XMP in idat.
inline std::string heif(std::string_view exif, std::string_view xmp,
                        std::string_view brand = "avif") {
  std::string start = box("ftyp", std::string(brand) + be(0, 4) + "mif1" + std::string(brand));
  std::string item = be(4, 4) + std::string("\0\0\0\0", 4) + std::string(exif);
  auto meta = [&](size_t exif_at) {
    std::string infe =
        full_box("infe", 2, be(1, 2) + be(0, 2) + "av01" + '\0') +
        full_box("infe", 2, be(2, 2) + be(0, 2) + "Exif" + '\0') +
        full_box("infe", 2, be(3, 2) + be(0, 2) + "mime" + '\0' + "application/rdf+xml" + '\0');
    auto place = [](int id, int method, size_t offset, size_t length) {
      return be(static_cast<uint64_t>(id), 2) + be(static_cast<uint64_t>(method), 2) + be(0, 2) +
             be(1, 2) + be(offset, 4) + be(length, 4);
    };
    std::string iloc = full_box("iloc", 1,
                                be(0x4400, 2) + be(3, 2) + place(1, 0, exif_at, 1) +
                                    place(2, 0, exif_at, item.size()) + place(3, 1, 0, xmp.size()));
    std::string sizes = full_box("ispe", 0, be(90, 4) + be(91, 4)) + box("av1C", "data") +
                        full_box("ispe", 0, be(5, 4) + be(7, 4));
    std::string ipma = full_box("ipma", 0, be(1, 4) + be(1, 2) + be(2, 1) + be(0x82, 1) + be(3, 1));
    return full_box("meta", 0,
                    full_box("pitm", 0, be(1, 2)) + full_box("iinf", 0, be(3, 2) + infe) + iloc +
                        box("iprp", box("ipco", sizes) + ipma) + box("idat", xmp));
  };
  size_t exif_at = start.size() + meta(0).size() + 8;
  return start + meta(exif_at) + box("mdat", item);
}

inline const std::string kJxlSignature = std::string("\0\0\0\x0CJXL \r\n\x87\n", 12);
// The beginning of a codestream of 8 x 16 pixels: sides in eights less one, 5 bits each.
inline const std::string kJxlCodestream = std::string("\xFF\x0A\x03\x00", 4);

inline std::string jxl(std::string_view boxes) {
  return kJxlSignature + box("ftyp", "jxl " + be(0, 4) + "jxl ") + std::string(boxes) +
         box("jxlc", kJxlCodestream);
}

}  // namespace img2prompt::testing
