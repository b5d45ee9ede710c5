#include "nn/same_convolution.h"

#include <ATen/ops/constant_pad_nd.h>

namespace img2prompt {
namespace {

PackedConvolution packed(const at::Tensor& weight, const at::Tensor& bias, int64_t stride,
                         const SamePadding& padding, int64_t size) {
  const bool even = padding.before == padding.after;
  return PackedConvolution({weight, bias, stride, even ? padding.before : 0},
                           even ? size : size + padding.before + padding.after);
}

}  // namespace

at::Tensor SamePadding::operator()(const at::Tensor& x) const {
  if (before == 0 && after == 0) return x;
  return at::constant_pad_nd(x, {before, after, before, after}, 0);
}

SameConvolution::SameConvolution(const at::Tensor& weight, const at::Tensor& bias, int64_t stride,
                                 int64_t size)
    : padding_(weight.size(2), stride), layer_(packed(weight, bias, stride, padding_, size)) {}

}  // namespace img2prompt
