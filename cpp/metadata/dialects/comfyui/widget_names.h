// The editor stores the values of a node's widgets without their names, in the order in which the
// node's class declares them.
#pragma once

#include <string_view>
#include <vector>

#include "metadata/json_tape.h"

namespace img2prompt::comfyui {

// The names of the widgets of a class, in that order; empty where the class is not known here.
std::vector<std::string_view> find_widget_names(std::string_view type);

// For a class that is not known: where a sampler's and a scheduler's name stand side by side, the
// seed, steps and CFG scale before them and the denoising behind, which nearly every sampler has in
// this order. Other names are empty.
std::vector<std::string_view> guess_widget_names(const std::vector<JsonValue>& values);

// Whether a value is the name of a sampler that the WebUI has a name for.
bool is_sampler_name(JsonValue value);

// What the editor puts behind the widget of a seed: "fixed", "randomize" and the like.
bool is_seed_control(std::string_view value);

}  // namespace img2prompt::comfyui
