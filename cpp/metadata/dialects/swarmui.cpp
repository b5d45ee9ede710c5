// SwarmUI: a JSON object whose member sui_image_params holds the settings, under `parameters` in a
// PNG, in EXIF's UserComment in a JPEG or WebP, in EXIF's Model in old files. Reference: SwarmUI's
// T2IParamInput and its T2IParamTypes (0.9.7).
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr std::string_view kMark = "\"sui_image_params\"";

bool find_parameters(const RawFields& fields, Json& record) {
  if (!find_record(fields, "parameters", kMark, record) &&
      !parse_record(fields.find("EXIF", "Model"), kMark, record))
    return false;
  const Json* parameters = find_member(record, "sui_image_params");
  return parameters && parameters->is_object();
}

// "a: 1, b: 0.5" of the lists of names and weights.
std::string lora_weights(const Json& parameters) {
  const Json* names = find_member(parameters, "loras");
  const Json* weights = find_member(parameters, "loraweights");
  std::string out;
  if (!names || !names->is_array()) return out;
  bool has_weights = weights && weights->is_array();
  for (size_t i = 0; i < names->size(); ++i)
    append_pair(out, setting_text((*names)[i]),
                has_weights && i < weights->size() ? setting_text((*weights)[i]) : "");
  return out;
}

// Of each LoRA the beginning of its hash, over the same bytes and as long as the WebUI's.
std::string lora_hashes(const Json& record) {
  constexpr size_t kHashDigits = 12;
  constexpr const char* kHexDigits = "0123456789abcdefABCDEF";
  const Json* models = find_member(record, "sui_models");
  std::string out;
  if (!models || !models->is_array()) return out;
  for (const Json& model : *models) {
    if (member_string(model, "param") != "loras") continue;
    std::string name = member_string(model, "name"), hash = member_string(model, "hash");
    if (hash.substr(0, 2) != "0x") continue;
    hash = hash.substr(2, kHashDigits);
    if (hash.find_first_not_of(kHexDigits) != hash.npos) continue;
    append_pair(out, name.substr(0, name.rfind('.')), hash);
  }
  return out;
}

void add_upscale(const Json& parameters, Settings& settings) {
  double scale = 1;
  if (!member_number(parameters, "refinerupscale", scale) || scale == 1) return;
  set_setting(settings, "Hires upscale", member_text(parameters, "refinerupscale"));
  std::string upscaler = member_string(parameters, "refinerupscalemethod");
  constexpr std::string_view kModel = "model-";
  if (upscaler.substr(0, kModel.size()) == kModel) upscaler.erase(0, kModel.size());
  set_setting(settings, "Hires upscaler", upscaler);
  set_setting(settings, "Hires steps", member_text(parameters, "refinersteps"));
  set_setting(settings, "Denoising strength", member_text(parameters, "refinercontrolpercentage"));
}

}  // namespace

bool is_swarmui(const RawFields& fields) {
  Json record;
  return find_parameters(fields, record);
}

GenerationInfo parse_swarmui(const RawFields& fields) {
  Json record;
  find_parameters(fields, record);
  const Json& parameters = *find_member(record, "sui_image_params");
  GenerationInfo info =
      read_record(parameters, {"prompt",
                               "negativeprompt",
                               "width",
                               "height",
                               {{"steps", "Steps"},
                                {"sampler", "Sampler"},
                                {"scheduler", "Schedule type"},
                                {"cfgscale", "CFG scale"},
                                {"fluxguidancescale", "Distilled CFG Scale"},
                                {"seed", "Seed"},
                                {"model", "Model"},
                                {"vae", "VAE"},
                                {"variationseed", "Variation seed"},
                                {"variationseedstrength", "Variation seed strength"},
                                {"initimagecreativity", "Denoising strength"},
                                {"clipstopatlayer", ""},
                                {"loras", ""},
                                {"loraweights", ""},
                                {"swarm_version", ""}}});
  set_setting(info.settings, "Clip skip", clip_skip_of_layer(parameters, "clipstopatlayer"));
  add_upscale(parameters, info.settings);
  set_setting(info.settings, "Lora", lora_weights(parameters));
  set_setting(info.settings, "Lora hashes", lora_hashes(record));
  set_version(info.settings, "SwarmUI", member_text(parameters, "swarm_version"));
  return finish_record(std::move(info));
}

}  // namespace img2prompt
