// A PNG's chunks, copied, left out and put in. Reference: PNG (W3C, third edition).
#pragma once

#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt::edit {

std::string strip_png(ByteSpan file, const std::string& name);
std::string write_png(ByteSpan file, std::string_view infotext, const std::string& name);

}  // namespace img2prompt::edit
