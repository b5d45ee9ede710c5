// CLIP's usual image tower: a vision transformer that answers with its class token.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "nn/clip_block.h"
#include "nn/clip_vision_tower.h"
#include "nn/model_card.h"

namespace img2prompt {

struct ClipVisionWeights {
  Linear patch;                     // [width, 3 * patch * patch], no bias: the patch convolution
  at::Tensor class_embedding;       // [width]
  at::Tensor positional_embedding;  // [1 + grid * grid, width]
  LayerNorm ln_pre;
  std::vector<ClipVisionBlock> blocks;
  LayerNorm ln_post;
  Linear projection;  // [embed_dim, width], no bias
};

class ClipVision : public ClipVisionTower {
 public:
  ClipVision(ClipVisionConfig config, ClipVisionWeights weights)
      : config_(config), weights_(std::move(weights)) {}

  at::Tensor encode(const at::Tensor& pixels, const Progress& progress) const override;
  int64_t tokens() const override { return 1 + config_.grid() * config_.grid(); }
  int64_t bytes_per_image() const override;

 private:
  at::Tensor embed(const at::Tensor& pixels) const;  // [N, tokens, width]

  ClipVisionConfig config_;
  ClipVisionWeights weights_;
};

}  // namespace img2prompt
