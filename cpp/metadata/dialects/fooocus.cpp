// Fooocus: a JSON object under `parameters` in a PNG (with `fooocus_scheme`), or as its Comment, in
// EXIF's UserComment in a JPEG or WebP. Its other scheme, a1111, is the WebUI's text. The log's
// spelling of the keys, "Base Model" for base_model, is read too. RuinedFooocus writes other keys.
// Reference: Fooocus' meta_parser.py (2.5), RuinedFooocus' async_worker.py.
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr size_t kMostLogKeys = 256;  // some 25 are written; each costs a look at all before it

// "Base Model" as base_model.
std::string plain_key(std::string key) {
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if (c == ' ') c = '_';
  }
  return key;
}

bool find_marked(const RawFields& fields, std::string_view mark, Json& record) {
  return find_record(fields, "parameters", mark, record) ||
         find_record(fields, "Comment", mark, record);
}

bool find_fooocus(const RawFields& fields, Json& record) {
  if (!find_marked(fields, "\"base_model\"", record)) {
    Json log;
    if (!find_marked(fields, "\"Base Model\"", log) || log.size() > kMostLogKeys) return false;
    record = Json::object();
    for (auto& [key, value] : log.items()) record.emplace(plain_key(key), std::move(value));
  }
  return find_member(record, "base_model") && record.contains("prompt");
}

bool find_ruined(const RawFields& fields, Json& record) {
  return find_record(fields, "parameters", "\"RuinedFooocus\"", record) &&
         record.contains("Prompt");
}

// Fooocus: [["name", weight, "hash"], ...]
void add_loras(const Json& record, Settings& settings) {
  const Json* loras = find_member(record, "loras");
  std::string weights, hashes;
  if (!loras || !loras->is_array()) return;
  for (const Json& lora : *loras) {
    if (!lora.is_array() || lora.size() < 2 || !lora[0].is_string()) continue;
    std::string name = setting_text(lora[0]);
    append_pair(weights, name, setting_text(lora[1]));
    if (lora.size() > 2 && lora[2].is_string()) append_pair(hashes, name, setting_text(lora[2]));
  }
  set_setting(settings, "Lora", weights);
  set_setting(settings, "Lora hashes", hashes);
}

// RuinedFooocus: [["hash", "weight - name"], ...]
void add_ruined_loras(const Json& record, Settings& settings) {
  constexpr std::string_view kBetween = " - ";
  const Json* loras = find_member(record, "loras");
  std::string weights, hashes;
  if (!loras || !loras->is_array()) return;
  for (const Json& lora : *loras) {
    if (!lora.is_array() || lora.size() < 2 || !lora[1].is_string()) continue;
    std::string text = setting_text(lora[1]);
    size_t between = text.find(kBetween);
    if (between == text.npos) continue;
    std::string name = text.substr(between + kBetween.size());
    append_pair(weights, name, text.substr(0, between));
    if (lora[0].is_string()) append_pair(hashes, name, setting_text(lora[0]));
  }
  set_setting(settings, "Lora", weights);
  set_setting(settings, "Lora hashes", hashes);
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
                                              {"refiner_model", "Refiner"},
                                              {"refiner_switch", "Refiner switch at"},
                                              {"clip_skip", "Clip skip"},
                                              {"vae", "VAE"},
                                              {"version", "Version"},
                                              {"created_by", "User"},
                                              {"loras", ""},
                                              {"full_prompt", ""},
                                              {"full_negative_prompt", ""},
                                              {"metadata_scheme", ""}}});
  set_setting(info.settings, "Size", size_of_resolution(find_setting(info.settings, "Size")));
  if (find_setting(info.settings, "VAE") == "Default (model)") erase_setting(info.settings, "VAE");
  if (find_setting(info.settings, "Refiner") == "None") {
    erase_setting(info.settings, "Refiner");
    erase_setting(info.settings, "Refiner switch at");
  }
  add_loras(record, info.settings);
  return finish_record(std::move(info));
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
                                              {"base_model_hash", "Model hash"},
                                              {"clip_skip", "Clip skip"},
                                              {"denoise", "Denoising strength"},
                                              {"loras", ""},
                                              {"software", "Version"}}});
  add_ruined_loras(record, info.settings);
  return finish_record(std::move(info));
}

}  // namespace img2prompt
