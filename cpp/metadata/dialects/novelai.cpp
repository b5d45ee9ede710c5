// NovelAI: PNG texts Software ("NovelAI"), Description (the prompt), Source (model and hash) and
// Comment, a JSON object. From V4 on the prompt stands there in parts: a caption for the picture
// and one for each character.
#include <algorithm>

#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

// The captions of a V4 prompt, the picture's and then each character's, a line each.
std::string v4_captions(const Json& comment, const char* key) {
  std::string out;
  auto add = [&](const Json& owner, const char* name) {
    auto text = owner.find(name);
    if (text == owner.end() || !text->is_string() || text->get_ref<const std::string&>().empty())
      return;
    if (!out.empty()) out += '\n';
    out += text->get_ref<const std::string&>();
  };
  auto prompt = comment.find(key);
  if (prompt == comment.end() || !prompt->is_object()) return out;
  auto caption = prompt->find("caption");
  if (caption == prompt->end() || !caption->is_object()) return out;
  add(*caption, "base_caption");
  auto characters = caption->find("char_captions");
  if (characters == caption->end() || !characters->is_array()) return out;
  for (const Json& character : *characters)
    if (character.is_object()) add(character, "char_caption");
  return out;
}

// "NovelAI Diffusion V4.5 4BDE2A90": a name, then 8 hexadecimal digits.
void add_model(const std::string& source, Settings& settings) {
  constexpr size_t kHashDigits = 8;
  size_t space = source.rfind(' ');
  std::string hash = space == std::string::npos ? "" : source.substr(space + 1);
  bool is_hash = hash.size() == kHashDigits && std::all_of(hash.begin(), hash.end(), [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
                 });
  settings.emplace_back("Model", is_hash ? source.substr(0, space) : source);
  if (is_hash) settings.emplace_back("Model hash", hash);
}

}  // namespace

bool is_novelai(const RawFields& fields) {
  const std::string* software = fields.png_text("Software");
  return software && *software == "NovelAI" &&
         (fields.png_text("Description") || fields.png_text("Comment"));
}

GenerationInfo parse_novelai(const RawFields& fields) {
  GenerationInfo info;
  Json comment;
  if (parse_record(fields.png_text("Comment"), "{", comment)) {
    // "strength" is written without a picture to start from, too: it is no denoising strength.
    info = read_record(comment, {"prompt",
                                 "uc",
                                 "width",
                                 "height",
                                 {{"steps", "Steps"},
                                  {"sampler", "Sampler"},
                                  {"noise_schedule", "Schedule type"},
                                  {"scale", "CFG scale"},
                                  {"seed", "Seed"},
                                  {"v4_prompt", ""},
                                  {"v4_negative_prompt", ""},
                                  {"signed_hash", ""}}});
    if (std::string v4 = v4_captions(comment, "v4_prompt"); !v4.empty()) info.prompt = v4;
    if (std::string v4 = v4_captions(comment, "v4_negative_prompt"); !v4.empty())
      info.negative_prompt = v4;
  }
  if (const std::string* prompt = fields.png_text("Description"); prompt && info.prompt.empty())
    info.prompt = *prompt;
  if (const std::string* source = fields.png_text("Source")) add_model(*source, info.settings);
  info.infotext = convert_to_infotext(info);
  return info;
}

}  // namespace img2prompt
