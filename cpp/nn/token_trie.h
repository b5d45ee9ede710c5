// Many token lists as tries, so that a beginning shared by several texts is encoded once.
//
// A causal text tower is exact on a trie: what it computes at a position depends on the tokens
// before it alone, and those are the node's ancestors. (It lives in this room, not with the phrase
// search, because every caller of the text tower gains from it.) No torch here.
#pragma once

#include <cstdint>
#include <vector>

namespace img2prompt {

using TokenList = std::vector<int32_t>;  // start-of-text ... end-of-text

struct TokenTrie {
  // One entry for each node, in depth-first order, so that a parent comes before its children.
  std::vector<int32_t> token;
  std::vector<int32_t> depth;   // position in the text, 0 = start-of-text
  std::vector<int32_t> parent;  // -1 at depth 0

  // One entry for each distinct text: the node of its last token.
  std::vector<int32_t> end;

  // The first nodes, a path from the root, that are not to be encoded: whoever encodes the trie has
  // their keys and values.
  int64_t given = 0;

  int64_t nodes() const { return static_cast<int64_t>(token.size()); }
  int64_t texts() const { return static_cast<int64_t>(end.size()); }
};

struct PackedTexts {
  std::vector<TokenTrie> tries;
  // For each list given: its place among the distinct texts, counted through the tries in order.
  std::vector<int64_t> place;
  std::vector<int64_t> copies;  // for each distinct text: how many of the lists are that text
};

// Sorts the lists, drops repeated ones and packs neighbours into tries of at most `max_nodes`
// nodes; a single text may exceed that. Lists must not be empty. Memory: about 12 bytes a node.
// given: that many tokens begin every list and end none; every trie gets them first and as given,
// and they do not count.
PackedTexts pack_texts(const std::vector<TokenList>& texts, int64_t max_nodes, int64_t given = 0);

// How many tokens all lists begin with, of each at most all but the last. 0 for no lists.
int64_t shared_beginning(const std::vector<TokenList>& texts);

}  // namespace img2prompt
