// BERT's uncased WordPiece tokenizer, as BLIP's captions use it. Matches transformers 4.57's
// BertTokenizer (the slow one) exactly, for do_lower_case=True.
//
// The object never changes after load(), so that any number of threads may share it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace img2prompt {

class WordPiece {
 public:
  // A vocabulary file with one token a line, or a directory that holds one as vocab.txt. From the
  // directory, added_tokens.json, special_tokens_map.json and tokenizer_config.json add tokens when
  // they are there. Special tokens that nothing names are numbered after the others. Throws Error
  // when a file cannot be read, InvalidArgument when it is not what its name says.
  static std::shared_ptr<const WordPiece> load(const std::string& path);

  // Ids without [CLS] and [SEP]; special tokens in the text count as such. Ill-formed UTF-8 is
  // dropped, as BERT drops U+FFFD.
  std::vector<int32_t> encode(std::string_view text) const;

  // Pieces joined, the spaces before punctuation and in contractions taken out. Ids that no token
  // has read as [UNK], which is special.
  std::string decode(const std::vector<int32_t>& ids, bool skip_special = true) const;

  std::optional<int32_t> id(std::string_view token) const;
  int32_t size() const;  // vocabulary and added tokens

 private:
  WordPiece() = default;
  void read_vocabulary(const std::string& path);
  void read_settings(const std::string& directory);
  void add_token(const std::string& token, int32_t id);
  void add_special(const std::string& token);
  const std::string& token_of(int32_t id) const;  // [UNK] where there is none
  size_t match_added(std::string_view text) const;
  void encode_segment(std::string_view text, std::vector<int32_t>& ids) const;
  void encode_word(std::u32string_view word, std::vector<int32_t>& ids) const;

  std::unordered_map<std::string, int32_t> ids_;           // of the vocabulary file
  std::unordered_map<int32_t, std::string> tokens_;        // the same, the other way
  std::unordered_map<std::string, int32_t> added_ids_;     // special ones and added_tokens.json
  std::unordered_map<int32_t, std::string> added_tokens_;  // the same, the other way
  std::vector<std::string> added_by_length_;               // longest first
  std::unordered_set<std::string> specials_;
  std::unordered_set<int32_t> special_ids_;
  int32_t unknown_id_ = 0;
};

}  // namespace img2prompt
