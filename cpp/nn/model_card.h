// What a CLIP model is made of, read from a card: a JSON file with open_clip's model_config keys
// (embed_dim, vision_cfg, text_cfg, quick_gelu) and, optionally, "preprocess" (mean, std,
// interpolation, resize_mode) and "pretrained" (overrides by the name of a set of weights). The
// open_clip_config.json of a model repository (model_cfg, preprocess_cfg) is read too.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "nn/layers.h"

namespace img2prompt {

struct ClipVisionConfig {
  int64_t image_size = 224;         // pixels, square
  int64_t patch_size = 16;          // pixels a side that a token stands for; of a ResNet 32
  int64_t width = 768;              // of a ResNet, the channels of its first stage
  int64_t layers = 12;              // blocks, of all stages
  int64_t heads = 12;               // of a ResNet, those of its last pooling
  int64_t mlp_width = 3072;         // unused in a ResNet
  std::array<int64_t, 4> stages{};  // blocks of a ResNet's stages; zeros: a vision transformer
  bool is_resnet() const { return stages[0] > 0; }
  int64_t grid() const { return image_size / patch_size; }  // tokens along a side
};

struct ClipTextConfig {
  int64_t context_length = 77;  // positions, start and end included
  int64_t vocab_size = 49408;
  int64_t width = 512;
  int64_t layers = 12;
  int64_t heads = 8;
  int64_t mlp_width = 2048;
};

enum class Interpolation { kBicubic, kBilinear };
// kShortest: the short side becomes image_size, then the centre is cut out.
// kSquash: both sides become image_size, whatever the aspect.
enum class ResizeMode { kShortest, kSquash };

struct ImagePreprocess {
  std::array<float, 3> mean{0.48145466f, 0.4578275f, 0.40821073f};  // OpenAI CLIP's, of RGB in 0..1
  std::array<float, 3> std{0.26862954f, 0.26130258f, 0.27577711f};
  Interpolation interpolation = Interpolation::kBicubic;
  ResizeMode resize_mode = ResizeMode::kShortest;
};

struct ClipCard {
  std::string source;  // the card's path; for messages
  int64_t embed_dim = 512;
  ClipVisionConfig vision;
  ClipTextConfig text;
  Activation activation = Activation::kGelu;
  ImagePreprocess preprocess;
};

// `pretrained` picks an entry of the card's "pretrained" table, whose quick_gelu, mean, std,
// interpolation and resize_mode replace the card's own; empty = none.
// Throws ModelError "<source>: <key> is <value>, <what is accepted>" for a value out of bounds, a
// missing or unknown key, an unknown `pretrained`, or a key that only an unsupported architecture
// has ("... is not supported: ...").
ClipCard parse_clip_card(std::string_view json, const std::string& source,
                         const std::string& pretrained = "");
ClipCard read_clip_card(const std::string& path, const std::string& pretrained = "");

}  // namespace img2prompt
