// The CPU kernel of trie attention: float32, the widest vectors the machine has. No torch.
#pragma once

#include <cstdint>
#include <functional>

namespace img2prompt {

struct StridedRows {
  const float* data = nullptr;
  int64_t stride = 0;  // elements from a row to the next
};

struct TrieAttentionTask {
  const int32_t* parent = nullptr;  // [nodes] -1 at depth 0; a parent comes before its children
  const int32_t* depth = nullptr;   // [nodes]
  const int32_t* nodes = nullptr;   // [queries] the node that asks; null = given + i asks i-th
  int64_t queries = 0;
  int64_t heads = 0;
  int64_t head_width = 0;
  StridedRows q;                           // a row for each query, heads * head_width long
  StridedRows k, v;                        // a row for each node from node `given` on
  float* out = nullptr;                    // [queries, heads * head_width]
  int64_t given = 0;                       // the first nodes, whose rows lie elsewhere
  StridedRows given_k = {}, given_v = {};  // a row for each of them
};

// out[i] = softmax(q[i] . k[a] / sqrt(head_width) over node i's ancestors and itself a) v[a], for
// each head. Neighbouring queries should share ancestors (depth-first order): what a block of them
// shares is packed once and multiplied as a small matrix.
//
// By up to `threads` threads: share_out(n, work) calls work(0), ..., work(n - 1) on its threads.
using ShareOut = void (*)(int64_t parts, const std::function<void(int64_t)>& work);
void attend_trie(const TrieAttentionTask& task, int threads, ShareOut share_out);

// The same in vectors of one of lane_widths(), for tests.
void attend_trie_with(int width, const TrieAttentionTask& task, int threads, ShareOut share_out);

}  // namespace img2prompt
