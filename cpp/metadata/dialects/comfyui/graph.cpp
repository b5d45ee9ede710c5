#include "metadata/dialects/comfyui/graph.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include "metadata/container.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

// The nodes of an API graph by their ids; of an id that comes twice, the last, as in Python.
std::unordered_map<std::string_view, NodeIndex> index_nodes(JsonValue root, Graph& graph,
                                                            std::vector<JsonValue>& sources) {
  std::unordered_map<std::string_view, NodeIndex> places;
  for (auto it = root.begin(); it != root.end(); ++it) {
    if (!(*it)["class_type"].is_string()) continue;
    if (sources.size() >= kMaxGraphNodes) {
      graph.warnings.push_back(fmt::format(
          "ComfyUI's prompt: more than {} nodes; the rest was left out", kMaxGraphNodes));
      break;
    }
    auto [place, is_new] = places.emplace(it.key(), static_cast<NodeIndex>(sources.size()));
    if (is_new)
      sources.push_back(*it);
    else
      sources[place->second] = *it;
  }
  return places;
}

}  // namespace

const Input* find_input(const Node& node, std::string_view name) {
  auto found = std::find_if(node.inputs.begin(), node.inputs.end(),
                            [&](const Input& input) { return input.name == name; });
  return found == node.inputs.end() ? nullptr : &*found;
}

Graph read_api_graph(JsonValue root) {
  Graph graph;
  std::vector<JsonValue> sources;
  auto places = index_nodes(root, graph, sources);

  // ["4", 0], where node "4" exists; an array of other values is a literal.
  auto link_of = [&](JsonValue value) {
    Output link;
    if (!value.is_array() || value.empty()) return link;
    auto it = value.begin();
    JsonValue id = *it;
    if (++it == value.end()) return link;
    std::optional<int64_t> slot = (*it).integer();
    if (++it != value.end() || !slot || *slot < 0 || *slot > UINT16_MAX) return link;
    auto place = id.is_string() || id.is_number() ? places.find(id.text()) : places.end();
    if (place != places.end()) link = {place->second, static_cast<uint32_t>(*slot)};
    return link;
  };

  graph.nodes.resize(sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    Node& node = graph.nodes[i];
    node.type = sources[i]["class_type"].text();
    JsonValue inputs = sources[i]["inputs"];
    if (!inputs.is_object()) continue;
    for (auto it = inputs.begin(); it != inputs.end(); ++it) {
      Output link = link_of(*it);
      node.inputs.push_back({it.key(), link.is_none() ? *it : JsonValue(), link});
    }
  }
  return graph;
}

bool contains_word(std::string_view text, std::string_view word) {
  auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

}  // namespace img2prompt::comfyui
