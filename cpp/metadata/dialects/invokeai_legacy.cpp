// InvokeAI 1 and 2 (and lstein/stable-diffusion before it had that name): a PNG's `Dream`, a
// command line, and from version 2 on `sd-metadata`, a JSON object, beside it. A prompt's parts in
// [brackets] are the negative prompt. Reference: InvokeAI's ldm/invoke/args.py (2.2).
#include <algorithm>
#include <tuple>
#include <utility>

#include "metadata/dialects.h"
#include "metadata/infotext_scanner.h"
#include "metadata/json_record.h"
#include "metadata/limits.h"

namespace img2prompt {
namespace {

// Takes the bracketed parts out of the prompt.
void split_brackets(std::string_view text, GenerationInfo& info) {
  auto add = [](std::string_view part, std::string& out) {
    part = strip(part);
    if (part.empty()) return;
    if (!out.empty()) out += ' ';
    out += part;
  };
  while (!text.empty()) {
    size_t open = text.find('[');
    size_t close = open == text.npos ? text.npos : text.find(']', open);
    if (close == text.npos) break;
    add(text.substr(0, open), info.prompt);
    add(text.substr(open + 1, close - open - 1), info.negative_prompt);
    text.remove_prefix(close + 1);
  }
  add(text, info.prompt);
}

bool is_switch(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return false;
  char first = word[1] == '-' && word.size() > 2 ? word[2] : word[1];
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
}

// The next word and where it begins; false at the end.
bool next_word(std::string_view text, size_t& position, std::string_view& word, size_t& start) {
  start = text.find_first_not_of(" \t\r\n", position);
  if (start == text.npos) return false;
  size_t end = std::min(text.find_first_of(" \t\r\n", start), text.size());
  word = text.substr(start, end - start);
  position = end;
  return true;
}

// The prompt ends before the steps, which are always written first; else before the first switch.
size_t prompt_end(std::string_view command) {
  size_t first = command.size(), position = 0, start = 0;
  std::string_view word;
  while (next_word(command, position, word, start)) {
    if (word == "-s" || word == "--steps") return start;
    if (is_switch(word) && first == command.size()) first = start;
  }
  return first;
}

constexpr KeyName kSwitches[] = {
    {"s", "Steps"},
    {"steps", "Steps"},
    {"S", "Seed"},
    {"seed", "Seed"},
    {"C", "CFG scale"},
    {"cfg_scale", "CFG scale"},
    {"A", "Sampler"},
    {"m", "Sampler"},
    {"sampler", "Sampler"},
    {"f", "Denoising strength"},
    {"strength", "Denoising strength"},
    {"W", "width"},
    {"H", "height"},
    {"I", "init_img"},
    {"M", "init_mask"},
    {"G", "facetool_strength"},
    {"ft", "facetool"},
    {"cf", "codeformer_fidelity"},
    {"U", "upscale"},
    {"c", "outcrop"},
    {"V", "variations"},
    {"v", "variation_amount"},
    {"tm", "text_mask"},
    {"seamless", "Tiling"},
};

std::string switch_name(std::string_view word) {
  std::string name(word.substr(word.find_first_not_of('-')));
  for (const KeyName& known : kSwitches)
    if (known.theirs == name) return std::string(known.ours);
  return name.size() > 1 ? name : "switch " + name;
}

void add_size(Settings& settings) {
  std::string width = find_setting(settings, "width"), height = find_setting(settings, "height");
  if (width.empty() || height.empty()) return;
  erase_setting(settings, "height");
  erase_setting(settings, "Size");  // of an unknown switch
  for (auto& [key, value] : settings)
    if (key == "width") std::tie(key, value) = std::make_pair("Size", width + "x" + height);
}

// "-s 50 --seamless -U 2 0.75": each switch with the words up to the next.
Settings read_switches(std::string_view text) {
  Settings settings;
  size_t position = 0, start = 0;
  std::string_view word;
  std::string key, value;
  auto finish = [&] {
    if (!key.empty() && settings.size() < kMaxSwitches)
      set_setting(settings, key, value.empty() ? "True" : value);
  };
  while (next_word(text, position, word, start)) {
    if (is_switch(word)) {
      finish();
      key = switch_name(word);
      value.clear();
    } else {
      if (!value.empty()) value += ' ';
      value += word;
    }
  }
  finish();
  add_size(settings);
  return settings;
}

GenerationInfo read_dream(std::string_view command) {
  GenerationInfo info;
  size_t end = prompt_end(command);
  std::string_view prompt = strip(command.substr(0, end));
  if (prompt.size() >= 2 && prompt.front() == '"' && prompt.back() == '"')
    prompt = prompt.substr(1, prompt.size() - 2);
  split_brackets(prompt, info);
  info.settings = read_switches(command.substr(end));
  return finish_record(std::move(info));
}

// Either the prompt or a list of weighted parts; a part alone has no need of its weight.
std::string joined_prompt(const Json& image) {
  const Json* prompt = find_member(image, "prompt");
  if (!prompt || !prompt->is_array()) return member_string(image, "prompt");
  if (prompt->size() == 1) return member_string((*prompt)[0], "prompt");
  std::string out;
  for (const Json& part : *prompt) {
    std::string text = member_string(part, "prompt");
    if (text.empty()) continue;
    if (!out.empty()) out += ',';
    out += text + ":" + member_text(part, "weight");
  }
  return out;
}

bool find_sd_metadata(const RawFields& fields, Json& record, Json& image) {
  if (!parse_record(fields.png_text("sd-metadata"), "\"image", record)) return false;
  const Json* found = find_member(record, "image");
  const Json* images = find_member(record, "images");  // of a grid; they differ in their seeds
  if (!found && images && images->is_array() && !images->empty()) found = &(*images)[0];
  if (!found || !found->is_object()) return false;
  image = *found;
  return true;
}

GenerationInfo read_sd_metadata(const Json& record, const Json& image) {
  GenerationInfo info = read_record(image, {"prompt",
                                            "",
                                            "width",
                                            "height",
                                            {{"steps", "Steps"},
                                             {"sampler", "Sampler"},
                                             {"cfg_scale", "CFG scale"},
                                             {"seed", "Seed"},
                                             {"strength", "Denoising strength"},
                                             {"seamless", "Tiling"}}});
  info.prompt.clear();
  split_brackets(joined_prompt(image), info);
  if (find_setting(info.settings, "Tiling") == "False") erase_setting(info.settings, "Tiling");
  std::string model = member_string(record, "model_weights");
  set_setting(info.settings, "Model", model.empty() ? member_string(record, "model_id") : model);
  set_setting(info.settings, "Model hash", member_string(record, "model_hash"));
  set_version(info.settings, "InvokeAI", member_string(record, "app_version"));
  return finish_record(std::move(info));
}

const std::string* find_dream(const RawFields& fields) {
  const std::string* dream = fields.png_text("Dream");
  return dream && dream->size() <= kMaxCommandBytes && !strip(*dream).empty() ? dream : nullptr;
}

}  // namespace

bool is_invokeai_legacy(const RawFields& fields) {
  Json record, image;
  return find_dream(fields) || find_sd_metadata(fields, record, image);
}

GenerationInfo parse_invokeai_legacy(const RawFields& fields) {
  Json record, image;
  if (find_sd_metadata(fields, record, image)) return read_sd_metadata(record, image);
  return read_dream(*find_dream(fields));
}

}  // namespace img2prompt
