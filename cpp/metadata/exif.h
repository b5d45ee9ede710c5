// The text and the camera's settings in an EXIF block (a small TIFF), and in a TIFF itself.
// Reference: CIPA DC-008 (Exif 2.32), TIFF 6.0, and Adobe's XMP part 3 for what a TIFF embeds.
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds, in directory order, of the picture's, Exif's and GPS's directory: every tag whose type is
// text, UserComment, Windows' XP tags, MakerNote where it is plain text, and the tags that tell how
// a picture was taken ("ExposureTime": "1/250 s", "GPSLatitude": "48.858222 N"); XMP and IPTC where
// they are embedded. Source "EXIF"; the key is the tag's name, or its number ("0x010C") where it
// has none here. Blank values are passed over. `block` begins with the TIFF header, or with
// "Exif\0\0" before it.
void parse_exif(ByteSpan block, RawFields& out);

// The same of an Exif item of HEIF or JPEG XL: the offset of the TIFF header after these four bytes
// comes first, which some writers leave out.
void parse_exif_item(ByteSpan item, RawFields& out);

// The same of a TIFF's first page (big or not), with the size of the largest picture among it and
// its sub-directories: raw photographs have a thumbnail as their first page.
void walk_tiff(ByteSpan file, RawFields& out);

}  // namespace img2prompt
