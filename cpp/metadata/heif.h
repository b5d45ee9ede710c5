// HEIF and AVIF: the items of the meta box. Reference: ISO/IEC 23008-12 (HEIF), sections 6 and
// annex A; ISO/IEC 14496-12, section 8.11, for the boxes of items; AVIF 1.1 for its brands.
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

// True where the bytes begin with the file type box of a picture; `container` is kAvif or kHeif.
bool is_heif(ByteSpan bytes, Container& container);

// Adds Exif and XMP items, and the primary item's size.
void walk_heif(ByteSpan file, RawFields& out);

}  // namespace img2prompt
