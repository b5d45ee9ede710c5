#include "metadata/exif.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "metadata/limits.h"
#include "metadata/text_encoding.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr uint16_t kExifDirectory = 0x8769, kUserComment = 0x9286, kMakerNote = 0x927C;
constexpr uint16_t kFirstXpTag = 0x9C9B, kLastXpTag = 0x9C9F;  // Windows' properties, UTF-16LE
constexpr uint16_t kAscii = 2;
constexpr size_t kEntryBytes = 12;

struct TagName {
  uint16_t tag;
  const char* name;
};

constexpr TagName kTagNames[] = {
    {0x010D, "DocumentName"},
    {0x010E, "ImageDescription"},
    {0x010F, "Make"},
    {0x0110, "Model"},
    {0x0131, "Software"},
    {0x0132, "DateTime"},
    {0x013B, "Artist"},
    {0x8298, "Copyright"},
    {0x9003, "DateTimeOriginal"},
    {0x9004, "DateTimeDigitized"},
    {kMakerNote, "MakerNote"},
    {kUserComment, "UserComment"},
    {0x9C9B, "XPTitle"},
    {0x9C9C, "XPComment"},
    {0x9C9D, "XPAuthor"},
    {0x9C9E, "XPKeywords"},
    {0x9C9F, "XPSubject"},
    {0xA420, "ImageUniqueID"},
    {0xA430, "CameraOwnerName"},
    {0xA433, "LensMake"},
    {0xA434, "LensModel"},
};

std::string tag_name(uint16_t tag) {
  for (const TagName& known : kTagNames)
    if (known.tag == tag) return known.name;
  return fmt::format("0x{:04X}", tag);
}

// Bytes of one value of a TIFF field type; 0 = not a type.
size_t type_bytes(uint16_t type) {
  static constexpr uint8_t kBytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
  return type < sizeof kBytes ? kBytes[type] : 0;
}

bool is_blank(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    char32_t c = next_code_point(text, i);
    if (c != 0 && !is_space(c)) return false;
  }
  return true;
}

bool is_plain_text(ByteSpan bytes) {
  return is_valid_utf8(bytes.text()) && std::none_of(bytes.begin(), bytes.end(), [](uint8_t byte) {
           return byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
         });
}

class ExifWalk {
 public:
  ExifWalk(ByteSpan tiff, bool little_endian, RawFields& out)
      : tiff_(tiff), little_endian_(little_endian), out_(out) {}

  void directory(size_t offset, int depth) {
    if (depth > kMaxExifDepth || was_visited(offset)) {
      out_.warn(fmt::format("EXIF: the directory at {} is part of a loop; left out", offset));
      return;
    }
    visited_.push_back(offset);
    ByteReader reader(tiff_.sub(offset));
    uint16_t count = u16(reader);
    if (reader.failed()) {
      out_.warn(fmt::format("EXIF: no directory at {}", offset));
      return;
    }
    for (uint16_t i = 0; i < count; ++i) {
      if (reader.remaining() < kEntryBytes) {
        out_.warn(fmt::format("EXIF: cut within the directory at {}", offset));
        return;
      }
      if (++entries_ > kMaxExifEntries) {
        out_.warn(
            fmt::format("EXIF: more than {} entries; the rest was left out", kMaxExifEntries));
        return;
      }
      entry(reader, depth);
    }
  }

 private:
  void entry(ByteReader& reader, int depth) {
    uint16_t tag = u16(reader), type = u16(reader);
    uint32_t count = u32(reader);
    ByteSpan in_place = reader.take(4);
    if (tag == kExifDirectory) {
      ByteReader pointer(in_place);
      directory(u32(pointer), depth + 1);
      return;
    }
    bool is_xp = tag >= kFirstXpTag && tag <= kLastXpTag;
    if (type != kAscii && tag != kUserComment && tag != kMakerNote && !is_xp) return;
    size_t size = type_bytes(type) * size_t{count};
    ByteSpan value = in_place.sub(0, size);
    if (size > in_place.size()) {
      ByteReader pointer(in_place);
      value = tiff_.sub(u32(pointer), size);
      if (value.size() < size && tag != kMakerNote)
        out_.warn(
            fmt::format("EXIF {}: {} of {} bytes are there", tag_name(tag), value.size(), size));
    }
    text(tag, value, is_xp);
  }

  void text(uint16_t tag, ByteSpan value, bool is_xp) {
    if (tag == kMakerNote && !is_plain_text(without_trailing_nuls(value))) return;
    std::string name = tag_name(tag);
    if (value.empty() || !out_.claim(value.size(), "EXIF " + name)) return;
    std::string decoded;
    if (tag == kUserComment) {
      decoded = decode_user_comment(value);
      if (value.starts_with("JIS\0"sv) && !is_plain_ascii(value.sub(8)))
        out_.warn("EXIF UserComment: its JIS characters are not decoded");
    } else if (is_xp) {
      decoded = utf16_to_utf8(value.text(), /*big_endian=*/false);
      while (!decoded.empty() && decoded.back() == '\0') decoded.pop_back();
    } else {
      decoded = decode_utf8_or_latin1(without_trailing_nuls(value));
    }
    if (!is_blank(decoded)) out_.add("EXIF", std::move(name), std::move(decoded));
  }

  static bool is_plain_ascii(ByteSpan bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](uint8_t byte) { return byte < 0x80 && byte != 0x1B; });
  }

  bool was_visited(size_t offset) const {
    return std::find(visited_.begin(), visited_.end(), offset) != visited_.end();
  }

  uint16_t u16(ByteReader& reader) const {
    return little_endian_ ? reader.u16_le() : reader.u16_be();
  }
  uint32_t u32(ByteReader& reader) const {
    return little_endian_ ? reader.u32_le() : reader.u32_be();
  }

  ByteSpan tiff_;
  bool little_endian_;
  RawFields& out_;
  std::vector<size_t> visited_;
  size_t entries_ = 0;
};

}  // namespace

void parse_exif(ByteSpan block, RawFields& out) {
  constexpr std::string_view kPrefix = "Exif\0\0"sv;
  if (block.starts_with(kPrefix)) block = block.sub(kPrefix.size());
  bool little_endian = block.starts_with("II*\0"sv);
  if (!little_endian && !block.starts_with("MM\0*"sv)) {
    out.warn("EXIF: no TIFF header; left out");
    return;
  }
  ByteReader reader(block.sub(4));
  uint32_t first = little_endian ? reader.u32_le() : reader.u32_be();
  if (reader.failed()) {
    out.warn("EXIF: cut within its header");
    return;
  }
  ExifWalk(block, little_endian, out).directory(first, 1);
}

}  // namespace img2prompt
