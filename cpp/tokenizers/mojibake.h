// Undoes UTF-8 that was read in an 8-bit character set, once or several times over.
#pragma once

#include <string>
#include <string_view>

namespace img2prompt {

// The text as it was meant, or unchanged when nothing tells of mojibake. Matches ftfy 6.3's
// fix_encoding with its default configuration exactly.
std::u32string repair_encoding(std::u32string_view text);

// C1 controls as the Windows-1252 characters of the same bytes.
std::u32string repair_c1_controls(std::u32string_view text);

}  // namespace img2prompt
