// Keys and values of the tokens read so far, for every layer of a causal decoder.
#pragma once

#include <ATen/core/Tensor.h>

#include <utility>
#include <vector>

namespace img2prompt {

class KvCache {
 public:
  // capacity: the most tokens that a row will hold. Memory is taken at the first append.
  KvCache(int64_t layers, int64_t capacity) : capacity_(capacity), layers_(layers) {}

  // Adds k and v [rows, heads, new tokens, d] of one layer behind the tokens already there and
  // returns that layer's keys and values [rows, heads, tokens, d], views valid until reorder().
  // Every layer is appended to once between two calls of advance().
  std::pair<at::Tensor, at::Tensor> append(size_t layer, const at::Tensor& k, const at::Tensor& v);
  void advance(int64_t tokens) { length_ += tokens; }  // after the last layer

  // Row i becomes a copy of the former row parents[i] (int64, on the cache's device). The number of
  // rows may change.
  void reorder(const at::Tensor& parents);

  int64_t length() const { return length_; }  // tokens in each row

 private:
  struct Layer {
    at::Tensor keys, values;  // [rows, heads, capacity, d]
  };

  int64_t capacity_;
  int64_t length_ = 0;
  std::vector<Layer> layers_;
};

}  // namespace img2prompt
