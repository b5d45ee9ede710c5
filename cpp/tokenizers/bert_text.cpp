#include "tokenizers/bert_text.h"

#include <algorithm>
#include <iterator>

#include "base/normalization.h"
#include "base/unicode.h"

namespace img2prompt {
namespace {

struct CharacterRange {
  uint32_t first, last;
};

#include "tokenizers/bert_tables.inc"

template <size_t N>
bool in_ranges(const CharacterRange (&table)[N], char32_t c) {
  const CharacterRange* next = std::upper_bound(
      std::begin(table), std::end(table), c,
      [](char32_t value, const CharacterRange& range) { return value < range.first; });
  return next != std::begin(table) && c <= (next - 1)->last;
}

bool is_blank(char32_t c) {  // category Zs, and three controls
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_dropped(char32_t c) {
  return c == 0xFFFD || (c != '\t' && c != '\n' && c != '\r' && in_ranges(kOthers, c));
}

// Every ASCII symbol counts, "$" and "^" too, which Unicode has under other categories.
bool is_punctuation(char32_t c) {
  if (c < 0x80)
    return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) ||
           (c >= 123 && c <= 126);
  return in_ranges(kPunctuation, c);
}

bool is_ideograph(char32_t c) {  // the blocks that BERT sets apart; kana and Hangul are not among
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

std::u32string clean(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (char32_t c : text) {
    if (is_dropped(c)) continue;
    if (is_blank(c)) {
      out += U' ';
    } else if (is_ideograph(c)) {
      out += U' ';
      out += c;
      out += U' ';
    } else {
      out += c;
    }
  }
  return out;
}

// Calls `take` with each part of `text` between white space.
template <typename Take>
void for_each_word(std::u32string_view text, Take take) {
  for (size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    take(text.substr(at, end - at));
    at = end;
  }
}

}  // namespace

std::vector<std::u32string> split_bert_words(std::u32string_view text) {
  std::vector<std::u32string> words;
  for_each_word(to_nfc(clean(text)), [&](std::u32string_view token) {
    bool new_word = true;
    for (char32_t c : to_nfd(to_lower(token))) {
      if (in_ranges(kNonspacingMarks, c)) continue;
      bool apart = is_punctuation(c) || is_space(c);
      if (apart || new_word) words.emplace_back();
      if (!is_space(c)) words.back() += c;
      new_word = apart;
    }
  });
  words.erase(std::remove_if(words.begin(), words.end(),
                             [](const std::u32string& word) { return word.empty(); }),
              words.end());
  return words;
}

}  // namespace img2prompt
