// BMP's header: a size and no text. Reference: Microsoft's BITMAPFILEHEADER and its DIB headers.
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

bool is_bmp(ByteSpan bytes);  // "BM" and a DIB header of a known length
void walk_bmp(ByteSpan file, RawFields& out);

}  // namespace img2prompt
