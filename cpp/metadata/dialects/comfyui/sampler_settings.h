// What a sampler is set to, wherever in the graph that stands.
#pragma once

#include <string>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

// As text, numbers as they are written; what the graph does not say is empty.
struct SamplerSettings {
  std::string steps, cfg, seed;
  std::string sampler, schedule;  // under the WebUI's names
  std::string denoise;            // below 1; empty where it denoises in full
};

// `node` is the sampler, or the node that holds its settings.
SamplerSettings find_sampler_settings(Walk& walk, NodeIndex node);

// Whether a sampler adds noise of its own before it starts.
bool adds_noise(Walk& walk, NodeIndex sampler);

// The step at which a sampler starts, as a part of all its steps; 0 = at the first.
double find_start(Walk& walk, NodeIndex sampler);

}  // namespace img2prompt::comfyui
