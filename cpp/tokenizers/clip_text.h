// What open_clip does to a text before its words are encoded.
#pragma once

#include <string>
#include <string_view>

namespace img2prompt {

// Repaired (text_repair.h), html unescaped twice, white space collapsed to single spaces, none at
// the ends, lower case. UTF-8 in and out; ill-formed parts read as U+FFFD. Matches
// open_clip 3.3.0's clean="lower" exactly.
std::string clean_clip_text(std::string_view text);

}  // namespace img2prompt
