// What a picture may claim before memory is taken for it. Files are of unknown origin: a few bytes
// can declare a picture of terabytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace img2prompt {

struct DecodeLimits {
  // Encoded bytes. The largest photographs and lossless renders stay well below half of this.
  size_t max_bytes = size_t{512} << 20;
  // Width x height. Pillow refuses a picture beyond this same number as a decompression bomb; it
  // decodes to 512 MiB of RGB.
  int64_t max_pixels = 178956970;
  // Either side. The most that JPEG and GIF can declare, and four times WebP's.
  int max_side = 65535;
};

// Throw DecodeError ("<name>: ...") stating what was declared and what is accepted.
void check_byte_count(size_t bytes, const std::string& name, const DecodeLimits& limits);
void check_picture_size(int64_t width, int64_t height, const std::string& name,
                        const DecodeLimits& limits);

}  // namespace img2prompt
