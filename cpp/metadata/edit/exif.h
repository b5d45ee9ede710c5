// Changes to an EXIF block. Reference: TIFF 6.0, CIPA DC-008 (Exif 2.32).
#pragma once

#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt::edit {

// The orientation that a block (with or without "Exif\0\0" before it) states, 1 to 8; 1 where it
// states none.
int exif_orientation(ByteSpan block);

// A block of nothing but the orientation, without a prefix.
std::string orientation_exif(int orientation);

// The block with the text as UserComment ("UNICODE", UTF-16, big-endian), without a prefix. All
// other values stay where they are; the bytes of an earlier UserComment are zeroed. A block that is
// none, or is damaged, is replaced by one with the orientation and the comment alone.
std::string exif_with_comment(ByteSpan block, std::string_view text);

}  // namespace img2prompt::edit
