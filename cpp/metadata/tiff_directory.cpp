#include "metadata/tiff_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

enum Type : uint16_t {
  kByte = 1,
  kAscii,
  kShort,
  kLong,
  kRational,
  kSignedByte,
  kUndefined,
  kSignedShort,
  kSignedLong,
  kSignedRational,
  kFloat,
  kDouble,
  kDirectory,
  kLong8 = 16,
  kSignedLong8,
  kDirectory8,
  kUtf8 = 129,  // Exif 3.0
};

// Bytes of one element; 0 = not a type.
size_t type_bytes(uint16_t type) {
  static constexpr uint8_t kBytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
  if (type == kUtf8) return 1;
  return type < sizeof kBytes ? kBytes[type] : 0;
}

bool is_text(uint16_t type) { return type == kAscii || type == kUtf8; }

bool is_signed(uint16_t type) {
  return type == kSignedByte || type == kSignedShort || type == kSignedLong ||
         type == kSignedRational || type == kSignedLong8;
}

// The low `width` bytes of `bits` as two's complement.
int64_t sign_extended(uint64_t bits, size_t width) {
  unsigned shift = static_cast<unsigned>(8 * (sizeof bits - width));
  return static_cast<int64_t>(bits << shift) >> shift;
}

template <typename Float, typename Bits>
double as_float(uint64_t raw) {
  Bits bits = static_cast<Bits>(raw);
  Float value;
  std::memcpy(&value, &bits, sizeof value);
  return static_cast<double>(value);
}

}  // namespace

bool TiffEntry::is_text() const { return img2prompt::is_text(type); }

bool TiffBlock::begins(ByteSpan bytes) {
  return bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv) ||
         bytes.starts_with("II+\0\x08\0\0\0"sv) || bytes.starts_with("MM\0+\0\x08\0\0"sv);
}

std::optional<TiffBlock> TiffBlock::open(ByteSpan bytes) {
  if (!begins(bytes)) return std::nullopt;
  bool little_endian = bytes[0] == 'I', is_big = bytes[little_endian ? 2 : 3] == '+';
  TiffBlock block(bytes, little_endian, is_big);
  ByteReader reader(bytes.sub(is_big ? 8 : 4));
  block.first_ = block.take(reader, is_big ? 8 : 4);
  if (reader.failed()) return std::nullopt;
  return block;
}

uint64_t TiffBlock::take(ByteReader& reader, size_t width) const {
  switch (width) {
    case 1:
      return reader.u8();
    case 2:
      return little_endian_ ? reader.u16_le() : reader.u16_be();
    case 4:
      return little_endian_ ? reader.u32_le() : reader.u32_be();
    default:
      return little_endian_ ? reader.u64_le() : reader.u64_be();
  }
}

std::vector<TiffEntry> TiffBlock::entries(uint64_t offset, size_t limit,
                                          std::string& damage) const {
  const size_t word = is_big_ ? 8 : 4, entry_bytes = 4 + 2 * word;
  std::vector<TiffEntry> out;
  ByteReader reader(bytes_.sub(std::min<uint64_t>(offset, bytes_.size())));
  uint64_t count = take(reader, is_big_ ? 8 : 2);
  if (reader.failed()) {
    damage = fmt::format("no directory at {}", offset);
    return out;
  }
  for (; count > 0; --count) {
    if (reader.remaining() < entry_bytes) {
      damage = fmt::format("cut within the directory at {}", offset);
      break;
    }
    if (out.size() >= limit) {
      damage =
          fmt::format("too many entries in the directory at {}; the rest was left out", offset);
      break;
    }
    TiffEntry entry;
    entry.tag = static_cast<uint16_t>(take(reader, 2));
    entry.type = static_cast<uint16_t>(take(reader, 2));
    entry.count = take(reader, word);
    ByteSpan in_place = reader.take(word);
    size_t unit = type_bytes(entry.type);
    uint64_t size = unit == 0                         ? 0
                    : entry.count > UINT64_MAX / unit ? UINT64_MAX
                                                      : entry.count * unit;
    if (size <= word) {
      entry.value = in_place.sub(0, size);
    } else {
      uint64_t at = unsigned_at(in_place, 0, word);
      entry.value =
          bytes_.sub(std::min<uint64_t>(at, bytes_.size()), std::min<uint64_t>(size, SIZE_MAX));
      entry.whole = entry.value.size() == size;
    }
    out.push_back(entry);
  }
  return out;
}

uint64_t TiffBlock::unsigned_at(ByteSpan bytes, size_t offset, size_t width) const {
  ByteReader reader(bytes.sub(offset));
  return take(reader, width);
}

std::optional<int64_t> TiffBlock::integer(const TiffEntry& entry, size_t index) const {
  size_t width = type_bytes(entry.type);
  bool is_integer = width > 0 && !is_text(entry.type) && entry.type != kRational &&
                    entry.type != kSignedRational && entry.type != kFloat && entry.type != kDouble;
  if (!is_integer || index >= entry.value.size() / width) return std::nullopt;
  uint64_t bits = unsigned_at(entry.value, index * width, width);
  if (is_signed(entry.type)) return sign_extended(bits, width);
  if (bits > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<int64_t>(bits);
}

std::optional<double> TiffBlock::number(const TiffEntry& entry, size_t index) const {
  if (auto whole = integer(entry, index)) return static_cast<double>(*whole);
  size_t width = type_bytes(entry.type);
  if (width == 0 || is_text(entry.type) || index >= entry.value.size() / width) return std::nullopt;
  size_t at = index * width;
  if (entry.type == kFloat) return as_float<float, uint32_t>(unsigned_at(entry.value, at, width));
  if (entry.type == kDouble) return as_float<double, uint64_t>(unsigned_at(entry.value, at, width));
  if (entry.type != kRational && entry.type != kSignedRational) return std::nullopt;
  uint64_t above = unsigned_at(entry.value, at, 4), below = unsigned_at(entry.value, at + 4, 4);
  if (below == 0) return std::nullopt;
  if (entry.type == kRational) return static_cast<double>(above) / static_cast<double>(below);
  return static_cast<double>(sign_extended(above, 4)) /
         static_cast<double>(sign_extended(below, 4));
}

}  // namespace img2prompt
