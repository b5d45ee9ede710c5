#include "metadata/dialects/comfyui/texts.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "metadata/dialects/comfyui/values.h"
#include "metadata/infotext_scanner.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

// Where nodes hold the text that they give, the first that has one counts. What a wildcard became
// goes before the wildcard.
constexpr std::string_view kTextNames[] = {
    "populated_text", "text",        "Text",           "string",      "String",   "prompt",
    "Prompt",         "value",       "wildcard_text",  "STRING",      "str",      "source",
    "anything",       "user_prompt", "multiline_text", "prompt_text", "input",    "any",
    "output",         "text1",       "text_1",         "text_a",      "prompt_g", "any_01",
    "current_prompt", "strings",     "text_0",         "text2"};

bool ends_text(std::string& text) {
  if (text.size() <= kMaxGraphTextBytes) return false;
  size_t end = kMaxGraphTextBytes;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  text.resize(end);
  return true;
}

// "text_b" and "text2" are the second part; a name without a number or letter the first. None for
// the inputs of a concatenating node that are no parts of the text.
std::optional<int> part_number(std::string_view name) {
  constexpr std::string_view kWords[] = {"text",  "string", "str",   "prompt", "part",
                                         "input", "value",  "any",   "line",   "word",
                                         "s",     "t",      "phrase"};
  auto is_word = [&](std::string_view word) {
    return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
  };
  if (is_word(name)) return 0;
  size_t start = name.size();
  while (start > 0 && name[start - 1] >= '0' && name[start - 1] <= '9') --start;
  constexpr size_t kMostDigits = 4;
  if (start < name.size() && name.size() - start <= kMostDigits) {
    std::string_view word = name.substr(0, start);
    if (!word.empty() && word.back() == '_') word.remove_suffix(1);
    int number = 0;
    for (char digit : name.substr(start)) number = number * 10 + (digit - '0');
    return is_word(word) ? std::optional(number) : std::nullopt;
  }
  bool has_letter =
      name.size() > 2 && name[name.size() - 2] == '_' && name.back() >= 'a' && name.back() <= 'z';
  if (has_letter && is_word(name.substr(0, name.size() - 2))) return name.back() - 'a' + 1;
  return std::nullopt;
}

// Separators are typed as "\n" by nodes with one line for them.
std::string unescape(std::string text) {
  for (const auto& [typed, meant] : {std::pair("\\n", "\n"), std::pair("\\t", "\t")})
    for (size_t at = text.find(typed); at != std::string::npos; at = text.find(typed, at + 1))
      text.replace(at, 2, meant);
  return text;
}

bool joins(const Node& node) {
  for (std::string_view word : {"concat", "join", "combine", "append", "StringFunction|"})
    if (contains_word(node.type, word)) return true;
  return false;
}

std::string join(Walk& walk, const Node& node, Side side) {
  std::vector<std::pair<int, const Input*>> parts;
  std::string separator;
  bool is_tidied = false;
  for (const Input& input : node.inputs) {
    bool is_separator = input.name == "delimiter" || input.name == "separator" ||
                        input.name == "seperator" || input.name == "join_with" ||
                        input.name == "concat_with" || input.name == "delim";
    if (is_separator) separator = unescape(text_of(walk, input, side));
    // Before it was the separator, the first widget of one pack's node asked for line breaks.
    if (separator == "true" || separator == "false") separator = separator == "true" ? "\n" : "";
    if (input.name == "tidy_tags") is_tidied = input.value.text() == "yes";
    if (input.name == "clean_whitespace") is_tidied = input.value.text() == "true";
    std::optional<int> number = is_separator ? std::nullopt : part_number(input.name);
    if (number) parts.emplace_back(*number, &input);
  }
  if (contains_word(node.type, "StringFunction|")) separator = is_tidied ? ", " : "";
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [number, input] : parts) {
    std::string part = text_of(walk, *input, side);
    if (is_tidied) part = strip(part);
    if (part.empty()) continue;
    if (!out.empty()) out += separator;
    out += part;
    if (ends_text(out)) break;
  }
  return out;
}

// Pairs of what to find and what to put there, for nodes that replace in `text`.
std::string replace(Walk& walk, const Node& node, std::string text, Side side) {
  struct Pair {
    std::string_view find, replace;
  };
  constexpr Pair kPairs[] = {
      {"find", "replace"}, {"find1", "replace1"}, {"find2", "replace2"}, {"find3", "replace3"}};
  for (const Pair& pair : kPairs) {
    const Input *find = find_input(node, pair.find), *with = find_input(node, pair.replace);
    if (!find || !with) continue;
    std::string what = text_of(walk, *find, side), by = text_of(walk, *with, side), out;
    constexpr size_t kLongestFind = 256;
    if (what.empty() || what.size() > kLongestFind) continue;
    size_t start = 0;
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, start)) {
      out.append(text, start, at - start);
      out += by;
      start = at + what.size();
      if (ends_text(out)) return out;
    }
    text = out.append(text, start);
    ends_text(text);
  }
  return text;
}

