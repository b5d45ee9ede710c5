// Convolutions that see a map as TensorFlow's padding "SAME" does.
#pragma once

#include <ATen/core/Tensor.h>

#include "nn/packed_convolution.h"

namespace img2prompt {

// Zeros around a map so that a kernel reaches every place: kernel - stride of them along each axis,
// the odd one behind. TensorFlow's "SAME" for sizes that `stride` divides.
struct SamePadding {
  int64_t before = 0;
  int64_t after = 0;

  SamePadding(int64_t kernel, int64_t stride)
      : before(kernel > stride ? (kernel - stride) / 2 : 0),
        after(kernel > stride ? kernel - stride - before : 0) {}
  at::Tensor operator()(const at::Tensor& x) const;  // [N, channels, H, W]
};

class SameConvolution {
 public:
  // weight: [out, in, kernel, kernel]; bias: [out], undefined = none; size: height and width of the
  // maps to come, a multiple of `stride`; see PackedConvolution.
  SameConvolution(const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t size);

  // As PackedConvolution's; H' = H / stride.
  at::Tensor operator()(const at::Tensor& x) const { return layer_(padded(x)); }
  at::Tensor relu(const at::Tensor& x) const { return layer_.relu(padded(x)); }
  at::Tensor add_relu(const at::Tensor& x, const at::Tensor& other) const {
    return layer_.add_relu(padded(x), other);
  }

 private:
  // The convolution itself can only put as many zeros before as behind.
  at::Tensor padded(const at::Tensor& x) const {
    return padding_.before == padding_.after ? x : padding_(x);
  }

  SamePadding padding_;
  PackedConvolution layer_;
};

}  // namespace img2prompt
