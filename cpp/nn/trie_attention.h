// Attention of trie nodes over their ancestors and themselves.
//
// Two ways to the same answer: a kernel of our own that reads each node's ancestors where they lie
// (CPU, float32), and tensor operations over the whole trie with a mask (any device and dtype).
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

class TrieAttender {
 public:
  // The trie must outlive this. `like` gives the device and dtype of the tensors to come.
  TrieAttender(const TokenTrie& trie, int64_t heads, const at::Tensor& like,
               TrieAttention way = TrieAttention::kAuto);

  // k and v: [M, width], a row for each node. q: [Q, width], row i being the query of node
  // `nodes[i]`; nodes empty = q has a row for each node. Rows may be parts of longer rows
  // (strided), their elements must be adjacent. Returns [Q, width].
  at::Tensor operator()(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                        const std::vector<int32_t>& nodes = {}) const;

 private:
  at::Tensor by_kernel(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                       const std::vector<int32_t>& nodes) const;
  at::Tensor by_mask(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const std::vector<int32_t>& nodes) const;

  const TokenTrie& trie_;
  int64_t heads_;
  bool kernel_;
  at::Tensor mask_;  // [M, M] additive, 0 where the column is the row's ancestor or itself
};

}  // namespace img2prompt
