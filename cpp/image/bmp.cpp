#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/byte_reader.h"
#include "image/formats.h"

namespace img2prompt {
namespace {

enum Compression : uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaFields = 6 };

// A field of a 16 or 32-bit pixel.
struct Mask {
  uint32_t bits = 0;
  int shift = 0;
  uint32_t max = 1;

  Mask() = default;
  explicit Mask(uint32_t mask) : bits(mask) {
    while (mask && !((mask >> shift) & 1)) ++shift;
    max = std::max(mask >> shift, 1u);
  }
  uint8_t of(uint32_t pixel) const {
    return uint8_t(uint64_t((pixel & bits) >> shift) * 255 / max);
  }
};

struct Header {
  int64_t width = 0, height = 0;
  bool top_down = false;
  int bits = 0;  // of a pixel
  uint32_t compression = kPlain;
  std::array<Mask, 3> masks;                    // red, green, blue
  std::vector<std::array<uint8_t, 3>> palette;  // of 1 to 8-bit pixels
  size_t data = 0;                              // where the pixels start
};

void read_masks(ByteReader& reader, Header& header) {
  if (header.compression == kBitFields || header.compression == kAlphaFields) {
    for (Mask& mask : header.masks) mask = Mask(reader.u32_le());
  } else if (header.bits == 16) {
    header.masks = {Mask(0x7c00), Mask(0x03e0), Mask(0x001f)};
  } else {
    header.masks = {Mask(0xff0000), Mask(0x00ff00), Mask(0x0000ff)};
  }
}

void read_palette(ByteReader& reader, Header& header, uint32_t colors, int entry_size) {
  const uint32_t most = 1u << header.bits;
  if (colors == 0 || colors > most) colors = most;
  header.palette.assign(most, {0, 0, 0});
  for (uint32_t i = 0; i < colors; ++i) {
    const ByteSpan entry = reader.take(size_t(entry_size));
    if (!entry.empty()) header.palette[i] = {entry[2], entry[1], entry[0]};
  }
}

Header read_header(const Encoded& encoded) {
  Header header;
  ByteReader reader(encoded.bytes);
  reader.skip(10);
  header.data = reader.u32_le();
  const uint32_t size = reader.u32_le();
  uint32_t colors = 0;
  if (size == 12) {
    header.width = reader.u16_le();
    header.height = reader.u16_le();
    reader.skip(2);  // planes
    header.bits = reader.u16_le();
  } else if (size == 40 || size == 52 || size == 56 || size == 64 || size == 108 || size == 124) {
    header.width = int32_t(reader.u32_le());
    header.height = int32_t(reader.u32_le());
    reader.skip(2);
    header.bits = reader.u16_le();
    header.compression = reader.u32_le();
    reader.skip(12);  // size of the data, resolution
    colors = reader.u32_le();
    reader.skip(4);
  } else if (!reader.failed()) {
    throw_damaged(encoded, "BMP", "a header of " + std::to_string(size) + " bytes is not known");
  }
  if (reader.failed()) throw_cut_short(encoded, "BMP");
  header.top_down = header.height < 0;
  header.height = std::abs(header.height);
  if (header.bits >= 16) read_masks(reader, header);
  if (header.bits <= 8) {
    reader.seek(14 + size);
    read_palette(reader, header, colors, size == 12 ? 3 : 4);
  }
  if (reader.failed()) throw_cut_short(encoded, "BMP");
  if (header.data == 0) header.data = std::max(reader.position(), size_t{14} + size);
  return header;
}

void check_layout(const Encoded& encoded, const Header& header) {
  const int bits = header.bits;
  const bool known =
      bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
  if (!known) throw_damaged(encoded, "BMP", std::to_string(bits) + " bits per pixel are not known");
  const uint32_t compression = header.compression;
  const bool fits = compression == kPlain || (compression == kRle8 && bits == 8) ||
                    (compression == kRle4 && bits == 4) ||
                    ((compression == kBitFields || compression == kAlphaFields) && bits >= 16);
  if (!fits)
    throw_damaged(encoded, "BMP",
                  "compression " + std::to_string(compression) + " of " + std::to_string(bits) +
                      "-bit pixels is not read");
}

void put(uint8_t* to, const std::array<uint8_t, 3>& color) {
  std::copy(color.begin(), color.end(), to);
}

void convert_row(const Header& header, const uint8_t* from, int width, uint8_t* to) {
  const int bits = header.bits;
  for (int x = 0; x < width; ++x, to += 3) {
    if (bits <= 8) {
      const int bit = x * bits;
      put(to, header.palette[size_t((from[bit / 8] >> (8 - bits - bit % 8)) & ((1 << bits) - 1))]);
    } else if (bits == 24) {
      put(to, {from[x * 3 + 2], from[x * 3 + 1], from[x * 3]});
    } else {
      const uint8_t* p = from + x * (bits / 8);
      uint32_t pixel = uint32_t(p[0]) | uint32_t(p[1]) << 8;
      if (bits == 32) pixel |= uint32_t(p[2]) << 16 | uint32_t(p[3]) << 24;
      put(to, {header.masks[0].of(pixel), header.masks[1].of(pixel), header.masks[2].of(pixel)});
    }
  }
}

// One byte for each index, from the bottom row up.
std::vector<uint8_t> read_run_lengths(const Encoded& encoded, const Header& header) {
  const size_t width = size_t(header.width), height = size_t(header.height);
  std::vector<uint8_t> indices(width * height);
  const bool nibbles = header.bits == 4;
  ByteReader reader(encoded.bytes.sub(header.data));
  size_t x = 0, y = 0;
  auto put_index = [&](int i, uint8_t byte) {
    if (x < width && y < height)
      indices[y * width + x] = !nibbles ? byte : i % 2 ? byte & 15 : byte >> 4;
    ++x;
  };
  while (y < height) {
    const int count = reader.u8(), value = reader.u8();
    if (reader.failed()) throw_cut_short(encoded, "BMP");
    if (count > 0) {
      for (int i = 0; i < count; ++i) put_index(i, uint8_t(value));
    } else if (value == 0) {  // end of the row
      x = 0, ++y;
    } else if (value == 1) {  // end of the picture
      break;
    } else if (value == 2) {  // move
      x += reader.u8();
      y += reader.u8();
    } else {  // so many indices as they are, filled up to 16 bits
      const size_t bytes = nibbles ? size_t(value + 1) / 2 : size_t(value);
      const ByteSpan literal = reader.take(bytes);
      if (literal.empty()) throw_cut_short(encoded, "BMP");
      for (int i = 0; i < value; ++i) put_index(i, literal[size_t(nibbles ? i / 2 : i)]);
      if (bytes % 2) reader.skip(1);
    }
  }
  return indices;
}

}  // namespace

