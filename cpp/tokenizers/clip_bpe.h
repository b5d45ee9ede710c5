// CLIP's byte-pair encoding of text. Matches open_clip 3.3.0's SimpleTokenizer (clean="lower")
// exactly: html entities, ftfy's repairs, white space, lower case, word pattern, merges.
//
// The object never changes after load(), so that any number of threads may share it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace img2prompt {

class ClipBpe {
 public:
  static constexpr int kMaxMerges =
      49152 - 256 - 2;  // what open_clip takes; later lines are ignored

  // Reads models/vocab/clip_merges.txt: a first line that is passed over, then one merge a line,
  // two symbols between a space, earlier lines before later ones. Throws Error when the file cannot
  // be read, InvalidArgument with the line when one is not a merge of known symbols.
  static std::shared_ptr<const ClipBpe> load(const std::string& merges_path);
  static std::shared_ptr<const ClipBpe> parse(std::string_view merges, const std::string& name);

  // Ids of the cleaned text, without start and end. Ill-formed UTF-8 reads as U+FFFD.
  std::vector<int32_t> encode(std::string_view text) const;

  // [start] ids [end], zeros after it, `context_length` ids in all (1 to 65536, else
  // InvalidArgument). What is too long is cut, with the end as its last id.
  std::vector<int32_t> tokenize(std::string_view text, int context_length = 77) const;

  int32_t start_id() const { return vocab_size_ - 2; }  // 49406
  int32_t end_id() const { return vocab_size_ - 1; }    // 49407
  int32_t vocab_size() const { return vocab_size_; }    // 49408

 private:
  struct Merge {
    uint64_t pair = kNoPair;  // left id << 32 | right id
    int32_t rank = 0;
    int32_t merged = 0;  // id of the joined symbol
  };
  static constexpr uint64_t kNoPair = ~uint64_t{0};

  ClipBpe() = default;
  size_t slot_of(uint64_t pair) const;
  const Merge* find_merge(int32_t left, int32_t right) const;  // null where the pair never merges
  void encode_cleaned(std::string_view text, size_t limit, std::vector<int32_t>& ids) const;
  void encode_word(std::string_view word, std::vector<int32_t>& ids) const;

  int32_t vocab_size_ = 0;
  std::vector<Merge> merges_;  // open addressing, a power of two, at most half full
};

}  // namespace img2prompt
