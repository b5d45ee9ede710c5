#include "nn/layers.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>

#include <atomic>
#include <cmath>

#include "nn/few_rows.h"
#include "nn/onednn_linear.h"

namespace img2prompt {
namespace {

std::atomic<bool> portable_is_forced{false};

}  // namespace

at::Tensor Linear::operator()(const at::Tensor& x) const {
  if (prefers_few_rows(x, weight)) return few_rows_linear(x, weight, bias);
  if (prefers_onednn(x, weight)) return onednn_linear(x, weight, bias);
  return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

at::Tensor Convolution::operator()(const at::Tensor& x) const {
  return at::conv2d(x, weight, bias, stride, padding);
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, {weight.size(0)}, weight, bias, eps);
}

at::Tensor activate(const at::Tensor& x, Activation activation) {
  if (activation == Activation::kGelu) return at::gelu(x);
  return x.mul(1.702).sigmoid_().mul_(x);
}

void activate_(at::Tensor& x, Activation activation) {
  if (activation == Activation::kGelu)
    at::gelu_(x);
  else
    x.mul_(x.mul(1.702).sigmoid_());
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const at::Tensor& mask) {
  const bool fused = (q.device().is_cpu() || q.is_cuda()) && !portable_attention_is_forced();
  if (fused)
    return mask.defined() ? at::scaled_dot_product_attention(q, k, v, mask)
                          : at::scaled_dot_product_attention(q, k, v);
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(-1)));
  at::Tensor scores = at::matmul(q.mul(scale).contiguous(), k.transpose(-2, -1).contiguous());
  if (mask.defined()) scores.add_(mask);
  return at::matmul(at::softmax(scores, -1), v.contiguous());
}

double unseen_score(at::ScalarType dtype) { return dtype == at::kHalf ? -3e4 : -1e30; }

at::Tensor causal_mask(int64_t tokens, const at::TensorOptions& options) {
  const double unseen = unseen_score(options.dtype().toScalarType());
  return at::full({tokens, tokens}, unseen, options).triu_(1);
}

void force_portable_attention(bool forced) { portable_is_forced.store(forced); }

bool portable_attention_is_forced() { return portable_is_forced.load(std::memory_order_relaxed); }

at::Tensor indices(const std::vector<int32_t>& values, at::Device device) {
  const at::Tensor view = at::from_blob(const_cast<int32_t*>(values.data()),
                                        {static_cast<int64_t>(values.size())}, at::kInt);
  return view.to(at::TensorOptions().device(device).dtype(at::kLong));
}

at::Tensor split_heads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

at::Tensor merge_heads(const at::Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

}  // namespace img2prompt
