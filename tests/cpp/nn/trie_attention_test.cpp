#include "nn/trie_attention.h"

#include <ATen/ops/randn.h>
#include <ATen/ops/zeros_like.h>
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "../difference.h"
#include "base/error.h"
#include "nn/lane_widths.h"
#include "nn/layers.h"
#include "nn/torch_threads.h"
#include "nn/trie_attention_kernel.h"

using namespace img2prompt;

namespace {

// Scores of size 10 and values of size 5 in float32 (steps of 1e-6 and 5e-7), summed in any order.
constexpr double kTolerance = 1e-5;

TokenTrie random_trie(int64_t texts, int shared, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<TokenList> lists;
  for (int64_t i = 0; i < texts; ++i) {
    TokenList list;
    for (int t = 0; t < shared; ++t) list.push_back(t);
    for (size_t n = random() % 9 + 1; n > 0; --n)
      list.push_back(static_cast<int32_t>(random() % 4));
    list.push_back(99);
    lists.push_back(list);
  }
  return pack_texts(lists, 1 << 20).tries.at(0);
}

// Straight from the definition, in double precision.
at::Tensor by_definition(const TokenTrie& trie, int64_t heads, const at::Tensor& q,
                         const at::Tensor& k, const at::Tensor& v,
                         const std::vector<int32_t>& nodes) {
  int64_t width = q.size(1), d = width / heads;
  at::Tensor out = at::zeros_like(q);
  auto Q = q.accessor<float, 2>(), K = k.accessor<float, 2>(), V = v.accessor<float, 2>();
  auto O = out.accessor<float, 2>();
  for (int64_t i = 0; i < q.size(0); ++i)
    for (int64_t h = 0; h < heads; ++h) {
      std::vector<double> weight;
      std::vector<int64_t> row;
      double total = 0;
      for (int64_t up = nodes.empty() ? i : nodes[i]; up >= 0; up = trie.parent[up]) {
        double dot = 0;
        for (int64_t e = h * d; e < (h + 1) * d; ++e) dot += double(Q[i][e]) * K[up][e];
        weight.push_back(std::exp(dot / std::sqrt(double(d))));
        total += weight.back();
        row.push_back(up);
      }
      for (int64_t e = h * d; e < (h + 1) * d; ++e) {
        double sum = 0;
        for (size_t a = 0; a < row.size(); ++a) sum += weight[a] / total * V[row[a]][e];
        O[i][e] = static_cast<float>(sum);
      }
    }
  return out;
}

}  // namespace

TEST_CASE("The kernel and the mask both give what the definition of attention gives") {
  for (auto [heads, head_width, shared] :
       {std::tuple(2, 64, 40), {3, 32, 1}, {1, 80, 5}, {5, 13, 17}, {2, 3, 0}}) {
    CAPTURE(head_width);
    CAPTURE(shared);
    TokenTrie trie = random_trie(150, shared, 7);
    int64_t width = heads * head_width, count = trie.nodes();
    at::Tensor qkv = at::randn({count, 3 * width}).mul_(1.5);
    at::Tensor q = qkv.narrow(1, 0, width), k = qkv.narrow(1, width, width),
               v = qkv.narrow(1, 2 * width, width);
    at::Tensor ends = at::randn({trie.texts(), width});
    at::Tensor all = by_definition(trie, heads, q, k, v, {});
    at::Tensor last = by_definition(trie, heads, ends, k, v, trie.end);
    for (TrieAttention way : {TrieAttention::kKernel, TrieAttention::kMask}) {
      TrieAttender attender(trie, heads, q, way);
      CHECK(difference(attender(q, k, v), all) < kTolerance);
      CHECK(difference(attender(ends, k, v, trie.end), last) < kTolerance);
    }
  }
}