Image decode_bmp(const Encoded& encoded) {
  const Header header = read_header(encoded);
  check_layout(encoded, header);
  check_picture_size(header.width, header.height, encoded.name, encoded.limits);
  const int width = int(header.width), height = int(header.height);
  const bool packed = header.compression == kRle8 || header.compression == kRle4;
  const size_t row_bytes = (size_t(width) * size_t(header.bits) + 7) / 8;
  const size_t stride = (row_bytes + 3) / 4 * 4;  // the padding of the last row may be missing
  const ByteSpan data = encoded.bytes.sub(header.data);
  if (!packed && data.size() < stride * size_t(height - 1) + row_bytes)
    throw_cut_short(encoded, "BMP");

  Image image(width, height);
  const std::vector<uint8_t> indices =
      packed ? read_run_lengths(encoded, header) : std::vector<uint8_t>();
  for (int i = 0; i < height; ++i) {
    uint8_t* to = image.row(header.top_down ? i : height - 1 - i);
    if (!packed) {
      convert_row(header, data.data() + size_t(i) * stride, width, to);
      continue;
    }
    for (int x = 0; x < width; ++x)
      put(to + x * 3, header.palette[indices[size_t(i) * size_t(width) + size_t(x)]]);
  }
  return image;
}

}  // namespace img2prompt
