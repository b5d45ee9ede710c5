#include "nn/blip_config.h"

#include "base/error.h"

namespace img2prompt {
namespace {

// Far above any BLIP; they keep sizes computed from an untrusted file within 64 bits and sane.
constexpr int64_t kMaxWidth = 1 << 16;
constexpr int64_t kMaxLayers = 1024;
constexpr int64_t kMaxVocabulary = 1 << 24;
constexpr int64_t kMaxImageSize = 1 << 14;

// One object of the file, with its place for messages.
class Section {
 public:
  Section(const Json& root, const char* name, std::string source)
      : place_(std::move(source) + ": " + name) {
    if (!root.contains(name) || root[name].is_null()) return;
    if (!root[name].is_object()) throw_error<ModelError>("{} is not an object", place_);
    json_ = &root[name];
  }

  void read(const char* key, int64_t& value, int64_t low, int64_t high) const {
    const Json* found = find(key);
    if (!found) return;
    if (!found->is_number_integer() || found->get<double>() < static_cast<double>(low) ||
        found->get<double>() > static_cast<double>(high))
      throw_error<ModelError>("{}.{} is {}, a whole number from {} to {} is accepted", place_, key,
                              shown(*found), low, high);
    value = found->get<int64_t>();
  }

  void read(const char* key, double& value, double low, double high) const {
    const Json* found = find(key);
    if (!found) return;
    if (!found->is_number() || !(found->get<double>() >= low && found->get<double>() <= high))
      throw_error<ModelError>("{}.{} is {}, a number from {} to {} is accepted", place_, key,
                              shown(*found), low, high);
    value = found->get<double>();
  }

  void read(const char* key, bool& value) const {
    const Json* found = find(key);
    if (!found) return;
    if (!found->is_boolean())
      throw_error<ModelError>("{}.{} is {}, true or false is accepted", place_, key, shown(*found));
    value = found->get<bool>();
  }

  void read(const char* key, Activation& value) const {
    const Json* found = find(key);
    if (!found) return;
    if (*found == "gelu")
      value = Activation::kGelu;
    else if (*found == "quick_gelu")
      value = Activation::kQuickGelu;
    else
      throw_error<ModelError>("{}.{} is {}, \"gelu\" or \"quick_gelu\" is accepted", place_, key,
                              shown(*found));
  }

  void require(const char* key, const char* only) const {
    const Json* found = find(key);
    if (found && *found != only)
      throw_error<ModelError>("{}.{} is {}, \"{}\" is accepted", place_, key, shown(*found), only);
  }

  const Json* find(const char* key) const {
    if (!json_ || !json_->contains(key) || (*json_)[key].is_null()) return nullptr;
    return &(*json_)[key];
  }

  const std::string& place() const { return place_; }
  static std::string shown(const Json& value) { return first_line(value.dump(), 40); }

 private:
  std::string place_;
  const Json* json_ = nullptr;
};

void require_divisible(const Section& section, const char* what, int64_t whole, const char* by,
                       int64_t part) {
  if (whole % part != 0)
    throw_error<ModelError>("{}: {} {} is not a multiple of {} {}", section.place(), what, whole,
                            by, part);
}

BlipVisionConfig parse_vision(const Section& section) {
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

BlipTextConfig parse_text(const Section& section) {
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

BlipGenerationConfig parse_generation(const Section& section) {
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
                            section.place(), Section::shown(*early));
  return config;
}

}  // namespace

BlipConfig parse_blip_config(const Json& json, const std::string& source) {
  if (!json.is_object()) throw_error<ModelError>("{}: not an object", source);
  if (json.contains("model_type") && json["model_type"] != "blip")
    throw_error<ModelError>("{}: model_type is {}, \"blip\" is accepted", source,
                            Section::shown(json["model_type"]));
  Section vision(json, "vision_config", source);
  Section text(json, "text_config", source);
  return {parse_vision(vision), parse_text(text), parse_generation(text)};
}

}  // namespace img2prompt
