// The leftmost pixels of a picture's rows, decoded no further than they are asked for: what hidden
// records are written into. Pixels are 8-bit RGBA as stored, alpha 255 where the picture has none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/byte_span.h"
#include "base/file_window.h"

namespace img2prompt {

class PixelColumns {
 public:
  // False stops the decoding.
  using Visit = std::function<bool(uint32_t x, uint32_t y, const uint8_t* rgba)>;
  enum class End { kWhole, kStopped, kDamaged, kTooLarge };

  virtual ~PixelColumns() = default;
  uint32_t width() const { return width_; }
  uint32_t height() const { return height_; }
  bool has_alpha() const { return has_alpha_; }
  bool has_exact_colours() const { return has_exact_colours_; }  // stored without loss

  // Visits the pixels with x < `columns` and y < `rows`, each once, from the top (an interlaced
  // picture's pass by pass); may be called again. kDamaged: some were not visited.
  virtual End read(uint32_t columns, uint32_t rows, const Visit& visit) = 0;

 protected:
  uint32_t width_ = 0, height_ = 0;
  bool has_alpha_ = false, has_exact_colours_ = false;
};

// Null where the picture stores no pixel as it was given: a palette, 16 bits a sample, a lossy WebP
// without alpha, an animation. `file` must outlive the result.
std::unique_ptr<PixelColumns> open_png_columns(FileWindow& file);
std::unique_ptr<PixelColumns> open_webp_columns(ByteSpan file);

}  // namespace img2prompt
