// Convolutions through oneDNN with what follows them, an added tensor and a ReLU, in the same pass,
// and with weights that are laid out once instead of at every call. Of a ResNet of 512 x 512 pixels
// that takes half the time of at::conv2d (scripts/dev/bench/tags.py).
#pragma once

#include <ATen/core/Tensor.h>

namespace img2prompt {

// Whether these weights may and should be given to the functions below: float32 on an x86-64 CPU,
// and a torch whose oneDNN is there and switched on.
bool prefers_onednn_convolution(const at::Tensor& weight);

struct OnednnConvolution {
  at::Tensor weight;  // laid out by pack(); only oneDNN reads it
  at::Tensor bias;    // [out], undefined = none
  int64_t stride = 1;
  int64_t padding = 0;  // zeros on every side

  // weight: [out, in, kernel, kernel]. Inputs of another size than `input` are computed as well,
  // but may have the weights laid out anew each time.
  static OnednnConvolution pack(const at::Tensor& weight, at::Tensor bias, int64_t stride,
                                int64_t padding, at::IntArrayRef input);

  at::Tensor operator()(const at::Tensor& x, bool relu) const;  // [N, in, H, W] -> [N, out, H', W']
  at::Tensor add_relu(const at::Tensor& x, const at::Tensor& other) const;  // relu(conv(x) + other)
};

}  // namespace img2prompt
