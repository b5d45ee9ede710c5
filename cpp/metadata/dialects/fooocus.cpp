// Fooocus: a JSON object under `parameters` in a PNG (with `fooocus_scheme`), in EXIF's UserComment
// in a JPEG or WebP. Its other scheme, a1111, is the WebUI's text. RuinedFooocus writes other keys.
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

bool find_record(const RawFields& fields, std::string_view mark, Json& record) {
  return parse_record(fields.png_text("parameters"), mark, record) ||
         parse_record(fields.find("EXIF", "UserComment"), mark, record);
}

bool find_fooocus(const RawFields& fields, Json& record) {
  return find_record(fields, "\"base_model\"", record) && record.contains("base_model") &&
         record.contains("prompt");
}

bool find_ruined(const RawFields& fields, Json& record) {
  return find_record(fields, "\"RuinedFooocus\"", record) && record.contains("Prompt");
}

// "(1024, 768)" as "1024x768"; anything else as it is.
std::string size_text(const std::string& resolution) {
  std::string out;
  for (char c : resolution) {
    if (c >= '0' && c <= '9')
      out += c;
    else if (c == ',')
      out += 'x';
    else if (c != '(' && c != ')' && c != ' ')
      return resolution;
  }
  return out;
}

}  // namespace

bool is_fooocus(const RawFields& fields) {
  Json record;
  return find_fooocus(fields, record);
}

GenerationInfo parse_fooocus(const RawFields& fields) {
  Json record;
  find_fooocus(fields, record);
  GenerationInfo info = read_record(record, {"prompt",
                                             "negative_prompt",
                                             "",
                                             "",
                                             {{"steps", "Steps"},
                                              {"sampler", "Sampler"},
                                              {"scheduler", "Schedule type"},
                                              {"guidance_scale", "CFG scale"},
                                              {"seed", "Seed"},
                                              {"resolution", "Size"},
                                              {"base_model", "Model"},
                                              {"base_model_hash", "Model hash"},
                                              {"vae", "VAE"},
                                              {"version", "Version"},
                                              {"full_prompt", ""},
                                              {"full_negative_prompt", ""}}});
  for (auto& [key, value] : info.settings)
    if (key == "Size") value = size_text(value);
  info.infotext = convert_to_infotext(info);
  return info;
}

bool is_ruinedfooocus(const RawFields& fields) {
  Json record;
  return find_ruined(fields, record);
}

GenerationInfo parse_ruinedfooocus(const RawFields& fields) {
  Json record;
  find_ruined(fields, record);
  GenerationInfo info = read_record(record, {"Prompt",
                                             "Negative",
                                             "width",
                                             "height",
                                             {{"steps", "Steps"},
                                              {"sampler_name", "Sampler"},
                                              {"scheduler", "Schedule type"},
                                              {"cfg", "CFG scale"},
                                              {"seed", "Seed"},
                                              {"base_model_name", "Model"},
                                              {"base_model_hash", "Model hash"}}});
  info.infotext = convert_to_infotext(info);
  return info;
}

}  // namespace img2prompt
