#include "metadata/exif.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"
#include "metadata/exif_values.h"
#include "metadata/iptc.h"
#include "metadata/jis_text.h"
#include "metadata/limits.h"
#include "metadata/text_encoding.h"
#include "metadata/tiff_directory.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr uint16_t kWidth = 0x0100, kHeight = 0x0101, kSubDirectories = 0x014A, kXmp = 0x02BC,
                   kIptc = 0x83BB, kPhotoshop = 0x8649, kExifDirectory = 0x8769,
                   kGpsDirectory = 0x8825, kUserComment = 0x9286, kMakerNote = 0x927C;
constexpr uint16_t kFirstXpTag = 0x9C9B, kLastXpTag = 0x9C9F;  // Windows' properties, UTF-16LE

bool is_xp(uint16_t tag) { return tag >= kFirstXpTag && tag <= kLastXpTag; }

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
  ExifWalk(const TiffBlock& block, bool is_file, RawFields& out)
      : block_(block), is_file_(is_file), out_(out) {}

  enum class Kind { kPicture, kGps, kSizeOnly };

  void directory(uint64_t offset, Kind kind, int depth) {
    if (depth > kMaxExifDepth || was_visited(offset)) {
      out_.warn(fmt::format("EXIF: the directory at {} is part of a loop; left out", offset));
      return;
    }
    visited_.push_back(offset);
    std::string damage;
    std::vector<TiffEntry> entries = block_.entries(offset, kMaxExifEntries - entries_, damage);
    entries_ += entries.size();
    int64_t width = 0, height = 0;
    std::string hemisphere;
    for (const TiffEntry& entry : entries) {
      if (kind == Kind::kGps) {
        gps(entry, hemisphere);
        continue;
      }
      if (entry.tag == kWidth) width = block_.integer(entry).value_or(0);
      if (entry.tag == kHeight) height = block_.integer(entry).value_or(0);
      if (kind == Kind::kPicture) picture_entry(entry, depth);
    }
    if (is_file_ && kind != Kind::kGps) take_size(width, height);
    if (!damage.empty()) out_.warn("EXIF: " + damage);
  }

 private:
  void picture_entry(const TiffEntry& entry, int depth) {
    switch (entry.tag) {
      case kExifDirectory:
      case kGpsDirectory:
        if (auto offset = block_.integer(entry))
          directory(static_cast<uint64_t>(*offset),
                    entry.tag == kGpsDirectory ? Kind::kGps : Kind::kPicture, depth + 1);
        return;
      case kSubDirectories:
        for (size_t i = 0; is_file_ && i < kMaxSubDirectories; ++i)
          if (auto offset = block_.integer(entry, i))
            directory(static_cast<uint64_t>(*offset), Kind::kSizeOnly, depth + 1);
        return;
      case kXmp:
        return read_xmp(entry.value, out_);
      case kIptc:
        return parse_iptc(entry.value, out_);
      case kPhotoshop:
        return parse_photoshop(entry.value, out_);
      default:
        break;
    }
    if (entry.is_text() || entry.tag == kUserComment || entry.tag == kMakerNote || is_xp(entry.tag))
      text(entry);
    else
      add(exif_tag_name(entry.tag), exif_value_text(block_, entry));
  }

  void text(const TiffEntry& entry) {
    ByteSpan value = entry.value;
    if (entry.tag == kMakerNote && !is_plain_text(without_trailing_nuls(value))) return;
    std::string name = exif_tag_name(entry.tag);
    if (!entry.whole)
      out_.warn(fmt::format("EXIF {}: the file ends after {} bytes of it", name, value.size()));
    if (value.empty() || !out_.claim(value.size(), "EXIF " + name)) return;
    std::string decoded;
    if (entry.tag == kUserComment) {
      decoded = user_comment(value);
    } else if (is_xp(entry.tag)) {
      decoded = utf16_to_utf8(value.text(), /*big_endian=*/false);
      while (!decoded.empty() && decoded.back() == '\0') decoded.pop_back();
    } else {
      decoded = decode_utf8_or_latin1(without_trailing_nuls(value));
    }
    if (!is_blank(decoded)) out_.add("EXIF", std::move(name), std::move(decoded));
  }

  std::string user_comment(ByteSpan value) {
    constexpr std::string_view kJis = "JIS\0\0\0\0\0"sv;
    if (!value.starts_with(kJis)) return decode_user_comment(value);
    ByteSpan rest = without_trailing_nuls(value.sub(kJis.size()));
    if (std::optional<std::string> text = decode_jis(rest)) return std::move(*text);
    out_.warn("EXIF UserComment: its JIS characters could not be read here; the bytes were kept");
    return decode_utf8_or_latin1(rest);
  }

  // `hemisphere` is the reference tag's letter, which stands before the tag that it is for.
  void gps(const TiffEntry& entry, std::string& hemisphere) {
    std::string_view letter = without_trailing_nuls(entry.value).text();
    switch (entry.tag) {
      case 0x01:
      case 0x03:
        hemisphere = letter.size() == 1 && "NSEW"sv.find(letter) != "NSEW"sv.npos ? letter : "";
        return;
      case 0x02:
        return add("GPSLatitude", gps_position_text(block_, entry, hemisphere));
      case 0x04:
        return add("GPSLongitude", gps_position_text(block_, entry, hemisphere));
      case 0x05:
        below_sea_ = block_.integer(entry).value_or(0) == 1;
        return;
      case 0x06:
        if (auto metres = block_.number(entry))
          add("GPSAltitude", number_text(below_sea_ ? -*metres : *metres) + " m");
        return;
      case 0x07:
        return add("GPSTimeStamp", gps_time_text(block_, entry));
      case 0x1D:
        if (entry.is_text())
          add("GPSDateStamp", decode_utf8_or_latin1(without_trailing_nuls(entry.value)));
        return;
      default:
        return;
    }
  }

  void add(std::string name, std::string value) {
    if (!is_blank(value) && out_.claim(value.size(), "EXIF " + name))
      out_.add("EXIF", std::move(name), std::move(value));
  }

  void take_size(int64_t width, int64_t height) {
    bool fits = width > 0 && height > 0 && width <= UINT32_MAX && height <= UINT32_MAX;
    if (!fits || uint64_t(width) * uint64_t(height) <= uint64_t{out_.width} * out_.height) return;
    out_.width = static_cast<uint32_t>(width);
    out_.height = static_cast<uint32_t>(height);
  }

  bool was_visited(uint64_t offset) const {
    return std::find(visited_.begin(), visited_.end(), offset) != visited_.end();
  }

  const TiffBlock& block_;
  bool is_file_;
  RawFields& out_;
  std::vector<uint64_t> visited_;
  size_t entries_ = 0;
  bool below_sea_ = false;
};

}  // namespace

void parse_exif(ByteSpan block, RawFields& out) {
  constexpr std::string_view kPrefix = "Exif\0\0"sv;
  if (block.starts_with(kPrefix)) block = block.sub(kPrefix.size());
  std::optional<TiffBlock> tiff = TiffBlock::open(block);
  if (!tiff) {
    out.warn(TiffBlock::begins(block) ? "EXIF: cut within its header"
                                      : "EXIF: no TIFF header; left out");
    return;
  }
  ExifWalk(*tiff, /*is_file=*/false, out)
      .directory(tiff->first_directory(), ExifWalk::Kind::kPicture, 1);
}

void parse_exif_item(ByteSpan item, RawFields& out) {
  ByteReader reader(item);
  uint32_t tiff_at = reader.u32_be();
  parse_exif(TiffBlock::begins(item) ? item : item.sub(reader.position()).sub(tiff_at), out);
}

void walk_tiff(ByteSpan file, RawFields& out) {
  std::optional<TiffBlock> tiff = TiffBlock::open(file);
  if (!tiff) return out.warn("the file ends within its header");
  ExifWalk(*tiff, /*is_file=*/true, out)
      .directory(tiff->first_directory(), ExifWalk::Kind::kPicture, 1);
}

}  // namespace img2prompt
