#include "image/orientation.h"

#include <cstddef>
#include <string_view>

#include "base/byte_reader.h"

namespace img2prompt {
namespace {

constexpr uint16_t kOrientationTag = 0x0112;
constexpr uint16_t kByte = 1, kShort = 3, kLong = 4;  // TIFF field types

class TiffReader {
 public:
  TiffReader(ByteSpan bytes, bool big_endian) : reader_(bytes), big_endian_(big_endian) {}
  uint16_t u16() { return big_endian_ ? reader_.u16_be() : reader_.u16_le(); }
  uint32_t u32() { return big_endian_ ? reader_.u32_be() : reader_.u32_le(); }
  uint8_t u8() { return reader_.u8(); }
  void seek(size_t position) { reader_.seek(position); }
  void skip(size_t count) { reader_.skip(count); }
  bool failed() const { return reader_.failed(); }

 private:
  ByteReader reader_;
  bool big_endian_;
};

}  // namespace

int parse_orientation(ByteSpan exif) {
  using namespace std::string_view_literals;
  while (exif.starts_with("Exif\0\0"sv)) exif = exif.sub(6);
  const bool big_endian = exif.starts_with("MM"sv);
  if (!big_endian && !exif.starts_with("II"sv)) return 1;
  TiffReader tiff(exif, big_endian);
  tiff.skip(4);
  tiff.seek(tiff.u32());
  const int entries = tiff.u16();
  for (int i = 0; i < entries && !tiff.failed(); ++i) {
    const uint16_t tag = tiff.u16(), type = tiff.u16();
    const uint32_t count = tiff.u32();
    if (tag != kOrientationTag) {
      tiff.skip(4);
      continue;
    }
    const uint32_t value = type == kShort  ? tiff.u16()
                           : type == kLong ? tiff.u32()
                           : type == kByte ? tiff.u8()
                                           : 1;
    return !tiff.failed() && count == 1 && value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}

Image turn_upright(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool swap = orientation >= 5;
  const bool mirror_x = orientation == 2 || orientation == 3 || orientation >= 7;
  const bool mirror_y =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image result(swap ? image.height : image.width, swap ? image.width : image.height);
  // Bytes from one stored pixel to the next along the stored x and y, as the result walks them.
  const std::ptrdiff_t row_bytes = std::ptrdiff_t(image.width) * 3;
  const std::ptrdiff_t along_x = mirror_x ? -3 : 3, along_y = mirror_y ? -row_bytes : row_bytes;
  const uint8_t* start =
      image.row(mirror_y ? image.height - 1 : 0) + (mirror_x ? row_bytes - 3 : 0);
  for (int y = 0; y < result.height; ++y) {
    const uint8_t* from = start + y * (swap ? along_x : along_y);
    const std::ptrdiff_t step = swap ? along_y : along_x;
    uint8_t* to = result.row(y);
    for (int x = 0; x < result.width; ++x, to += 3) {
      const uint8_t* pixel = from + x * step;
      to[0] = pixel[0], to[1] = pixel[1], to[2] = pixel[2];
    }
  }
  return result;
}

}  // namespace img2prompt
