#include "nn/trie_attention.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "nn/layers.h"
#include "nn/torch_threads.h"
#include "nn/trie_attention_kernel.h"

namespace img2prompt {
namespace {

// The nodes that a block of queries sees: all their ancestors and themselves, each once.
class KeyList {
 public:
  KeyList(const TokenTrie& trie, const int32_t* queries, int64_t count) : trie_(trie) {
    for (int64_t i = 0; i < count; ++i)
      // The ancestors of a node that is listed are listed too.
      for (int32_t node = queries[i]; node >= 0 && add(node); node = trie.parent[node]) {
      }
  }

  int64_t size() const { return static_cast<int64_t>(nodes_.size()); }
  const std::vector<int32_t>& nodes() const { return nodes_; }

  // Places in nodes() of what a query sees.
  std::vector<int32_t> path(int32_t node) const {
    std::vector<int32_t> places;
    for (; node >= 0; node = trie_.parent[node]) places.push_back(place_.at(node));
    return places;
  }

 private:
  bool add(int32_t node) {
    const bool is_new = place_.emplace(node, static_cast<int32_t>(nodes_.size())).second;
    if (is_new) nodes_.push_back(node);
    return is_new;
  }

  const TokenTrie& trie_;
  std::vector<int32_t> nodes_;
  std::unordered_map<int32_t, int32_t> place_;
};

}  // namespace

TrieAttender::TrieAttender(const TokenTrie& trie, int64_t heads, const at::Tensor& like,
                           TrieAttention way)
    : trie_(trie), heads_(heads) {
  const bool fits = like.device().is_cpu() && like.scalar_type() == at::kFloat;
  if (way == TrieAttention::kKernel && !fits)
    throw InvalidArgument("the attention kernel is for float32 on the CPU");
  kernel_ = fits && way != TrieAttention::kMask && !portable_attention_is_forced();
  if (kernel_) return;
  std::vector<int32_t> every(static_cast<size_t>(trie.nodes() - trie.given));
  std::iota(every.begin(), every.end(), static_cast<int32_t>(trie.given));
  all_ = cut(every, like.options());
}

at::Tensor TrieAttender::operator()(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const std::vector<int32_t>& nodes,
                                    const GivenKeys& given) const {
  if (kernel_) return by_kernel(q, k, v, nodes, given);
  const bool some = trie_.given > 0;
  return by_blocks(q, some ? at::cat({given.k, k}) : k, some ? at::cat({given.v, v}) : v,
                   nodes.empty() ? all_ : cut(nodes, q.options()));
}

TrieAttender::Blocks TrieAttender::cut(const std::vector<int32_t>& nodes,
                                       const at::TensorOptions& options) const {
  const auto total = static_cast<int64_t>(nodes.size());
  Blocks blocks;
  blocks.queries = std::min(kTrieBlock, total);
  blocks.count = (total + blocks.queries - 1) / blocks.queries;
  std::vector<KeyList> lists;
  for (int64_t first = 0; first < total; first += blocks.queries) {
    lists.emplace_back(trie_, nodes.data() + first, std::min(blocks.queries, total - first));
    blocks.keys = std::max(blocks.keys, lists.back().size());
  }
  std::vector<int32_t> query_rows, key_rows;
  for (int64_t i = 0; i < blocks.count * blocks.queries; ++i)
    query_rows.push_back(static_cast<int32_t>(std::min(i, total - 1)));
  at::Tensor mask = at::full({blocks.count, 1, blocks.queries, blocks.keys},
                             unseen_score(options.dtype().toScalarType()), at::kFloat);
  for (int64_t b = 0; b < blocks.count; ++b) {
    const KeyList& keys = lists[static_cast<size_t>(b)];
    key_rows.insert(key_rows.end(), keys.nodes().begin(), keys.nodes().end());
    key_rows.resize(static_cast<size_t>((b + 1) * blocks.keys), keys.nodes().front());
    float* row = mask.data_ptr<float>() + b * blocks.queries * blocks.keys;
    for (int64_t i = 0; i < blocks.queries; ++i, row += blocks.keys)
      for (int32_t at : keys.path(nodes[static_cast<size_t>(query_rows[b * blocks.queries + i])]))
        row[at] = 0.0f;
  }
  blocks.query_rows = indices(query_rows, options.device());
  blocks.key_rows = indices(key_rows, options.device());
  blocks.mask = mask.to(options);
  return blocks;
}

at::Tensor TrieAttender::by_blocks(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const Blocks& blocks) const {
  auto gathered = [&](const at::Tensor& x, const at::Tensor& rows, int64_t length) {
    return split_heads(x.index_select(0, rows).view({blocks.count, length, x.size(1)}), heads_);
  };
  const at::Tensor mixed = attend(gathered(q, blocks.query_rows, blocks.queries),
                                  gathered(k, blocks.key_rows, blocks.keys),
                                  gathered(v, blocks.key_rows, blocks.keys), blocks.mask);
  return merge_heads(mixed)
      .view({blocks.count * blocks.queries, q.size(1)})
      .narrow(0, 0, q.size(0));
}

at::Tensor TrieAttender::by_kernel(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const std::vector<int32_t>& nodes,
                                   const GivenKeys& given) const {
  at::Tensor out = at::empty(q.sizes(), q.options());
  TrieAttentionTask task;
  task.parent = trie_.parent.data();
  task.depth = trie_.depth.data();
  task.nodes = nodes.empty() ? nullptr : nodes.data();
  task.queries = q.size(0);
  task.heads = heads_;
  task.head_width = q.size(1) / heads_;
  task.q = {q.data_ptr<float>(), q.stride(0)};
  task.k = {k.data_ptr<float>(), k.stride(0)};
  task.v = {v.data_ptr<float>(), v.stride(0)};
  task.out = out.data_ptr<float>();
  task.given = trie_.given;
  if (task.given > 0) {
    task.given_k = {given.k.data_ptr<float>(), given.k.stride(0)};
    task.given_v = {given.v.data_ptr<float>(), given.v.stride(0)};
  }
  attend_trie(task, at::get_num_threads(), share_out);
  return out;
}

}  // namespace img2prompt
