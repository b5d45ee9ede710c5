#include "nn/blip_weight_map.h"

namespace img2prompt {
namespace {

struct Rename {
  std::string_view from, to;
};

// By the beginning of the name; the text decoder's names are the same in both. Salesforce's are
// those of models/vit.py in https://github.com/salesforce/BLIP.
constexpr std::string_view kBlocks = "visual_encoder.blocks.";
constexpr Rename kBeginnings[] = {
    {"visual_encoder.cls_token", "vision_model.embeddings.class_embedding"},
    {"visual_encoder.pos_embed", "vision_model.embeddings.position_embedding"},
    {"visual_encoder.patch_embed.proj.", "vision_model.embeddings.patch_embedding."},
    {kBlocks, "vision_model.encoder.layers."},
    {"visual_encoder.norm.", "vision_model.post_layernorm."},
};
// Within a block, after its number.
constexpr Rename kBlockParts[] = {
    {".norm1.", ".layer_norm1."},
    {".norm2.", ".layer_norm2."},
    {".attn.qkv.", ".self_attn.qkv."},
    {".attn.proj.", ".self_attn.projection."},
};

// Replaces the beginning that a rule has; false when none fits.
template <size_t N>
bool replace_beginning(const Rename (&rules)[N], std::string& name) {
  for (const Rename& rule : rules)
    if (name.compare(0, rule.from.size(), rule.from) == 0) {
      name.replace(0, rule.from.size(), rule.to);
      return true;
    }
  return false;
}

std::string renamed(std::string name) {
  const bool in_block = name.compare(0, kBlocks.size(), kBlocks) == 0;
  const size_t part = in_block ? name.find('.', kBlocks.size()) : std::string::npos;
  std::string inner = part == std::string::npos ? "" : name.substr(part);
  name.resize(name.size() - inner.size());
  replace_beginning(kBlockParts, inner);
  replace_beginning(kBeginnings, name);
  return name + inner;
}

}  // namespace

std::shared_ptr<const Checkpoint> with_transformers_blip_names(
    std::shared_ptr<const Checkpoint> checkpoint) {
  if (!checkpoint->tensors.count("visual_encoder.cls_token")) return checkpoint;
  auto out = std::make_shared<Checkpoint>(*checkpoint);
  out->tensors.clear();
  for (const auto& [name, view] : checkpoint->tensors) out->tensors.emplace(renamed(name), view);
  return out;
}

}  // namespace img2prompt
