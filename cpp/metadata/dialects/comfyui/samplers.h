// Samplers among the nodes of a graph, and the way from one back to the one before it.
#pragma once

#include <string_view>
#include <vector>

#include "metadata/dialects/comfyui/walk.h"

namespace img2prompt::comfyui {

// Any node that denoises: the samplers proper, detailers, upscalers that sample.
bool is_sampler(const Node& node);
// Samplers that go over parts of a picture: faces, hands, masks.
bool is_detailer(const Node& node);
// Samplers that go over a picture while they enlarge it, in tiles or step by step.
bool is_sampling_upscaler(const Node& node);

// Samplers that anything linked to a node leads back to, pictures and conditionings alike; the
// nearest first, without the node itself.
std::vector<NodeIndex> find_sources(Walk& walk, NodeIndex node);

// Whether a sampler starts from noise alone, so that what came before it is lost: it denoises in
// full, adds noise of its own, and touches the whole picture.
bool is_fresh(Walk& walk, NodeIndex sampler);

// Whether a picture or latents may come in through an input of that name.
bool is_picture_input(std::string_view input);

// The inputs of a node through which its picture comes: of a switch, the one that is chosen; of a
// context with a picture of its own, not the context that it is made of.
std::vector<const Input*> picture_links(Walk& walk, const Node& node);

struct Upstream {
  NodeIndex sampler = kNoNode;
  std::vector<NodeIndex> path;  // the nodes from the start back to the sampler, without it
};

// The samplers whose results come in at a node as a picture or latents, without those behind them;
// the nearest first, at most `most`.
std::vector<Upstream> find_upstream(Walk& walk, NodeIndex start, size_t most);

}  // namespace img2prompt::comfyui
