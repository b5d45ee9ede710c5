#include <algorithm>
#include <unordered_set>

#include "metadata/dialects/comfyui/editor_nodes.h"
#include "metadata/dialects/comfyui/graph.h"
#include "metadata/dialects/comfyui/widget_names.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

bool is_reroute(std::string_view type) {
  return type == "Reroute" || type == "Reroute (rgthree)" || type == "ReroutePrimitive|pysssss" ||
         type == "SetNode" || type == "easy setNode";
}

bool is_get_node(std::string_view type) { return type == "GetNode" || type == "easy getNode"; }

// Nodes that exist in the editor alone.
bool is_virtual(const EditorNode& node) {
  return is_reroute(node.type) || is_get_node(node.type) || node.type == "PrimitiveNode" ||
         node.type == "Note" || node.type == "MarkdownNote" || node.inner != kNowhere ||
         node.is_muted || node.is_bypassed;
}

// What an input gets: an output of a node of the graph, or a value, or nothing.
struct Source {
  Output output;
  JsonValue value;
};

class Builder {
 public:
  explicit Builder(EditorNodes editor) : editor_(std::move(editor)) {}

  Graph build() {
    Graph graph;
    indexes_.resize(editor_.nodes.size(), kNoNode);
    for (size_t i = 0; i < editor_.nodes.size(); ++i) {
      if (is_virtual(editor_.nodes[i])) continue;
      indexes_[i] = static_cast<NodeIndex>(graph.nodes.size());
      graph.nodes.push_back({editor_.nodes[i].type, {}});
    }
    for (uint32_t i = 0; i < editor_.nodes.size(); ++i)
      if (indexes_[i] != kNoNode) add_inputs(i, graph.nodes[indexes_[i]]);
    if (editor_.is_cut || steps_ == 0)
      graph.warnings.push_back(
          "ComfyUI's workflow: more nodes or links, or deeper subgraphs, than are read here; the "
          "rest was left out");
    return graph;
  }

 private:
  bool step(size_t cost = 1) {
    steps_ -= std::min(steps_, cost);
    return steps_ > 0;
  }

  void add_inputs(uint32_t index, Node& into) {
    const EditorNode& node = editor_.nodes[index];
    std::unordered_set<std::string_view> filled;
    uint32_t slot = 0;
    for (JsonValue input : node.inputs) {
      if (!step()) return;
      Source source = find_source(node.scope, link_at(index, input, slot++));
      std::string_view name = input["name"].text();
      bool has_value = source.value.kind() != JsonValue::Kind::kMissing;
      if (source.output.is_none() && !has_value) continue;
      if (filled.insert(name).second) into.inputs.push_back({name, source.value, source.output});
    }
    const auto& promoted = editor_.scopes[node.scope].promoted;
    if (auto own = promoted.find(node.id); own != promoted.end() && step(own->second.size()))
      for (const auto& [name, value] : own->second)
        if (filled.insert(name).second) into.inputs.push_back({name, value, {}});
    add_widgets(node, filled, into);
  }

  void add_widgets(const EditorNode& node, std::unordered_set<std::string_view>& filled,
                   Node& into) {
    std::vector<JsonValue> values;
    for (auto it = node.widgets_begin; it != node.widgets_end; ++it) {
      if (!step()) return;
      if (it.key().empty())
        values.push_back(*it);
      else if (filled.insert(it.key()).second)
        into.inputs.push_back({it.key(), *it, {}});
    }
    std::vector<std::string_view> names = name_widgets(node, values);
    for (size_t i = 0; i < values.size(); ++i) {
      std::string_view name = i < names.size() ? names[i] : std::string_view();
      JsonValue value = values[i];
      if (name.empty() && value.is_object() && value["lora"].is_string()) name = "lora";
      if (name.empty() || filled.insert(name).second) into.inputs.push_back({name, value, {}});
    }
  }

  // The names of the values, from which those are dropped that belong to a seed.
  std::vector<std::string_view> name_widgets(const EditorNode& node,
                                             std::vector<JsonValue>& values) {
    std::vector<std::string_view> names = find_widget_names(node.type);
    std::vector<JsonValue> named = values;
    drop_seed_controls(names, named);
    if (!names.empty() && !is_other_version(names, named)) {
      values = std::move(named);
      return names;
    }
    drop_seed_controls({}, values);
    names = names_of_inputs(node);
    return names.size() == values.size() ? names : guess_widget_names(values);
  }

  // Whether a class had other widgets when the graph was made: what would be the sampler's name is
  // none, but one stands elsewhere.
  static bool is_other_version(const std::vector<std::string_view>& names,
                               const std::vector<JsonValue>& values) {
    auto sampler = std::find(names.begin(), names.end(), "sampler_name");
    auto at = static_cast<size_t>(sampler - names.begin());
    if (sampler == names.end() || at >= values.size() || is_sampler_name(values[at])) return false;
    std::vector<JsonValue> others = values;
    drop_seed_controls({}, others);
    std::vector<std::string_view> guessed = guess_widget_names(others);
    return std::find(guessed.begin(), guessed.end(), "sampler_name") != guessed.end();
  }

  // Behind a seed stands how it changes: in words, as a switch in old versions, or nothing where a
  // pack of nodes took that away. Without names, a number may be a seed.
  static void drop_seed_controls(const std::vector<std::string_view>& names,
                                 std::vector<JsonValue>& values) {
    size_t kept = 0;
    for (JsonValue value : values) {
      bool is_word = is_seed_control(value.text());
      bool is_behind_number = kept > 0 && values[kept - 1].is_number();
      bool is_behind_seed =
          kept > 0 && kept <= names.size() && contains_word(names[kept - 1], "seed");
      bool is_dropped = names.empty() ? is_word && is_behind_number
                                      : is_behind_seed && (is_word || value.is_bool() ||
                                                           value.kind() == JsonValue::Kind::kNull);
      if (!is_dropped) values[kept++] = value;
    }
    values.resize(kept);
  }

