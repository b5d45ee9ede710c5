#include "nn/deepdanbooru.h"

#include <ATen/ops/max_pool2d.h>

#include <algorithm>

namespace img2prompt {
namespace {

constexpr int64_t kStemKernel = 7, kStemStride = 2;
constexpr int64_t kPoolKernel = 3, kPoolStride = 2;

// Takes the convolutions in the order of their numbers.
class Taker {
 public:
  explicit Taker(Weights& weights) : weights_(weights) {}

  // size: height and width of the maps that the layer is given.
  SameConvolution next(int64_t out, int64_t in, int64_t kernel, int64_t stride, int64_t size) {
    const std::string name = next_name();
    const at::Tensor weight = take(name + ".weight", {out, in, kernel, kernel});
    SameConvolution layer(weight, take(name + ".bias", {out}).clone(), stride, size);
    for (const char* part : {".weight", ".bias"}) weights_.release(name + part);
    return layer;
  }

  Linear last(int64_t out, int64_t in) {
    return {take(next_name() + ".weight", {out, in, 1, 1}).view({out, in}), {}};
  }

 private:
  std::string next_name() { return "n_Conv_" + std::to_string(number_++); }

  at::Tensor take(const std::string& name, const std::vector<int64_t>& shape) {
    at::Tensor tensor = weights_.take(name, shape);
    weights_.require_finite(name, tensor);
    return tensor;
  }

  Weights& weights_;
  int64_t number_ = 0;
};

// Elements alive at a time for a picture: of the stem's maps three (computed, padded, pooled), or
// of the first group's three as wide as a block gives and two as wide as it is within, with the
// nine neighbours that a convolution may lay out.
int64_t largest_maps(const DeepDanbooruConfig& config) {
  const int64_t stem_side = config.image_size / kStemStride, side = stem_side / kPoolStride;
  return std::max(stem_side * stem_side * config.stem_width * 3,
                  side * side * config.widths.front() * (3 * config.expansion + 2 + 9));
}

}  // namespace

DeepDanbooru::DeepDanbooru(const DeepDanbooruConfig& config, Weights& weights) {
  Taker take(weights);
  int64_t size = config.image_size, channels = config.stem_width;
  stem_ = take.next(channels, 3, kStemKernel, kStemStride, size);
  size /= kStemStride * kPoolStride;
  for (size_t group = 0; group < config.blocks.size(); ++group) {
    const int64_t width = config.widths[group], out = config.expansion * width;
    for (int64_t i = 0; i < config.blocks[group]; ++i) {
      const int64_t stride = i == 0 ? config.strides[group] : 1;
      const int64_t place = i == 0 ? config.shortcut_places[group] : -1;
      const int64_t small = size / stride;
      std::optional<SameConvolution> shortcut;
      auto shortcut_at = [&](int64_t here) {
        if (place == here) shortcut = take.next(out, channels, 1, stride, size);
      };
      shortcut_at(0);
      SameConvolution reduce = take.next(width, channels, 1, 1, size);
      shortcut_at(1);
      SameConvolution spread = take.next(width, width, 3, stride, size);
      shortcut_at(2);
      SameConvolution expand = take.next(out, width, 1, 1, small);
      shortcut_at(3);
      blocks_.push_back(
          {std::move(shortcut), std::move(reduce), std::move(spread), std::move(expand)});
      channels = out;
      size = small;
    }
  }
  head_ = take.last(config.tags, channels);
  bytes_per_picture_ = largest_maps(config) * static_cast<int64_t>(head_.weight.element_size());
}

at::Tensor DeepDanbooru::probabilities(const at::Tensor& pixels, const Progress& progress) const {
  at::Tensor x = pixels.to(head_.weight.options()).permute({0, 3, 1, 2});
  if (x.device().is_mps()) x = x.contiguous();
  x = stem_->relu(x);
  // Zeros: nothing is below them after a ReLU, so that they never win where -inf would not.
  x = at::max_pool2d(SamePadding(kPoolKernel, kPoolStride)(x), kPoolKernel, kPoolStride);
  for (const Block& block : blocks_) {
    progress.check();
    const at::Tensor shortcut = block.shortcut ? (*block.shortcut)(x) : x;
    x = block.expand.add_relu(block.spread.relu(block.reduce.relu(x)), shortcut);
  }
  // The last convolution is linear and sees one place at a time: the mean may come before it.
  return head_(x.mean({2, 3})).to(at::kFloat).sigmoid_();
}

}  // namespace img2prompt
