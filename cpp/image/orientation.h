// Turning a picture upright as its EXIF orientation says.
#pragma once

#include "base/byte_span.h"
#include "image/image.h"

namespace img2prompt {

// The orientation (tag 0x0112 of the first IFD) of an EXIF block, with or without the leading
// "Exif\0\0"; 1, upright, where it is absent, damaged or outside 1..8.
int parse_orientation(ByteSpan exif);

// Matches Pillow's ImageOps.exif_transpose (test_pixels_orientation.py). Orientations 5 to 8 swap
// the sides.
Image turn_upright(Image image, int orientation);

}  // namespace img2prompt
