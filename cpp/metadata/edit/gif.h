// A GIF's blocks, copied, left out and put in. Reference: GIF89a.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt::edit {

std::string strip_gif(ByteSpan file, const std::string& name);
std::string write_gif(ByteSpan file, std::string_view infotext, const std::string& name);

}  // namespace img2prompt::edit
