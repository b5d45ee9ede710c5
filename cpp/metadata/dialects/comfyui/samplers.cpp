#include "metadata/dialects/comfyui/samplers.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "metadata/dialects/comfyui/sampler_settings.h"
#include "metadata/dialects/comfyui/texts.h"
#include "metadata/dialects/comfyui/values.h"

namespace img2prompt::comfyui {
namespace {

bool has_word(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return contains_word(text, word); });
}

bool has_link(const Node& node, Names names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    const Input* input = find_input(node, name);
    return input && input->is_link();
  });
}

bool has_any(const Node& node, Names names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return find_input(node, name) != nullptr; });
}

bool is_conditioned(const Node& node) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), [](const Input& input) {
    if (!input.is_link()) return false;
    bool is_bundled = is_bundle(input.name) && input.name != "sampler" && input.name != "sigmas" &&
                      input.name != "noise";
    return is_bundled || input.name == "conditioning" || input.name == "text_embeds" ||
           is_side_name(input.name, Side::kPositive) || is_side_name(input.name, Side::kNegative);
  });
}

// The sigmas of a sampler that takes up where another left off.
bool has_split_sigmas(Walk& walk, const Node& node) {
  const Input* sigmas = find_input(node, "sigmas");
  for (int hops = 0; sigmas && sigmas->is_link() && hops < 8; ++hops) {
    const Node& from = walk.graph()[sigmas->link.node];
    if (contains_word(from.type, "SplitSigmas")) return sigmas->link.slot == 1;
    sigmas = find_input(from, "sigmas");
  }
  return false;
}

bool holds_picture(const Input& input) {
  return input.is_link() && (has_word(input.name, {"latent", "image", "pixels"}) ||
                             input.name.substr(0, 7) == "samples");
}

}  // namespace

bool is_sampler(const Node& node) {
  if (has_word(node.type, {"select", "provider", "hook", "config", "settings", "scheduler", "save",
                           "presampl", "loader", "metadata", "context", "parameter"}))
    return false;
  if (!is_conditioned(node)) return false;
  if (has_word(node.type, {"sampler", "detailer", "UltimateSDUpscale"})) return true;
  if (has_link(node, {"upscaler"})) return true;
  bool has_steps = has_any(node, {"steps", "sigmas"});
  return has_steps && has_any(node, {"seed", "noise_seed", "noise"}) &&
         has_any(node, {"cfg", "sampler_name", "sampler", "guider"});
}

bool is_detailer(const Node& node) {
  return contains_word(node.type, "detailer") ||
         has_link(node, {"segs", "bbox_detector", "detailer_pipe"});
}

bool is_sampling_upscaler(const Node& node) {
  return contains_word(node.type, "UltimateSDUpscale") || has_link(node, {"upscaler"}) ||
         has_any(node, {"upscale_by", "tile_width"});
}

bool is_fresh(Walk& walk, NodeIndex sampler) {
  const Node& node = walk.graph()[sampler];
  if (is_detailer(node) || is_sampling_upscaler(node) || has_split_sigmas(walk, node)) return false;
  std::optional<double> denoise = find_number(walk, sampler, {"denoise"});
  if (denoise && *denoise < 1) return false;
  // A first step that comes from elsewhere is set because it is not the first.
  const Input* start = find_input(node, "start_at_step");
  if (start && start->is_link() && !find_number(walk, sampler, {"start_at_step"})) return false;
  return find_start(walk, sampler) == 0 && adds_noise(walk, sampler);
}

bool is_picture_input(std::string_view input) {
  constexpr std::string_view kOthers[] = {
      "model",  "clip",          "vae",          "positive", "negative", "cond",     "control",
      "mask",   "text",          "prompt",       "string",   "seed",     "noise",    "sigmas",
      "guider", "upscale_model", "style",        "ipadap",   "lora",     "script",   "bbox",
      "sam_",   "segm",          "hook",         "sched",    "steps",    "cfg",      "width",
      "height", "denoise",       "optional_vae", "options",  "options_", "upscaler", "sampler"};
  return std::none_of(std::begin(kOthers), std::end(kOthers), [&](std::string_view other) {
    return input.substr(0, other.size()) == other;
  });
}

std::vector<const Input*> picture_links(Walk& walk, const Node& node) {
  const Input* selected = find_selected(walk, node);
  if (selected && selected->is_link()) return {selected};
  bool has_own = std::any_of(node.inputs.begin(), node.inputs.end(), holds_picture);
  std::vector<const Input*> links;
  for (const Input& input : node.inputs) {
    if (!input.is_link() || !is_picture_input(input.name)) continue;
    if (!has_own || !is_bundle(input.name)) links.push_back(&input);
  }
  return links;
}

std::vector<Upstream> find_upstream(Walk& walk, NodeIndex start, size_t most) {
  std::vector<Upstream> found;
  std::unordered_map<NodeIndex, NodeIndex> came_from{{start, kNoNode}};
  std::deque<NodeIndex> queue{start};
  const Graph& graph = walk.graph();
  while (!queue.empty() && found.size() < most) {
    NodeIndex at = queue.front();
    queue.pop_front();
    const Node& node = graph[at];
    if (!walk.look(node)) break;
    if (at != start && is_sampler(node)) {
      Upstream upstream{at, {}};
      for (NodeIndex i = came_from[at]; i != start; i = came_from[i]) upstream.path.push_back(i);
      std::reverse(upstream.path.begin(), upstream.path.end());
      found.push_back(std::move(upstream));
      continue;
    }
    for (const Input* input : picture_links(walk, node))
      if (came_from.emplace(input->link.node, at).second) queue.push_back(input->link.node);
  }
  return found;
}

std::vector<NodeIndex> find_sources(Walk& walk, NodeIndex node) {
  std::vector<NodeIndex> found;
  std::unordered_set<NodeIndex> seen{node};
  std::deque<NodeIndex> queue{node};
  while (!queue.empty()) {
    NodeIndex at = queue.front();
    queue.pop_front();
    if (!walk.look(walk.graph()[at])) break;
    if (at != node && is_sampler(walk.graph()[at])) found.push_back(at);
    for (const Input& input : walk.graph()[at].inputs)
      if (input.is_link() && seen.insert(input.link.node).second) queue.push_back(input.link.node);
  }
  return found;
}

}  // namespace img2prompt::comfyui
