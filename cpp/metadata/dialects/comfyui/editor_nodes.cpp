#include "metadata/dialects/comfyui/editor_nodes.h"

#include <algorithm>

#include "metadata/dialects/comfyui/graph.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

// The ids that stand in a subgraph's links for its inputs and outputs.
constexpr std::string_view kInputNode = "-10", kOutputNode = "-20";
constexpr int64_t kMuted = 2, kBypassed = 4;

uint32_t slot_of(JsonValue value) {
  std::optional<int64_t> slot = value.integer();
  return slot && *slot >= 0 && *slot <= UINT16_MAX ? static_cast<uint32_t>(*slot) : kNowhere;
}

struct RawLink {
  std::string_view id, origin, target;
  uint32_t origin_slot, target_slot;
};

// [id, origin, slot, target, slot, type], or an object in subgraphs.
RawLink read_link(JsonValue link) {
  if (link.is_object())
    return {link["id"].text(), link["origin_id"].text(), link["target_id"].text(),
            slot_of(link["origin_slot"]), slot_of(link["target_slot"])};
  return {element(link, 0).text(), element(link, 1).text(), element(link, 3).text(),
          slot_of(element(link, 2)), slot_of(element(link, 4))};
}

std::vector<JsonValue> elements(JsonValue array) {
  std::vector<JsonValue> out;
  for (JsonValue value : array) out.push_back(value);
  return out;
}

class Reader {
 public:
  explicit Reader(JsonValue root) {
    JsonValue subgraphs = root["definitions"]["subgraphs"];
    for (JsonValue subgraph : subgraphs) subgraphs_[subgraph["id"].text()] = subgraph;
    JsonValue groups = root["extra"]["groupNodes"];
    for (auto it = groups.begin(); it != groups.end(); ++it) groups_[it.key()] = *it;
  }

  EditorNodes read(JsonValue root) {
    out_.scopes.emplace_back();
    read_scope(root, 0, 0);
    return std::move(out_);
  }

 private:
  void read_scope(JsonValue graph, uint32_t scope, int depth) {
    for (JsonValue link : graph["links"]) {
      if (!step()) return;
      read_scope_link(read_link(link), scope);
    }
    for (JsonValue node : graph["nodes"])
      if (!add_node(node, scope, depth)) return;
  }

  // Many uses of one large subgraph cost no more than a large graph.
  bool step() {
    if (steps_ >= kMaxGraphLinks) out_.is_cut = true;
    return steps_++ < kMaxGraphLinks;
  }

  void read_scope_link(const RawLink& link, uint32_t scope) {
    Scope& into = out_.scopes[scope];
    EditorLink begin{link.origin, link.origin_slot, link.origin == kInputNode};
    into.links[link.id] = begin;
    if (link.target != kOutputNode || link.target_slot == kNowhere) return;
    if (into.outputs.size() <= link.target_slot) into.outputs.resize(link.target_slot + 1);
    into.outputs[link.target_slot] = begin;
  }

  bool add_node(JsonValue json, uint32_t scope, int depth) {
    if (!step()) return false;
    if (!json.is_object()) return true;
    if (out_.nodes.size() >= kMaxGraphNodes) {
      out_.is_cut = true;
      return false;
    }
    auto index = static_cast<uint32_t>(out_.nodes.size());
    EditorNode node;
    node.scope = scope;
    JsonValue widgets, properties;
    for (auto it = json.begin(); it != json.end(); ++it) {
      std::string_view key = it.key();
      if (key == "id" || key == "index") node.id = (*it).text();
      if (key == "type") node.type = (*it).text();
      if (key == "inputs") node.inputs = *it;
      if (key == "outputs") node.outputs = *it;
      if (key == "widgets_values") widgets = *it;
      if (key == "properties") properties = *it;
      if (key == "mode") node.is_muted = (*it).integer() == kMuted;
      if (key == "mode") node.is_bypassed = (*it).integer() == kBypassed;
    }
    node.widgets_begin = widgets.begin();
    node.widgets_end = widgets.end();
    out_.nodes.push_back(node);
    out_.scopes[scope].nodes[node.id] = index;
    if (node.type == "SetNode" || node.type == "easy setNode")
      out_.scopes[scope].set_nodes[element(widgets, 0).text()] = index;
    if (!node.is_muted && !node.is_bypassed) expand(index, widgets, properties, depth);
    return true;
  }

  void expand(uint32_t index, JsonValue widgets, JsonValue properties, int depth) {
    std::string_view type = out_.nodes[index].type;
    auto subgraph = subgraphs_.find(type);
    auto group = groups_.end();
    constexpr std::string_view kGroupPrefix = "workflow";  // "workflow/name" or "workflow>name"
    if (type.substr(0, kGroupPrefix.size()) == kGroupPrefix && type.size() > kGroupPrefix.size())
      group = groups_.find(type.substr(kGroupPrefix.size() + 1));
    if (subgraph == subgraphs_.end() && group == groups_.end()) return;
    if (depth >= kMaxSubgraphDepth) {
      out_.is_cut = true;
      return;
    }
    auto inner = static_cast<uint32_t>(out_.scopes.size());
    out_.scopes.emplace_back();
    out_.scopes[inner].outer = out_.nodes[index].scope;
    out_.scopes[inner].holder = index;
    out_.nodes[index].inner = inner;
    if (subgraph != subgraphs_.end()) {
      for (JsonValue input : subgraph->second["inputs"])
        out_.scopes[inner].input_names.push_back(input["name"].text());
      promote(index, inner, widgets, properties["proxyWidgets"]);
      read_scope(subgraph->second, inner, depth + 1);
    } else {
      read_group(group->second, inner, widgets);
    }
  }

