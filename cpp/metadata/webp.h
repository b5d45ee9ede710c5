// WebP's RIFF chunks. Reference: RFC 9649.
#pragma once

#include "base/file_window.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds EXIF and XMP, and the canvas size from VP8X, VP8 or VP8L.
void walk_webp(FileWindow& file, RawFields& out);

}  // namespace img2prompt
