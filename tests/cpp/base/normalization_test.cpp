#include "base/normalization.h"

#include <doctest/doctest.h>

using namespace img2prompt;

TEST_CASE("NFC joins letters and marks, NFD takes them apart") {
  CHECK(to_nfc(U"a\u0301") == U"\u00E1");
  CHECK(to_nfd(U"\u00E1") == U"a\u0301");
  CHECK(to_nfc(U"\u1E9B\u0323") == U"\u1E9B\u0323");         // UAX 15, figure 6
  CHECK(to_nfd(U"\u1E9B\u0323") == U"\u017F\u0323\u0307");   // two steps, then ordered
  CHECK(to_nfc(U"\u212B\u2126\u212A") == U"\u00C5\u03A9K");  // singletons never come back
  CHECK(to_nfc(U"").empty());
}

TEST_CASE("Marks are ordered by class, and one of the same class blocks the next") {
  CHECK(to_nfd(U"q\u0307\u0323") == U"q\u0323\u0307");
  CHECK(to_nfc(U"a\u0328\u0301") == U"\u0105\u0301");
  CHECK(to_nfc(U"a\u0302\u0301\u0301") == U"\u1EA5\u0301");
  CHECK(to_nfc(U"a\u200Db\u0301") == U"a\u200Db\u0301");
}

TEST_CASE("What NFC excludes from composition stays apart") {
  CHECK(to_nfc(U"\u0958") == U"\u0915\u093C");
  CHECK(to_nfc(U"\u0344") == U"\u0308\u0301");
}

TEST_CASE("Hangul syllables are computed both ways") {
  CHECK(to_nfd(U"\uD55C\uAC00") == U"\u1112\u1161\u11AB\u1100\u1161");
  CHECK(to_nfc(U"\u1112\u1161\u11AB\u1100\u1161") == U"\uD55C\uAC00");
  CHECK(to_nfc(U"\uAC00\u11A7") == U"\uAC00\u11A7");  // the first trail is none
}
