#include "metadata/dialects/comfyui/prompts.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "metadata/dialects/comfyui/texts.h"
#include "metadata/dialects/comfyui/values.h"
#include "metadata/infotext_scanner.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

// `is_bundle`: the link brings a pipe or the like, whose own short texts are no prompts.
std::string prompt_at(Walk& walk, Output output, Side side, bool is_bundle);

// Prompts under way to be joined; one that comes again, or that another begins with, counts once.
class Joined {
 public:
  void add(std::string prompt) {
    prompt = strip(prompt);
    size_t same = 0;
    while (same < parts_.size() && !begins_alike(parts_[same], prompt)) ++same;
    if (prompt.empty() || parts_.size() >= kMaxGraphPrompts) return;
    if (same == parts_.size())
      parts_.push_back(std::move(prompt));
    else if (parts_[same].size() < prompt.size())
      parts_[same] = std::move(prompt);
  }

  std::string take(std::string_view between) const {
    std::string out;
    for (const std::string& part : parts_) {
      if (out.size() + part.size() > kMaxGraphTextBytes) break;
      if (!out.empty()) out += between;
      out += part;
    }
    return out;
  }

 private:
  static bool begins_alike(std::string_view a, std::string_view b) {
    size_t length = std::min(a.size(), b.size());
    return a.substr(0, length) == b.substr(0, length);
  }

  std::vector<std::string> parts_;
};

bool has_word(const Node& node, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return contains_word(node.type, word); });
}

bool is_conditioning_name(std::string_view name) {
  return name.substr(0, 4) == "cond" || name == "clip_regions" || name == "cond1" ||
         contains_word(name, "conditioning");
}

// Bundles that may have prompts in them.
bool is_prompt_bundle(std::string_view name) {
  return is_bundle(name) && name != "sampler" && name != "sigmas" && name != "noise";
}

// Whether a node turns text into a conditioning: then its text is its own, and other nodes' is not.
bool is_encoder(const Node& node) {
  return std::any_of(node.inputs.begin(), node.inputs.end(), [](const Input& input) {
    return input.is_link() && (contains_word(input.name, "clip") || input.name == "t5" ||
                               contains_word(input.name, "encoder"));
  });
}

// The texts that a node encodes itself: of one encoder, or of each of a model's encoders.
std::string own_text(Walk& walk, const Node& node, Side side) {
  struct Encoders {
    std::string_view names[4];
  };
  constexpr Encoders kEncoders[] = {{{"text_g", "text_l", "", ""}},
                                    {{"clip_g", "clip_l", "t5xxl", "llama"}},
                                    {{"mt5xl", "bert", "", ""}}};
  for (const Encoders& encoders : kEncoders) {
    Joined texts;
    for (std::string_view name : encoders.names)
      if (const Input* input = name.empty() ? nullptr : find_input(node, name))
        texts.add(text_of(walk, *input, side));
    if (std::string out = texts.take("\n"); !out.empty()) return out;
  }
  for (std::string_view name :
       {"populated_text", "text", "prompt", "wildcard_text", "string", "value", "user_prompt",
        "current_prompt", "caption", "tags", "instruction", "prompt_text"})
    if (const Input* input = find_input(node, name))
      if (std::string out = text_of(walk, *input, side); !out.empty()) return out;
  return unnamed_text(node, side, is_encoder(node));
}

std::string join_conditionings(Walk& walk, const Node& node, Side side, std::string_view between) {
  Joined prompts;
  for (const Input& input : node.inputs)
    if (input.is_link() && (is_conditioning_name(input.name) || is_of_side(input, side)))
      prompts.add(prompt_of(walk, input, side));
  return prompts.take(between);
}

// The first prompt that comes in through one of the links that `leads` allows.
template <typename Leads>
std::string first_prompt(Walk& walk, const Node& node, Side side, Leads leads) {
  for (const Input& input : node.inputs)
    if (input.is_link() && leads(input.name))
      if (std::string out = prompt_of(walk, input, side); !out.empty()) return out;
  return {};
}

std::string join_side(Walk& walk, const Node& node, Side side) {
  Joined prompts;
  for (const Input& input : node.inputs)
    if (is_of_side(input, side)) prompts.add(prompt_of(walk, input, side));
  return prompts.take("\n");
}

