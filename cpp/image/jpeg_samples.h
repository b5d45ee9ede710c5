// From a JPEG's coefficients to pixels. Every step rounds as libjpeg's default ("islow" transform,
// "fancy" upsampling) does, so that the pixels equal those of Pillow (test_pixels_jpeg.py).
#pragma once

#include <cstddef>
#include <cstdint>

#include "image/jpeg_entropy.h"

namespace img2prompt {

// The inverse transform of a block: block x table is the coefficients, row by row; the 8 rows of
// samples go to out, out + stride, ...
void inverse_transform(const JpegBlock& block, const std::array<uint16_t, 64>& table, uint8_t* out,
                       size_t stride);

// The samples of a component, and how many times wider and higher the picture is.
struct JpegPlane {
  const uint8_t* samples = nullptr;  // [height, stride], of which the first `width` count
  size_t stride = 0;
  int width = 0, height = 0;
  int times_x = 1, times_y = 1;
};

// Row y of the plane at the picture's size: width * times_x samples to `out`. `scratch` holds
// `width` numbers.
void upsample_row(const JpegPlane& plane, int y, int* scratch, uint8_t* out);

// Rows of `count` pixels; out is [count, 3] RGB.
void convert_ycc_row(const uint8_t* y, const uint8_t* cb, const uint8_t* cr, int count,
                     uint8_t* out);
// In place: rgb holds inverted cyan, magenta and yellow, `key` the inverted black.
void apply_key_row(uint8_t* rgb, const uint8_t* key, int count);

}  // namespace img2prompt