  // Newer editors list every widget among the inputs: then their names are known of any class.
  std::vector<std::string_view> names_of_inputs(const EditorNode& node) {
    std::vector<std::string_view> names;
    for (JsonValue input : node.inputs)
      if (step() && input["widget"].is_object()) names.push_back(input["widget"]["name"].text());
    return names;
  }

  // The link that ends at an input of a node.
  EditorLink link_at(uint32_t index, JsonValue input, uint32_t slot) const {
    const Scope& scope = editor_.scopes[editor_.nodes[index].scope];
    if (scope.is_group) {
      auto found = scope.group_links.find(place(index, slot));
      return found == scope.group_links.end() ? EditorLink() : found->second;
    }
    auto found = scope.links.find(input["link"].text());
    return found == scope.links.end() ? EditorLink() : found->second;
  }

  // Follows a link to where it begins, through whatever exists in the editor alone. Where it begins
  // at an input of a subgraph that nothing is linked to, the value that is shown there counts, the
  // outermost one of several.
  Source find_source(uint32_t scope, EditorLink link) {
    JsonValue shown;
    while (step()) {
      if (link.is_subgraph_input) {
        link = leave_subgraph(scope, link.slot, shown);
        continue;
      }
      const Scope& here = editor_.scopes[scope];
      auto found = here.nodes.find(link.origin);
      if (link.origin.empty() || found == here.nodes.end()) break;
      const EditorNode& node = editor_.nodes[found->second];
      if (node.is_muted) break;
      if (node.inner != kNowhere) {
        const Scope& inner = editor_.scopes[node.inner];
        if (link.slot >= inner.outputs.size()) break;
        link = inner.outputs[link.slot];
        scope = node.inner;
      } else if (node.is_bypassed) {
        link = bypass(found->second, link.slot);
      } else if (is_reroute(node.type)) {
        link = link_at(found->second, element(node.inputs, 0), 0);
      } else if (is_get_node(node.type)) {
        link = find_set(node, scope);
      } else if (node.type == "PrimitiveNode") {
        bool has_value = node.widgets_begin != node.widgets_end;
        return {{}, has_value ? *node.widgets_begin : JsonValue()};
      } else if (indexes_[found->second] == kNoNode) {
        break;
      } else {
        return {{indexes_[found->second], link.slot}, {}};
      }
    }
    return {{}, shown};
  }

  // From an input of a subgraph to what is linked to its holder; `shown` becomes the value that the
  // holder shows for it, where it shows one. `scope` becomes the holder's.
  EditorLink leave_subgraph(uint32_t& scope, uint32_t slot, JsonValue& shown) {
    const Scope& inner = editor_.scopes[scope];
    if (inner.outer == kNowhere) return {};
    scope = inner.outer;
    const EditorNode& holder = editor_.nodes[inner.holder];
    if (inner.is_group) return link_at(inner.holder, element(holder.inputs, slot), slot);
    if (slot >= inner.input_names.size()) return {};
    std::string_view name = inner.input_names[slot];
    if (auto own = inner.promoted.find(kOwnWidgets); own != inner.promoted.end()) {
      if (!step(own->second.size())) return {};
      auto is_it = [&](const auto& widget) { return widget.first == name; };
      auto widget = std::find_if(own->second.begin(), own->second.end(), is_it);
      if (widget != own->second.end()) shown = widget->second;
    }
    uint32_t position = 0;
    for (JsonValue input : holder.inputs) {
      if (!step()) return {};
      if (input["name"].text() == name) return link_at(inner.holder, input, position);
      ++position;
    }
    return {};
  }

  // A bypassed node passes on the input of its output's type: the one in the same place, else the
  // first.
  EditorLink bypass(uint32_t index, uint32_t slot) {
    const EditorNode& node = editor_.nodes[index];
    if (slot == kNowhere) return {};
    std::string_view type = element(node.outputs, slot)["type"].text();
    JsonValue same = element(node.inputs, slot);
    if (type.empty()) return {};
    if (same["type"].text() == type) return link_at(index, same, slot);
    uint32_t position = 0;
    for (JsonValue input : node.inputs) {
      if (!step()) return {};
      if (input["type"].text() == type) return link_at(index, input, position);
      ++position;
    }
    return {};
  }

  // The link that ends at the node which sets what `node` gets, here or further out.
  EditorLink find_set(const EditorNode& node, uint32_t& scope) const {
    if (node.widgets_begin == node.widgets_end) return {};
    std::string_view name = (*node.widgets_begin).text();
    for (uint32_t at = scope; at != kNowhere; at = editor_.scopes[at].outer) {
      auto found = editor_.scopes[at].set_nodes.find(name);
      if (found == editor_.scopes[at].set_nodes.end()) continue;
      scope = at;
      return link_at(found->second, element(editor_.nodes[found->second].inputs, 0), 0);
    }
    return {};
  }

  EditorNodes editor_;
  std::vector<NodeIndex> indexes_;  // of each editor's node in the graph
  size_t steps_ = kMaxGraphSteps;
};

}  // namespace

Graph read_editor_graph(JsonValue root) { return Builder(read_editor_nodes(root)).build(); }

}  // namespace img2prompt::comfyui
