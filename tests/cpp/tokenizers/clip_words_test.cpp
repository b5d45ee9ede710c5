#include "tokenizers/clip_words.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace img2prompt;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string_view word;
  for (size_t at = 0; next_clip_word(text, at, word) != ClipWord::kNone;) words.emplace_back(word);
  return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("Letters run together, numbers stand alone, the rest runs together") {
  CHECK(words_of("f/1.8, 65mm (photo)") ==
        Words{"f", "/", "1", ".", "8", ",", "6", "5", "mm", "(", "photo", ")"});
  CHECK(words_of("a\u0301b") == Words{"a", "\u0301", "b"});
  CHECK(words_of("").empty());
}

TEST_CASE("Contractions are words of their own, the long s counts as s") {
  CHECK(words_of("don't we're") == Words{"don", "'t", "we", "'re"});
  CHECK(words_of("it'\u017Fx") == Words{"it", "'\u017F", "x"});
  CHECK(words_of("''s") == Words{"''", "s"});
  CHECK(words_of("'x") == Words{"'", "x"});
}

TEST_CASE("Special tokens are found where a word begins only") {
  std::string_view word;
  size_t at = 0;
  CHECK(next_clip_word("<start_of_text>a", at, word) == ClipWord::kStart);
  at = 0;
  CHECK(next_clip_word("<end_of_text>", at, word) == ClipWord::kEnd);
  at = 0;
  CHECK(next_clip_word("<\u017Ftart_of_text>", at, word) == ClipWord::kPlain);
  CHECK(word == "<\u017Ftart_of_text>");
  CHECK(words_of("!<end_of_text>") == Words{"!<", "end", "_", "of", "_", "text", ">"});
}

TEST_CASE("The ypogegrammeni belongs to no word") {
  CHECK(words_of("a\u0345b!\u0345!") == Words{"a", "b", "!", "!"});
}
