#include "image/crop.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace img2prompt {

Image crop(ImageView image, int x, int y, int width, int height) {
  if (width < 1 || height < 1)
    throw_error<InvalidArgument>("crop to {}x{}: both sides must be at least 1", width, height);
  Image result(width, height);
  // 64-bit, since x + width may leave the int range.
  int64_t left = std::max<int64_t>(x, 0),
          right = std::min<int64_t>(int64_t{x} + width, image.width);
  int64_t top = std::max<int64_t>(y, 0),
          bottom = std::min<int64_t>(int64_t{y} + height, image.height);
  for (int64_t from = top; from < bottom && left < right; ++from)
    std::memcpy(result.row(int(from - y)) + (left - x) * 3, image.row(int(from)) + left * 3,
                size_t(right - left) * 3);
  return result;
}

}  // namespace img2prompt
