#include "metadata/edit/jpeg.h"

#include <algorithm>
#include <functional>

#include "base/byte_reader.h"
#include "base/error.h"
#include "metadata/edit/exif.h"
#include "metadata/tiff_directory.h"

namespace img2prompt::edit {
namespace {

using namespace std::string_view_literals;

constexpr uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kStartOfScan = 0xDA;
constexpr uint8_t kApp0 = 0xE0, kApp1 = 0xE1, kApp2 = 0xE2, kApp14 = 0xEE, kComment = 0xFE;
constexpr std::string_view kExifPrefix = "Exif\0\0"sv, kColourProfile = "ICC_PROFILE\0"sv;
constexpr size_t kMostDataBytes = 0xFFFF - 2;

struct Segment {
  uint8_t marker;
  ByteSpan data;           // without marker and length
  std::string_view bytes;  // all of it; a scan's with the pixels behind it

  bool is_exif() const { return marker == kApp1 && data.starts_with(kExifPrefix); }
};

bool stands_alone(uint8_t marker) {
  return marker == kStartOfImage || marker == kEndOfImage || marker == 0x01 ||
         (marker >= 0xD0 && marker <= 0xD7);
}

// Where the pixels that begin at `position` end: at the next marker that is neither a restart nor a
// stuffed byte.
size_t scan_end(ByteSpan file, size_t position) {
  std::string_view text = file.text();
  for (;; ++position) {
    position = text.find('\xFF', position);
    if (position == text.npos || position + 1 >= text.size()) return text.size();
    auto next = static_cast<uint8_t>(text[position + 1]);
    if (next != 0x00 && next != 0xFF && !(next >= 0xD0 && next <= 0xD7)) return position;
  }
}

// Calls `visit` for every segment up to the end of the picture.
void for_each_segment(ByteSpan file, const std::string& name,
                      const std::function<void(const Segment&)>& visit) {
  size_t position = 0;
  for (;;) {
    ByteReader reader(file);
    reader.seek(position);
    bool is_marker = reader.u8() == 0xFF;
    uint8_t marker = 0xFF;
    while (marker == 0xFF && !reader.failed()) marker = reader.u8();  // fill bytes
    ByteSpan data;
    if (is_marker && !stands_alone(marker)) {
      size_t length = reader.u16_be();  // counts itself
      is_marker = length >= 2;
      data = reader.take(is_marker ? length - 2 : 0);
    }
    if (reader.failed() || !is_marker || marker == 0x00)
      throw_error<MetadataError>(
          "{}: damaged or cut at byte {}; a copy is only made of a file whose segments can be "
          "followed to the last",
          name, position);
    size_t end = reader.position();
    if (marker == kStartOfScan) end = scan_end(file, end);
    visit({marker, data, file.text().substr(position, end - position)});
    if (marker == kEndOfImage) return;
    position = end;
  }
}

std::string segment(uint8_t marker, std::string_view data) {
  std::string out = "\xFF";
  out += static_cast<char>(marker);
  out += static_cast<char>((data.size() + 2) >> 8);
  out += static_cast<char>(data.size() + 2);
  return out += data;
}

std::string exif_segments(std::string_view tiff) {
  constexpr size_t kMost = kMostDataBytes - kExifPrefix.size();
  std::string out;
  for (size_t i = 0; i < tiff.size(); i += kMost)
    out += segment(kApp1, std::string(kExifPrefix) + std::string(tiff.substr(i, kMost)));
  return out;
}

// All application data but what decoders need: JFIF's, Adobe's colour transform, the profile.
bool is_record(const Segment& segment) {
  switch (segment.marker) {
    case kComment:
      return true;
    case kApp0:
      return !segment.data.starts_with("JFIF\0"sv);
    case kApp2:
      return !segment.data.starts_with(kColourProfile);
    case kApp14:
      return !segment.data.starts_with("Adobe"sv);
    default:
      return segment.marker >= kApp0 && segment.marker <= 0xEF;
  }
}

// The EXIF block, of all its segments.
std::string joined_exif(ByteSpan file, const std::string& name) {
  std::string out;
  for_each_segment(file, name, [&](const Segment& found) {
    if (!found.is_exif()) return;
    ByteSpan part = found.data.sub(kExifPrefix.size());
    if (TiffBlock::begins(part)) out.clear();  // a block of its own; readers take the last
    out += part.text();
  });
  return out;
}

}  // namespace

std::string strip_jpeg(ByteSpan file, const std::string& name) {
  std::string out;
  int turn = exif_orientation(ByteSpan(std::string_view(joined_exif(file, name))));
  bool is_turned = turn == 1;
  for_each_segment(file, name, [&](const Segment& found) {
    if (is_record(found)) return;
    bool is_first = found.marker == kStartOfImage || found.marker == kApp0;
    if (!is_first && !is_turned) {
      out += exif_segments(orientation_exif(turn));
      is_turned = true;
    }
    out += found.bytes;
  });
  return out;
}

std::string write_jpeg(ByteSpan file, std::string_view infotext, const std::string& name) {
  std::string out;
  std::string block =
      exif_with_comment(ByteSpan(std::string_view(joined_exif(file, name))), infotext);
  bool is_written = false;
  for_each_segment(file, name, [&](const Segment& found) {
    if (found.is_exif()) return;
    bool is_first = found.marker == kStartOfImage || found.marker == kApp0;
    if (!is_first && !is_written) {
      out += exif_segments(block);
      is_written = true;
    }
    out += found.bytes;
  });
  return out;
}

}  // namespace img2prompt::edit
