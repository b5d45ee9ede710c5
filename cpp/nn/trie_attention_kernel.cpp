#include "nn/trie_attention_kernel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "nn/lane_widths.h"
#include "nn/lanes.h"

namespace img2prompt {
namespace {

constexpr int64_t kBlock = 32;  // queries that share one packing of keys
constexpr int kGroup = 4;       // queries multiplied together: their sums stay in registers

int64_t rounded_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// The ancestors of a block of queries, root first, each query's own node last.
class BlockPaths {
 public:
  void read(const TrieAttentionTask& task, int64_t first, int64_t count) {
    longest_ = 0;
    for (int64_t i = 0; i < count; ++i) {
      int32_t node = node_of(task, first + i);
      length_[i] = task.depth[node] + 1;
      longest_ = std::max(longest_, length_[i]);
    }
    nodes_.resize(static_cast<size_t>(count * longest_));
    for (int64_t i = 0; i < count; ++i) {
      int32_t node = node_of(task, first + i);
      for (int64_t at = length_[i]; at-- > 0; node = task.parent[node])
        nodes_[static_cast<size_t>(i * longest_ + at)] = node;
    }
    common_ = length_[0];
    for (int64_t i = 1; i < count; ++i) {
      int64_t most = std::min(common_, length_[i]), same = 0;
      while (same < most && path(i)[same] == path(0)[same]) ++same;
      common_ = same;
    }
  }

  const int32_t* path(int64_t query) const { return nodes_.data() + query * longest_; }
  int64_t length(int64_t query) const { return length_[query]; }
  int64_t longest() const { return longest_; }
  int64_t common() const { return common_; }  // ancestors that all of the block share, root first

 private:
  static int32_t node_of(const TrieAttentionTask& task, int64_t query) {
    return task.nodes ? task.nodes[query] : static_cast<int32_t>(task.given + query);
  }

  std::vector<int32_t> nodes_;  // [count, longest]
  int64_t length_[kBlock] = {};
  int64_t longest_ = 0, common_ = 0;
};

template <int N>
class BlockKernel {
 public:
  explicit BlockKernel(const TrieAttentionTask& task)
      : task_(task), scale_(1.0f / std::sqrt(static_cast<float>(task.head_width))) {}

  I2P_INLINE void run(int64_t first, int64_t count) {
    paths_.read(task_, first, count);
    padded_ = rounded_up(paths_.common(), N);
    row_ = rounded_up(std::max(paths_.longest(), padded_), N);
    keys_.resize(static_cast<size_t>(task_.head_width * padded_));
    scores_.resize(static_cast<size_t>(kGroup * row_));
    for (int64_t head = 0; head < task_.heads; ++head) {
      pack_keys(head);
      for (int64_t start = 0; start < count; start += kGroup) group(first, start, count, head);
    }
  }

 private:
  I2P_INLINE const float* key_of(int32_t node, int64_t head) const {
    return row_of(task_.given_k, task_.k, node) + head * task_.head_width;
  }
  I2P_INLINE const float* value_of(int32_t node, int64_t head) const {
    return row_of(task_.given_v, task_.v, node) + head * task_.head_width;
  }
  I2P_INLINE const float* row_of(const StridedRows& given, const StridedRows& own,
                                 int32_t node) const {
    return node < task_.given ? given.data + node * given.stride
                              : own.data + (node - task_.given) * own.stride;
  }

  // The shared ancestors' keys, transposed: [head_width, padded], zeros at the end of a row.
  I2P_INLINE void pack_keys(int64_t head) {
    const int32_t* path = paths_.path(0);
    for (int64_t d = 0; d < task_.head_width; ++d)
      for (int64_t at = paths_.common(); at < padded_; ++at) keys_[d * padded_ + at] = 0.0f;
    for (int64_t at = 0; at < paths_.common(); ++at) {
      const float* key = key_of(path[at], head);
      for (int64_t d = 0; d < task_.head_width; ++d) keys_[d * padded_ + at] = key[d];
    }
  }

  I2P_INLINE void group(int64_t first, int64_t start, int64_t count, int64_t head) {
    int64_t size = std::min<int64_t>(kGroup, count - start);
    const float* q[kGroup];
    float* out[kGroup];
    for (int i = 0; i < kGroup; ++i) {
      // A group that is not full repeats its last query.
      int64_t query = first + start + std::min<int64_t>(i, size - 1);
      q[i] = task_.q.data + query * task_.q.stride + head * task_.head_width;
      out[i] = task_.out + query * task_.heads * task_.head_width + head * task_.head_width;
    }
    for (int64_t at = 0; at < padded_; at += N) score_common(q, at);
    for (int64_t i = 0; i < size; ++i) {
      score_own(q[i], start + i, head, &scores_[i * row_]);
      softmax(&scores_[i * row_], paths_.length(start + i));
    }
    for (int64_t i = size; i < kGroup; ++i)
      std::copy_n(&scores_[(size - 1) * row_], row_, &scores_[i * row_]);
    int64_t d = 0;
    for (; d + 2 * N <= task_.head_width; d += 2 * N) sum_common<2>(d, head, out);
    for (; d + N <= task_.head_width; d += N) sum_common<1>(d, head, out);
    for (; d < task_.head_width; ++d) sum_common_element(d, head, out);
    for (int64_t i = 0; i < size; ++i) sum_own(start + i, head, &scores_[i * row_], out[i]);
  }

  I2P_INLINE void score_common(const float* const* q, int64_t at) {
    Lanes<N> sums[kGroup], keys;
    for (int64_t d = 0; d < task_.head_width; ++d) {
      keys.load(&keys_[d * padded_ + at]);
      for (int i = 0; i < kGroup; ++i) sums[i].add_product(q[i][d], keys);
    }
    for (int i = 0; i < kGroup; ++i) {
      sums[i].multiply(scale_);
      sums[i].store(&scores_[i * row_ + at]);
    }
  }

