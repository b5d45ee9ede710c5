// Bytes or a file to an upright RGB picture. The format is told by content, never by name.
//
//   PNG   every colour type and depth, interlaced or not; 16-bit samples keep their high byte
//   JPEG  baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK
//   WebP  lossy and lossless, alpha, first frame of an animation
//   GIF   first frame
//   BMP   1 to 32 bits, uncompressed
//
// Alpha is dropped, not composited, as Pillow's convert("RGB") does. The EXIF orientation (JPEG
// APP1, PNG eXIf, WebP EXIF) is applied, as Pillow's ImageOps.exif_transpose does.
#pragma once

#include <string>

#include "base/byte_span.h"
#include "image/image.h"
#include "image/limits.h"

namespace img2prompt {

// `name` stands for the picture in messages. Throws DecodeError, one line, when the bytes are no
// picture of these formats, are damaged or cut short, or exceed the limits.
Image decode_image(ByteSpan bytes, const std::string& name, const DecodeLimits& limits = {});

// The same for a file; throws Error with the system's reason when it cannot be read.
Image read_image(const std::string& path, const DecodeLimits& limits = {});

}  // namespace img2prompt
