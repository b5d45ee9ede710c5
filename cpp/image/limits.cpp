#include "image/limits.h"

#include "base/error.h"

namespace img2prompt {

void check_byte_count(size_t bytes, const std::string& name, const DecodeLimits& limits) {
  if (bytes > limits.max_bytes)
    throw_error<DecodeError>("{}: {} bytes; at most {} are accepted", name, bytes,
                             limits.max_bytes);
}

void check_picture_size(int64_t width, int64_t height, const std::string& name,
                        const DecodeLimits& limits) {
  if (width < 1 || height < 1)
    throw_error<DecodeError>("{}: a picture of {}x{} pixels; each side must be at least 1", name,
                             width, height);
  if (width > limits.max_side || height > limits.max_side)
    throw_error<DecodeError>("{}: a picture of {}x{} pixels; a side may have at most {}", name,
                             width, height, limits.max_side);
  if (width * height > limits.max_pixels)
    throw_error<DecodeError>("{}: a picture of {}x{} pixels; at most {} in all are accepted", name,
                             width, height, limits.max_pixels);
}

}  // namespace img2prompt
