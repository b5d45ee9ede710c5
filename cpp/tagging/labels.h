// The names that a tagger's outputs stand for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace img2prompt {

// One name a line, in any of the ways to end one; a byte order mark and blank lines at the end are
// passed over.
std::vector<std::string> parse_labels(std::string_view text);

// Throws ModelError "<source>: ..." unless there are `count` names, each of 1 to 500 bytes without
// control characters.
void check_labels(const std::vector<std::string>& labels, size_t count, const std::string& source);

}  // namespace img2prompt
