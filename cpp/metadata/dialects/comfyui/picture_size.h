// How large a picture is at some place of a graph, as far as the graph says it.
#pragma once

#include <optional>
#include <string>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

struct PictureSize {
  double width = 0, height = 0;  // pixels
};

// The size of what comes out of a node; none where that depends on a file that was loaded.
std::optional<PictureSize> find_picture_size(Walk& walk, NodeIndex node);

// Whether a node gives a picture of another size than it gets.
bool resizes(const Node& node);

// The name of the upscaler that a node enlarges with, as the WebUI lists it: "Latent (bicubic)",
// "Lanczos", or the model's own; empty where the node is none.
std::string find_upscaler(Walk& walk, NodeIndex node);

// "x4" or "4x" in the name of an upscaling model; none where it states no factor.
std::optional<double> factor_of_model(std::string_view name);

}  // namespace img2prompt::comfyui
