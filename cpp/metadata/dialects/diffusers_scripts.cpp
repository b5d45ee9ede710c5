// Programs on diffusers without a window of their own.
//
// Hugging Face Spaces of the Animagine family: a JSON object under `parameters`. Reference: files
// from there; enslo/sd-metadata. kohya's sd-scripts (gen_img.py): one PNG text for each setting.
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

bool find_space(const RawFields& fields, Json& record) {
  return find_record(fields, "parameters", "\"num_inference_steps\"", record) &&
         find_member(record, "prompt") && find_member(record, "guidance_scale") &&
         find_member(record, "resolution");
}

void add_upscale(const Json& record, Settings& settings) {
  const Json* upscaler = find_member(record, "use_upscaler");
  if (!upscaler || !upscaler->is_object()) return;
  set_setting(settings, "Hires upscaler", member_string(*upscaler, "upscale_method"));
  set_setting(settings, "Hires upscale", member_text(*upscaler, "upscale_by"));
  set_setting(settings, "Hires steps", member_text(*upscaler, "upscale_steps"));
  set_setting(settings, "Denoising strength", member_text(*upscaler, "upscaler_strength"));
}

constexpr KeyName kScriptKeys[] = {
    {"steps", "Steps"},
    {"sampler", "Sampler"},
    {"scale", "CFG scale"},
    {"seed", "Seed"},
    {"negative-scale", "Negative scale"},
    {"clip-prompt", "CLIP prompt"},
    {"raw-prompt", "Raw prompt"},
    {"original-height", "Original height"},
    {"original-width", "Original width"},
    {"original-height-negative", "Original height negative"},
    {"original-width-negative", "Original width negative"},
    {"crop-top", "Crop top"},
    {"crop-left", "Crop left"},
};

}  // namespace

bool is_huggingface(const RawFields& fields) {
  Json record;
  return find_space(fields, record);
}

GenerationInfo parse_huggingface(const RawFields& fields) {
  Json record;
  find_space(fields, record);
  GenerationInfo info = read_record(record, {"prompt",
                                             "negative_prompt",
                                             "",
                                             "",
                                             {{"num_inference_steps", "Steps"},
                                              {"sampler", "Sampler"},
                                              {"guidance_scale", "CFG scale"},
                                              {"seed", "Seed"},
                                              {"resolution", "Size"},
                                              {"use_upscaler", ""}}});
  set_setting(info.settings, "Size", size_of_resolution(find_setting(info.settings, "Size")));
  add_upscale(record, info.settings);
  return finish_record(std::move(info));
}

bool is_sd_scripts(const RawFields& fields) {
  for (std::string_view key : {"prompt", "seed", "sampler", "steps", "scale"})
    if (!fields.png_text(key)) return false;
  return true;
}

GenerationInfo parse_sd_scripts(const RawFields& fields) {
  GenerationInfo info;
  info.prompt = *fields.png_text("prompt");
  if (const std::string* text = fields.png_text("negative-prompt")) info.negative_prompt = *text;
  for (const KeyName& key : kScriptKeys)
    if (const std::string* text = fields.png_text(key.theirs))
      set_setting(info.settings, key.ours, *text);
  return finish_record(std::move(info));
}

}  // namespace img2prompt
