// CLIP's image tower: a vision transformer that answers with its class token.
#pragma once

#include <ATen/core/Tensor.h>

#include "base/progress.h"
#include "nn/clip_weight_map.h"

namespace img2prompt {

class ClipVision {
 public:
  ClipVision(ClipVisionConfig config, ClipVisionWeights weights)
      : config_(config), weights_(std::move(weights)) {}

  // pixels: [N, 3, S, S] normalised, in the weights' dtype and on their device, S = image_size.
  // Returns [N, embed_dim] in that dtype, not normalised. Looks for cancellation between layers.
  at::Tensor encode(const at::Tensor& pixels, const Progress& progress) const;

  const ClipVisionConfig& config() const { return config_; }
  int64_t tokens() const { return 1 + config_.grid() * config_.grid(); }  // of one image

 private:
  at::Tensor embed(const at::Tensor& pixels) const;  // [N, tokens, width]

  ClipVisionConfig config_;
  ClipVisionWeights weights_;
};

}  // namespace img2prompt
