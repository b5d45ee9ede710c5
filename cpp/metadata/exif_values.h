// EXIF's tags by name, and its numbers as people read them. Reference: CIPA DC-008 (Exif 2.32),
// sections 4.6.4 to 4.6.6.
#pragma once

#include <string>
#include <string_view>

#include "metadata/tiff_directory.h"

namespace img2prompt {

// "Model", or the number ("0x010C") of a tag that has no name here. Tags of the GPS directory have
// other names than those of the same number elsewhere; they are not among these.
std::string exif_tag_name(uint16_t tag);

// "1/250 s", "f/2.8", "50 mm", "Rotate 90 CW", ...: the value of a tag that says something about
// how a picture was taken; empty for other tags, and for values outside their definition.
std::string exif_value_text(const TiffBlock& block, const TiffEntry& entry);

// Latitude or longitude as degrees, minutes and seconds, in decimal degrees: "48.858222 N"; empty
// where the value is no position. `hemisphere` is "N", "S", "E" or "W", or empty.
std::string gps_position_text(const TiffBlock& block, const TiffEntry& entry,
                              std::string_view hemisphere);
// "12:34:56 UTC"
std::string gps_time_text(const TiffBlock& block, const TiffEntry& entry);

// At most six digits, without trailing zeros: "2.8", "50", "0.333333".
std::string number_text(double value);

}  // namespace img2prompt
