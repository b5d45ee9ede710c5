#include "nn/blip_config.h"

#include "base/error.h"
#include "nn/config_section.h"

namespace img2prompt {
namespace {

// Far above any BLIP; they keep sizes computed from an untrusted file within 64 bits and sane.
constexpr int64_t kMaxWidth = 1 << 16;
constexpr int64_t kMaxLayers = 1024;
constexpr int64_t kMaxVocabulary = 1 << 24;
constexpr int64_t kMaxImageSize = 1 << 14;

void require_divisible(const ConfigSection& section, const char* what, int64_t whole,
                       const char* by, int64_t part) {
  if (whole % part != 0)
    throw_error<ModelError>("{}: {} {} is not a multiple of {} {}", section.place(), what, whole,
                            by, part);
}

BlipVisionConfig parse_vision(const ConfigSection& section) {
  BlipVisionConfig config;
  section.read("hidden_size", config.width, 1, kMaxWidth);
  section.read("intermediate_size", config.mlp_width, 1, kMaxWidth);
  section.read("num_hidden_layers", config.layers, 1, kMaxLayers);
  section.read("num_attention_heads", config.heads, 1, kMaxWidth);
  section.read("image_size", config.image_size, 1, kMaxImageSize);
  section.read("patch_size", config.patch_size, 1, config.image_size);
  section.read("hidden_act", config.activation);
  section.read("layer_norm_eps", config.norm_eps, 0, 1);
  require_divisible(section, "hidden_size", config.width, "num_attention_heads", config.heads);
  return config;
}

BlipTextConfig parse_text(const ConfigSection& section) {
  BlipTextConfig config;
  section.read("vocab_size", config.vocab_size, 1, kMaxVocabulary);
  section.read("hidden_size", config.width, 1, kMaxWidth);
  section.read("intermediate_size", config.mlp_width, 1, kMaxWidth);
  section.read("num_hidden_layers", config.layers, 1, kMaxLayers);
  section.read("num_attention_heads", config.heads, 1, kMaxWidth);
  section.read("max_position_embeddings", config.max_positions, 1, kMaxWidth);
  section.read("hidden_act", config.activation);
  section.read("layer_norm_eps", config.norm_eps, 0, 1);
  section.read("tie_word_embeddings", config.tie_word_embeddings);
  section.require("position_embedding_type", "absolute");
  section.read("bos_token_id", config.bos_id, 0, config.vocab_size - 1);
  section.read("sep_token_id", config.sep_id, 0, config.vocab_size - 1);
  section.read("pad_token_id", config.pad_id, 0, config.vocab_size - 1);
  for (int64_t id : {config.bos_id, config.sep_id, config.pad_id})
    if (id >= config.vocab_size)
      throw_error<ModelError>("{}: token id {} lies outside vocab_size {}", section.place(), id,
                              config.vocab_size);
  require_divisible(section, "hidden_size", config.width, "num_attention_heads", config.heads);
  return config;
}

BlipGenerationConfig parse_generation(const ConfigSection& section) {
  using EarlyStopping = BlipGenerationConfig::EarlyStopping;
  BlipGenerationConfig config;
  section.read("length_penalty", config.length_penalty, -100, 100);
  section.read("top_k", config.top_k, 0, kMaxVocabulary);
  section.read("temperature", config.temperature, 1e-3, 1e3);
  const Json* early = section.find("early_stopping");
  if (early && *early == true)
    config.early_stopping = EarlyStopping::kTrue;
  else if (early && *early == "never")
    config.early_stopping = EarlyStopping::kNever;
  else if (early && *early != false)
    throw_error<ModelError>("{}.early_stopping is {}, true, false or \"never\" is accepted",
                            section.place(), ConfigSection::shown(*early));
  return config;
}

}  // namespace

BlipConfig parse_blip_config(const Json& json, const std::string& source) {
  if (!json.is_object()) throw_error<ModelError>("{}: not an object", source);
  if (json.contains("model_type") && json["model_type"] != "blip")
    throw_error<ModelError>("{}: model_type is {}, \"blip\" is accepted", source,
                            ConfigSection::shown(json["model_type"]));
  ConfigSection vision(json, "vision_config", source);
  ConfigSection text(json, "text_config", source);
  return {parse_vision(vision), parse_text(text), parse_generation(text)};
}

}  // namespace img2prompt
