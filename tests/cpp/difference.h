// How far two tensors lie apart.
#pragma once

#include <ATen/core/Tensor.h>

namespace img2prompt {

// The largest difference of two elements; computed in float64, which holds every narrower number.
inline double difference(const at::Tensor& a, const at::Tensor& b) {
  return a.to(at::kDouble).sub(b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace img2prompt
