// BLIP's image encoder: a pre-norm vision transformer with a class token.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "base/progress.h"
#include "nn/blip_config.h"
#include "nn/layers.h"
#include "nn/packed_linear.h"
#include "nn/weights.h"

namespace img2prompt {

class BlipVision {
 public:
  // Takes the tensors "vision_model.*", named as in transformers' BlipForConditionalGeneration.
  BlipVision(const BlipVisionConfig& config, Weights& weights);

  // pixels: [N, 3, size, size], normalised, on any device -> [N, tokens, width] after the last
  // norm, equal to transformers' vision_model(pixels)[0]. `progress` is asked for cancellation at
  // every layer.
  at::Tensor encode(const at::Tensor& pixels, const Progress& progress) const;

  // What encoding takes beside the weights for each image that is encoded at the same time.
  int64_t bytes_per_image() const;

 private:
  struct Layer {
    LayerNorm norm1, norm2;
    PackedLinear qkv, projection, mlp_in, mlp_out;
  };

  at::Tensor embed(const at::Tensor& pixels) const;

  BlipVisionConfig config_;
  at::Tensor class_embedding_;     // [1, 1, width]
  at::Tensor position_embedding_;  // [1, tokens, width]
  Linear patch_;                   // [width, 3 * patch * patch]
  std::vector<Layer> layers_;
  LayerNorm final_norm_;
};

}  // namespace img2prompt
