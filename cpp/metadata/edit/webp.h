// A WebP's chunks, copied, left out and put in. Reference: RFC 9649.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt::edit {

std::string strip_webp(ByteSpan file, const std::string& name);

// A file of one bitstream alone gets the header (VP8X) that says there is EXIF.
std::string write_webp(ByteSpan file, std::string_view infotext, const std::string& name);

}  // namespace img2prompt::edit
