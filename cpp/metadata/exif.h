// The text in an EXIF block (a small TIFF). Reference: CIPA DC-008 (Exif 2.32) and TIFF 6.0.
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds, in directory order, every tag whose type is text (ASCII), UserComment, Windows' XP tags,
// and MakerNote where it is plain text, of the first directory and Exif's own. Source "EXIF"; the
// key is the tag's name, or its number ("0x010C") where it has none here. Blank values are passed
// over. `block` begins with the TIFF header, or with "Exif\0\0" before it.
void parse_exif(ByteSpan block, RawFields& out);

}  // namespace img2prompt
