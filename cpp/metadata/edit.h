// Copies of picture files without any record, or with another one. Pixels stay the bytes that they
// are, unless a record is hidden in them.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt {

// The file without what anyone wrote into it beside the picture: texts, comments, EXIF, XMP, IPTC,
// C2PA, private and unknown parts, and whatever follows the picture's end. Kept are the pixels,
// what shows them right (colour profile, gamma, resolution, transparency, animation) and the
// orientation. Of a record hidden in pixels (stealth.h) the lowest bits that hold it are cleared
// (alpha's set), and no other bit. PNG, JPEG, WebP, GIF, and BMP, which holds no text. Throws
// MetadataError, naming `name`, for other files and for those whose structure cannot be followed to
// its end: half a copy may hold anything.
std::string strip_metadata(ByteSpan file, const std::string& name);

// The file with the text where the WebUI puts it, in place of what stands there: PNG `parameters`
// (tEXt where Latin-1 can hold it, else iTXt), EXIF's UserComment in JPEG and WebP (UTF-16, big
// endian, as piexif), the comment of a GIF. Everything else stays, but for records that a reader
// would take in its place: where there are such, the file is stripped first. Throws MetadataError
// as above (BMP holds no text), and InvalidArgument for a text that is empty or holds a NUL.
std::string write_infotext(ByteSpan file, std::string_view infotext, const std::string& name);

}  // namespace img2prompt
