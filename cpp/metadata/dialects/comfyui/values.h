// Numbers, names and texts that a graph hands through its links.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

using Names = std::initializer_list<std::string_view>;

// Whether an input of this name holds a bundle of others: a pipe, a context, or one of the parts
// (guider, sigmas) that a sampler's settings are spread over.
bool is_bundle(std::string_view input);

// The input that a switch passes on, whatever it switches; null where the node is none.
const Input* find_selected(Walk& walk, const Node& node);

// The value of the first input among `names` that has one, as text (numbers as they are written):
// the node's own, or handed through links, or in a bundle that is linked to the node. Empty where
// there is none.
std::string find_value(Walk& walk, NodeIndex node, Names names);

// The same as a number.
std::optional<double> find_number(Walk& walk, NodeIndex node, Names names);

// What an input that holds a number or a name gets. `names` are what it is called there and, so,
// most likely called where it comes from.
std::string value_of(Walk& walk, const Input& input, Names names);

// A number written by this code: without a fraction where it has none, else at most four digits.
std::string number_text(double value);

std::optional<double> parse_number(std::string_view text);

// "832x1216" inside a text such as "portrait 832 x 1216"; false where there is none.
bool find_size(std::string_view text, int& width, int& height);

}  // namespace img2prompt::comfyui
