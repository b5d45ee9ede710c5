// The readers, one for each format; decode.cpp picks one by the first bytes.
#pragma once

#include <string>

#include "base/byte_span.h"
#include "image/image.h"
#include "image/limits.h"

namespace img2prompt {

// What decode_image() hands to a reader.
struct Encoded {
  ByteSpan bytes;
  const std::string& name;
  const DecodeLimits& limits;
};

// The stored picture, not yet turned upright, its alpha dropped. Each checks the declared size
// before it takes memory and throws DecodeError when the bytes are damaged or cut short.
Image decode_png(const Encoded& encoded);
Image decode_jpeg(const Encoded& encoded);
Image decode_webp(const Encoded& encoded);
Image decode_gif(const Encoded& encoded);
Image decode_bmp(const Encoded& encoded);
Image decode_pnm(const Encoded& encoded);  // binary P5 and P6
Image decode_psd(const Encoded& encoded);  // the flattened picture
Image decode_tga(const Encoded& encoded);

// The EXIF block, empty where there is none; never throws.
ByteSpan find_png_exif(ByteSpan bytes);
ByteSpan find_jpeg_exif(ByteSpan bytes);
ByteSpan find_webp_exif(ByteSpan bytes);

[[noreturn]] void throw_damaged(const Encoded& encoded, const char* format,
                                const std::string& reason);
[[noreturn]] void throw_cut_short(const Encoded& encoded, const char* format);

}  // namespace img2prompt
