// What ImageMagick and its kin make of another container's EXIF, XMP or IPTC when they convert to
// PNG: a text "Raw profile type <name>" with a line break, the name, the length and the bytes in
// hexadecimal. Reference: ImageMagick's coders/png.c, ExifTool's list of PNG's texts.
#pragma once

#include <string_view>

#include "metadata/container.h"

namespace img2prompt {

// Adds the fields of the profile; false where the text is none that is known, and nothing was
// added.
bool read_png_profile(std::string_view keyword, std::string_view text, RawFields& out);

}  // namespace img2prompt
