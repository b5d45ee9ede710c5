#include "metadata/dialects/comfyui/walk.h"

#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

uint64_t question(NodeIndex node, Sought sought, Side side) {
  return uint64_t{node} << 8 | static_cast<uint64_t>(sought) << 1 | static_cast<uint64_t>(side);
}

uint64_t place(Output output) { return uint64_t{output.node} << 32 | output.slot; }

}  // namespace

void Walk::renew() {
  steps_ = text_bytes_ = 0;
  barren_.clear();
}

bool Walk::is_barren(NodeIndex node, Sought sought, Side side) const {
  return barren_.count(question(node, sought, side)) > 0;
}

void Walk::mark_barren(NodeIndex node, Sought sought, Side side) {
  barren_.insert(question(node, sought, side));
}

NodeIndex Walk::find_display(Output output) {
  if (!knows_displays_) {
    knows_displays_ = true;
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) {
      std::string_view type = graph_[i].type;
      if (!contains_word(type, "show") && !contains_word(type, "display") && type != "PreviewAny")
        continue;
      for (const Input& input : graph_[i].inputs)
        if (input.is_link()) displays_.emplace(place(input.link), i);
    }
  }
  auto found = displays_.find(place(output));
  return found == displays_.end() ? kNoNode : found->second;
}

bool Walk::look(const Node& node) {
  if (steps_ > kMaxGraphSteps) {
    was_cut_ = true;
    return false;
  }
  steps_ += 1 + node.inputs.size();
  return true;
}

bool Walk::may_hand_on() {
  if (text_bytes_ <= kMaxGraphTotalTextBytes) return true;
  was_cut_ = true;
  return false;
}

Visit::Visit(Walk& walk, NodeIndex index) : walk_(walk), index_(index) {
  if (index >= walk.graph_.nodes.size()) return;
  if (walk.is_inside_[index] || walk.depth_ >= kMaxGraphDepth) {
    walk.was_cut_ = true;
    return;
  }
  if (!walk.look(walk.graph_[index])) return;
  is_inside_ = true;
  walk.is_inside_[index] = true;
  ++walk.depth_;
}

Visit::~Visit() {
  if (!is_inside_) return;
  walk_.is_inside_[index_] = false;
  --walk_.depth_;
}

}  // namespace img2prompt::comfyui
