#include "metadata/dialects/comfyui/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "metadata/infotext.h"
#include "metadata/infotext_scanner.h"

namespace img2prompt::comfyui {
namespace {

constexpr std::string_view kBundles[] = {
    "guider",     "sampler",    "sigmas",        "noise",   "base_sampler",
    "basic_pipe", "pipe",       "detailer_pipe", "ctx",     "context",
    "base_ctx",   "sdxl_tuple", "upscaler",      "options", "optional_pipe"};

// What a node that makes or hands on a number calls it.
constexpr std::string_view kNumberNames[] = {"value",  "int",    "INT",  "float", "FLOAT",
                                             "number", "Number", "size", "any",   "anything"};

bool is_name_of(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_size_name(std::string_view name) {
  return contains_word(name, "width") || contains_word(name, "height");
}

std::string literal_text(const Input& input) {
  return input.is_literal() ? std::string(input.value.text()) : std::string();
}

bool is_number_text(std::string_view text) { return parse_number(text).has_value(); }

// Width or height out of a preset such as "3:4 portrait 896x1152".
std::string size_from_preset(Walk& walk, const Node& node, Names names) {
  int width = 0, height = 0;
  bool is_wide = std::any_of(names.begin(), names.end(),
                             [](std::string_view name) { return contains_word(name, "width"); });
  for (const Input& input : node.inputs) {
    if (!input.is_literal() || !input.value.is_string()) continue;
    if (!find_size(input.value.text(), width, height)) continue;
    const Input* swap = find_input(node, "swap_dimensions");
    std::string swapped = swap ? value_of(walk, *swap, {"swap_dimensions"}) : "";
    if (swapped == "On" || swapped == "true") std::swap(width, height);
    return std::to_string(is_wide ? width : height);
  }
  return {};
}

// Of a node that shows what it read in another picture's infotext, the setting that is asked for.
std::string value_from_infotext(const Node& node, Names names) {
  struct Key {
    std::string_view name, setting;
  };
  constexpr Key kKeys[] = {
      {"steps", "Steps"},     {"cfg", "CFG scale"},        {"seed", "Seed"},
      {"noise_seed", "Seed"}, {"sampler_name", "Sampler"}, {"ckpt_name", "Model"},
      {"width", "Size"},      {"height", "Size"},          {"denoise", "Denoising strength"}};
  const Input* shown = find_input(node, "setting");
  if (!shown || !shown->is_literal()) return {};
  Infotext infotext = parse_infotext(shown->value.text(), InfotextRules::kBalanced);
  for (const Key& key : kKeys) {
    if (!is_name_of(names, key.name)) continue;
    for (const auto& [setting, value] : infotext.settings) {
      int width = 0, height = 0;
      if (setting != key.setting) continue;
      if (setting != "Size") return value;
      if (find_size(value, width, height))
        return std::to_string(key.name == "width" ? width : height);
    }
  }
  return {};
}

// The value that comes out of a node which makes numbers or names.
std::string value_at(Walk& walk, Output output, Names names) {
  Visit visit(walk, output.node);
  if (!visit) return {};
  const Node& node = visit.node();
  if (const Input* selected = find_selected(walk, node)) return value_of(walk, *selected, names);
  for (std::string_view word : {"math", "expression", "operation", "calculat", "evaluate"})
    if (contains_word(node.type, word)) return {};  // what it computes is not in the graph
  if (std::string read = value_from_infotext(node, names); !read.empty()) return read;
  bool asks_size = std::any_of(names.begin(), names.end(), is_size_name);
  if (asks_size)
    if (std::string preset = size_from_preset(walk, node, names); !preset.empty()) return preset;
  const Input *only_link = nullptr, *only_literal = nullptr;
  int links = 0, literals = 0;
  for (const Input& input : node.inputs) {
    if (is_name_of(names, input.name)) return value_of(walk, input, names);
    if (input.is_link()) ++links, only_link = &input;
    // A number, or a name where a name is asked for by the same word.
    if (input.is_literal() && is_number_text(input.value.text())) ++literals, only_literal = &input;
  }
  for (const Input& input : node.inputs) {
    if (!input.is_link() || !is_bundle(input.name)) continue;
    if (std::string value = find_value(walk, input.link.node, names); !value.empty()) return value;
  }
  for (std::string_view name : kNumberNames)
    if (const Input* input = find_input(node, name)) return value_of(walk, *input, names);
  if (literals == 1) return literal_text(*only_literal);
  if (links == 1) return value_of(walk, *only_link, names);
  // A menu's choice, from a node that has nothing else.
  if (node.inputs.size() == 1) return literal_text(node.inputs[0]);
  return {};
}

bool is_true(std::string_view text) {
  std::optional<double> number = parse_number(text);
  return text == "true" || text == "True" || text == "yes" || text == "On" ||
         (number && *number != 0);
}

// "text2" and "any_02" are the options of number 2; none of others.
std::optional<int> option_number(std::string_view name) {
  size_t start = name.size();
  while (start > 0 && name[start - 1] >= '0' && name[start - 1] <= '9') --start;
  constexpr size_t kMostDigits = 4;
  if (start == name.size() || start == 0 || name.size() - start > kMostDigits) return std::nullopt;
  int number = 0;
  for (char digit : name.substr(start)) number = number * 10 + (digit - '0');
  return number;
}

const Input* find_first(const Node& node, Names names) {
  for (std::string_view name : names)
    if (const Input* input = find_input(node, name)) return input;
  return nullptr;
}

const Input* select_by_flag(Walk& walk, const Node& node, const Input* if_true,
                            const Input* if_false) {
  const Input* flag =
      find_first(node, {"boolean", "switch", "condition", "cond", "bool", "boolean_number"});
  std::string state = flag ? value_of(walk, *flag, {flag->name}) : "";
  const Input* chosen = state.empty() || is_true(state) ? if_true : if_false;
  return chosen ? chosen : (if_true ? if_true : if_false);
}

const Input* select_by_number(Walk& walk, const Node& node) {
  const Names kSelectors = {"select", "Input", "input", "index", "selected", "select_index"};
  const Input* selector = find_first(node, kSelectors);
  std::string state = selector ? value_of(walk, *selector, {selector->name}) : "";
  std::optional<double> number = parse_number(state);
  const Input* first = nullptr;
  for (const Input& input : node.inputs) {
    std::optional<int> option = option_number(input.name);
    if (!option || &input == selector) continue;
    if (number && *option == *number) return &input;
    if (!first && input.is_link()) first = &input;
  }
  // Switches without a selector take the first that there is.
  return number && selector ? nullptr : first;
}

}  // namespace

bool is_bundle(std::string_view input) {
  return std::find(std::begin(kBundles), std::end(kBundles), input) != std::end(kBundles) ||
         contains_word(input, "pipe") || contains_word(input, "config") ||
         input.substr(0, 4) == "ctx_";
}

const Input* find_selected(Walk& walk, const Node& node) {
  struct Pair {
    std::string_view if_true, if_false;
  };
  constexpr Pair kPairs[] = {{"on_true", "on_false"}, {"tt_value", "ff_value"}};
  for (const Pair& pair : kPairs) {
    const Input *if_true = find_input(node, pair.if_true),
                *if_false = find_input(node, pair.if_false);
    if (if_true || if_false) return select_by_flag(walk, node, if_true, if_false);
  }
  if (!contains_word(node.type, "switch")) return nullptr;
  const Input *a = nullptr, *b = nullptr;
  for (const Input& input : node.inputs) {
    if (input.name.size() < 3) continue;
    std::string_view end = input.name.substr(input.name.size() - 2);
    if (end == "_a") a = &input;
    if (end == "_b") b = &input;
  }
  if (a || b) return select_by_flag(walk, node, a, b);
  return select_by_number(walk, node);
}

std::string value_of(Walk& walk, const Input& input, Names names) {
  return input.is_link() ? value_at(walk, input.link, names) : literal_text(input);
}

std::string find_value(Walk& walk, NodeIndex index, Names names) {
  Visit visit(walk, index);
  if (!visit) return {};
  const Node& node = visit.node();
  for (std::string_view name : names) {
    const Input* input = find_input(node, name);
    // A link called "sampler" leads to a node, not to a value of that name.
    if (!input || (input->is_link() && is_bundle(input->name))) continue;
    if (std::string value = value_of(walk, *input, names); !value.empty()) return value;
  }
  for (const Input& input : node.inputs) {
    if (!input.is_link() || !is_bundle(input.name)) continue;
    if (std::string value = find_value(walk, input.link.node, names); !value.empty()) return value;
  }
  return {};
}

std::optional<double> find_number(Walk& walk, NodeIndex node, Names names) {
  return parse_number(find_value(walk, node, names));
}

std::string number_text(double value) {
  std::string text = fmt::format("{:.4f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::optional<double> parse_number(std::string_view text) {
  JsonTape tape;
  text = strip(text);
  if (text.empty() || text.size() > 64 || tape.parse(text) != JsonTape::End::kWhole)
    return std::nullopt;
  return tape.root().number();
}

bool find_size(std::string_view text, int& width, int& height) {
  constexpr int kLargest = 65536;
  constexpr size_t kLongest = 256;
  text = text.substr(0, kLongest);
  auto digits = [&](size_t& at, int& value) {
    size_t start = at;
    for (value = 0; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      value = std::min(value * 10 + (text[at] - '0'), kLargest);
    return at > start;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    size_t at = i;
    if ((i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9') || !digits(at, width)) continue;
    while (at < text.size() && text[at] == ' ') ++at;
    if (at == text.size() || (text[at] != 'x' && text[at] != 'X')) continue;
    ++at;
    while (at < text.size() && text[at] == ' ') ++at;
    constexpr int kSmallest = 16;
    if (digits(at, height) && width >= kSmallest && height >= kSmallest) return true;
  }
  return false;
}

}  // namespace img2prompt::comfyui
