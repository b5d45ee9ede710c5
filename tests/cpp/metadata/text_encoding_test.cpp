#include "metadata/text_encoding.h"

#include <doctest/doctest.h>

#include <random>

#include "build_files.h"

using namespace img2prompt;
using namespace img2prompt::testing;
using namespace std::string_literals;

namespace {

// How many of `rounds` random texts of `length` characters from first..last are read in the wrong
// order when they are little-endian (the order that a tie does not favour).
int misread(char16_t first, char16_t last, int length, int rounds) {
  std::mt19937 random(first + length);
  int wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    std::u16string text;
    for (int i = 0; i < length; ++i)
      text += static_cast<char16_t>(first + random() % (last - first + 1u));
    std::string expected = decode_utf16_either_way(ByteSpan("\xFF\xFE" + utf16(text, false)));
    wrong += decode_utf16_either_way(ByteSpan(utf16(text, false))) != expected;
  }
  return wrong;
}

}  // namespace

TEST_CASE("UTF-8 where well formed, else Latin-1") {
  CHECK(decode_utf8_or_latin1(ByteSpan("caf\xC3\xA9"sv)) == "caf\u00E9");
  CHECK(decode_utf8_or_latin1(ByteSpan("caf\xE9"sv)) == "caf\u00E9");
  CHECK(decode_utf8_or_latin1(ByteSpan("caf\xC3"sv)) == "caf\u00C3");
  CHECK(decode_utf8_or_latin1(ByteSpan("\xEF\xBB\xBF"
                                       "cat"sv)) == "cat");
}

TEST_CASE("UTF-16 without a mark: the order of short texts is found by their script") {
  constexpr int kRounds = 1000;
  CHECK(misread('a', 'z', 4, kRounds) == 0);
  CHECK(misread(' ', '~', 4, kRounds) == 0);
  CHECK(misread(0x0430, 0x044F, 4, kRounds) == 0);  // Cyrillic
  CHECK(misread(0x03B1, 0x03C9, 4, kRounds) == 0);  // Greek
  CHECK(misread(0x3041, 0x3096, 4, kRounds) == 0);  // Hiragana
  // Any ideograph or syllable as likely as any other, which real text is not.
  CHECK(misread(0x4E00, 0x9FA5, 20, kRounds) == 0);
  CHECK(misread(0xAC00, 0xD7A3, 20, kRounds) == 0);
}

TEST_CASE("A comment in UTF-16 is told without its code, or with one in other letters") {
  for (bool big_endian : {false, true}) {
    std::string text = utf16(u"a cat, caf\u00E9", big_endian);
    CHECK(decode_user_comment(ByteSpan(text)) == "a cat, caf\u00E9");
    CHECK(decode_user_comment(ByteSpan("Unicode\0"s + text)) == "a cat, caf\u00E9");
  }
  CHECK(decode_user_comment(ByteSpan("plain text"sv)) == "plain text");
}
