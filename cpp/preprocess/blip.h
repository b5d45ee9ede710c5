// Pictures as BLIP's image encoder takes them, as Hugging Face's preprocessor_config.json says it.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>
#include <string>

#include "base/json.h"
#include "image/image.h"
#include "image/resample.h"

namespace img2prompt {

// Defaults: those of transformers' BlipImageProcessor (4.57), which are OpenAI CLIP's mean and
// standard deviation.
struct BlipPreprocess {
  int width = 384;  // pixels; the picture is squashed, its aspect is not kept
  int height = 384;
  ResampleFilter filter = ResampleFilter::kBicubic;
  std::optional<double> scale = 1.0 / 255;  // of a sample; unset = leave 0..255
  bool normalize = true;
  std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> std = {0.26862954, 0.26130258, 0.27577711};
};

// Throws ModelError for values that no such file holds.
BlipPreprocess parse_blip_preprocess(const Json& json, const std::string& source);

// Resizes, scales and normalises to [3, height, width] float32 on the CPU. Equal to transformers'
// BlipImageProcessor (the slow one, 4.57) bit for bit (test_captions.py).
at::Tensor preprocess_blip(ImageView image, const BlipPreprocess& options);

}  // namespace img2prompt