// What the inputs of that side bring; of a node that does not tell sides apart, its conditionings,
// else its own text; then bundles; then anything that might lead on.
std::string follow(Walk& walk, const Node& node, Side side, bool is_in_bundle) {
  if (std::string out = join_side(walk, node, side); !out.empty()) return out;
  auto names = [&](Side named) {
    return std::any_of(node.inputs.begin(), node.inputs.end(),
                       [&](const Input& input) { return is_of_side(input, named); });
  };
  bool is_positive = side == Side::kPositive;
  bool is_guider = contains_word(node.type, "guider");
  bool is_for_both = !names(side) && (is_positive || (!names(Side::kPositive) && !is_guider));
  bool has_conditioning = false, encodes = is_encoder(node);
  if (is_for_both) {
    has_conditioning = std::any_of(node.inputs.begin(), node.inputs.end(), [](const Input& input) {
      return input.is_link() && is_conditioning_name(input.name);
    });
    std::string out = first_prompt(walk, node, side, is_conditioning_name);
    if (!has_conditioning)
      out = is_in_bundle ? unnamed_text(node, side, false) : own_text(walk, node, side);
    if (!out.empty()) return out;
  }
  if (std::string out = first_prompt(walk, node, side, is_prompt_bundle); !out.empty()) return out;
  if (has_conditioning || !is_for_both || encodes || is_in_bundle) return {};
  if (std::string out = text_in(walk, node, side); !out.empty()) return out;
  return first_prompt(walk, node, side, [](std::string_view name) {
    return !is_other_name(name) && !is_bundle(name);
  });
}

std::string prompt_in(Walk& walk, const Node& node, Side side, bool is_bundle) {
  if (has_word(node, {"ZeroOut"})) return {};
  if (const Input* selected = find_selected(walk, node)) return prompt_of(walk, *selected, side);
  if (has_word(node, {"Conditioning"})) {
    if (has_word(node, {"Concat"})) return join_conditionings(walk, node, side, " BREAK ");
    if (has_word(node, {"Combine", "Average"}))
      return join_conditionings(walk, node, side, " AND ");
  }
  return follow(walk, node, side, is_bundle);
}

std::string prompt_at(Walk& walk, Output output, Side side, bool is_bundle) {
  Sought sought = is_bundle ? Sought::kBundledPrompt : Sought::kPrompt;
  if (walk.is_barren(output.node, sought, side)) return {};
  Visit visit(walk, output.node);
  std::string prompt = visit ? prompt_in(walk, visit.node(), side, is_bundle) : std::string();
  if (visit && prompt.empty()) walk.mark_barren(output.node, sought, side);
  return prompt;
}

}  // namespace

std::string prompt_of(Walk& walk, const Input& input, Side side) {
  if (!input.is_link()) return text_of(walk, input, side);
  if (!walk.may_hand_on()) return {};
  std::string prompt = prompt_at(walk, input.link, side, is_bundle(input.name));
  walk.hand_on(prompt);
  return prompt;
}

std::string stripped_lines(std::string_view text) {
  std::string out;
  text = strip(text);
  for (size_t start = 0; start <= text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    if (start > 0) out += '\n';
    out += strip(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

std::string find_prompt(Walk& walk, NodeIndex sampler, Side side) {
  Visit visit(walk, sampler);
  if (!visit) return {};
  const Node& node = visit.node();
  std::string out = join_side(walk, node, side);
  if (out.empty() && side == Side::kPositive)
    out = first_prompt(walk, node, side, is_conditioning_name);
  if (out.empty())
    out = first_prompt(walk, node, side, [](std::string_view name) {
      return is_prompt_bundle(name) || contains_word(name, "embeds");
    });
  return stripped_lines(out);
}

std::string join_prompts(Walk& walk, const std::vector<NodeIndex>& samplers, Side side) {
  Joined prompts;
  for (NodeIndex sampler : samplers) prompts.add(find_prompt(walk, sampler, side));
  return prompts.take(" AND ");
}

}  // namespace img2prompt::comfyui
