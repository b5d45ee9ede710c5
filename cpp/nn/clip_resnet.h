// CLIP's other image tower: a ResNet with three convolutions before its stages, average pooling in
// place of strides, and attention in place of the last pooling.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "nn/clip_vision_tower.h"
#include "nn/layers.h"
#include "nn/model_card.h"
#include "nn/packed_convolution.h"

namespace img2prompt {

// Each convolution with the batch norm that follows it.
struct ClipResNetBlock {
  PackedConvolution reduce;                   // 1x1, to the stage's channels
  PackedConvolution spatial;                  // 3x3
  PackedConvolution expand;                   // 1x1, to four times as many
  std::optional<PackedConvolution> shortcut;  // 1x1, where the block changes the channels or size
  int64_t pool = 1;                           // pixels a side that are averaged to one
};

struct ClipResNetWeights {
  std::vector<PackedConvolution> stem;
  std::vector<ClipResNetBlock> blocks;  // of all stages
  at::Tensor positional_embedding;      // [1 + grid * grid, channels]; the average comes first
  Linear query, key_value, projection;  // key_value: keys, then values
};

class ClipResNet : public ClipVisionTower {
 public:
  ClipResNet(ClipVisionConfig config, ClipResNetWeights weights)
      : config_(config), weights_(std::move(weights)) {}

  at::Tensor encode(const at::Tensor& pixels, const Progress& progress) const override;
  int64_t tokens() const override;
  int64_t bytes_per_image() const override;

 private:
  at::Tensor pool(const at::Tensor& x) const;  // [N, channels, grid, grid] -> [N, embed_dim]

  ClipVisionConfig config_;
  ClipResNetWeights weights_;
};

}  // namespace img2prompt
