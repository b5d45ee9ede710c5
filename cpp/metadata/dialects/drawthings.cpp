// Draw Things: a JSON object in XMP's exif:UserComment, or in a PNG's Comment beside Software
// ("Draw Things") and Description, a text like the WebUI's. Reference: draw-things-community's
// ImageConverter.swift.
#include "metadata/dialects.h"
#include "metadata/infotext_scanner.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr std::string_view kMark = "\"uc\"", kName = "Draw Things";

bool find_json(const RawFields& fields, Json& record) {
  return (parse_record(fields.find("XMP", "exif:UserComment"), kMark, record) ||
          find_record(fields, "Comment", kMark, record)) &&
         find_member(record, "c") && find_member(record, "uc") && find_member(record, "sampler");
}

// The text alone, where the object was lost or cannot be read.
const std::string* find_description(const RawFields& fields) {
  const std::string* software = fields.png_text("Software");
  if (!software) software = fields.find("XMP", "xmp:CreatorTool");
  if (!software || software->compare(0, kName.size(), kName) != 0) return nullptr;
  const std::string* text = fields.png_text("Description");
  return text ? text : fields.find("XMP", "dc:description");
}

constexpr KeyName kDescriptionKeys[] = {
    {"Guidance Scale", "CFG scale"}, {"CLIP Skip", "Clip skip"}, {"Strength", ""}};

// The prompt, the negative one behind a '-' at a line's beginning, and a line of settings.
GenerationInfo read_description(std::string_view text) {
  GenerationInfo info;
  text = strip(text);
  size_t last_break = text.rfind('\n');
  std::string_view last = text.substr(last_break == text.npos ? 0 : last_break + 1);
  if (is_parameter_line(last)) {
    for (const Parameter& parameter : scan_parameters(last, InfotextRules::kBalanced)) {
      std::string_view key = parameter.key;
      for (const KeyName& name : kDescriptionKeys)
        if (name.theirs == parameter.key) key = name.ours;
      if (!key.empty()) set_setting(info.settings, key, std::string(parameter.value));
    }
    text = last_break == text.npos ? std::string_view() : text.substr(0, last_break);
  }
  size_t negative = text.substr(0, 1) == "-" ? 0 : text.find("\n-");
  if (negative == text.npos) negative = text.size();
  info.prompt = std::string(text.substr(0, negative));
  std::string_view rest = strip(text.substr(negative));
  info.negative_prompt = std::string(rest.substr(std::min<size_t>(1, rest.size())));
  return finish_record(std::move(info));
}

std::string lora_weights(const Json& record) {
  const Json* loras = find_member(record, "lora");
  std::string out;
  if (loras && loras->is_array())
    for (const Json& lora : *loras)
      append_pair(out, member_string(lora, "model"), member_text(lora, "weight"));
  return out;
}

GenerationInfo read_json(const Json& record) {
  GenerationInfo info = read_record(record, {"c",
                                             "uc",
                                             "",
                                             "",
                                             {{"steps", "Steps"},
                                              {"sampler", "Sampler"},
                                              {"scale", "CFG scale"},
                                              {"seed", "Seed"},
                                              {"size", "Size"},
                                              {"model", "Model"},
                                              {"clip_skip", "Clip skip"},
                                              {"refiner", "Refiner"},
                                              {"refiner_start", "Refiner switch at"},
                                              {"upscaler", "Postprocess upscaler"},
                                              {"strength", ""},
                                              {"hires_fix", ""},
                                              {"first_stage_size", ""},
                                              {"second_stage_strength", ""},
                                              {"lora", ""},
                                              {"v2", ""},  // all of the settings once more
                                              {"profile", ""}}});
  double strength = 1;  // 1 = nothing of a picture to start from
  if (member_number(record, "strength", strength) && strength < 1)
    set_setting(info.settings, "Denoising strength", member_text(record, "strength"));
  std::string first = member_string(record, "first_stage_size");
  if (member_text(record, "hires_fix") == "True" && !first.empty()) {
    set_setting(info.settings, "Hires resize", member_string(record, "size"));
    set_setting(info.settings, "Size", first);
    set_setting(info.settings, "Denoising strength", member_text(record, "second_stage_strength"));
  }
  set_setting(info.settings, "Lora", lora_weights(record));
  return finish_record(std::move(info));
}

}  // namespace

bool is_drawthings(const RawFields& fields) {
  Json record;
  return find_description(fields) || find_json(fields, record);
}

GenerationInfo parse_drawthings(const RawFields& fields) {
  Json record;
  if (find_json(fields, record)) return read_json(record);
  return read_description(*find_description(fields));
}

}  // namespace img2prompt
