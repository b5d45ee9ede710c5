// Resizing, equal to Pillow 13's Image.resize byte for byte (test_pixels_resize.py).
#pragma once

#include "image/image.h"

namespace img2prompt {

enum class ResampleFilter { kBox, kBilinear, kBicubic, kLanczos };

// The largest side that resize() makes.
constexpr int kMaxResizeSide = 65535;

// Throws InvalidArgument for a side outside 1..kMaxResizeSide, or a result of more pixels than
// DecodeLimits allows.
void check_resize_size(int64_t width, int64_t height);

// Scales the whole picture to width x height. The filter is widened when shrinking, so it also
// antialiases. Throws InvalidArgument for an empty picture and as check_resize_size() does.
// threads: 0 = as many as pay for this size; the result does not depend on it.
Image resize(ImageView image, int width, int height, ResampleFilter filter, int threads = 0);

}  // namespace img2prompt
