// A convolution whose weights are laid out once as the device wants them, with what follows it in a
// ResNet.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "nn/layers.h"
#include "nn/onednn_convolution.h"

namespace img2prompt {

class PackedConvolution {
 public:
  // size: height and width of the maps to come; others are computed too, perhaps more slowly.
  // Copies the weights, unless they are laid out already as this device wants them.
  PackedConvolution(const Convolution& layer, int64_t size);

  // x: [N, in, H, W] of the weights' type and device -> [N, out, H', W'].
  at::Tensor operator()(const at::Tensor& x) const;
  at::Tensor relu(const at::Tensor& x) const;
  at::Tensor add_relu(const at::Tensor& x, const at::Tensor& other) const;  // relu(conv(x) + other)

 private:
  std::optional<OnednnConvolution> onednn_;
  Convolution plain_;  // where oneDNN does not compute
};

}  // namespace img2prompt
