// The editor's form of a graph taken apart: every node of the graph and of the subgraphs inside it,
// each subgraph once for every place where it is used.
#pragma once

#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metadata/json_tape.h"

namespace img2prompt::comfyui {

constexpr uint32_t kNowhere = UINT32_MAX;  // in place of a node or scope that there is not

struct EditorNode {
  std::string_view id, type;
  uint32_t scope = 0;         // the graph that it stands in
  uint32_t inner = kNowhere;  // the scope of what a subgraph or group node holds
  bool is_muted = false, is_bypassed = false;
  JsonValue inputs, outputs;                       // arrays of objects, where well formed
  JsonValue::Iterator widgets_begin, widgets_end;  // values, or members where they are named
};

// Where a link begins: at an output of a node, or at an input of the subgraph that it stands in.
struct EditorLink {
  std::string_view origin;  // a node's id
  uint32_t slot = 0;
  bool is_subgraph_input = false;
};

// A graph: the outer one, or one use of a subgraph or group node.
struct Scope {
  uint32_t outer = kNowhere, holder = kNowhere;  // the scope and node that hold this one
  bool is_group = false;
  std::unordered_map<std::string_view, uint32_t> nodes;    // by id; of several, the last
  std::unordered_map<std::string_view, EditorLink> links;  // by the link's id
  std::unordered_map<uint64_t, EditorLink> group_links;    // by place(); a group node's have no id
  std::unordered_map<std::string_view, uint32_t> set_nodes;  // by the name that they set
  std::vector<std::string_view> input_names;                 // of a subgraph, by slot
  std::vector<EditorLink> outputs;                           // of a subgraph or group, by slot
  // Widgets that are shown on the holder: by the inner node's id, kOwnWidgets for the subgraph's
  // inputs themselves, the widget's name and value.
  std::unordered_map<std::string_view, std::vector<std::pair<std::string_view, JsonValue>>>
      promoted;
};

constexpr std::string_view kOwnWidgets = "-1";

constexpr uint64_t place(uint32_t node, uint32_t input) { return uint64_t{node} << 32 | input; }

struct EditorNodes {
  std::vector<EditorNode> nodes;
  std::vector<Scope> scopes;  // the first is the outer graph
  bool is_cut = false;        // there were more nodes, or deeper subgraphs, than allowed
};

EditorNodes read_editor_nodes(JsonValue root);

// Element `index` of an array; missing where there is none.
JsonValue element(JsonValue array, uint32_t index);

}  // namespace img2prompt::comfyui
