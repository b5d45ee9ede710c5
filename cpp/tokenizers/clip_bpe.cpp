#include "tokenizers/clip_bpe.h"

#include <algorithm>
#include <array>
#include <queue>
#include <unordered_map>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/utf8.h"
#include "tokenizers/clip_text.h"
#include "tokenizers/clip_words.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxFileBytes = 64 << 20;
constexpr size_t kMaxSymbolBytes = 1024;
constexpr int kMaxContextLength = 65536;
constexpr std::string_view kWordEnd = "</w>";

// Ids 0 to 255 in the order that CLIP numbers bytes: the visible Latin-1 characters, then the rest.
std::array<uint8_t, 256> bytes_by_id() {
  std::array<uint8_t, 256> bytes{};
  auto visible = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b != 173); };
  size_t id = 0;
  for (bool pass : {true, false})
    for (int b = 0; b < 256; ++b)
      if (visible(b) == pass) bytes[id++] = static_cast<uint8_t>(b);
  return bytes;
}

std::array<int32_t, 256> ids_by_byte() {
  std::array<int32_t, 256> ids{};
  auto bytes = bytes_by_id();
  for (size_t id = 0; id < 256; ++id) ids[bytes[id]] = static_cast<int32_t>(id);
  return ids;
}

// How the merges file spells the byte: a visible one as itself, the others as U+0100 and up.
std::string spell_byte(size_t id, uint8_t byte) {
  constexpr size_t kVisible = 188;
  std::string out;
  append_utf8(id < kVisible ? byte : static_cast<char32_t>(256 + id - kVisible), out);
  return out;
}

struct MergeLine {
  std::string left, right;
};

std::vector<MergeLine> parse_merge_lines(std::string_view text, const std::string& name) {
  std::vector<MergeLine> lines;
  size_t line_number = 1, at = text.find('\n');
  while (at != std::string_view::npos && lines.size() < ClipBpe::kMaxMerges) {
    size_t start = at + 1;
    at = text.find('\n', start);
    std::string_view line = text.substr(start, at == std::string_view::npos ? at : at - start);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++line_number;
    if (line.empty() && at == std::string_view::npos) break;
    size_t space = line.find(' ');
    bool good = space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
                line.find(' ', space + 1) == std::string_view::npos &&
                line.size() < kMaxSymbolBytes;
    if (!good)
      throw_error<InvalidArgument>("{}: line {} is not a merge: two symbols with a space between",
                                   name, line_number);
    lines.push_back({std::string(line.substr(0, space)), std::string(line.substr(space + 1))});
  }
  if (lines.empty()) throw_error<InvalidArgument>("{}: holds no merges", name);
  return lines;
}

using Vocabulary = std::unordered_map<std::string, int32_t>;

Vocabulary build_vocabulary(const std::vector<MergeLine>& lines) {
  Vocabulary vocabulary;
  vocabulary.reserve(512 + lines.size());
  auto bytes = bytes_by_id();
  for (size_t id = 0; id < 256; ++id) {
    std::string spelled = spell_byte(id, bytes[id]);
    vocabulary[spelled] = static_cast<int32_t>(id);
    vocabulary[spelled.append(kWordEnd)] = static_cast<int32_t>(256 + id);
  }
  int32_t id = 512;
  for (const MergeLine& line : lines) vocabulary[line.left + line.right] = id++;
  return vocabulary;
}

uint64_t pair_key(int32_t left, int32_t right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
}

}  // namespace

size_t ClipBpe::slot_of(uint64_t pair) const {
  size_t mask = merges_.size() - 1;
  size_t slot = (pair * 0x9E3779B97F4A7C15u) >> 32 & mask;
  while (merges_[slot].pair != pair && merges_[slot].pair != kNoPair) slot = (slot + 1) & mask;
  return slot;
}

const ClipBpe::Merge* ClipBpe::find_merge(int32_t left, int32_t right) const {
  const Merge& merge = merges_[slot_of(pair_key(left, right))];
  return merge.pair == kNoPair ? nullptr : &merge;
}

std::shared_ptr<const ClipBpe> ClipBpe::load(const std::string& merges_path) {
  std::vector<uint8_t> bytes = read_file(merges_path, kMaxFileBytes);
  return parse(ByteSpan(bytes).text(), merges_path);
}

