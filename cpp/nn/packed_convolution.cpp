#include "nn/packed_convolution.h"

namespace img2prompt {

PackedConvolution::PackedConvolution(const Convolution& layer, int64_t size) {
  const at::Tensor& weight = layer.weight;
  if (prefers_onednn_convolution(weight)) {
    onednn_ = OnednnConvolution::pack(weight.contiguous(), layer.bias, layer.stride, layer.padding,
                                      {1, weight.size(1), size, size});
    return;
  }
  plain_ = layer;
  plain_.weight = weight.device().is_mps() ? weight.contiguous()
                                           : weight.contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor PackedConvolution::operator()(const at::Tensor& x) const {
  return onednn_ ? (*onednn_)(x, /*relu=*/false) : plain_(x);
}

at::Tensor PackedConvolution::relu(const at::Tensor& x) const {
  return onednn_ ? (*onednn_)(x, /*relu=*/true) : plain_(x).relu_();
}

at::Tensor PackedConvolution::add_relu(const at::Tensor& x, const at::Tensor& other) const {
  return onednn_ ? onednn_->add_relu(x, other) : plain_(x).add_(other).relu_();
}

}  // namespace img2prompt
