// Which nodes of a graph made the picture: from the node that saved it back through every sampler
// that the picture, or its latents, went through.
#pragma once

#include <cstdint>
#include <vector>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

struct Pass {
  NodeIndex sampler = kNoNode;
  NodeIndex settings = kNoNode;  // the node that its settings and prompts come from: itself, mostly
  bool is_masked = false;        // it went over a part of the picture, under a mask
  // The nodes from what comes next (a later sampler, or the node that saves) back to this sampler,
  // without either.
  std::vector<NodeIndex> after;
};

struct Passes {
  NodeIndex output = kNoNode;  // the node that saves or shows the picture
  std::vector<Pass> passes;    // in the order of time; the first made the picture, the others went
                               // over it
  std::vector<NodeIndex> composed;  // samplers whose results the first pass puts together
};

// Of several nodes that save, the one whose picture has the file's size (in pixels; 0 = not known),
// else one that saves rather than shows, else the one nearest to a sampler, else the one with more
// passes. What came before a sampler that starts afresh is no part of the passes, nor what came
// before one that composes the results of several.
Passes find_passes(Walk& walk, uint32_t file_width, uint32_t file_height);

}  // namespace img2prompt::comfyui
