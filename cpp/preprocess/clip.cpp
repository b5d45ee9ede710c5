#include "preprocess/clip.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "image/crop.h"

namespace img2prompt {
namespace {

// size * long / short in double precision, cut to a whole number: torchvision's rule.
int long_side(int64_t size, int long_pixels, int short_pixels) {
  double exact = static_cast<double>(size * long_pixels) / static_cast<double>(short_pixels);
  return static_cast<int>(std::min(exact, 1e9));
}

// Half of what is cut away, halves rounded to the even number: torchvision's rule.
int centre_offset(int side, int64_t size) {
  int64_t rest = side - size, half = rest / 2;
  return static_cast<int>(rest % 2 == 0 || half % 2 == 0 ? half : half + 1);
}

Image fit(ImageView image, const ClipPreprocess& options) {
  int size = static_cast<int>(options.size);
  if (options.squash) return resize(image, size, size, options.filter);
  bool wide = image.width > image.height;
  int width = wide ? long_side(size, image.width, image.height) : size;
  int height = wide ? size : long_side(size, image.height, image.width);
  Image small = resize(image, width, height, options.filter);
  return crop(small, centre_offset(width, size), centre_offset(height, size), size, size);
}

}  // namespace

at::Tensor preprocess_clip(ImageView image, const ClipPreprocess& options) {
  Image picture = fit(image, options);
  int64_t area = options.size * options.size;
  at::Tensor out = at::empty({3, options.size, options.size}, at::kFloat);
  float* planes = out.data_ptr<float>();
  for (size_t channel = 0; channel < 3; ++channel) {
    std::array<float, 256> table;
    for (size_t value = 0; value < table.size(); ++value)
      table[value] =
          (static_cast<float>(value) / 255.0f - options.mean[channel]) / options.std[channel];
    float* plane = planes + static_cast<int64_t>(channel) * area;
    for (int64_t i = 0; i < area; ++i)
      plane[i] = table[picture.pixels[static_cast<size_t>(i) * 3 + channel]];
  }
  return out;
}

}  // namespace img2prompt
