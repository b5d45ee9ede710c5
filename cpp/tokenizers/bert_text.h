// What BERT's uncased tokenizer does to a text before its words are cut into pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace img2prompt {

// Control characters dropped, ideographs apart, NFC, lower case, accents stripped, punctuation
// apart: the words of the text. Matches transformers 4.57's BasicTokenizer under Python 3.11, for a
// text in lower case already.
std::vector<std::u32string> split_bert_words(std::u32string_view text);

}  // namespace img2prompt
