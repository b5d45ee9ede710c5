// Cuts cleaned text into the words that CLIP's byte-pair encoding works on.
#pragma once

#include <cstddef>
#include <string_view>

namespace img2prompt {

enum class ClipWord { kNone, kPlain, kStart, kEnd };  // kStart, kEnd: the literal special tokens

// Finds the next word of `text` from `position`, which moves past it; `word` is a view into `text`.
// kNone when there is none left. Matches open_clip 3.3.0's pattern under the `regex` package with
// IGNORECASE, for text that is lower case already.
ClipWord next_clip_word(std::string_view text, size_t& position, std::string_view& word);

}  // namespace img2prompt
