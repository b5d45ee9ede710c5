// Builds the CLIP towers out of a checkpoint, whichever names its tensors have.
#pragma once

#include <memory>
#include <vector>

#include "nn/clip_block.h"
#include "nn/clip_vision_tower.h"
#include "nn/model_card.h"
#include "nn/weights.h"

namespace img2prompt {

struct ClipTextWeights {
  at::Tensor token_embedding;       // [vocab_size, width]
  at::Tensor positional_embedding;  // [context_length, width]
  std::vector<ClipBlock> blocks;
  LayerNorm ln_final;
  Linear projection;  // [embed_dim, width], no bias
};

// Tensors are named as open_clip's CLIP (or CustomTextCLIP, "text." before the text tower),
// OpenAI's the same, or as Hugging Face's CLIPModel, which has no ResNet; which of them is seen
// from the names. Both throw ModelError when a tensor is missing or misshapen, naming it and what
// the card asks for.
ClipTextWeights take_clip_text_weights(Weights& weights, const ClipCard& card);
std::unique_ptr<const ClipVisionTower> take_clip_vision_tower(Weights& weights,
                                                              const ClipCard& card);

// Once both towers are taken: throws ModelError for tensors left over that no CLIP has.
void finish_clip_weights(Weights& weights);

}  // namespace img2prompt
