#include "nn/token_trie.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace img2prompt;

namespace {

std::vector<TokenList> random_texts(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<TokenList> texts;
  for (size_t i = 0; i < count; ++i) {
    TokenList text{100};
    for (size_t n = random() % 6; n > 0; --n) text.push_back(static_cast<int32_t>(random() % 3));
    text.push_back(101);
    texts.push_back(text);
  }
  return texts;
}

// The tokens from the root to a node.
TokenList spelled(const TokenTrie& trie, int32_t node) {
  TokenList text;
  for (; node >= 0; node = trie.parent[node]) text.insert(text.begin(), trie.token[node]);
  return text;
}

}  // namespace

TEST_CASE("Texts that share a beginning share its nodes") {
  std::vector<TokenList> texts{{1, 2, 3, 9}, {1, 2, 4, 9}, {1, 2, 9}};
  PackedTexts packed = pack_texts(texts, 100);
  REQUIRE(packed.tries.size() == 1);
  CHECK(packed.tries[0].nodes() == 7);  // 1 2, then 3 9, 4 9 and 9
  CHECK(packed.tries[0].texts() == 3);
}

TEST_CASE("Every text is spelled by the path to its end, whatever the size of a trie") {
  std::vector<TokenList> texts = random_texts(400, 1);
  for (int64_t max_nodes : {1, 2, 7, 50, 100000}) {
    CAPTURE(max_nodes);
    PackedTexts packed = pack_texts(texts, max_nodes);
    std::vector<TokenList> distinct;
    for (const TokenTrie& trie : packed.tries) {
      CHECK((trie.nodes() <= max_nodes || trie.texts() == 1));
      for (int32_t end : trie.end) distinct.push_back(spelled(trie, end));
      for (int64_t node = 0; node < trie.nodes(); ++node) {
        CHECK(trie.parent[node] < node);
        CHECK(trie.depth[node] == (trie.parent[node] < 0 ? 0 : trie.depth[trie.parent[node]] + 1));
      }
    }
    CHECK(distinct.size() == std::set<TokenList>(texts.begin(), texts.end()).size());
    REQUIRE(packed.place.size() == texts.size());
    std::vector<int64_t> copies(distinct.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      CHECK(distinct[packed.place[i]] == texts[i]);
      ++copies[packed.place[i]];
    }
    CHECK(copies == packed.copies);
  }
}

TEST_CASE("No two nodes of a trie stand for the same beginning") {
  PackedTexts packed = pack_texts(random_texts(300, 2), 100000);
  const TokenTrie& trie = packed.tries.at(0);
  std::set<TokenList> seen;
  for (int32_t node = 0; node < trie.nodes(); ++node)
    CHECK(seen.insert(spelled(trie, node)).second);
}

TEST_CASE("A given beginning is the first path of every trie and does not count") {
  std::vector<TokenList> texts;
  for (TokenList text : random_texts(200, 4)) {
    text.insert(text.begin(), {7, 8, 9});
    texts.push_back(text);
  }
  REQUIRE(shared_beginning(texts) == 4);  // random_texts() begin with one token
  const PackedTexts packed = pack_texts(texts, 20, 4), whole = pack_texts(texts, 24);
  REQUIRE(packed.tries.size() == whole.tries.size());
  for (const TokenTrie& trie : packed.tries) {
    CHECK(trie.given == 4);
    CHECK(trie.nodes() <= 24);
    CHECK(spelled(trie, 3) == TokenList{7, 8, 9, 100});
    for (int32_t end : trie.end) CHECK(end >= 4);
  }
}

TEST_CASE("The shared beginning leaves every list its last token") {
  CHECK(shared_beginning({}) == 0);
  CHECK(shared_beginning({{1, 2, 3}}) == 2);
  CHECK(shared_beginning({{1, 2, 3}, {1, 2, 3}}) == 2);
  CHECK(shared_beginning({{1, 2, 3, 4}, {1, 2, 3}}) == 2);
  CHECK(shared_beginning({{1, 2, 3}, {1, 5, 3, 4}}) == 1);
  CHECK(shared_beginning({{1}, {1, 2}}) == 0);
}

TEST_CASE("No texts give no tries") { CHECK(pack_texts({}, 10).tries.empty()); }
