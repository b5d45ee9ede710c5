// The sequences by which ftfy 6.3 (Robyn Speer, Apache-2.0) tells mojibake, as data; see
// mojibake_tables.inc. Mojibake is UTF-8 that was read in an 8-bit character set: U+00E9 seen as
// U+00C3 U+00A9.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace img2prompt {

// Whether an unlikely sequence stands anywhere in the text.
bool looks_like_mojibake(std::u32string_view text);

struct TextRun {
  size_t start, length;
};

// The longest runs of characters that may be UTF-8 bytes misread, in order. None starts after a
// character that may continue one.
std::vector<TextRun> find_misread_utf8(std::u32string_view text);

// Bytes with 20 where A0 made valid UTF-8 (A0, the no-break space, is often "corrected" to a
// space).
std::string restore_altered_utf8(std::string_view bytes);

// UTF-8 sequences that lost bytes (1A stands for them, or "?") become U+FFFD.
std::string replace_lossy_utf8(std::string_view bytes);

}  // namespace img2prompt
