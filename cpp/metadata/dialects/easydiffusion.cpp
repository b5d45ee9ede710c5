// Easy Diffusion: one PNG text for each setting, in a JPEG or WebP a JSON object in EXIF's
// UserComment. The keys are its own ("num_inference_steps") or, where text files are written too,
// those of its window ("Steps"). Reference: Easy Diffusion's save_utils.py (3.5), sdkit's
// file_utils.py.
#include <algorithm>
#include <vector>

#include "metadata/dialects.h"
#include "metadata/json_record.h"
#include "metadata/limits.h"

namespace img2prompt {
namespace {

struct Key {
  std::string_view theirs, shown, ours;  // ours empty: read by name below
};

constexpr Key kKeys[] = {
    {"seed", "Seed", "Seed"},
    {"use_stable_diffusion_model", "Stable Diffusion model", "Model"},
    {"use_vae_model", "VAE model", "VAE"},
    {"sampler_name", "Sampler", "Sampler"},
    {"scheduler_name", "Scheduler", "Schedule type"},
    {"num_inference_steps", "Steps", "Steps"},
    {"guidance_scale", "Guidance Scale", "CFG scale"},
    {"distilled_guidance_scale", "Distilled Guidance", "Distilled CFG Scale"},
    {"prompt_strength", "Prompt Strength", "Denoising strength"},
    {"use_hypernetwork_model", "Hypernetwork model", "Hypernet"},
    {"hypernetwork_strength", "Hypernetwork Strength", "Hypernet strength"},
    {"use_face_correction", "Use Face Correction", "Face restoration"},
    {"use_upscale", "Use Upscaling", "Postprocess upscaler"},
    {"upscale_amount", "Upscale By", "Postprocess upscale by"},
    {"use_controlnet_model", "ControlNet model", "ControlNet Model"},
    {"control_filter_to_apply", "ControlNet Filter", "ControlNet Preprocessor"},
    {"control_alpha", "ControlNet Strength", "ControlNet Weight"},
    {"use_embeddings_model", "Embedding models", "Embeddings"},
    {"latent_upscaler_steps", "Latent Upscaler Steps", "Latent upscaler steps"},
    {"prompt", "Prompt", ""},
    {"negative_prompt", "Negative Prompt", ""},
    {"width", "Width", ""},
    {"height", "Height", ""},
    {"clip_skip", "Clip Skip", ""},
    {"tiling", "Seamless Tiling", ""},
    {"use_lora_model", "LoRA model", ""},
    {"lora_alpha", "LoRA Strength", ""},
};

// The texts of the record by their own keys.
class Record {
 public:
  void set(std::string_view key, const std::string& value) {
    for (const Key& known : kKeys)
      if (known.theirs == key || known.shown == key) set_setting(values_, known.theirs, value);
  }
  // Empty where there is none, or Python's None.
  std::string get(std::string_view theirs) const {
    std::string value = find_setting(values_, theirs);
    return value == "None" ? std::string() : value;
  }
  bool has(std::string_view theirs) const { return !find_setting(values_, theirs).empty(); }
  const Settings& values() const { return values_; }

 private:
  Settings values_;
};

bool is_telling(const Record& record) {
  return record.has("prompt") && record.has("num_inference_steps") &&
         record.has("guidance_scale") && record.has("use_stable_diffusion_model");
}

bool find_easydiffusion(const RawFields& fields, Record& record) {
  if (fields.png_text("use_stable_diffusion_model") || fields.png_text("Stable Diffusion model")) {
    for (const RawField& field : fields.fields)
      if (field.source == "tEXt" || field.source == "zTXt" || field.source == "iTXt")
        record.set(field.key, field.value);
    return is_telling(record);
  }
  Json json;
  if (!find_record(fields, "parameters", "\"use_stable_diffusion_model\"", json) &&
      !find_record(fields, "parameters", "\"Stable Diffusion model\"", json))
    return false;
  for (const Key& key : kKeys)
    for (std::string_view name : {key.theirs, key.shown})
      if (find_member(json, name)) record.set(name, member_text(json, name));
  return is_telling(record);
}

// The parts of "a", "['a', 'b']" (Python's list), "[\"a\",\"b\"]" (JSON's) or "a, b".
std::vector<std::string> list_parts(std::string text) {
  std::vector<std::string> out;
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  for (size_t start = 0; start < text.size() && out.size() < kMaxListItems;) {
    size_t end = std::min(text.find(',', start), text.size());
    std::string part = text.substr(start, end - start);
    auto is_edge = [](char c) { return c == ' ' || c == '\'' || c == '"'; };
    part.erase(part.begin(), std::find_if_not(part.begin(), part.end(), is_edge));
    while (!part.empty() && is_edge(part.back())) part.pop_back();
    out.push_back(part);
    start = end + 1;
  }
  return out;
}

void add_loras(const Record& record, Settings& settings) {
  std::vector<std::string> names = list_parts(record.get("use_lora_model"));
  std::vector<std::string> weights = list_parts(record.get("lora_alpha"));
  std::string out;
  for (size_t i = 0; i < names.size(); ++i)
    append_pair(out, names[i], i < weights.size() ? weights[i] : "");
  set_setting(settings, "Lora", out);
}

bool is_absolute(std::string_view path) {
  return !path.empty() && (path[0] == '/' || path[0] == '\\' || path.substr(1, 1) == ":");
}

}  // namespace

bool is_easydiffusion(const RawFields& fields) {
  Record record;
  return find_easydiffusion(fields, record);
}

GenerationInfo parse_easydiffusion(const RawFields& fields) {
  Record record;
  find_easydiffusion(fields, record);
  GenerationInfo info;
  info.prompt = record.get("prompt");
  info.negative_prompt = record.get("negative_prompt");
  for (const auto& [theirs, value] : record.values()) {
    if (value == "None") continue;
    for (const Key& key : kKeys)
      if (key.theirs == theirs && !key.ours.empty()) set_setting(info.settings, key.ours, value);
  }
  for (std::string_view key : {"Model", "VAE"})
    if (std::string path = find_setting(info.settings, key); is_absolute(path))
      set_setting(info.settings, key, file_name(path));
  std::string width = record.get("width"), height = record.get("height");
  if (!width.empty() && !height.empty()) set_setting(info.settings, "Size", width + "x" + height);
  if (record.get("clip_skip") == "True") set_setting(info.settings, "Clip skip", "2");
  if (record.get("tiling") == "xy") set_setting(info.settings, "Tiling", "True");
  add_loras(record, info.settings);
  return finish_record(std::move(info));
}

}  // namespace img2prompt
