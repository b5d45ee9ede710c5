// The bounds under which a graph is followed: how deep, how far in all, and never in a circle.
#pragma once

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "metadata/dialects/comfyui/graph.h"

namespace img2prompt::comfyui {

// Which of the two prompts is looked for; nodes that carry both tell them apart by name.
enum class Side { kPositive, kNegative };

// What may be looked for in a node in vain.
enum class Sought { kText, kPrompt, kBundledPrompt };

class Walk {
 public:
  explicit Walk(const Graph& graph) : graph_(graph), is_inside_(graph.nodes.size(), false) {}

  const Graph& graph() const { return graph_; }
  // Some of the graph was not followed, since it is too intricate or goes in a circle.
  bool was_cut() const { return was_cut_; }
  // Begins another question to the graph, with a budget of its own.
  void renew();
  // Nodes in which nothing was found need not be followed again for the same question.
  bool is_barren(NodeIndex node, Sought sought, Side side) const;
  void mark_barren(NodeIndex node, Sought sought, Side side);
  // A node that shows what comes out of there, and so may hold it as it last was; none where there
  // is none.
  NodeIndex find_display(Output output);
  // Takes the cost of looking at a node; false once the budget is spent.
  bool look(const Node& node);
  // Whether texts may still be handed on, and the cost of having done so.
  bool may_hand_on();
  void hand_on(std::string_view text) { text_bytes_ += text.size(); }

 private:
  friend class Visit;
  const Graph& graph_;
  std::vector<bool> is_inside_;  // the nodes that are being followed
  int depth_ = 0;
  std::unordered_set<uint64_t> barren_;
  std::unordered_map<uint64_t, NodeIndex> displays_;
  bool knows_displays_ = false;
  size_t steps_ = 0, text_bytes_ = 0;
  bool was_cut_ = false;
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
