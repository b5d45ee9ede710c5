// The small models of models/demo.
#pragma once

#include <memory>
#include <string>

#include "engine/captioner.h"
#include "engine/clip.h"

namespace img2prompt {

inline const std::string kDemo = std::string(I2P_SOURCE_DIR) + "/models/demo/";
inline const std::string kVocabularies = std::string(I2P_SOURCE_DIR) + "/models/vocab/";

inline std::shared_ptr<Clip> demo_clip(at::Device device = at::kCPU,
                                       at::ScalarType dtype = at::kFloat) {
  return Clip::load(
      {kDemo + "clip.json", "", kDemo + "clip.safetensors", kVocabularies + "clip_merges.txt"},
      device, dtype);
}

inline std::shared_ptr<Captioner> demo_captioner(at::Device device,
                                                 at::ScalarType dtype = at::kFloat) {
  const std::string folder = kDemo + "blip/";
  return std::make_shared<Captioner>(
      CaptionerFiles{folder + "config.json", folder + "preprocessor_config.json",
                     folder + "model.safetensors", folder},
      device, dtype);
}

}  // namespace img2prompt
