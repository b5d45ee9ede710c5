#include "nn/kv_cache.h"

#include <ATen/ops/empty.h>

#include "base/error.h"

namespace img2prompt {
namespace {

at::Tensor with_room(const at::Tensor& like, int64_t rows, int64_t capacity) {
  return at::empty({rows, like.size(1), capacity, like.size(3)}, like.options());
}

at::Tensor moved(const at::Tensor& cache, const at::Tensor& parents, int64_t length) {
  at::Tensor next = with_room(cache, parents.size(0), cache.size(2));
  next.narrow(2, 0, length).copy_(cache.narrow(2, 0, length).index_select(0, parents));
  return next;
}

}  // namespace

std::pair<at::Tensor, at::Tensor> KvCache::append(size_t layer, const at::Tensor& k,
                                                  const at::Tensor& v) {
  const int64_t added = k.size(2), length = length_ + added;
  if (length > capacity_)
    throw_error<ModelError>("a text of {} tokens exceeds the cache's {}", length, capacity_);
  Layer& cache = layers_.at(layer);
  if (!cache.keys.defined()) {
    cache.keys = with_room(k, k.size(0), capacity_);
    cache.values = with_room(v, v.size(0), capacity_);
  }
  cache.keys.narrow(2, length_, added).copy_(k);
  cache.values.narrow(2, length_, added).copy_(v);
  return {cache.keys.narrow(2, 0, length), cache.values.narrow(2, 0, length)};
}

void KvCache::reorder(const at::Tensor& parents) {
  for (Layer& cache : layers_) {
    if (!cache.keys.defined()) continue;
    cache.keys = moved(cache.keys, parents, length_);
    cache.values = moved(cache.values, parents, length_);
  }
}

}  // namespace img2prompt