// A name of a file or a model is no prompt.
bool is_file_name(std::string_view text) {
  for (std::string_view end : {".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx",
                               ".png", ".jpg", ".jpeg", ".webp", ".txt", ".json"})
    if (text.size() >= end.size() && text.substr(text.size() - end.size()) == end) return true;
  return false;
}

// Longer than the choices of menus are.
bool may_be_prompt(std::string_view text) {
  constexpr size_t kLongestChoice = 24;
  return !is_file_name(text) &&
         (text.size() > kLongestChoice || text.find_first_of(" ,") != std::string_view::npos);
}

// What was made when the graph ran may stand where it was shown.
std::string displayed_text(Walk& walk, Output output) {
  NodeIndex display = walk.find_display(output);
  if (display == kNoNode) return {};
  for (const Input& input : walk.graph()[display].inputs) {
    JsonValue value = input.value;
    while (value.is_array() && !value.empty()) value = *value.begin();
    if (value.is_string() && !value.text().empty()) return std::string(value.text());
  }
  return {};
}

}  // namespace

bool is_side_name(std::string_view input, Side side) {
  bool is_positive = side == Side::kPositive;
  std::string_view word = is_positive ? "positive" : "negative",
                   start = is_positive ? "pos" : "neg";
  bool is_named = contains_word(input, word) || input == start ||
                  (input.substr(0, start.size()) == start && input.substr(start.size(), 1) == "_");
  if (!is_named) return false;
  for (std::string_view setting :
       {"score", "strength", "weight", "normal", "interpret", "token", "use", "hint", "mode"})
    if (contains_word(input, setting)) return false;
  return true;
}

bool is_other_name(std::string_view name) {
  for (std::string_view word :
       {"model", "clip", "vae", "image", "mask", "latent", "control", "samples", "pixels", "noise",
        "seed", "style", "sampler", "sigmas", "vision", "lora", "ipadapter", "upscale", "bbox"})
    if (contains_word(name, word)) return true;
  return false;
}

bool is_of_side(const Input& input, Side side) {
  return (input.is_link() || input.value.is_string()) && is_side_name(input.name, side);
}

std::string unnamed_text(const Node& node, Side side, bool may_be_short) {
  std::string_view any, prompts[2];
  size_t count = 0;
  for (const Input& input : node.inputs) {
    JsonValue value = input.value;
    if (value.is_array() && !value.empty()) value = *value.begin();
    if (!input.name.empty() || !value.is_string() || is_file_name(value.text())) continue;
    if (any.empty()) any = value.text();
    if (count < std::size(prompts) && may_be_prompt(value.text())) prompts[count++] = value.text();
  }
  if (side == Side::kNegative && count == std::size(prompts)) return std::string(prompts[1]);
  if (count > 0) return std::string(prompts[0]);
  return std::string(may_be_short ? any : std::string_view());
}

std::string text_of(Walk& walk, const Input& input, Side side) {
  if (!walk.may_hand_on()) return {};
  bool is_text = input.value.is_string() || input.value.is_number();
  std::string text(is_text ? input.value.text() : std::string_view());
  if (input.is_link()) text = text_at(walk, input.link, side);
  ends_text(text);
  walk.hand_on(text);
  return text;
}

std::string text_at(Walk& walk, Output output, Side side) {
  if (walk.is_barren(output.node, Sought::kText, side)) return {};
  Visit visit(walk, output.node);
  std::string text = visit ? text_in(walk, visit.node(), side) : std::string();
  if (visit && text.empty()) text = displayed_text(walk, output);
  if (visit && text.empty()) walk.mark_barren(output.node, Sought::kText, side);
  return text;
}

std::string text_in(Walk& walk, const Node& node, Side side) {
  if (const Input* selected = find_selected(walk, node)) return text_of(walk, *selected, side);
  if (joins(node))
    if (std::string joined = join(walk, node, side); !joined.empty()) return joined;
  for (const Input& input : node.inputs)
    if (is_of_side(input, side))
      if (std::string text = text_of(walk, input, side); !text.empty()) return text;
  for (std::string_view name : kTextNames)
    if (const Input* input = find_input(node, name))
      if (std::string text = text_of(walk, *input, side); !text.empty())
        return replace(walk, node, std::move(text), side);
  bool has_link = std::any_of(node.inputs.begin(), node.inputs.end(),
                              [](const Input& input) { return input.is_link(); });
  if (std::string text = unnamed_text(node, side, !has_link); !text.empty()) return text;
  // Of a node that is not known, the one text that it has.
  for (const Input& input : node.inputs)
    if (input.is_literal() && input.value.is_string() && contains_word(input.name, "text"))
      return text_of(walk, input, side);
  Side other = side == Side::kPositive ? Side::kNegative : Side::kPositive;
  for (const Input& input : node.inputs)
    if (input.is_link() && !is_bundle(input.name) && !is_other_name(input.name) &&
        !is_side_name(input.name, other))
      if (std::string text = text_of(walk, input, side); !text.empty()) return text;
  return {};
}

}  // namespace img2prompt::comfyui
