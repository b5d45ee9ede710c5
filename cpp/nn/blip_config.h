// What a BLIP captioning model is made of, as Hugging Face's config.json says it. Keys that the
// file leaves out have the defaults of transformers' BlipConfig (4.57).
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "nn/layers.h"

namespace img2prompt {

struct BlipVisionConfig {
  int64_t width = 768;
  int64_t mlp_width = 3072;
  int64_t layers = 12;
  int64_t heads = 12;
  int64_t image_size = 384;  // pixels a side
  int64_t patch_size = 16;   // pixels a side
  Activation activation = Activation::kGelu;
  double norm_eps = 1e-5;

  int64_t grid() const { return image_size / patch_size; }
  int64_t tokens() const { return grid() * grid() + 1; }  // the class token and the patches
};

struct BlipTextConfig {
  int64_t vocab_size = 30524;
  int64_t width = 768;
  int64_t mlp_width = 3072;
  int64_t layers = 12;
  int64_t heads = 8;
  int64_t max_positions = 512;
  Activation activation = Activation::kGelu;
  double norm_eps = 1e-12;
  bool tie_word_embeddings = true;  // the output layer is the word embedding
  int64_t bos_id = 30522;           // starts every caption
  int64_t sep_id = 102;             // ends it
  int64_t pad_id = 0;
};

// What transformers' generate() takes from text_config where the caller says nothing; BLIP's text
// decoder does not look at generation_config.json.
struct BlipGenerationConfig {
  double length_penalty = 1.0;
  enum class EarlyStopping { kFalse, kTrue, kNever } early_stopping = EarlyStopping::kFalse;
  int64_t top_k = 50;  // while sampling; 0 = keep all
  double temperature = 1.0;
};

struct BlipConfig {
  BlipVisionConfig vision;
  BlipTextConfig text;
  BlipGenerationConfig generation;
};

// `source` names the file in messages. Throws ModelError for another model_type, a value of the
// wrong kind or out of bounds, and features that no BLIP captioner uses.
BlipConfig parse_blip_config(const Json& json, const std::string& source);

}  // namespace img2prompt
