// Builds the CLIP towers out of a checkpoint, whichever names its tensors have.
#pragma once

#include <string>
#include <vector>

#include "nn/clip_block.h"
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

struct ClipVisionWeights {
  Linear patch;                     // [width, 3 * patch * patch], no bias: the patch convolution
  at::Tensor class_embedding;       // [width]
  at::Tensor positional_embedding;  // [1 + grid * grid, width]
  LayerNorm ln_pre;
  std::vector<ClipBlock> blocks;
  LayerNorm ln_post;
  Linear projection;  // [embed_dim, width], no bias
};

struct ClipWeights {
  ClipTextWeights text;
  ClipVisionWeights vision;
};

// Tensors are named as open_clip's CLIP (or CustomTextCLIP, "text." before the text tower) or as
// Hugging Face's CLIPModel; which of them is seen from the names. Throws ModelError when a tensor
// is missing, misshapen or left over, naming it and what the card asks for.
ClipWeights take_clip_weights(Weights& weights, const ClipCard& card);

}  // namespace img2prompt
