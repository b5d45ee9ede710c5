// The prompts of a graph: from a sampler's conditioning back to the texts that were encoded.
#pragma once

#include <string>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

// The prompt of that side which a sampler (or a guider, a pipe) is given. Conditionings that are
// combined are joined by AND, the WebUI's own operator for it, those that are concatenated by
// BREAK; different texts for the encoders of one model (SDXL's G and L, FLUX's CLIP and T5) stand
// on lines of their own. Each line is without white space at its ends.
std::string find_prompt(Walk& walk, NodeIndex sampler, Side side);

}  // namespace img2prompt::comfyui
