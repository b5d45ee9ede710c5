// InvokeAI 3 and later: a JSON object under `invokeai_metadata` in a PNG. Models are objects, with
// model_name in version 3, with name, key and hash since. Reference: InvokeAI's CoreMetadata (3.0)
// and its core_metadata invocation (6.10).
#include "metadata/dialects.h"
#include "metadata/json_record.h"
#include "metadata/limits.h"

namespace img2prompt {
namespace {

constexpr std::string_view kMark = "{";

bool find_metadata(const RawFields& fields, Json& record) {
  return parse_record(fields.png_text("invokeai_metadata"), kMark, record);
}

std::string model_name(const Json& owner, std::string_view key) {
  const Json* model = find_member(owner, key);
  if (!model) return {};
  if (model->is_string()) return model->get<std::string>();
  std::string name = member_string(*model, "name");
  return name.empty() ? member_string(*model, "model_name") : name;
}

std::string model_hash(const Json& owner, std::string_view key) {
  const Json* model = find_member(owner, key);
  return model ? member_string(*model, "hash") : std::string();
}

std::string lora_weights(const Json& record) {
  const Json* loras = find_member(record, "loras");
  std::string out;
  if (!loras || !loras->is_array()) return out;
  for (const Json& lora : *loras) {
    std::string name = model_name(lora, "model");
    append_pair(out, name.empty() ? model_name(lora, "lora") : name, member_text(lora, "weight"));
  }
  return out;
}

// The names of the WebUI's ControlNet extension.
constexpr KeyName kControlModes[] = {{"balanced", "Balanced"},
                                     {"more_prompt", "My prompt is more important"},
                                     {"more_control", "ControlNet is more important"}};
constexpr KeyName kResizeModes[] = {{"just_resize", "Just Resize"},
                                    {"crop_resize", "Crop and Resize"},
                                    {"fill_resize", "Resize and Fill"}};

template <size_t N>
std::string renamed(const KeyName (&names)[N], const std::string& theirs) {
  for (const KeyName& name : names)
    if (name.theirs == theirs) return std::string(name.ours);
  return theirs;
}

// Without what would end a field of the extension's own list.
std::string plain_field(std::string text) {
  for (char& c : text)
    if (c == ',' || c == ':') c = ' ';
  return text;
}

// "ControlNet 0" and so on, as the WebUI's extension writes its units.
void add_controlnets(const Json& record, Settings& settings) {
  const Json* units = find_member(record, "controlnets");
  if (!units || !units->is_array()) return;
  for (size_t i = 0; i < units->size() && i < kMaxControlUnits; ++i) {
    const Json& unit = (*units)[i];
    std::string text;
    auto add = [&](std::string_view key, const std::string& value) {
      if (!value.empty()) append_pair(text, key, plain_field(value));
    };
    add("Model", model_name(unit, "control_model"));
    add("Weight", member_text(unit, "control_weight"));
    add("Resize Mode", renamed(kResizeModes, member_string(unit, "resize_mode")));
    add("Guidance Start", member_text(unit, "begin_step_percent"));
    add("Guidance End", member_text(unit, "end_step_percent"));
    add("Control Mode", renamed(kControlModes, member_string(unit, "control_mode")));
    set_setting(settings, fmt::format("ControlNet {}", i), text);
  }
}

void add_models(const Json& record, Settings& settings) {
  set_setting(settings, "Model", model_name(record, "model"));
  set_setting(settings, "Model hash", model_hash(record, "model"));
  set_setting(settings, "VAE", model_name(record, "vae"));
  set_setting(settings, "Lora", lora_weights(record));
  std::string refiner = model_name(record, "refiner_model");
  if (refiner.empty()) return;
  set_setting(settings, "Refiner", refiner);
  set_setting(settings, "Refiner switch at", member_text(record, "refiner_start"));
}

// A name without "_k" says that there is no Karras schedule; the WebUI would take one by default
// for the samplers that are listed here.
bool is_uniform(std::string_view scheduler) {
  constexpr std::string_view kPlain[] = {"dpmpp_2s",  "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m",
                                         "dpmpp_sde", "kdpm_2",   "kdpm_2_a"};
  for (std::string_view name : kPlain)
    if (name == scheduler) return true;
  return false;
}

void add_values(const Json& record, Settings& settings) {
  if (is_uniform(member_string(record, "scheduler")))
    set_setting(settings, "Schedule type", "Uniform");
  double skipped = 0;  // layers, none of them by default
  if (member_number(record, "clip_skip", skipped) && skipped > 0 && skipped < 32)
    set_setting(settings, "Clip skip", fmt::format("{}", static_cast<int>(skipped) + 1));
  if (member_text(record, "seamless_x") == "True" && member_text(record, "seamless_y") == "True")
    set_setting(settings, "Tiling", "True");
  std::string device = member_string(record, "rand_device");
  if (!device.empty()) set_setting(settings, "RNG", device == "cpu" ? "CPU" : "GPU");
  if (member_text(record, "hrf_enabled") == "True") {
    set_setting(settings, "Hires upscaler", member_string(record, "hrf_method"));
    set_setting(settings, "Denoising strength", member_text(record, "hrf_strength"));
  }
  set_version(settings, "InvokeAI", member_string(record, "app_version"));
}

}  // namespace

bool is_invokeai(const RawFields& fields) {
  Json record;
  return find_metadata(fields, record);
}

GenerationInfo parse_invokeai(const RawFields& fields) {
  Json record;
  find_metadata(fields, record);
  GenerationInfo info = read_record(record, {"positive_prompt",
                                             "negative_prompt",
                                             "width",
                                             "height",
                                             {{"steps", "Steps"},
                                              {"scheduler", "Sampler"},
                                              {"cfg_scale", "CFG scale"},
                                              {"seed", "Seed"},
                                              {"strength", "Denoising strength"},
                                              {"clip_skip", ""},
                                              {"rand_device", ""},
                                              {"model", ""},
                                              {"vae", ""},
                                              {"loras", ""},
                                              {"controlnets", ""},
                                              {"refiner_model", ""},
                                              {"refiner_start", ""},
                                              {"app_version", ""}}});
  add_values(record, info.settings);
  add_models(record, info.settings);
  add_controlnets(record, info.settings);
  return finish_record(std::move(info));
}

}  // namespace img2prompt
