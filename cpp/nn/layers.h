// The layers that every model here is made of, as plain structs of tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace img2prompt {

struct Linear {
  at::Tensor weight;                                 // [out, in]
  at::Tensor bias;                                   // [out], undefined = none
  at::Tensor operator()(const at::Tensor& x) const;  // [..., in] -> [..., out]
};

struct Convolution {
  at::Tensor weight;  // [out, in, side, side]
  at::Tensor bias;    // [out], undefined = none
  int64_t stride = 1;
  int64_t padding = 0;                               // zeros on each side
  at::Tensor operator()(const at::Tensor& x) const;  // [N, in, H, W] -> [N, out, H', W']
};

struct LayerNorm {
  at::Tensor weight;  // [width]
  at::Tensor bias;    // [width]
  double eps = 1e-5;
  at::Tensor operator()(const at::Tensor& x) const;
};

enum class Activation { kGelu, kQuickGelu };  // exact (erf) GELU; x * sigmoid(1.702 x)

at::Tensor activate(const at::Tensor& x, Activation activation);
void activate_(at::Tensor& x, Activation activation);  // in place

// softmax(q k^T / sqrt(d) + mask) v with q [B, H, Tq, d], k and v [B, H, Tk, d]; mask: additive,
// broadcastable to [B, H, Tq, Tk], undefined = none. Returns [B, H, Tq, d].
// By torch's fused kernels on the CPU and CUDA. Elsewhere through plain products and softmax on
// contiguous tensors: on MPS the fused kernel has been silently wrong across torch releases.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const at::Tensor& mask = {});

// What a mask adds to the score of what must not be seen: its share is 0 then. Finite, since rows
// of minus infinity give NaN, and in float16 far enough from the end that score and mask add up.
double unseen_score(at::ScalarType dtype);

// [tokens, tokens]: a position sees itself and those before it.
at::Tensor causal_mask(int64_t tokens, const at::TensorOptions& options);

// For tests: with true the CPU, too, takes the ways of attention that other devices take.
void force_portable_attention(bool forced);
bool portable_attention_is_forced();

// The values as int64 indices on `device`, from a copy.
at::Tensor indices(const std::vector<int32_t>& values, at::Device device);

at::Tensor split_heads(const at::Tensor& x, int64_t heads);  // [B, T, H*d] -> [B, H, T, d]
at::Tensor merge_heads(const at::Tensor& x);                 // [B, H, T, d] -> [B, T, H*d]

}  // namespace img2prompt
