// What CLIP's image towers have in common.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/progress.h"

namespace img2prompt {

class ClipVisionTower {
 public:
  virtual ~ClipVisionTower() = default;

  // pixels: [N, 3, S, S] normalised, in the weights' dtype and on their device, S = image_size.
  // Returns [N, embed_dim] in that dtype, not normalised. Looks for cancellation between blocks.
  virtual at::Tensor encode(const at::Tensor& pixels, const Progress& progress) const = 0;

  // What an image takes, as the tokens of a transformer: memory, and time between two looks.
  virtual int64_t tokens() const = 0;

  // What encoding takes beside the weights for each image that is encoded at the same time.
  virtual int64_t bytes_per_image() const = 0;
};

}  // namespace img2prompt
