// The texts of a graph: prompts as they reach an encoder, through concatenation, switches,
// replacements and whatever else hands text on.
#pragma once

#include <string>
#include <string_view>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

// What an input that takes text gets; empty where that is made when the graph runs (by a captioner,
// say) and so is not in it.
std::string text_of(Walk& walk, const Input& input, Side side);

// The text that comes out of a node.
std::string text_at(Walk& walk, Output output, Side side);

// The same of a node that is being visited.
std::string text_in(Walk& walk, const Node& node, Side side);

// Whether an input may bring the prompt of that side, by its name ("positive", "text_positive",
// "pos_g") and by what it holds.
bool is_of_side(const Input& input, Side side);
bool is_side_name(std::string_view input, Side side);

// Whether an input of that name brings a model, a picture or the like, and so no text.
bool is_other_name(std::string_view name);

// A text without a name of a node that is not known: of several that may be prompts the first is
// the positive one, the second the negative. What is as short as a menu's choice counts only where
// it `may_be_short`.
std::string unnamed_text(const Node& node, Side side, bool may_be_short);

}  // namespace img2prompt::comfyui
