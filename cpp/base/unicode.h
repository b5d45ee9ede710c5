// Character classes and lower case as Python and its `regex` package have them. The versions of
// both are named in unicode_tables.h, which scripts/dev/make_unicode_tables.py writes. A code point
// above 0x10FFFF, or a surrogate, belongs to no class and is its own lower case.
#pragma once

#include <string>
#include <string_view>

namespace img2prompt {

bool is_letter(char32_t c);       // general category L; regex's \p{L}
bool is_number(char32_t c);       // general category N; regex's \p{N}
bool is_decimal(char32_t c);      // general category Nd; re's \d
bool is_word(char32_t c);         // re's \w: letters, numbers (str.isalnum) and the underscore
bool is_space(char32_t c);        // str.isspace, str.strip and re's \s: includes U+001C to U+001F
bool is_white_space(char32_t c);  // property White_Space, regex's \s: the same without those four

char32_t to_lower_simple(char32_t c);  // one to one; U+0130 gives "i"

// Appends str.lower() of one character standing alone: U+0130 gives two, capital sigma U+03C3.
void append_lower(char32_t c, std::u32string& out);

// str.lower() of a text: a capital sigma that ends a word becomes U+03C2.
std::u32string to_lower(std::u32string_view text);

}  // namespace img2prompt
