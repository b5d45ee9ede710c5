// The bounds under which a graph is followed: how deep, how far in all, and never in a circle.
#pragma once

#include <string_view>
#include <vector>

#include "metadata/dialects/comfyui/graph.h"

namespace img2prompt::comfyui {

// Which of the two prompts is looked for; nodes that carry both tell them apart by name.
enum class Side { kPositive, kNegative };

class Walk {
 public:
  explicit Walk(const Graph& graph) : graph_(graph), is_inside_(graph.nodes.size(), false) {}

  const Graph& graph() const { return graph_; }
  // Some of the graph was not followed, since it is too intricate or goes in a circle.
  bool was_cut() const { return was_cut_; }
  // Takes the cost of looking at a node, of handing on a text; false once the budget is spent.
  bool look(const Node& node);
  bool hand_on(std::string_view text);

 private:
  friend class Visit;
  const Graph& graph_;
  std::vector<bool> is_inside_;  // the nodes that are being followed
  int depth_ = 0;
  size_t steps_ = 0, text_bytes_ = 0;
  bool is_spent_ = false, was_cut_ = false;
};

// Being inside a node while its inputs are followed. False where the node is none, is being
// followed already, or is beyond a bound.
class Visit {
 public:
  Visit(Walk& walk, NodeIndex index);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  explicit operator bool() const { return is_inside_; }
  const Node& node() const { return walk_.graph_[index_]; }

 private:
  Walk& walk_;
  NodeIndex index_;
  bool is_inside_ = false;
};

}  // namespace img2prompt::comfyui
