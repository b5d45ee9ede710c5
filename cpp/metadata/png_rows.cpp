#include "metadata/png_rows.h"

#include <cstdlib>

#include "base/byte_reader.h"

namespace img2prompt {
namespace {

enum ColourType : uint8_t { kGrey = 0, kRgb = 2, kGreyAlpha = 4, kRgbAlpha = 6 };
enum Filter : uint8_t { kNone, kLeft, kAbove, kAverage, kPaeth };

constexpr PngPass kWholePicture = {0, 0, 1, 1};
constexpr PngPass kAdam7[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

uint8_t paeth(int left, int above, int corner) {
  int estimate = left + above - corner, to_left = std::abs(estimate - left),
      to_above = std::abs(estimate - above), to_corner = std::abs(estimate - corner);
  if (to_left <= to_above && to_left <= to_corner) return static_cast<uint8_t>(left);
  return static_cast<uint8_t>(to_above <= to_corner ? above : corner);
}

int predicted(uint8_t filter, int left, int above, int corner) {
  switch (filter) {
    case kLeft:
      return left;
    case kAbove:
      return above;
    case kAverage:
      return (left + above) / 2;
    default:
      return paeth(left, above, corner);
  }
}

}  // namespace

std::optional<PngRowLayout> PngRowLayout::of(ByteSpan header_chunk) {
  constexpr size_t kChunkHeaderBytes = 8;
  ByteReader header(header_chunk);
  header.skip(kChunkHeaderBytes);
  PngRowLayout out;
  out.width = header.u32_be();
  out.height = header.u32_be();
  uint8_t depth = header.u8(), colours = header.u8();
  header.skip(2);  // the compression and filter methods; 0, the only ones
  out.is_interlaced = header.u8() == 1;
  out.is_grey = colours == kGrey || colours == kGreyAlpha;
  out.has_alpha = colours == kGreyAlpha || colours == kRgbAlpha;
  out.pixel_bytes = (out.is_grey ? 1u : 3u) + (out.has_alpha ? 1u : 0u);
  bool is_known = out.is_grey || out.has_alpha || colours == kRgb;
  if (header.failed() || depth != 8 || !is_known || out.width == 0 || out.height == 0)
    return std::nullopt;
  return out;
}

std::vector<PngPass> PngRowLayout::passes() const {
  if (!is_interlaced) return {kWholePicture};
  std::vector<PngPass> out;
  for (const PngPass& pass : kAdam7)
    if (width > pass.x && height > pass.y) out.push_back(pass);
  return out;
}

uint64_t PngRowLayout::inflated_bytes() const {
  uint64_t out = 0;
  for (const PngPass& pass : passes())
    out += (1 + uint64_t{PngPass::count(width, pass.x, pass.x_step)} * pixel_bytes) *
           PngPass::count(height, pass.y, pass.y_step);
  return out;
}

bool unfilter_row(uint8_t filter, size_t pixel_bytes, const uint8_t* above, uint8_t* row,
                  size_t count) {
  if (filter > kPaeth) return false;
  for (size_t i = 0; filter != kNone && i < count; ++i) {
    bool is_first = i < pixel_bytes;
    row[i] =
        static_cast<uint8_t>(row[i] + predicted(filter, is_first ? 0 : row[i - pixel_bytes],
                                                above[i], is_first ? 0 : above[i - pixel_bytes]));
  }
  return true;
}

bool filter_row(uint8_t filter, size_t pixel_bytes, const uint8_t* above, uint8_t* row,
                size_t count) {
  if (filter > kPaeth) return false;
  for (size_t i = count; filter != kNone && i-- > 0;) {  // from the right: it looks to the left
    bool is_first = i < pixel_bytes;
    row[i] =
        static_cast<uint8_t>(row[i] - predicted(filter, is_first ? 0 : row[i - pixel_bytes],
                                                above[i], is_first ? 0 : above[i - pixel_bytes]));
  }
  return true;
}

}  // namespace img2prompt
