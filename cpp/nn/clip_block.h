// The pre-norm transformer block of both CLIP towers.
#pragma once

#include <ATen/core/Tensor.h>

#include "nn/layers.h"

namespace img2prompt {

struct ClipBlock {
  LayerNorm ln_1;
  Linear qkv;  // [3 width, width]: queries, keys, values one after the other
  Linear out;  // attention's output projection
  LayerNorm ln_2;
  Linear fc;    // [mlp_width, width]
  Linear proj;  // [width, mlp_width]
  Activation activation = Activation::kGelu;

  int64_t width() const { return ln_1.weight.size(0); }
  // x + proj(activation(fc(ln_2(x)))), written into x [..., width].
  void add_mlp(at::Tensor& x) const;
};

}  // namespace img2prompt
