#include "metadata/dialects/comfyui/walk.h"

#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

uint64_t question(NodeIndex node, Sought sought, Side side) {
  return uint64_t{node} << 8 | static_cast<uint64_t>(sought) << 1 | static_cast<uint64_t>(side);
}

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
