// JPEG's marker segments up to the first scan. Reference: ITU-T T.81 annex B; the EXIF and XMP
// prefixes of APP1 are those of CIPA DC-008 and Adobe's XMP part 3.
#pragma once

#include "base/file_window.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds EXIF (APP1, joined where a writer split it), XMP and COM comments, and the frame's size.
void walk_jpeg(FileWindow& file, RawFields& out);

}  // namespace img2prompt
