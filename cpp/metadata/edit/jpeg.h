// A JPEG's segments, copied, left out and put in. Reference: ITU-T T.81 appendix B.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt::edit {

std::string strip_jpeg(ByteSpan file, const std::string& name);

// A text that one segment cannot hold is written as further ones, which Pillow joins as well.
std::string write_jpeg(ByteSpan file, std::string_view infotext, const std::string& name);

}  // namespace img2prompt::edit
