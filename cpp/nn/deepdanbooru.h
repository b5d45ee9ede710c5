// DeepDanbooru: a picture to the probability of each tag. A ResNet whose numbers are those of
// https://github.com/AUTOMATIC1111/TorchDeepDanbooru (MIT), out of KichangKim/DeepDanbooru (MIT).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "base/progress.h"
#include "nn/deepdanbooru_config.h"
#include "nn/layers.h"
#include "nn/same_convolution.h"
#include "nn/weights.h"

namespace img2prompt {

class DeepDanbooru {
 public:
  // Takes "n_Conv_<i>.weight" and ".bias", numbered in the order of the layers; the last one has no
  // bias. Throws ModelError for what is missing, of another shape, or holds NaN or infinity.
  DeepDanbooru(const DeepDanbooruConfig& config, Weights& weights);

  // pixels: [N, size, size, 3], RGB in 0..1, on any device -> [N, tags] float32 on the weights'
  // device. `progress` is asked for cancellation at every block.
  at::Tensor probabilities(const at::Tensor& pixels, const Progress& progress) const;

  // What that takes beside the weights for each picture that is computed at the same time.
  int64_t bytes_per_picture() const { return bytes_per_picture_; }

 private:
  struct Block {
    std::optional<SameConvolution> shortcut;  // none = the input itself
    SameConvolution reduce, spread, expand;
  };

  std::optional<SameConvolution> stem_;
  std::vector<Block> blocks_;
  Linear head_;  // [tags, channels]
  int64_t bytes_per_picture_ = 0;
};

}  // namespace img2prompt
