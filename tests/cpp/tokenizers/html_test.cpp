#include "tokenizers/html.h"

#include <doctest/doctest.h>

using namespace img2prompt;

TEST_CASE("HTML's rule reads names without a semicolon, and names by their beginning") {
  CHECK(unescape_html(U"&amp;&amp &lt;b&gt; &eacute;") == U"&& <b> \u00E9");
  CHECK(unescape_html(U"&notit; &notin;") == U"\u00ACit; \u2209");
  CHECK(unescape_html(U"& &; &# &#; &#x; &unknown; &") == U"& &; &# &#; &#x; &unknown; &");
  CHECK(unescape_html(U"&fjlig;") == U"fj");
  CHECK(unescape_html(U"&CounterClockwiseContourIntegral;") == U"\u2233");
  CHECK(unescape_html(U"&amp;amp;") == U"&amp;");
}

TEST_CASE("Numbers that HTML forbids are replaced, mapped or dropped") {
  CHECK(unescape_html(U"&#65;&#x41;&#X41 &#065") == U"AAA A");
  CHECK(unescape_html(U"&#0;&#xD800;&#x110000;&#99999999999999999999;") ==
        U"\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(unescape_html(U"&#128;&#x9f;&#x81;") == U"\u20AC\u0178\u0081");
  CHECK(unescape_html(U"a&#1;&#11;&#xFFFE;&#xFDD0;&#127;b") == U"ab");
  CHECK(unescape_html(U"&#13;") == U"\r");
}

TEST_CASE("The closed rule wants whole references, and knows capital spellings") {
  CHECK(unescape_closed_html(U"&amp; &amp &notit;") == U"& &amp &notit;");
  CHECK(unescape_closed_html(U"&EACUTE;&SZLIG;&HELLIP;") == U"\u00C9SS\u2026");
  CHECK(unescape_closed_html(U"&eACUTE;") == U"&eACUTE;");
  CHECK(unescape_closed_html(U"&#59; &#12ab; &#x41;") == U"&#59; &#12ab; A");
  CHECK(unescape_closed_html(U"&&amp;") == U"&&");
}
