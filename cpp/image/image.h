// A picture in memory: 8-bit RGB, rows from the top, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace img2prompt {

struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;  // [height, width, 3] RGB

  Image() = default;
  Image(int width, int height)  // black
      : width(width), height(height), pixels(size_t(width) * size_t(height) * 3) {}

  uint8_t* row(int y) { return pixels.data() + size_t(y) * size_t(width) * 3; }
  const uint8_t* row(int y) const { return pixels.data() + size_t(y) * size_t(width) * 3; }
};

// Pixels owned elsewhere, laid out as Image's.
struct ImageView {
  int width = 0;
  int height = 0;
  const uint8_t* pixels = nullptr;  // [height, width, 3] RGB

  ImageView(int width, int height, const uint8_t* pixels)
      : width(width), height(height), pixels(pixels) {}
  ImageView(const Image& image) : ImageView(image.width, image.height, image.pixels.data()) {}

  const uint8_t* row(int y) const { return pixels + size_t(y) * size_t(width) * 3; }
};

}  // namespace img2prompt
