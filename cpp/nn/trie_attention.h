// Attention of trie nodes over their ancestors and themselves.
//
// Two ways to the same answer: a kernel of our own that reads each node's ancestors where they lie
// (CPU, float32), and tensor operations with a mask (any device and dtype). The latter cut the
// queries in blocks; neighbours share most of their ancestors, so a block gathers the few keys that
// it needs, and all blocks are one batch. Memory and work grow with the nodes, not their square.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "nn/token_trie.h"

namespace img2prompt {

enum class TrieAttention {
  kAuto,    // the kernel for float32 on the CPU, else the mask
  kKernel,  // float32 on the CPU only
  kMask
};

// Of nodes that were encoded before, a row for each of the trie's `given` ones.
struct GivenKeys {
  at::Tensor k, v;  // [given, width]; undefined where the trie has none
};

class TrieAttender {
 public:
  // The trie must outlive this. `like` gives the device and dtype of the tensors to come.
  TrieAttender(const TokenTrie& trie, int64_t heads, const at::Tensor& like,
               TrieAttention way = TrieAttention::kAuto);

  // k and v: [M, width], a row for each node that is not given. q: [Q, width], row i being the
  // query of node `nodes[i]`; nodes empty = q has a row for each of those nodes, too. Rows may be
  // parts of longer rows (strided), their elements must be adjacent. Returns [Q, width].
  at::Tensor operator()(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                        const std::vector<int32_t>& nodes = {}, const GivenKeys& given = {}) const;

 private:
  // How blocks of queries meet their keys.
  struct Blocks {
    int64_t count = 0, queries = 0, keys = 0;  // of each block
    at::Tensor query_rows;                     // [count * queries] rows of q, the last one repeated
    at::Tensor key_rows;                       // [count * keys] nodes, padded with any
    at::Tensor mask;                           // [count, 1, queries, keys] additive
  };

  Blocks cut(const std::vector<int32_t>& nodes, const at::TensorOptions& options) const;
  at::Tensor by_kernel(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                       const std::vector<int32_t>& nodes, const GivenKeys& given) const;
  at::Tensor by_blocks(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                       const Blocks& blocks) const;

  const TokenTrie& trie_;
  int64_t heads_;
  bool kernel_;
  Blocks all_;  // every node that is not given as a query
};

// Queries of a block of TrieAttention::kMask.
constexpr int64_t kTrieBlock = 128;

}  // namespace img2prompt