  I2P_INLINE void score_own(const float* q, int64_t query, int64_t head, float* scores) {
    const int32_t* path = paths_.path(query);
    for (int64_t at = paths_.common(); at < paths_.length(query); ++at) {
      const float* key = key_of(path[at], head);
      Lanes<N> sums, a, b;
      int64_t d = 0;
      for (; d + N <= task_.head_width; d += N) {
        a.load(q + d);
        b.load(key + d);
        sums.add_product(a, b);
      }
      float score = sums.sum();
      for (; d < task_.head_width; ++d) score += q[d] * key[d];
      scores[at] = score * scale_;
    }
  }

  // In place over the first `count`; what follows up to a whole vector is overwritten.
  I2P_INLINE void softmax(float* scores, int64_t count) {
    float most = scores[0];
    for (int64_t at = 1; at < count; ++at) most = std::max(most, scores[at]);
    for (int64_t at = 0; at < count; ++at) scores[at] = std::max(scores[at] - most, -87.0f);
    for (int64_t at = count; at < rounded_up(count, N); ++at) scores[at] = 0.0f;
    Lanes<N> lanes;
    for (int64_t at = 0; at < count; at += N) {
      lanes.load(scores + at);
      lanes.exponential();
      lanes.store(scores + at);
    }
    float total = 0.0f;
    for (int64_t at = 0; at < count; ++at) total += scores[at];
    float share = 1.0f / total;
    for (int64_t at = 0; at < count; ++at) scores[at] *= share;
  }

  template <int V>  // vectors of N elements at a time
  I2P_INLINE void sum_common(int64_t d, int64_t head, float* const* out) {
    const int32_t* path = paths_.path(0);
    Lanes<N> sums[kGroup][V], value;
    for (int64_t at = 0; at < paths_.common(); ++at) {
      const float* values = value_of(path[at], head) + d;
      for (int j = 0; j < V; ++j) {
        value.load(values + j * N);
        for (int i = 0; i < kGroup; ++i) sums[i][j].add_product(scores_[i * row_ + at], value);
      }
    }
    for (int i = 0; i < kGroup; ++i)
      for (int j = 0; j < V; ++j) sums[i][j].store(out[i] + d + j * N);
  }

  I2P_INLINE void sum_common_element(int64_t d, int64_t head, float* const* out) {
    const int32_t* path = paths_.path(0);
    float sums[kGroup] = {};
    for (int64_t at = 0; at < paths_.common(); ++at) {
      float value = value_of(path[at], head)[d];
      for (int i = 0; i < kGroup; ++i) sums[i] += scores_[i * row_ + at] * value;
    }
    for (int i = 0; i < kGroup; ++i) out[i][d] = sums[i];
  }

  I2P_INLINE void sum_own(int64_t query, int64_t head, const float* scores, float* out) {
    const int32_t* path = paths_.path(query);
    for (int64_t at = paths_.common(); at < paths_.length(query); ++at) {
      const float* value = value_of(path[at], head);
      Lanes<N> sum, lanes;
      int64_t d = 0;
      for (; d + N <= task_.head_width; d += N) {
        sum.load(out + d);
        lanes.load(value + d);
        sum.add_product(scores[at], lanes);
        sum.store(out + d);
      }
      for (; d < task_.head_width; ++d) out[d] += scores[at] * value[d];
    }
  }

  const TrieAttentionTask& task_;
  const float scale_;
  BlockPaths paths_;
  int64_t padded_ = 0, row_ = 0;  // common ancestors and scores of a query, in whole vectors
  std::vector<float> keys_, scores_;
};

// Takes blocks until none are left.
template <int N>
I2P_INLINE void take_blocks(const TrieAttentionTask& task, std::atomic<int64_t>& next) {
  BlockKernel<N> kernel(task);
  for (int64_t first; (first = next.fetch_add(kBlock)) < task.queries;)
    kernel.run(first, std::min(kBlock, task.queries - first));
}

#if I2P_HAS_WIDE_LANES
I2P_LANES_16 void work_16(const TrieAttentionTask& task, std::atomic<int64_t>& next) {
  take_blocks<16>(task, next);
}
I2P_LANES_8 void work_8(const TrieAttentionTask& task, std::atomic<int64_t>& next) {
  take_blocks<8>(task, next);
}
#endif

void work_anywhere(const TrieAttentionTask& task, std::atomic<int64_t>& next) {
  take_blocks<kLanesAnywhere>(task, next);
}

using Worker = void (*)(const TrieAttentionTask&, std::atomic<int64_t>&);

void run(Worker worker, const TrieAttentionTask& task, int threads, ShareOut share_out) {
  std::atomic<int64_t> next{0};
  const int64_t blocks = (task.queries + kBlock - 1) / kBlock;
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(threads, blocks / 2));
  share_out(parts, [&](int64_t) { worker(task, next); });
}

}  // namespace

void attend_trie(const TrieAttentionTask& task, int threads, ShareOut share_out) {
  attend_trie_with(lane_widths().back(), task, threads, share_out);
}

void attend_trie_with(int width, const TrieAttentionTask& task, int threads, ShareOut share_out) {
#if I2P_HAS_WIDE_LANES
  if (width == 16) return run(work_16, task, threads, share_out);
  if (width == 8) return run(work_8, task, threads, share_out);
#endif
  if (width == kLanesAnywhere) run(work_anywhere, task, threads, share_out);
}

}  // namespace img2prompt
