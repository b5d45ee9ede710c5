#include "base/utf8.h"

#include <doctest/doctest.h>

using namespace img2prompt;

TEST_CASE("UTF-8 round trips at every length") {
  std::string text = "a\xC3\xA9\xE6\x97\xA5\xF0\x9F\x98\x80";
  CHECK(utf32_to_utf8(utf8_to_utf32(text)) == text);
  CHECK(utf8_to_utf32(text).size() == 4);
  CHECK(is_valid_utf8(text));
}

TEST_CASE("Ill-formed UTF-8 becomes one U+FFFD for each maximal part") {
  // Python: b"\xe6\x97a\xff\xed\xa0\x80".decode(errors="replace") ==
  // "\ufffda\ufffd\ufffd\ufffd\ufffd"
  CHECK(utf8_to_utf32("\xE6\x97"
                      "a\xFF\xED\xA0\x80") == U"\uFFFDa\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK_FALSE(is_valid_utf8("\xC0\x80"));
  CHECK(is_valid_utf8("\xEF\xBF\xBD"));
}

TEST_CASE("UTF-16 in either order, with surrogate pairs and a lone one") {
  CHECK(utf16_to_utf8(std::string_view("\x00"
                                       "a\xD8\x3D\xDE\x00",
                                       6),
                      true) == "a\xF0\x9F\x98\x80");
  CHECK(utf16_to_utf8(std::string_view("a\x00\x3D\xD8\x00\xDE", 6), false) == "a\xF0\x9F\x98\x80");
  CHECK(utf16_to_utf8(std::string_view("\xD8\x3D", 2), true) == "\xEF\xBF\xBD");
}
