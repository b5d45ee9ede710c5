// Html character references to the characters that they stand for, by two rules.
#pragma once

#include <string>
#include <string_view>

namespace img2prompt {

// HTML5's rule as Python 3.11's html.unescape has it: the semicolon may be missing, and a name
// counts where only its beginning is known ("&notit" gives U+00AC and "it").
std::u32string unescape_html(std::u32string_view text);

// ftfy 6.3's rule: whole references that end in a semicolon alone, also names in all capitals
// ("&EACUTE;" gives U+00C9).
std::u32string unescape_closed_html(std::u32string_view text);

}  // namespace img2prompt
