#include "tokenizers/clip_words.h"

#include "base/unicode.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

constexpr std::string_view kStartToken = "<start_of_text>", kEndToken = "<end_of_text>";
constexpr std::string_view kContractions[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
constexpr std::string_view kLongS = "\xC5\xBF";  // U+017F, which is "s" where case is ignored
constexpr char32_t kYpogegrammeni = 0x345;       // a mark whose other case is a letter: in no class

enum class Class { kGap, kLetter, kNumber, kOther };

Class class_of(char32_t c) {
  if (is_letter(c)) return Class::kLetter;
  if (is_number(c)) return Class::kNumber;
  return is_white_space(c) || c == kYpogegrammeni ? Class::kGap : Class::kOther;
}

// How many bytes of `text` spell `pattern` where case is ignored; 0 when they do not.
size_t match_ignoring_case(std::string_view text, std::string_view pattern) {
  size_t at = 0;
  for (char p : pattern) {
    if (at < text.size() && text[at] == p)
      at += 1;
    else if (p == 's' && text.substr(at, kLongS.size()) == kLongS)
      at += kLongS.size();
    else
      return 0;
  }
  return at;
}

// Length of a special token or contraction at the start of `text`, or 0.
size_t match_literal(std::string_view text) {
  if (text[0] == '<') {
    size_t size = match_ignoring_case(text, kStartToken);
    return size ? size : match_ignoring_case(text, kEndToken);
  }
  if (text[0] != '\'') return 0;
  for (std::string_view contraction : kContractions)
    if (size_t size = match_ignoring_case(text, contraction)) return size;
  return 0;
}

}  // namespace

ClipWord next_clip_word(std::string_view text, size_t& position, std::string_view& word) {
  while (position < text.size()) {
    size_t start = position;
    if (size_t size = match_literal(text.substr(start))) {
      position += size;
      word = text.substr(start, size);
      if (word == kStartToken) return ClipWord::kStart;
      return word == kEndToken ? ClipWord::kEnd : ClipWord::kPlain;
    }
    Class first = class_of(next_code_point(text, position));
    if (first == Class::kGap) continue;
    while (first != Class::kNumber && position < text.size()) {
      size_t next = position;
      if (class_of(next_code_point(text, next)) != first) break;
      position = next;
    }
    word = text.substr(start, position - start);
    return ClipWord::kPlain;
  }
  return ClipWord::kNone;
}

}  // namespace img2prompt
