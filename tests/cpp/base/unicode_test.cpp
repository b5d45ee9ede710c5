#include "base/unicode.h"

#include <doctest/doctest.h>

#include <cstddef>

using namespace img2prompt;

namespace {

// Counts over all code points; Python: sum(chr(c).isspace() for c in range(0x110000)) and so on.
size_t count(bool (*holds)(char32_t)) {
  size_t found = 0;
  for (char32_t c = 0; c < 0x110000; ++c) found += holds(c);
  return found;
}

}  // namespace

TEST_CASE("Letters, numbers and word characters of several scripts") {
  for (char32_t c : U"aZ\u00E9\u03A9\u0436\u65E5\u3042\uAC00\u02B0\U00020000\U0001D400")
    if (c) CHECK(is_letter(c));
  for (char32_t c : U"09\u00B2\u00BD\u0663\u2160\u3007\U0001D7CE")
    if (c) CHECK(is_number(c));
  CHECK(is_decimal(U'\u0663'));
  CHECK_FALSE(is_decimal(U'\u00B2'));
  for (char32_t c : U"_a9\u65E5\u00BD")
    if (c) CHECK(is_word(c));
  for (char32_t c : U" -/.:\u0301\u200D\u2014\U0001F600\uFFFD") {
    if (!c) continue;
    CHECK_FALSE(is_letter(c));
    CHECK_FALSE(is_number(c));
    CHECK_FALSE(is_word(c));
  }
}

TEST_CASE("Code points beyond Unicode and surrogates belong to no class") {
  for (char32_t c :
       {char32_t{0xD800}, char32_t{0xDFFF}, char32_t{0x110000}, char32_t{0xFFFFFFFF}}) {
    CHECK_FALSE(is_word(c));
    CHECK_FALSE(is_space(c));
    CHECK(to_lower_simple(c) == c);
  }
}

TEST_CASE("White space as str.isspace, and as the White_Space property without U+001C to U+001F") {
  CHECK(count(&is_space) == 29);
  CHECK(count(&is_white_space) == 25);
  CHECK(is_space(0x1C));
  CHECK_FALSE(is_white_space(0x1C));
  CHECK_FALSE(is_space(0x200B));
  CHECK(is_space(0x3000));
}

TEST_CASE("Lower case as str.lower()") {
  CHECK(to_lower(U"ABC xyz \u00C9\u0416\u0100\U00010400") ==
        U"abc xyz \u00E9\u0436\u0101\U00010428");
  CHECK(to_lower(U"\u0101\u00DF\u65E5") == U"\u0101\u00DF\u65E5");
  CHECK(to_lower(U"\u0130") == U"i\u0307");
  CHECK(to_lower_simple(0x130) == U'i');
}

TEST_CASE("A capital sigma is final only at the end of its word") {
  CHECK(to_lower(U"\u039F\u0394\u039F\u03A3") == U"\u03BF\u03B4\u03BF\u03C2");
  CHECK(to_lower(U"\u03A3\u039F\u03A3.") == U"\u03C3\u03BF\u03C2.");
  CHECK(to_lower(U"A\u03A3'\u0301 b") == U"a\u03C2'\u0301 b");
  CHECK(to_lower(U"A\u03A3'B") == U"a\u03C3'b");
  CHECK(to_lower(U"1\u03A3") == U"1\u03C3");
}
