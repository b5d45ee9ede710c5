// JPEG XL: the boxes of its container, and the size of a bare codestream. Reference: ISO/IEC
// 18181-2, section 9 (boxes), and 18181-1, annex D.2 (the size header).
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

bool is_jxl(ByteSpan bytes);  // a container or a codestream

// Adds Exif and XML boxes, also those that are compressed with Brotli where the build has a decoder
// (otherwise a warning), and the picture's size.
void walk_jxl(ByteSpan file, RawFields& out);

}  // namespace img2prompt
