// SwarmUI: a JSON object whose member sui_image_params holds the settings, under `parameters` in a
// PNG, in EXIF's UserComment in a JPEG or WebP, in EXIF's Model in old files.
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr std::string_view kMark = "\"sui_image_params\"";

bool find_parameters(const RawFields& fields, Json& parameters) {
  Json record;
  bool found = parse_record(fields.png_text("parameters"), kMark, record) ||
               parse_record(fields.find("EXIF", "UserComment"), kMark, record) ||
               parse_record(fields.find("EXIF", "Model"), kMark, record);
  if (!found || !record.contains("sui_image_params")) return false;
  parameters = record["sui_image_params"];
  return parameters.is_object();
}

}  // namespace

bool is_swarmui(const RawFields& fields) {
  Json parameters;
  return find_parameters(fields, parameters);
}

GenerationInfo parse_swarmui(const RawFields& fields) {
  Json parameters;
  find_parameters(fields, parameters);
  GenerationInfo info = read_record(parameters, {"prompt",
                                                 "negativeprompt",
                                                 "width",
                                                 "height",
                                                 {{"steps", "Steps"},
                                                  {"sampler", "Sampler"},
                                                  {"scheduler", "Schedule type"},
                                                  {"cfgscale", "CFG scale"},
                                                  {"seed", "Seed"},
                                                  {"model", "Model"},
                                                  {"vae", "VAE"},
                                                  {"swarm_version", "Version"}}});
  info.infotext = convert_to_infotext(info);
  return info;
}

}  // namespace img2prompt
