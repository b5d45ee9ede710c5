// The Stable Diffusion WebUI and those that write as it does: Forge, reForge, SD.Next,
// stable-diffusion.cpp, Civitai's generator. The text stands under `parameters` in a PNG, else in
// EXIF's UserComment, a GIF's comment, or wherever a converter moved it.
#include <algorithm>
#include <string_view>

#include "metadata/dialects.h"
#include "metadata/infotext.h"
#include "metadata/infotext_scanner.h"

namespace img2prompt {
namespace {

// Settings that every writer of this family has one of. Cameras write "key: value" lists, too, so
// three pairs alone do not make a text that of a generator.
constexpr std::string_view kTelling[] = {"Steps", "Sampler",    "CFG scale",         "Seed",
                                         "Model", "Model hash", "Denoising strength"};

bool has_telling_setting(const Infotext& infotext) {
  for (const auto& [key, value] : infotext.settings) {
    bool is_flag = key == value;  // a word between commas
    if (!is_flag && std::find(std::begin(kTelling), std::end(kTelling), key) != std::end(kTelling))
      return true;
  }
  return false;
}

// Another generator's record, which may hold an infotext somewhere inside. A prompt may begin with
// a brace, too ("{red|blue} car"), but not with a brace and a quote.
bool looks_like_json(std::string_view text) {
  text = strip(text);
  if (text.size() < 2) return false;
  char inner = strip(text.substr(1)).front();
  if (text.front() == '{') return text.back() == '}' && (inner == '"' || inner == '}');
  return text.front() == '[' && text.back() == ']' && (inner == '{' || inner == '"');
}

bool is_infotext(std::string_view text) {
  return !looks_like_json(text) &&
         has_telling_setting(parse_infotext(text, InfotextRules::kBalanced));
}

// The field with the infotext, or null. Like the WebUI, a UserComment goes before `parameters`, but
// only where it is an infotext: cameras and screenshots fill that tag as well.
const std::string* find_infotext(const RawFields& fields) {
  const std::string* comment = fields.find("EXIF", "UserComment");
  if (comment && is_infotext(*comment)) return comment;
  const std::string* parameters = fields.png_text("parameters");
  if (parameters && !strip(*parameters).empty() && !looks_like_json(*parameters)) return parameters;
  for (const RawField& field : fields.fields)
    if (field.key != "packet" && is_infotext(field.value)) return &field.value;
  return nullptr;
}

}  // namespace

bool is_a1111(const RawFields& fields) { return find_infotext(fields) != nullptr; }

GenerationInfo parse_a1111(const RawFields& fields) {
  const std::string& text = *find_infotext(fields);
  Infotext infotext = parse_infotext(text, InfotextRules::kBalanced);
  GenerationInfo info;
  info.prompt = std::move(infotext.prompt);
  info.negative_prompt = std::move(infotext.negative_prompt);
  info.settings = std::move(infotext.settings);
  info.infotext = text;
  return info;
}

}  // namespace img2prompt