  // The values of the widgets that a subgraph's node shows. Without a list of their owners they are
  // its inputs' own, in order; where list and values differ in number, the inner ones are safer.
  void promote(uint32_t index, uint32_t inner, JsonValue widgets, JsonValue owners) {
    const EditorNode& node = out_.nodes[index];
    std::vector<std::pair<std::string_view, std::string_view>> names;  // owner, name
    for (JsonValue owner : owners)
      names.emplace_back(element(owner, 0).text(), element(owner, 1).text());
    if (names.empty())
      for (JsonValue input : node.inputs)
        if (input["widget"].is_object()) names.emplace_back(kOwnWidgets, input["name"].text());
    std::vector<JsonValue> values = elements(widgets);
    auto& promoted = out_.scopes[inner].promoted;
    for (size_t i = 0; i < names.size() && names.size() == values.size() && step(); ++i)
      promoted[names[i].first].emplace_back(names[i].second, values[i]);
    // What is shown further out, on the node that holds this one, goes before.
    const auto& outer = out_.scopes[node.scope].promoted;
    if (auto own = outer.find(node.id); own != outer.end())
      promoted[kOwnWidgets].insert(promoted[kOwnWidgets].begin(), own->second.begin(),
                                   own->second.end());
  }

  // A group node's inputs are those of its nodes that no link inside ends at, in the nodes' order;
  // its outputs those that none begins at, or that are named as external; its widgets theirs.
  void read_group(JsonValue group, uint32_t scope, JsonValue widgets) {
    const auto first = static_cast<uint32_t>(out_.nodes.size());
    std::vector<JsonValue> links = elements(group["links"]);
    for (JsonValue node : group["nodes"])
      if (!add_node(node, scope, kMaxSubgraphDepth)) return;
    std::unordered_map<uint64_t, bool>
        begins;  // outputs with links inside; true where external, too
    Scope& into = out_.scopes[scope];
    into.is_group = true;
    for (JsonValue link : links) {
      auto origin = into.nodes.find(element(link, 0).text());
      auto target = into.nodes.find(element(link, 2).text());
      uint32_t slot = slot_of(element(link, 1));
      if (!step() || origin == into.nodes.end() || target == into.nodes.end()) continue;
      into.group_links[place(target->second, slot_of(element(link, 3)))] = {origin->first, slot};
      begins.emplace(place(origin->second, slot), false);
    }
    for (JsonValue external : group["external"]) {
      auto origin = into.nodes.find(element(external, 0)["index"].text());
      if (origin != into.nodes.end())
        begins[place(origin->second, slot_of(element(external, 1)))] = true;
    }
    share_widgets(first, elements(widgets).size(), widgets);
    uint32_t input_count = 0;
    for (auto i = first; i < out_.nodes.size(); ++i) {
      const EditorNode& node = out_.nodes[i];
      uint32_t slot = 0;
      for (JsonValue input : node.inputs) {
        (void)input;
        if (!step()) return;
        bool is_outer =
            into.group_links.emplace(place(i, slot++), EditorLink{{}, input_count, true}).second;
        if (is_outer) ++input_count;
      }
      slot = 0;
      for (JsonValue output : node.outputs) {
        (void)output;
        auto begin = begins.find(place(i, slot));
        if (begin == begins.end() || begin->second) into.outputs.push_back({node.id, slot});
        ++slot;
      }
    }
  }

  // A group node's values are those of its nodes one behind the other, where their number agrees.
  void share_widgets(uint32_t first, size_t count, JsonValue widgets) {
    std::vector<size_t> counts;
    size_t total = 0;
    for (auto i = first; i < out_.nodes.size(); ++i) {
      size_t own = 0;
      for (auto it = out_.nodes[i].widgets_begin; it != out_.nodes[i].widgets_end; ++it) ++own;
      counts.push_back(own);
      total += own;
    }
    if (total != count || !widgets.is_array()) return;
    auto value = widgets.begin();
    for (auto i = first; i < out_.nodes.size(); ++i) {
      out_.nodes[i].widgets_begin = value;
      for (size_t k = 0; k < counts[i - first]; ++k) ++value;
      out_.nodes[i].widgets_end = value;
    }
  }

  EditorNodes out_;
  std::unordered_map<std::string_view, JsonValue> subgraphs_, groups_;
  size_t steps_ = 0;
};

}  // namespace

EditorNodes read_editor_nodes(JsonValue root) { return Reader(root).read(root); }

JsonValue element(JsonValue array, uint32_t index) {
  if (!array.is_array()) return {};
  auto it = array.begin();
  for (; it != array.end() && index > 0; --index) ++it;
  return it == array.end() ? JsonValue() : *it;
}

}  // namespace img2prompt::comfyui
