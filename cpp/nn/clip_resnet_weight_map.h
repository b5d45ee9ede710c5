// Builds CLIP's ResNet out of a checkpoint.
#pragma once

#include <cstdint>

#include "nn/clip_resnet.h"
#include "nn/weights.h"

namespace img2prompt {

// Tensors are named as open_clip's ModifiedResNet and OpenAI's archives name them, below "visual.".
// Batch norms (eps 1e-5, running statistics) are folded into their convolutions in float64, and
// only then rounded to the weights' dtype. Throws ModelError when a tensor is missing or misshapen.
ClipResNetWeights take_clip_resnet_weights(Weights& weights, const ClipVisionConfig& config,
                                           int64_t embed_dim);

}  // namespace img2prompt