TEST_CASE("Given nodes are attended to as if they had been encoded along") {
  for (int shared : {1, 17, 40}) {
    TokenTrie trie = random_trie(150, shared, 7);
    const int64_t heads = 3, width = 3 * 40, own = trie.nodes() - shared;
    const at::Tensor q = at::randn({trie.nodes(), width}), k = at::randn({trie.nodes(), width}),
                     v = at::randn({trie.nodes(), width}), ends = at::randn({trie.texts(), width});
    const at::Tensor want = by_definition(trie, heads, q, k, v, {}).narrow(0, shared, own);
    const at::Tensor want_ends = by_definition(trie, heads, ends, k, v, trie.end);
    trie.given = shared;
    auto part = [&](const at::Tensor& x) { return x.narrow(0, shared, own); };
    const GivenKeys given{k.narrow(0, 0, shared), v.narrow(0, 0, shared)};
    for (TrieAttention way : {TrieAttention::kKernel, TrieAttention::kMask}) {
      CAPTURE(static_cast<int>(way));
      const TrieAttender attend(trie, heads, q, way);
      CHECK(difference(attend(part(q), part(k), part(v), {}, given), want) < kTolerance);
      CHECK(difference(attend(ends, part(k), part(v), trie.end, given), want_ends) < kTolerance);
    }
  }
}

TEST_CASE("Every width of vector and number of threads gives the same attention") {
  TokenTrie trie = random_trie(200, 30, 3);
  int64_t heads = 3, width = 3 * 40;
  at::Tensor q = at::randn({trie.nodes(), width}), k = at::randn({trie.nodes(), width}),
             v = at::randn({trie.nodes(), width});
  at::Tensor want = by_definition(trie, heads, q, k, v, {});
  REQUIRE_FALSE(lane_widths().empty());
  for (int lanes : lane_widths())
    for (int threads : {1, 2, 5}) {
      CAPTURE(lanes);
      CAPTURE(threads);
      at::Tensor out = at::zeros_like(q);
      TrieAttentionTask task{trie.parent.data(),
                             trie.depth.data(),
                             nullptr,
                             trie.nodes(),
                             heads,
                             width / heads,
                             {q.data_ptr<float>(), width},
                             {k.data_ptr<float>(), width},
                             {v.data_ptr<float>(), width},
                             out.data_ptr<float>()};
      attend_trie_with(lanes, task, threads, share_out);
      CHECK(difference(out, want) < kTolerance);
    }
}

TEST_CASE("Blocks of the masked way meet their keys wherever the trie is cut") {
  // Several blocks: the first and the last query of a block see ancestors from far before it.
  for (int64_t texts : {1, 40, 127, 500}) {
    CAPTURE(texts);
    TokenTrie trie = random_trie(texts, texts == 500 ? 70 : 3, 11);
    at::Tensor q = at::randn({trie.nodes(), 24}), k = at::randn({trie.nodes(), 24}),
               v = at::randn({trie.nodes(), 24}), ends = at::randn({trie.texts(), 24});
    TrieAttender attender(trie, 2, q, TrieAttention::kMask);
    CHECK(difference(attender(q, k, v), by_definition(trie, 2, q, k, v, {})) < kTolerance);
    CHECK(difference(attender(ends, k, v, trie.end), by_definition(trie, 2, ends, k, v, trie.end)) <
          kTolerance);
    for (auto [dtype, tolerance] : {std::pair(at::kHalf, 4e-3), {at::kBFloat16, 3e-2}}) {
      at::Tensor narrow =
          TrieAttender(trie, 2, q.to(dtype))(q.to(dtype), k.to(dtype), v.to(dtype)).to(at::kFloat);
      CHECK(difference(narrow, by_definition(trie, 2, q, k, v, {})) < tolerance);
    }
  }
}

TEST_CASE("Scores far apart neither overflow nor lose the largest") {
  TokenTrie trie = random_trie(40, 6, 5);
  at::Tensor q = at::randn({trie.nodes(), 64}).mul_(60), k = at::randn({trie.nodes(), 64}).mul_(60),
             v = at::randn({trie.nodes(), 64});
  at::Tensor kernel = TrieAttender(trie, 1, q, TrieAttention::kKernel)(q, k, v);
  at::Tensor mask = TrieAttender(trie, 1, q, TrieAttention::kMask)(q, k, v);
  // Scores in the hundreds: their float32 rounding alone moves the weights by some 1e-4.
  CHECK(difference(kernel, mask) < 2e-3);
}

TEST_CASE("The kernel refuses what it cannot read") {
  TokenTrie trie = random_trie(3, 1, 1);
  CHECK_THROWS_AS(TrieAttender(trie, 1, at::randn({1, 8}).to(at::kHalf), TrieAttention::kKernel),
                  InvalidArgument);
}
