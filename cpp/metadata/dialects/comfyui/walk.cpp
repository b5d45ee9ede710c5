#include "metadata/dialects/comfyui/walk.h"

#include "metadata/limits.h"

namespace img2prompt::comfyui {

bool Walk::look(const Node& node) {
  if (steps_ > kMaxGraphSteps) is_spent_ = was_cut_ = true;
  if (is_spent_) return false;
  steps_ += 1 + node.inputs.size();
  return true;
}

bool Walk::hand_on(std::string_view text) {
  text_bytes_ += text.size();
  if (text_bytes_ > kMaxGraphTotalTextBytes) is_spent_ = was_cut_ = true;
  return !is_spent_;
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
