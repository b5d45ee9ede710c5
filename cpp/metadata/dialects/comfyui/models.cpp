#include "metadata/dialects/comfyui/models.h"

#include <algorithm>
#include <unordered_set>

#include "metadata/dialects/comfyui/texts.h"
#include "metadata/dialects/comfyui/values.h"
#include "metadata/infotext_scanner.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

constexpr std::string_view kCheckpoints[] = {"ckpt_name", "unet_name",  "base_ckpt_name",
                                             "gguf_name", "checkpoint", "diffusion_model",
                                             "stage_c",   "model_path", "model_name"};

bool is_none(std::string_view name) {
  return name.empty() || name == "None" || name == "none" || name == "undefined";
}

std::string_view without_folders(std::string_view path) {
  size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// A value of a menu, which some packs wrap: {"content": "name.safetensors", "image": null}.
std::string_view menu_text(JsonValue value) {
  return value.is_object() ? value["content"].text() : value.text();
}

// "lora_name_2" and "lora_02" belong to "model_weight_2" and "strength_02".
std::string_view trailing_digits(std::string_view name) {
  size_t start = name.size();
  while (start > 0 && name[start - 1] >= '0' && name[start - 1] <= '9') --start;
  return name.substr(start);
}

// As "easy loraStack" numbers them: "lora_1_name".
std::string_view inner_digits(std::string_view name) {
  size_t start = name.find_first_of("0123456789");
  if (start == std::string_view::npos) return {};
  size_t end = std::min(name.find_first_not_of("0123456789", start), name.size());
  return name.substr(start, end - start);
}

class ModelWalk {
 public:
  explicit ModelWalk(Walk& walk) : walk_(walk) {}

  void follow(NodeIndex index) {
    Visit visit(walk_, index);
    if (!visit || !seen_.insert(index).second) return;
    const Node& node = visit.node();
    if (const Input* selected = find_selected(walk_, node)) {
      if (selected->is_link()) follow(selected->link.node);
      return;
    }
    take_checkpoint(node);
    for (const Input& input : node.inputs)
      if (input.is_link() && leads_to_model(input.name)) follow(input.link.node);
    for (const Input& input : node.inputs)
      if (found_.checkpoint.empty() && input.is_link() && leads_to_bundle(input.name))
        follow(input.link.node);
    take_loras(node);
    if (const Input* input = find_input(node, "hypernetwork_name"))
      found_.hypernetwork = {model_stem(value_of(walk_, *input, {"hypernetwork_name"})),
                             number_in(node, {"strength"}), ""};
  }

  Models take() { return std::move(found_); }

 private:
  static bool leads_to_model(std::string_view name) {
    return name == "model" || name == "model1" || name == "model2" || name == "model_a" ||
           name == "model_b" || name == "base_model" || name == "MODEL" || name == "unet" ||
           name == "lora_stack" || name == "optional_lora_stack" || name == "guider" ||
           name == "prev_lora";
  }

  static bool leads_to_bundle(std::string_view name) {
    return is_bundle(name) && name != "sampler" && name != "sigmas" && name != "noise";
  }

  void take_checkpoint(const Node& node) {
    for (std::string_view key : kCheckpoints) {
      const Input* input = find_input(node, key);
      if (!input || contains_word(node.type, "lora")) continue;
      std::string name =
          input->is_link() ? value_of(walk_, *input, {key}) : std::string(menu_text(input->value));
      if (is_none(name)) continue;
      name = model_stem(name);
      bool is_new = checkpoints_.insert(name).second && checkpoints_.size() <= kMaxCheckpoints;
      if (is_new) found_.checkpoint += (found_.checkpoint.empty() ? "" : " + ") + name;
      return;
    }
  }

  void add(std::string_view name, std::string weight, std::string clip_weight) {
    if (is_none(name) || found_.loras.size() >= kMaxListItems) return;
    if (parse_number(weight) == 0.0) return;
    found_.loras.push_back({model_stem(name), std::move(weight), std::move(clip_weight)});
  }

  std::string number_in(const Node& node, Names names) {
    for (std::string_view name : names)
      if (const Input* input = find_input(node, name)) return value_of(walk_, *input, names);
    return {};
  }

  void take_loras(const Node& node) {
    if (!contains_word(node.type, "lora") && !has_lora_input(node)) return;
    const Input* toggle = find_input(node, "toggle");
    if (toggle && (toggle->value.text() == "false" || toggle->value.text() == "False")) return;
    size_t count = stated_count(node), taken = 0;
    for (const Input& input : node.inputs) {
      if (!contains_word(input.name, "lora") || taken >= count) continue;
      JsonValue value = input.value;
      if (value.is_object() && value["lora"].is_string()) {
        if (value["on"].kind() != JsonValue::Kind::kFalse)
          add(value["lora"].text(), std::string(value["strength"].text()),
              std::string(value["strengthTwo"].text()));
      } else if (names_file(input.name)) {
        std::string name =
            input.is_link() ? value_of(walk_, input, {input.name}) : std::string(menu_text(value));
        ++taken;
        take_lora(node, input.name, name);
      }
    }
    take_tags(node);
  }

  static bool has_lora_input(const Node& node) {
    return find_input(node, "lora_name") || find_input(node, "lora_name_1");
  }

  // "num_loras" or "lora_count" of a stack, whose menus beyond that are hidden.
  static size_t stated_count(const Node& node) {
    for (std::string_view name : {"num_loras", "lora_count"})
      if (const Input* input = find_input(node, name))
        if (std::optional<int64_t> count = input->value.integer(); count && *count >= 0)
          return static_cast<size_t>(*count);
    return kMaxListItems;
  }

  static bool names_file(std::string_view name) {
    for (std::string_view word : {"strength", "weight", "wt", "count", "num_", "stack", "switch"})
      if (contains_word(name, word)) return false;
    return true;
  }

  void take_lora(const Node& node, std::string_view key, const std::string& name) {
    std::string digits(trailing_digits(key));
    std::string inner = digits.empty() ? std::string(inner_digits(key)) : "";
    std::string end = digits.empty() ? "" : "_" + digits;
    const Input* toggle = find_input(node, "switch" + end);
    if (toggle && (toggle->value.text() == "Off" || toggle->value.text() == "false")) return;
    std::string on_model = "strength_model" + end, model_strength = "lora_model_strength" + end,
                model_weight = "model_weight" + end, model_str = "model_str" + end,
                strength = "strength" + end, wt = "lora_wt" + end,
                easy = "lora_" + inner + "_model_strength",
                easy_both = "lora_" + inner + "_strength";
    std::string on_clip = "strength_clip" + end, clip_strength = "lora_clip_strength" + end,
                clip_weight = "clip_weight" + end, clip_str = "clip_str" + end,
                easy_clip = "lora_" + inner + "_clip_strength";
    const Input* mode = find_input(node, "mode");
    if (!mode) mode = find_input(node, "input_mode");
    bool is_simple = mode && mode->value.text() == "simple";
    add(name,
        is_simple ? number_in(node, {wt, easy_both})
                  : number_in(node, {on_model, model_strength, model_weight, model_str, easy,
                                     strength, easy_both, wt}),
        is_simple ? ""
                  : number_in(node, {on_clip, clip_strength, clip_weight, clip_str, easy_clip}));
  }

  // "<lora:name:0.8>" in the text of a node that loads what its text names.
  void take_tags(const Node& node) {
    if (!contains_word(node.type, "lora")) return;
    const Input* input = find_input(node, "text");
    if (!input) return;
    std::string text = text_of(walk_, *input, Side::kPositive);
    constexpr std::string_view kMark = "<lora:";
    for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1)) {
      size_t start = at + kMark.size(), end = std::min(text.find('>', start), text.size());
      std::string_view tag = std::string_view(text).substr(start, end - start);
      size_t colon = tag.find(':');
      if (colon == std::string_view::npos) continue;
      std::string_view weights = tag.substr(colon + 1);
      size_t second = std::min(weights.find(':'), weights.size());
      add(tag.substr(0, colon), std::string(weights.substr(0, second)),
          second < weights.size() ? std::string(weights.substr(second + 1)) : "");
    }
  }

  Walk& walk_;
  Models found_;
  std::unordered_set<NodeIndex> seen_;  // a model that two merges share is taken once
  std::unordered_set<std::string> checkpoints_;
};

