#include "metadata/dialects/comfyui/passes.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "metadata/dialects/comfyui/picture_size.h"
#include "metadata/dialects/comfyui/samplers.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

// 2 of a node that saves, 0 of one that only shows, 1 of others.
int rank_output(const Node& node) {
  const Input* mode = find_input(node, "image_output");
  if (mode && contains_word(mode->value.text(), "save")) return 2;
  for (std::string_view word : {"preview", "compar", "show", "display"})
    if (contains_word(node.type, word)) return 0;
  if (contains_word(node.type, "save")) return 2;
  return is_sampler(node) ? 0 : 1;
}

// The nodes that a picture may end at, those that save first.
std::vector<NodeIndex> find_outputs(const Graph& graph) {
  std::vector<bool> is_used(graph.nodes.size(), false);
  for (const Node& node : graph.nodes)
    for (const Input& input : node.inputs)
      if (input.is_link()) is_used[input.link.node] = true;
  std::vector<std::pair<int, NodeIndex>> ranked;
  for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph[i];
    bool takes_picture = std::any_of(
        node.inputs.begin(), node.inputs.end(),
        [](const Input& input) { return input.is_link() && is_picture_input(input.name); });
    if (!takes_picture && !is_sampler(node)) continue;
    int rank = rank_output(node);
    if (!is_used[i] || rank == 2) ranked.emplace_back(-rank, i);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<NodeIndex> outputs;
  for (size_t i = 0; i < ranked.size() && i < kMaxGraphOutputs; ++i)
    outputs.push_back(ranked[i].second);
  return outputs;
}

// What Stable Cascade's second stage decodes: the first stage's sampler comes in with the prompt.
std::vector<Upstream> find_first_stage(Walk& walk, NodeIndex sampler) {
  const Input* positive = find_input(walk.graph()[sampler], "positive");
  if (!positive || !positive->is_link()) return {};
  const Input* stage = find_input(walk.graph()[positive->link.node], "stage_c");
  if (!stage || !stage->is_link() || !is_sampler(walk.graph()[stage->link.node])) return {};
  return {{stage->link.node, {}}};
}

// An upscaler that samples again and again has its settings at a node of their own.
NodeIndex find_settings(const Graph& graph, NodeIndex sampler) {
  const Input* upscaler = find_input(graph[sampler], "upscaler");
  return upscaler && upscaler->is_link() ? upscaler->link.node : sampler;
}

bool goes_over_mask(const Graph& graph, const std::vector<NodeIndex>& path) {
  return std::any_of(path.begin(), path.end(), [&](NodeIndex node) {
    return contains_word(graph[node].type, "inpaint") ||
           contains_word(graph[node].type, "noisemask");
  });
}

Passes find_chain(Walk& walk, NodeIndex output) {
  Passes made{output, {}, {}};
  std::vector<Pass>& chain = made.passes;
  std::vector<Upstream> before;
  if (is_sampler(walk.graph()[output]))
    before = {{output, {}}};
  else
    before = find_upstream(walk, output, 1);
  while (!before.empty() && chain.size() < kMaxPasses) {
    NodeIndex sampler = before[0].sampler;
    bool comes_again = std::any_of(chain.begin(), chain.end(),
                                   [&](const Pass& pass) { return pass.sampler == sampler; });
    if (comes_again) break;
    chain.push_back(
        {sampler, find_settings(walk.graph(), sampler), false, std::move(before[0].path)});
    before = find_first_stage(walk, sampler);
    if (!before.empty()) continue;
    before = find_upstream(walk, sampler, kMaxComposed);
    if (before.empty()) break;
    chain.back().is_masked = goes_over_mask(walk.graph(), before[0].path);
    if (is_fresh(walk, sampler) && !chain.back().is_masked) break;
    if (before.size() > 1 && !is_detailer(walk.graph()[sampler])) {
      for (const Upstream& part : before)
        made.composed.push_back(find_settings(walk.graph(), part.sampler));
      break;
    }
  }
  std::reverse(chain.begin(), chain.end());
  return made;
}

bool has_file_size(Walk& walk, NodeIndex output, uint32_t width, uint32_t height) {
  constexpr uint32_t kSmallest = 16;
  if (width < kSmallest || height < kSmallest) return false;
  std::optional<PictureSize> size = find_picture_size(walk, output);
  return size && std::lround(size->width) == width && std::lround(size->height) == height;
}

}  // namespace

Passes find_passes(Walk& walk, uint32_t file_width, uint32_t file_height) {
  Passes best;
  std::tuple<bool, bool, int, long, long> best_score;
  for (NodeIndex output : find_outputs(walk.graph())) {
    Passes made = find_chain(walk, output);
    const std::vector<Pass>& chain = made.passes;
    long distance = chain.empty() ? 0 : static_cast<long>(chain.back().after.size());
    auto score = std::make_tuple(
        !chain.empty(), !chain.empty() && has_file_size(walk, output, file_width, file_height),
        rank_output(walk.graph()[output]), -distance, static_cast<long>(chain.size()));
    if (best.output != kNoNode && score <= best_score) continue;
    best = std::move(made);
    best_score = score;
  }
  return best;
}

}  // namespace img2prompt::comfyui