std::shared_ptr<const ClipBpe> ClipBpe::parse(std::string_view merges, const std::string& name) {
  std::vector<MergeLine> lines = parse_merge_lines(merges, name);
  Vocabulary vocabulary = build_vocabulary(lines);
  std::shared_ptr<ClipBpe> bpe(new ClipBpe());
  bpe->vocab_size_ = static_cast<int32_t>(512 + lines.size() + 2);
  size_t slots = 1024;
  while (slots < 2 * lines.size()) slots *= 2;
  bpe->merges_.resize(slots);
  for (size_t rank = 0; rank < lines.size(); ++rank) {
    const MergeLine& line = lines[rank];
    auto left = vocabulary.find(line.left), right = vocabulary.find(line.right);
    if (left == vocabulary.end() || right == vocabulary.end())
      throw_error<InvalidArgument>("{}: line {} merges a symbol that no other line makes", name,
                                   rank + 2);
    uint64_t pair = pair_key(left->second, right->second);
    bpe->merges_[bpe->slot_of(pair)] = {pair, static_cast<int32_t>(rank),
                                        vocabulary.at(line.left + line.right)};
  }
  return bpe;
}

// The pair of lowest rank is merged wherever it stands, left to right, until no pair has a rank. A
// round takes every pair of one rank from the queue before the pairs that it makes are queued.
void ClipBpe::encode_word(std::string_view word, std::vector<int32_t>& ids) const {
  static const std::array<int32_t, 256> kByteIds = ids_by_byte();
  struct Symbol {
    int32_t id;  // -1 = merged into the one before it
    int32_t previous, next;
  };
  struct Candidate {
    int32_t rank, left;
    bool operator>(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : left > other.left;
    }
  };
  const int32_t count = static_cast<int32_t>(word.size());
  std::vector<Symbol> symbols(word.size());
  for (int32_t i = 0; i < count; ++i) {
    int32_t id = kByteIds[static_cast<uint8_t>(word[static_cast<size_t>(i)])];
    symbols[static_cast<size_t>(i)] = {i + 1 == count ? id + 256 : id, i - 1, i + 1};
  }
  auto at = [&](int32_t i) -> Symbol& { return symbols[static_cast<size_t>(i)]; };
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<Candidate>> queue;
  auto merge_at = [&](int32_t left) -> const Merge* {
    if (left < 0 || at(left).id < 0 || at(left).next >= count) return nullptr;
    return find_merge(at(left).id, at(at(left).next).id);
  };
  auto push = [&](int32_t left) {
    if (const Merge* merge = merge_at(left)) queue.push({merge->rank, left});
  };
  for (int32_t i = 0; i + 1 < count; ++i) push(i);
  std::vector<int32_t> merged;
  while (!queue.empty()) {
    const int32_t rank = queue.top().rank;
    merged.clear();
    for (; !queue.empty() && queue.top().rank == rank; queue.pop()) {
      int32_t left = queue.top().left;
      const Merge* merge = merge_at(left);
      if (!merge || merge->rank != rank) continue;
      Symbol& right = at(at(left).next);
      at(left).id = merge->merged;
      at(left).next = right.next;
      if (right.next < count) at(right.next).previous = left;
      right.id = -1;
      merged.push_back(left);
    }
    for (int32_t left : merged) {
      push(at(left).previous);
      push(left);
    }
  }
  for (int32_t i = 0; i < count; i = at(i).next) ids.push_back(at(i).id);
}

void ClipBpe::encode_cleaned(std::string_view text, size_t limit, std::vector<int32_t>& ids) const {
  std::string_view word;
  size_t position = 0;
  while (ids.size() < limit) {
    switch (next_clip_word(text, position, word)) {
      case ClipWord::kNone:
        return;
      case ClipWord::kStart:
        ids.push_back(start_id());
        break;
      case ClipWord::kEnd:
        ids.push_back(end_id());
        break;
      case ClipWord::kPlain:
        encode_word(word, ids);
    }
  }
}

std::vector<int32_t> ClipBpe::encode(std::string_view text) const {
  std::vector<int32_t> ids;
  encode_cleaned(clean_clip_text(text), SIZE_MAX, ids);
  return ids;
}

std::vector<int32_t> ClipBpe::tokenize(std::string_view text, int context_length) const {
  if (context_length < 1 || context_length > kMaxContextLength)
    throw_error<InvalidArgument>("context_length is {}; 1 to {} is accepted", context_length,
                                 kMaxContextLength);
  const size_t length = static_cast<size_t>(context_length);
  std::vector<int32_t> ids{start_id()};
  encode_cleaned(clean_clip_text(text), length, ids);
  ids.push_back(end_id());
  if (ids.size() > length) ids[length - 1] = end_id();
  ids.resize(length, 0);
  return ids;
}

}  // namespace img2prompt