// The first node on the way, over the inputs that `leads` allows, with an input of one of `names`.
template <typename Leads>
std::string find_along(Walk& walk, NodeIndex index, Names names, Leads leads) {
  Visit visit(walk, index);
  if (!visit) return {};
  const Node& node = visit.node();
  for (std::string_view name : names)
    if (const Input* input = find_input(node, name))
      if (std::string value = value_of(walk, *input, {name}); !value.empty()) return value;
  const Input* selected = find_selected(walk, node);
  for (const Input& input : node.inputs) {
    if (!input.is_link() || (selected ? &input != selected : !leads(input.name))) continue;
    if (std::string value = find_along(walk, input.link.node, names, leads); !value.empty())
      return value;
  }
  return {};
}

bool leads_to_positive(std::string_view name) {
  return is_side_name(name, Side::kPositive) || name.substr(0, 4) == "cond" || is_bundle(name);
}

}  // namespace

Models find_models(Walk& walk, NodeIndex sampler) {
  ModelWalk models(walk);
  models.follow(sampler);
  return models.take();
}

std::string find_vae(Walk& walk, const std::vector<NodeIndex>& nodes) {
  auto leads = [](std::string_view name) {
    return contains_word(name, "vae") || (is_bundle(name) && name != "sampler");
  };
  for (NodeIndex node : nodes) {
    std::string name = find_along(walk, node, {"vae_name"}, leads);
    if (name.empty()) continue;
    bool is_own = contains_word(name, "baked") || is_none(name) || name == "pixel_space";
    return is_own ? "" : std::string(without_folders(name));
  }
  return {};
}

std::string find_guidance(Walk& walk, NodeIndex sampler) {
  return find_along(walk, sampler, {"guidance"}, leads_to_positive);
}

std::string find_clip_skip(Walk& walk, NodeIndex sampler) {
  std::string layer =
      find_along(walk, sampler, {"stop_at_clip_layer", "clip_skip", "base_clip_skip"},
                 [](std::string_view name) {
                   return leads_to_positive(name) || name == "clip" || name == "CLIP";
                 });
  std::optional<double> number = parse_number(layer);
  constexpr double kFewest = 2, kMost = 24;
  double skipped = number ? (*number < 0 ? -*number : *number) : 0;
  return skipped >= kFewest && skipped <= kMost ? number_text(skipped) : "";
}

std::string model_stem(std::string_view path) {
  std::string_view name = without_folders(path);
  for (std::string_view end : {".safetensors", ".ckpt", ".pth", ".pt", ".bin", ".gguf", ".sft"})
    if (name.size() > end.size() && name.substr(name.size() - end.size()) == end)
      return std::string(name.substr(0, name.size() - end.size()));
  return std::string(name);
}

}  // namespace img2prompt::comfyui
