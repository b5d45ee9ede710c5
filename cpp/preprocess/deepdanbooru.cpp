#include "preprocess/deepdanbooru.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "image/resample.h"

namespace img2prompt {
namespace {

// Pillow's bicubic filter at an edge has the weights 0.5625 and -0.0625 of their sum, rounded half
// up.
uint8_t beyond(int edge, int next) {
  return static_cast<uint8_t>(std::clamp((9 * edge - next + 4) >> 3, 0, 255));
}

// The side that keeps the aspect, rounded down as in the WebUI; at least 1.
int shorter(int64_t size, int64_t short_side, int64_t long_side) {
  return static_cast<int>(std::max<int64_t>(1, short_side * size / long_side));
}

// `small` has the width `size`; it goes into the middle, and rows are made above and below.
Image fill_rows(const Image& small, int size) {
  Image out(size, size);
  const size_t bytes = static_cast<size_t>(size) * 3;
  const int first = size / 2 - small.height / 2;
  auto band = [&](int from, int to, int edge, int next) {
    if (from >= to) return;
    for (size_t i = 0; i < bytes; ++i)
      out.row(from)[i] = beyond(small.row(edge)[i], small.row(next)[i]);
    for (int y = from + 1; y < to; ++y) std::memcpy(out.row(y), out.row(from), bytes);
  };
  const int last = small.height - 1;
  band(0, first, 0, std::min(1, last));
  band(first + small.height, size, last, std::max(last - 1, 0));
  std::memcpy(out.row(first), small.row(0), bytes * static_cast<size_t>(small.height));
  return out;
}

// The same with columns: `small` has the height `size`.
Image fill_columns(const Image& small, int size) {
  Image out(size, size);
  const int first = size / 2 - small.width / 2, last = small.width - 1;
  for (int y = 0; y < size; ++y) {
    const uint8_t* from = small.row(y);
    uint8_t* to = out.row(y);
    auto band = [&](int begin, int end, int edge, int next) {
      for (int x = begin; x < end; ++x)
        for (int c = 0; c < 3; ++c) to[x * 3 + c] = beyond(from[edge * 3 + c], from[next * 3 + c]);
    };
    band(0, first, 0, std::min(1, last));
    band(first + small.width, size, last, std::max(last - 1, 0));
    std::memcpy(to + first * 3, from, static_cast<size_t>(small.width) * 3);
  }
  return out;
}

}  // namespace

Image resize_and_fill(ImageView image, int size) {
  const bool wide = image.width > image.height;
  const int width = wide ? size : shorter(size, image.width, image.height);
  const int height = wide ? shorter(size, image.height, image.width) : size;
  Image small = resize(image, width, height, ResampleFilter::kLanczos);
  if (width == height) return small;
  return wide ? fill_rows(small, size) : fill_columns(small, size);
}

at::Tensor preprocess_deepdanbooru(ImageView image, int size) {
  const Image picture = resize_and_fill(image, size);
  std::array<float, 256> table{};
  for (size_t value = 0; value < table.size(); ++value)
    table[value] = static_cast<float>(value) / 255.0f;
  at::Tensor out = at::empty({size, size, 3}, at::kFloat);
  auto* to = out.mutable_data_ptr<float>();
  for (size_t i = 0; i < picture.pixels.size(); ++i) to[i] = table[picture.pixels[i]];
  return out;
}

}  // namespace img2prompt
