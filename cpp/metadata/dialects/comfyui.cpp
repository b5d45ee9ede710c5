// ComfyUI: the graph that was executed (`prompt`) and the one on the screen (`workflow`), in JSON.
// PNG: text chunks of these names, or `comf` chunks in an animation. WebP, JPEG and others: in
// EXIF's first directory "prompt:{...}" as Model and "workflow:{...}" as Make, or as whatever tag
// counting down from there; from other savers, one JSON object as UserComment or as the
// comment of a JPEG or GIF.
#include <algorithm>

#include "metadata/dialects.h"
#include "metadata/dialects/comfyui/graph.h"
#include "metadata/dialects/comfyui/record.h"
#include "metadata/infotext_scanner.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr std::string_view kApiMark = "\"class_type\"", kEditorMark = "\"nodes\"";

// The graph of that name, "prompt" or "workflow"; empty where there is none.
std::string_view find_graph(const RawFields& fields, std::string_view name, std::string_view mark) {
  auto holds = [&](std::string_view text) {
    return strip(text.substr(0, 64)).substr(0, 1) == "{" &&
           text.find(mark) != std::string_view::npos;
  };
  if (const std::string* text = fields.png_text(name); text && holds(*text)) return *text;
  for (const RawField& field : fields.fields) {
    std::string_view value = field.value;
    bool is_marked = field.source == "EXIF" && value.size() > name.size() &&
                     value[name.size()] == ':' &&
                     comfyui::contains_word(value.substr(0, name.size()), name);
    if (is_marked && holds(value.substr(name.size() + 1))) return value.substr(name.size() + 1);
    bool is_comment = field.key == "UserComment" || field.source == "COM" || field.source == "GIF";
    if (is_comment && holds(value)) return value;
  }
  return {};
}

// Some savers put both forms, or what they sent to be executed, into one object.
JsonValue unwrap(JsonValue root, std::string_view name) {
  JsonValue inner = root[name];
  return inner.is_object() && !inner["class_type"].is_string() ? inner : root;
}

std::string damage(JsonTape::End end) {
  switch (end) {
    case JsonTape::End::kTooDeep:
      return "it is nested too deep";
    case JsonTape::End::kTooMany:
      return "it has too many values";
    default:
      return "it is not JSON";
  }
}

// What one form of the graph says; an empty record where it is not there or damaged.
GenerationInfo read_form(const RawFields& fields, std::string_view name, std::string_view mark) {
  GenerationInfo info;
  std::string_view text = find_graph(fields, name, mark);
  if (text.empty()) return info;
  JsonTape tape;
  JsonTape::End end = tape.parse(text);
  if (end != JsonTape::End::kWhole) {
    info.warnings.push_back(fmt::format("ComfyUI's {}: left out, {}", name, damage(end)));
    return info;
  }
  JsonValue root = unwrap(tape.root(), name);
  if (name == "prompt")
    return read_graph(comfyui::read_api_graph(root), {fields.width, fields.height, true});
  return read_graph(comfyui::read_editor_graph(root), {fields.width, fields.height, false});
}

// Savers that write the WebUI's text beside the graph say there what the graph may only imply.
bool has_infotext(const RawFields& fields) {
  constexpr std::string_view kTelling = "Steps: ";
  const std::string* texts[] = {fields.png_text("parameters"), fields.find("EXIF", "UserComment")};
  return std::any_of(std::begin(texts), std::end(texts), [&](const std::string* text) {
    return text && strip(*text).substr(0, 1) != "{" && text->find(kTelling) != std::string::npos;
  });
}

}  // namespace

bool is_comfyui(const RawFields& fields) {
  if (has_infotext(fields)) return false;
  return !find_graph(fields, "prompt", kApiMark).empty() ||
         !find_graph(fields, "workflow", kEditorMark).empty();
}

GenerationInfo parse_comfyui(const RawFields& fields) {
  GenerationInfo info = read_form(fields, "prompt", kApiMark);
  if (info.prompt.empty()) {
    GenerationInfo shown = read_form(fields, "workflow", kEditorMark);
    if (info.settings.empty()) info.settings = std::move(shown.settings);
    info.prompt = std::move(shown.prompt);
    if (info.negative_prompt.empty()) info.negative_prompt = std::move(shown.negative_prompt);
    for (std::string& line : shown.warnings) info.warnings.push_back(std::move(line));
  }
  info.infotext = convert_to_infotext(info);
  return info;
}

}  // namespace img2prompt
