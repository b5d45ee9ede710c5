// Unicode normalization forms C and D (Unicode standard annex 15), with the composition tables of
// the version named in normalization_tables.inc. Matches Python 3.11's unicodedata.normalize.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace img2prompt {

std::u32string to_nfd(std::u32string_view text);  // decomposed, marks in canonical order
std::u32string to_nfc(std::u32string_view text);  // the same, then composed

uint8_t combining_class(char32_t c);  // canonical combining class, 0 for all that is not a mark

}  // namespace img2prompt
