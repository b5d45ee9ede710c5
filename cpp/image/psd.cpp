// The flattened picture of a Photoshop document: RGB of 8 or 16 bits, raw or packed (PackBits).
// Reference: Adobe's Photoshop file format specification, the header and the image data section.
#include <algorithm>

#include "base/byte_reader.h"
#include "image/formats.h"

namespace img2prompt {
namespace {

constexpr const char* kFormat = "Photoshop";
constexpr int kChannels = 3;  // red, green, blue; further ones are alpha and are dropped

struct Document {
  int channels = 0, width = 0, height = 0, bits = 0;
  bool is_packed = false;
  ByteSpan data;  // behind the word that states the compression
};

Document read_document(const Encoded& encoded) {
  constexpr size_t kBeforeChannels = 12;
  constexpr int kRgbMode = 3, kMostChannels = 56;
  ByteReader reader(encoded.bytes);
  reader.skip(kBeforeChannels);
  Document out;
  out.channels = reader.u16_be();
  const uint32_t height = reader.u32_be(), width = reader.u32_be();
  out.bits = reader.u16_be();
  const int mode = reader.u16_be();
  for (int section = 0; section < 3; ++section) reader.skip(reader.u32_be());
  const int compression = reader.u16_be();
  check_picture_size(width, height, encoded.name, encoded.limits);
  if (reader.failed()) throw_cut_short(encoded, kFormat);
  out.width = static_cast<int>(width);
  out.height = static_cast<int>(height);
  if (mode != kRgbMode || (out.bits != 8 && out.bits != 16) || out.channels < kChannels ||
      out.channels > kMostChannels || compression > 1)
    throw_damaged(encoded, kFormat, "read are RGB of 8 and 16 bits, raw or packed");
  out.is_packed = compression == 1;
  out.data = encoded.bytes.sub(reader.position());
  return out;
}

// One row of a plane; false where the packed bytes end before it is full.
bool unpack_row(ByteSpan packed, std::vector<uint8_t>& row) {
  constexpr int kNothing = 128;
  size_t at = 0, filled = 0;
  while (filled < row.size()) {
    if (at >= packed.size()) return false;
    const int code = packed[at++];
    if (code == kNothing) continue;
    const bool is_run = code > kNothing;
    const size_t count = std::min<size_t>(is_run ? 257 - code : code + 1, row.size() - filled);
    if (packed.size() - at < (is_run ? 1 : count)) return false;
    if (is_run)
      std::fill_n(row.begin() + static_cast<std::ptrdiff_t>(filled), count, packed[at]);
    else
      std::copy_n(packed.begin() + at, count, row.begin() + static_cast<std::ptrdiff_t>(filled));
    at += is_run ? 1 : count;
    filled += count;
  }
  return true;
}

// The packed bytes of each row of the planes that are used, after all lengths were checked.
std::vector<ByteSpan> packed_rows(const Document& document, const Encoded& encoded) {
  constexpr uint64_t kMostExpansion = 64;  // two bytes become 128
  ByteReader lengths(document.data);
  const uint64_t row_bytes = uint64_t(document.width) * uint64_t(document.bits / 8);
  size_t begin = size_t(document.channels) * size_t(document.height) * 2;
  if (begin > document.data.size()) throw_cut_short(encoded, kFormat);
  std::vector<ByteSpan> out;
  for (int row = 0; row < kChannels * document.height; ++row) {
    const size_t length = lengths.u16_be();
    if (length > document.data.size() - begin) throw_cut_short(encoded, kFormat);
    if (length * kMostExpansion < row_bytes)
      throw_damaged(encoded, kFormat, "a row has too few bytes");
    out.push_back(document.data.sub(begin, length));
    begin += length;
  }
  return out;
}

}  // namespace

Image decode_psd(const Encoded& encoded) {
  const Document document = read_document(encoded);
  const size_t sample_bytes = static_cast<size_t>(document.bits / 8),
               row_bytes = static_cast<size_t>(document.width) * sample_bytes,
               rows = static_cast<size_t>(document.height);
  std::vector<ByteSpan> packed;
  if (document.is_packed)
    packed = packed_rows(document, encoded);
  else if (document.data.size() < row_bytes * rows * static_cast<size_t>(document.channels))
    throw_cut_short(encoded, kFormat);

  Image image(document.width, document.height);
  std::vector<uint8_t> row(row_bytes);
  for (size_t i = 0; i < rows * kChannels; ++i) {
    ByteSpan samples = document.data.sub(document.is_packed ? 0 : i * row_bytes, row_bytes);
    if (document.is_packed) {
      if (!unpack_row(packed[i], row)) throw_damaged(encoded, kFormat, "a row is not full");
      samples = row;
    }
    uint8_t* out = image.row(static_cast<int>(i % rows)) + i / rows;
    for (size_t x = 0; x < row_bytes; x += sample_bytes, out += kChannels) *out = samples[x];
  }
  return image;
}

}  // namespace img2prompt
