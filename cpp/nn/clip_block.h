// The pre-norm transformer block of both CLIP towers.
#pragma once

#include <ATen/core/Tensor.h>

#include "nn/layers.h"
#include "nn/packed_linear.h"

namespace img2prompt {

// Layer: Linear, or PackedLinear where every product has many rows.
template <class Layer>
struct ClipBlockOf {
  LayerNorm ln_1;
  Layer qkv;  // [3 width, width]: queries, keys, values one after the other
  Layer out;  // attention's output projection
  LayerNorm ln_2;
  Layer fc;    // [mlp_width, width]
  Layer proj;  // [width, mlp_width]
  Activation activation = Activation::kGelu;

  int64_t width() const { return ln_1.weight.size(0); }

  // x + proj(activation(fc(ln_2(x)))), written into x [..., width].
  void add_mlp(at::Tensor& x) const {
    at::Tensor hidden = fc(ln_2(x));
    activate_(hidden, activation);
    x.add_(proj(hidden));
  }
};

using ClipBlock = ClipBlockOf<Linear>;  // of texts
using ClipVisionBlock = ClipBlockOf<PackedLinear>;

}  // namespace img2prompt
