#include "tokenizers/text_repair.h"

#include <doctest/doctest.h>

#include "tokenizers/clip_text.h"
#include "tokenizers/mojibake.h"

using namespace img2prompt;

TEST_CASE("Typography becomes plain text") {
  CHECK(repair_text(U"\uFB01ne \uFB03 \u0132") == U"fine ffi IJ");
  CHECK(repair_text(U"\u201Cq\u201D \u2018r\u2019 \u02BCs") == U"\"q\" 'r' 's");
  CHECK(repair_text(U"\uFF21\uFF11\u3000\uFF76\uFF9E") == U"A1 \u30AC");
  CHECK(repair_text(U"a\u0301") == U"\u00E1");
}

TEST_CASE("Line breaks are unified, controls and terminal escapes go") {
  CHECK(repair_text(U"a\r\nb\rc\u2028d") == U"a\nb\nc\nd");
  CHECK(repair_text(std::u32string(U"nu\0ll\u0007\uFEFF", 8)) == U"null");
  CHECK(repair_text(U"\x1B[31;1mred\x1B[0m\x1B[x") == U"red");
  CHECK(repair_text(U"\x1B[31") == U"[31");
}

TEST_CASE("References are read until a line holds an angle bracket") {
  CHECK(repair_text(U"&amp;\n<&amp;\n&amp;") == U"&\n<&amp;\n&amp;");
  CHECK(repair_text(U"&amp;amp;amp;lt;") == U"<");
}

TEST_CASE("UTF-8 misread in an 8-bit set is read anew") {
  CHECK(repair_encoding(U"caf\u00C3\u00A9") == U"caf\u00E9");
  CHECK(repair_encoding(U"\u00E2\u20AC\u0153x\u00E2\u20AC\uFFFD") == U"\u201Cx\uFFFD");
  CHECK(repair_encoding(U"voil\u00C3 le travail") == U"voil\u00E0 le travail");
  CHECK(repair_encoding(U"\u00C3\u0192\u00C2\u00A9") == U"\u00E9");                  // twice over
  CHECK(repair_encoding(U"\u00ED\u00A0\u00BD\u00ED\u00B8\u0080") == U"\U0001F600");  // CESU-8
  CHECK(repair_encoding(U"\u65E5 caf\u00C3\u00A9") == U"\u65E5 caf\u00E9");          // a part alone
  CHECK(repair_encoding(U"a\u0093b\u0094") == U"a\u201Cb\u201D");
}

TEST_CASE("Text that only looks unusual is left alone") {
  for (const char32_t* text : {U"\u00C5ngstr\u00F6m", U"Ren\u00E9 \u00C9ric", U"\u00BFqu\u00E9?",
                               U"\u043F\u0440\u0438\u0432\u0435\u0442", U"\u65E5\u672C"})
    CHECK(repair_encoding(text) == text);
}

TEST_CASE("Cleaned text is lower case with single spaces and none at the ends") {
  CHECK(clean_clip_text(" A\t\nPHOTO  &amp;amp;amp; B ") == "a photo & b");
  CHECK(clean_clip_text("\xC3\x89\xC2\xA0\xCE\xA3\xCE\x91\xCE\xA3") == "\u00E9 \u03C3\u03B1\u03C2");
  CHECK(clean_clip_text("").empty());
}
