// How a PNG of 8 bits a sample lays its pixels out in rows, and the filters of these. Reference:
// PNG specification, third edition, sections 8.1 and 9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_span.h"

namespace img2prompt {

struct PngPass {
  uint32_t x, y, x_step, y_step;  // its first pixel, and from one to the next

  // How many of 0 .. size - 1 a pass takes in one direction.
  static uint32_t count(uint32_t size, uint32_t first, uint32_t step) {
    return size > first ? (size - first - 1) / step + 1 : 0;
  }
};

struct PngRowLayout {
  uint32_t width = 0, height = 0;
  bool is_grey = false, has_alpha = false, is_interlaced = false;
  size_t pixel_bytes = 0;

  // Of the IHDR chunk, from its length on; none for a palette, other depths, and no size.
  static std::optional<PngRowLayout> of(ByteSpan header_chunk);

  std::vector<PngPass> passes() const;  // one, or Adam7's that hold pixels
  uint64_t inflated_bytes() const;      // of all rows with their filter bytes
};

// Undoes the filter of a row in place, or applies it; `above` is the row before, as it is without a
// filter, zeros for the first of a pass. False where there is no such filter.
bool unfilter_row(uint8_t filter, size_t pixel_bytes, const uint8_t* above, uint8_t* row,
                  size_t count);
bool filter_row(uint8_t filter, size_t pixel_bytes, const uint8_t* above, uint8_t* row,
                size_t count);

}  // namespace img2prompt
