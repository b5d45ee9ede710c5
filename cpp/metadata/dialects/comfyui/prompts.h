// The prompts of a graph: from a sampler's conditioning back to the texts that were encoded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

// The prompt that an input gets, be it text or a conditioning.
std::string prompt_of(Walk& walk, const Input& input, Side side);

// The prompt of that side which a sampler (or a guider, a pipe) is given. Conditionings that are
// combined are joined by AND, the WebUI's own operator for it, those that are concatenated by
// BREAK; different texts for the encoders of one model (SDXL's G and L, FLUX's CLIP and T5) stand
// on lines of their own. Each line is without white space at its ends.
std::string find_prompt(Walk& walk, NodeIndex sampler, Side side);

// The prompts of several samplers, whose pictures are put together, joined by AND.
std::string join_prompts(Walk& walk, const std::vector<NodeIndex>& samplers, Side side);

// A prompt as the WebUI reads it back: no white space at the ends of lines, no blank lines at
// either end.
std::string stripped_lines(std::string_view text);

}  // namespace img2prompt::comfyui
