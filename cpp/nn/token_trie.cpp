#include "nn/token_trie.h"

#include <algorithm>
#include <numeric>

namespace img2prompt {
namespace {

// Grows a trie text by text; texts come sorted, so that a new one can only branch off the path of
// the one before it.
class Packer {
 public:
  Packer(int64_t max_nodes, int64_t given, std::vector<TokenTrie>& tries)
      : max_nodes_(max_nodes), given_(given), tries_(tries) {}

  void add(const TokenList& text) {
    size_t shared = tries_.empty() ? 0 : shared_with_path(text);
    int64_t grown = nodes() + static_cast<int64_t>(text.size() - shared);
    if (tries_.empty() || grown > max_nodes_) {
      tries_.emplace_back();
      tries_.back().given = given_;
      path_.clear();
      shared = 0;
    }
    TokenTrie& trie = tries_.back();
    path_.resize(shared);
    for (size_t depth = shared; depth < text.size(); ++depth) {
      trie.parent.push_back(depth ? path_.back() : -1);
      trie.token.push_back(text[depth]);
      trie.depth.push_back(static_cast<int32_t>(depth));
      path_.push_back(static_cast<int32_t>(trie.nodes() - 1));
    }
    trie.end.push_back(path_.back());
  }

 private:
  int64_t nodes() const { return tries_.empty() ? 0 : tries_.back().nodes() - given_; }

  size_t shared_with_path(const TokenList& text) const {
    const std::vector<int32_t>& token = tries_.back().token;
    size_t count = 0, most = std::min(path_.size(), text.size());
    while (count < most && token[path_[count]] == text[count]) ++count;
    return count;
  }

  int64_t max_nodes_, given_;
  std::vector<TokenTrie>& tries_;
  std::vector<int32_t> path_;  // nodes from the root to the end of the last text
};

}  // namespace

PackedTexts pack_texts(const std::vector<TokenList>& texts, int64_t max_nodes, int64_t given) {
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return texts[a] < texts[b]; });

  PackedTexts packed;
  packed.place.resize(texts.size());
  Packer packer(max_nodes, given, packed.tries);
  const TokenList* last = nullptr;
  for (size_t index : order) {
    if (!last || *last != texts[index]) {
      packer.add(texts[index]);
      packed.copies.push_back(0);
      last = &texts[index];
    }
    ++packed.copies.back();
    packed.place[index] = static_cast<int64_t>(packed.copies.size()) - 1;
  }
  return packed;
}

int64_t shared_beginning(const std::vector<TokenList>& texts) {
  if (texts.empty()) return 0;
  const TokenList& first = texts.front();
  size_t shared = first.size() - 1;
  for (const TokenList& text : texts) {
    shared = std::min(shared, text.size() - 1);
    shared = static_cast<size_t>(std::mismatch(first.begin(),
                                               first.begin() + static_cast<std::ptrdiff_t>(shared),
                                               text.begin())
                                     .first -
                                 first.begin());
  }
  return static_cast<int64_t>(shared);
}

}  // namespace img2prompt
