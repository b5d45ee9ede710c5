#include "nn/trie_attention.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <limits>

#include "base/error.h"
#include "nn/layers.h"
#include "nn/trie_attention_kernel.h"

namespace img2prompt {

TrieAttender::TrieAttender(const TokenTrie& trie, int64_t heads, const at::Tensor& like,
                           TrieAttention way)
    : trie_(trie), heads_(heads) {
  bool fits = like.device().is_cpu() && like.scalar_type() == at::kFloat;
  if (way == TrieAttention::kKernel && !fits)
    throw InvalidArgument("the attention kernel is for float32 on the CPU");
  kernel_ = fits && way != TrieAttention::kMask;
  if (kernel_) return;
  int64_t count = trie.nodes();
  at::Tensor mask = at::full({count, count}, -std::numeric_limits<float>::infinity(), at::kFloat);
  float* values = mask.data_ptr<float>();
  for (int64_t node = 0; node < count; ++node)
    for (int64_t up = node; up >= 0; up = trie.parent[up]) values[node * count + up] = 0.0f;
  mask_ = mask.to(like.options());
}

at::Tensor TrieAttender::operator()(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const std::vector<int32_t>& nodes) const {
  return kernel_ ? by_kernel(q, k, v, nodes) : by_mask(q, k, v, nodes);
}

at::Tensor TrieAttender::by_mask(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 const std::vector<int32_t>& nodes) const {
  at::Tensor mask = mask_;
  if (!nodes.empty()) {
    at::Tensor rows = at::from_blob(const_cast<int32_t*>(nodes.data()),
                                    {static_cast<int64_t>(nodes.size())}, at::kInt);
    mask = mask_.index_select(0, rows.to(mask_.options().dtype(at::kLong)));
  }
  auto heads = [&](const at::Tensor& x) { return split_heads(x.unsqueeze(0), heads_); };
  return merge_heads(attend(heads(q), heads(k), heads(v), mask)).squeeze(0);
}

at::Tensor TrieAttender::by_kernel(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const std::vector<int32_t>& nodes) const {
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
  attend_trie(task, at::get_num_threads());
  return out;
}

}  // namespace img2prompt
