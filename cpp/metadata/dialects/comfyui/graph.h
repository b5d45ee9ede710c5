// A ComfyUI graph as one table of nodes, whichever form it was written in: the API's (what was
// executed: `prompt`) or the editor's (what was on the screen: `workflow`).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metadata/json_tape.h"

namespace img2prompt::comfyui {

using NodeIndex = uint32_t;
constexpr NodeIndex kNoNode = UINT32_MAX;

// An output of a node: where a link begins.
struct Output {
  NodeIndex node = kNoNode;
  uint32_t slot = 0;

  bool is_none() const { return node == kNoNode; }
};

// An input holds a link or a value.
struct Input {
  std::string_view name;  // empty: a value of the editor's form whose name is not known
  JsonValue value;        // missing where there is a link
  Output link;

  bool is_link() const { return !link.is_none(); }
  // A literal text, number or switch that is there.
  bool is_literal() const {
    return !is_link() && (value.is_string() || value.is_number() || value.is_bool());
  }
};

struct Node {
  std::string_view type;      // "KSampler"
  std::vector<Input> inputs;  // those that have a link or a value, in the graph's order
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<std::string> warnings;  // one line each

  const Node& operator[](NodeIndex index) const { return nodes[index]; }
};

// The first input of that name, or null.
const Input* find_input(const Node& node, std::string_view name);

// {"3": {"class_type": "KSampler", "inputs": {"seed": 1, "model": ["4", 0]}}, ...}. What has no
// class_type is passed over.
Graph read_api_graph(JsonValue root);

// {"nodes": [...], "links": [...], "definitions": {"subgraphs": [...]}, ...}. Subgraphs and group
// nodes are put in where they are used; nodes that are muted are left out; those that are bypassed,
// reroutes and the like are replaced by what is linked to them.
Graph read_editor_graph(JsonValue root);

// Upper and lower case of ASCII alike.
bool contains_word(std::string_view text, std::string_view word);

}  // namespace img2prompt::comfyui
