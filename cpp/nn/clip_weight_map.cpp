#include "nn/clip_weight_map.h"

#include <ATen/ops/cat.h>

#include "base/error.h"
#include "nn/clip_resnet_weight_map.h"
#include "nn/clip_vision.h"

namespace img2prompt {
namespace {

// Names below a block's prefix. An empty `qkv` means three tensors, q, k and v.
struct BlockNames {
  const char *ln_1, *qkv, *q, *k, *v, *out, *ln_2, *fc, *proj;
};

struct TowerNames {
  const char* blocks;  // followed by the block's number and a dot
  const char *position, *ln_last;
  const char* projection;
};

struct ClipNames {
  BlockNames block;
  TowerNames text, vision;
  const char* token_embedding;
  const char *patch, *class_embedding, *ln_pre;
  bool projection_transposed;  // stored as [width, embed_dim]
};

constexpr ClipNames kOpenClip = {
    {"ln_1", "attn.in_proj_", "", "", "", "attn.out_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"},
    {"transformer.resblocks.", "positional_embedding", "ln_final", "text_projection"},
    {"visual.transformer.resblocks.", "visual.positional_embedding", "visual.ln_post",
     "visual.proj"},
    "token_embedding.weight",
    "visual.conv1.weight",
    "visual.class_embedding",
    "visual.ln_pre",
    true};

constexpr ClipNames kHuggingFace = {
    {"layer_norm1", "", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
     "self_attn.out_proj", "layer_norm2", "mlp.fc1", "mlp.fc2"},
    {"text_model.encoder.layers.", "text_model.embeddings.position_embedding.weight",
     "text_model.final_layer_norm", "text_projection.weight"},
    {"vision_model.encoder.layers.", "vision_model.embeddings.position_embedding.weight",
     "vision_model.post_layernorm", "visual_projection.weight"},
    "text_model.embeddings.token_embedding.weight",
    "vision_model.embeddings.patch_embedding.weight",
    "vision_model.embeddings.class_embedding",
    "vision_model.pre_layrnorm",  // spelt so in every published checkpoint
    false};

// Tensors that the towers do not use: the trained temperature, masks and indices that older
// releases saved, and the sizes that OpenAI keeps beside its parameters.
constexpr const char* kUnused[] = {"logit_scale",
                                   "logit_bias",
                                   "attn_mask",
                                   "text.attn_mask",
                                   "text_model.embeddings.position_ids",
                                   "vision_model.embeddings.position_ids",
                                   "input_resolution",
                                   "context_length",
                                   "vocab_size"};

constexpr double kEps = 1e-5;  // LayerNorm of every CLIP

class ClipReader {
 public:
  ClipReader(Weights& weights, const ClipCard& card, const ClipNames& names,
             std::string text_prefix)
      : weights_(weights), card_(card), names_(names), text_prefix_(std::move(text_prefix)) {}

  ClipTextWeights text() {
    const ClipTextConfig& config = card_.text;
    ClipTextWeights out;
    out.token_embedding =
        weights_.take(text_prefix_ + names_.token_embedding, {config.vocab_size, config.width});
    out.positional_embedding =
        weights_.take(text_prefix_ + names_.text.position, {config.context_length, config.width});
    for (int64_t i = 0; i < config.layers; ++i)
      out.blocks.push_back(
          block<Linear>(text_prefix_ + names_.text.blocks + std::to_string(i) + ".", config.width,
                        config.mlp_width));
    out.ln_final = weights_.norm(text_prefix_ + names_.text.ln_last, config.width, kEps);
    out.projection = projection(text_prefix_ + names_.text.projection, config.width);
    return out;
  }

  std::unique_ptr<const ClipVisionTower> vision_tower() {
    const ClipVisionConfig& config = card_.vision;
    if (!config.is_resnet()) return std::make_unique<ClipVision>(config, vision());
    return std::make_unique<ClipResNet>(
        config, take_clip_resnet_weights(weights_, config, card_.embed_dim));
  }

