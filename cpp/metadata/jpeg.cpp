#include "metadata/jpeg.h"

#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/utf8.h"
#include "metadata/c2pa.h"
#include "metadata/exif.h"
#include "metadata/iptc.h"
#include "metadata/limits.h"
#include "metadata/text_encoding.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kStartOfScan = 0xDA;
constexpr uint8_t kApp1 = 0xE1, kApp11 = 0xEB, kApp13 = 0xED, kComment = 0xFE;
constexpr std::string_view kExifPrefix = "Exif\0\0"sv;
constexpr std::string_view kPhotoshopPrefix = "Photoshop 3.0\0"sv;
constexpr std::string_view kXmpPrefix = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr std::string_view kLongXmpPrefix = "http://ns.adobe.com/xmp/extension/\0"sv;

// Start of frame, any coding: C0 to CF without DHT (C4), JPG (C8) and DAC (CC).
bool is_frame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool stands_alone(uint8_t marker) {
  return marker == kStartOfImage || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
}

bool begins_tiff(ByteSpan bytes) {
  return bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv);
}

class JpegWalk {
 public:
  explicit JpegWalk(RawFields& out) : out_(out) {}

  void segment(uint8_t marker, ByteSpan data) {
    if (marker == kApp1 && data.starts_with(kExifPrefix)) {
      add_exif(data.sub(kExifPrefix.size()));
    } else if (marker == kApp1 && data.starts_with(kXmpPrefix)) {
      read_xmp(data.sub(kXmpPrefix.size()), out_);
    } else if (marker == kApp1 && data.starts_with(kLongXmpPrefix)) {
      add_long_xmp(data.sub(kLongXmpPrefix.size()));
    } else if (marker == kApp13 && data.starts_with(kPhotoshopPrefix)) {
      join(photoshop_, data.sub(kPhotoshopPrefix.size()), "Photoshop's resources");
    } else if (marker == kApp11 && data.starts_with("JP"sv)) {
      add_boxes(data);
    } else if (marker == kComment) {
      add_text("COM", "comment", without_trailing_nuls(data));
    } else if (is_frame(marker) && out_.width == 0) {
      ByteReader reader(data);
      reader.u8();  // sample precision
      out_.height = reader.u16_be();
      out_.width = reader.u16_be();
    }
  }

  void finish() {
    if (!exif_.empty()) parse_exif(ByteSpan(std::string_view(exif_)), out_);
    if (!boxes_.empty()) parse_c2pa(ByteSpan(std::string_view(boxes_)), out_);
    if (!photoshop_.empty()) parse_photoshop(ByteSpan(std::string_view(photoshop_)), out_);
    if (!long_xmp_.empty()) read_xmp(ByteSpan(std::string_view(long_xmp_)), out_);
  }

 private:
  // A second packet in pieces: an identifier, the packet's length, the piece's offset in it.
  void add_long_xmp(ByteSpan part) {
    constexpr size_t kIdentifierBytes = 32;
    ByteReader reader(part.sub(kIdentifierBytes));
    reader.u32_be();
    bool is_next = reader.u32_be() == long_xmp_.size() && !reader.failed();
    if (is_next)
      join(long_xmp_, part.sub(kIdentifierBytes + reader.position()), "XMP");
    else
      out_.warn("XMP: a piece of the long packet is out of order; left out");
  }

  // More than 64 KiB is written as further segments, which do not begin a TIFF of their own.
  void add_exif(ByteSpan part) {
    if (begins_tiff(part) && !exif_.empty()) {
      parse_exif(ByteSpan(std::string_view(exif_)), out_);
      exif_.clear();
    }
    join(exif_, part, "EXIF");
  }

  // A box of JUMBF, in parts; then perhaps another.
  void add_boxes(ByteSpan segment) {
    ByteReader reader(segment.sub(2));
    uint16_t number = reader.u16_be();
    join(boxes_, c2pa_part(segment, boxes_.empty() || number != box_number_), "JUMBF");
    box_number_ = number;
  }

  void join(std::string& whole, ByteSpan part, std::string_view what) {
    if (part.size() <= kMaxJoinedBytes - whole.size())
      whole += part.text();
    else
      out_.warn(
          fmt::format("{}: more than {} bytes; the rest was left out", what, kMaxJoinedBytes));
  }

  void add_text(std::string_view source, const char* key, ByteSpan text) {
    if (out_.claim(text.size(), source)) out_.add(source, key, decode_utf8_or_latin1(text));
  }

  RawFields& out_;
  std::string exif_, long_xmp_, photoshop_, boxes_;
  uint16_t box_number_ = 0;
};

bool is_read(uint8_t marker) {
  return marker == kApp1 || marker == kApp11 || marker == kApp13 || marker == kComment ||
         is_frame(marker);
}

// The place of the next 0xFF from `offset` on, or the file's size.
size_t next_marker(FileWindow& file, size_t offset) {
  constexpr size_t kStep = 4096;
  while (offset < file.size()) {
    ByteSpan bytes = file.view(offset, kStep);
    size_t at = bytes.text().find('\xFF');
    if (at != std::string_view::npos) return offset + at;
    if (bytes.empty()) break;  // the file has shrunk
    offset += bytes.size();
  }
  return file.size();
}

}  // namespace

void walk_jpeg(FileWindow& file, RawFields& out) {
  constexpr size_t kMarkerBytes = 2, kLengthBytes = 2;
  JpegWalk walk(out);
  size_t offset = 0;
  bool complete = false;
  while (offset + kMarkerBytes <= file.size()) {
    ByteSpan head = file.view(offset, kMarkerBytes + kLengthBytes);
    ByteReader reader(head);
    uint8_t first = reader.u8(), marker = reader.u8();
    if (reader.failed()) break;
    if (first != 0xFF) {
      // Decoders look for the next marker; so does this.
      out.warn(fmt::format("no marker at byte {}; went on at the next one", offset));
      offset = next_marker(file, offset);
      continue;
    }
    if (marker == 0xFF) {  // a fill byte before the marker
      ++offset;
      continue;
    }
    if (stands_alone(marker) || marker == 0x00) {
      offset += kMarkerBytes;
      continue;
    }
    complete = marker == kStartOfScan || marker == kEndOfImage;
    if (complete) break;
    size_t length = reader.u16_be();  // counts itself
    if (reader.failed()) break;
    if (length < kLengthBytes) {
      out.warn(fmt::format("segment {:02X} at byte {} has no length", marker, offset));
      offset += kMarkerBytes + kLengthBytes;
      continue;
    }
    bool whole = offset + kMarkerBytes + length <= file.size();
    if (!whole)
      out.warn(fmt::format("the file ends inside segment {:02X} at byte {}", marker, offset));
    if (is_read(marker))
      walk.segment(marker, file.view(offset + kMarkerBytes + kLengthBytes, length - kLengthBytes));
    if (!whole) break;
    offset += kMarkerBytes + length;
  }
  if (!complete) out.warn("the file ends before its pixels");
  walk.finish();
}

}  // namespace img2prompt
