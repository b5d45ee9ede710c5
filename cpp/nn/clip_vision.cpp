#include "nn/clip_vision.h"

#include <ATen/ops/cat.h>

#include "nn/attend_tokens.h"

namespace img2prompt {

int64_t ClipVision::bytes_per_image() const {
  int64_t row = 8 * config_.width + 2 * config_.mlp_width;  // elements alive for a token in a layer
  return tokens() * row * static_cast<int64_t>(weights_.class_embedding.element_size());
}

// The patch convolution as one matrix product: stride and kernel are the same, so every patch is a
// row of its own. Rows and columns that do not fill a patch are left out, as a convolution does.
at::Tensor ClipVision::embed(const at::Tensor& pixels) const {
  int64_t count = pixels.size(0), side = config_.patch_size, grid = config_.grid();
  at::Tensor patches = pixels.narrow(2, 0, grid * side)
                           .narrow(3, 0, grid * side)
                           .reshape({count, 3, grid, side, grid, side})
                           .permute({0, 2, 4, 1, 3, 5})
                           .reshape({count, grid * grid, 3 * side * side});
  at::Tensor first = weights_.class_embedding.expand({count, 1, config_.width});
  return at::cat({first, weights_.patch(patches)}, 1).add_(weights_.positional_embedding);
}

at::Tensor ClipVision::encode(const at::Tensor& pixels, const Progress& progress) const {
  at::Tensor x = weights_.ln_pre(embed(pixels));
  for (const ClipVisionBlock& block : weights_.blocks) {
    progress.check();
    x.add_(block.out(attend_tokens(block.qkv(block.ln_1(x)), config_.heads)));
    block.add_mlp(x);
  }
  return weights_.projection(weights_.ln_post(x.select(1, 0)));
}

}  // namespace img2prompt
