// What holds of every decoder's answer.
#pragma once

#include "base/error.h"
#include "image/decode.h"
#include "target.h"

namespace img2prompt::fuzz {

inline void check_decoding(ByteSpan bytes, int64_t max_pixels = 1 << 18) {
  DecodeLimits limits;
  limits.max_pixels = max_pixels;
  try {
    Image image = decode_image(bytes, "input", limits);
    FUZZ_REQUIRE(image.width > 0 && image.height > 0);
    FUZZ_REQUIRE(int64_t{image.width} * image.height <= limits.max_pixels);
    FUZZ_REQUIRE(image.pixels.size() == size_t(image.width) * size_t(image.height) * 3);
  } catch (const DecodeError& error) {
    FUZZ_REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace img2prompt::fuzz
