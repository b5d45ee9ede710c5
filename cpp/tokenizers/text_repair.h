// Repairs that open_clip applies to every text before it encodes it.
#pragma once

#include <string>
#include <string_view>

namespace img2prompt {

// Html references, mojibake, C1 controls, Latin ligatures, full-width and half-width forms, curly
// quotes, line breaks, terminal escapes, control characters and NFC, again until nothing changes,
// each line by itself. Matches ftfy 6.3's fix_text with its default configuration exactly, but that
// a line gets 100 rounds at most: html references may be escaped that many times over.
std::u32string repair_text(std::u32string_view text);

}  // namespace img2prompt
