// Tells whether a file is still the one that was read.
#pragma once

#include <string>

namespace img2prompt {

// The file's size and time of change, as text; "" where there is no file.
std::string file_stamp(const std::string& path);

}  // namespace img2prompt
