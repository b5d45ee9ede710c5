// The models that a sampler works with: checkpoint, LoRAs, VAE, and what is set on the text
// encoder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

struct Network {
  std::string name;                 // without folders and the file's suffix
  std::string weight, clip_weight;  // as written; empty = not stated
};

struct Models {
  std::string checkpoint;      // without folders and suffix; merged ones joined by " + "
  std::vector<Network> loras;  // in the order in which they are applied
  Network hypernetwork;
};

Models find_models(Walk& walk, NodeIndex sampler);

// The file of the VAE, without folders; empty where it is the checkpoint's own. `nodes` are looked
// at in order: those that decode, then the sampler.
std::string find_vae(Walk& walk, const std::vector<NodeIndex>& nodes);

// FLUX's guidance on the way to a sampler's positive prompt; empty = none.
std::string find_guidance(Walk& walk, NodeIndex sampler);

// How many of the text encoder's last layers are left out, plus one, as the WebUI counts; empty
// where none are.
std::string find_clip_skip(Walk& walk, NodeIndex sampler);

// "SDXL\\base_1.0.safetensors" as "base_1.0".
std::string model_stem(std::string_view path);

}  // namespace img2prompt::comfyui
