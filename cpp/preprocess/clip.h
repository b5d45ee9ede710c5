// Pictures as CLIP's image tower takes them.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

#include "image/image.h"
#include "image/resample.h"

namespace img2prompt {

// Defaults: OpenAI CLIP's.
struct ClipPreprocess {
  int64_t size = 224;  // pixels a side of what comes out
  ResampleFilter filter = ResampleFilter::kBicubic;
  bool squash = false;  // false: the short side becomes `size` and the centre is cut out
  std::array<float, 3> mean{0.48145466f, 0.4578275f, 0.40821073f};  // of samples in 0..1
  std::array<float, 3> std{0.26862954f, 0.26130258f, 0.27577711f};
};

// [3, size, size] float32 on the CPU. Equal to open_clip 3.3.0's
// image_transform(size, is_train=False) bit for bit (test_clip_features.py).
at::Tensor preprocess_clip(ImageView image, const ClipPreprocess& options);

}  // namespace img2prompt