 private:
  ClipVisionWeights vision() {
    const ClipVisionConfig& config = card_.vision;
    ClipVisionWeights out;
    int64_t side = config.patch_size, places = 1 + config.grid() * config.grid();
    out.patch.weight =
        weights_.take(names_.patch, {config.width, 3, side, side}).view({config.width, -1});
    out.class_embedding = weights_.take(names_.class_embedding, {config.width});
    out.positional_embedding = weights_.take(names_.vision.position, {places, config.width});
    out.ln_pre = weights_.norm(names_.ln_pre, config.width, kEps);
    for (int64_t i = 0; i < config.layers; ++i)
      out.blocks.push_back(block<PackedLinear>(names_.vision.blocks + std::to_string(i) + ".",
                                               config.width, config.mlp_width));
    out.ln_post = weights_.norm(names_.vision.ln_last, config.width, kEps);
    out.projection = projection(names_.vision.projection, config.width);
    return out;
  }

  template <class Layer>
  ClipBlockOf<Layer> block(const std::string& prefix, int64_t width, int64_t mlp_width) {
    const BlockNames& names = names_.block;
    ClipBlockOf<Layer> block;
    weights_.ignore(prefix + "attn_mask");  // OpenAI's archives keep the mask in every block
    block.ln_1 = weights_.norm(prefix + names.ln_1, width, kEps);
    block.qkv = qkv(prefix, width);
    block.out = weights_.linear(prefix + names.out, width, width);
    block.ln_2 = weights_.norm(prefix + names.ln_2, width, kEps);
    block.fc = weights_.linear(prefix + names.fc, mlp_width, width);
    block.proj = weights_.linear(prefix + names.proj, width, mlp_width);
    block.activation = card_.activation;
    return block;
  }

  Linear qkv(const std::string& prefix, int64_t width) {
    const BlockNames& names = names_.block;
    if (*names.qkv)
      return {weights_.take(prefix + names.qkv + "weight", {3 * width, width}),
              weights_.take(prefix + names.qkv + "bias", {3 * width})};
    Linear q = weights_.linear(prefix + names.q, width, width);
    Linear k = weights_.linear(prefix + names.k, width, width);
    Linear v = weights_.linear(prefix + names.v, width, width);
    Linear joined{at::cat({q.weight, k.weight, v.weight}), at::cat({q.bias, k.bias, v.bias})};
    for (const char* part : {names.q, names.k, names.v}) {
      weights_.release(prefix + part + ".weight");
      weights_.release(prefix + part + ".bias");
    }
    return joined;
  }

  Linear projection(const std::string& name, int64_t width) {
    if (!names_.projection_transposed) return {weights_.take(name, {card_.embed_dim, width}), {}};
    Linear turned{weights_.take(name, {width, card_.embed_dim}).t().contiguous(), {}};
    weights_.release(name);
    return turned;
  }

  Weights& weights_;
  const ClipCard& card_;
  const ClipNames& names_;
  std::string text_prefix_;
};

ClipReader reader_of(Weights& weights, const ClipCard& card) {
  bool hugging_face = weights.has(kHuggingFace.token_embedding);
  bool custom_text = weights.has(std::string("text.") + kOpenClip.token_embedding);
  if (!hugging_face && !custom_text && !weights.has(kOpenClip.token_embedding))
    throw_error<ModelError>(
        "{}: no CLIP text tower: neither '{}' (open_clip) nor '{}' (Hugging Face) is there",
        weights.path(), kOpenClip.token_embedding, kHuggingFace.token_embedding);
  return ClipReader(weights, card, hugging_face ? kHuggingFace : kOpenClip,
                    custom_text ? "text." : "");
}

}  // namespace

ClipTextWeights take_clip_text_weights(Weights& weights, const ClipCard& card) {
  return reader_of(weights, card).text();
}

std::unique_ptr<const ClipVisionTower> take_clip_vision_tower(Weights& weights,
                                                              const ClipCard& card) {
  return reader_of(weights, card).vision_tower();
}

void finish_clip_weights(Weights& weights) {
  for (const char* name : kUnused) weights.ignore(name);
  weights.finish();
}

}  // namespace img2prompt
