// Tensor.Art: a JSON object in a PNG's `generation_data`, followed by a NUL, and the graph that ran
// in `prompt`. A seed of -1 was drawn there. Reference: files from its site; enslo/sd-metadata.
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr std::string_view kMark = "\"prompt\"";

bool find_data(const RawFields& fields, Json& record) {
  const std::string* text = fields.png_text("generation_data");
  if (!text) return false;
  std::string data = text->substr(0, text->find_last_not_of('\0') + 1);
  return parse_record(&data, kMark, record) && find_member(record, "steps");
}

// The seed of the graph's first sampler.
std::string graph_seed(const RawFields& fields) {
  Json graph;
  if (!parse_record(fields.png_text("prompt"), "KSampler", graph)) return {};
  for (const Json& node : graph) {
    const Json* inputs = find_member(node, "inputs");
    const Json* seed = inputs ? find_member(*inputs, "seed") : nullptr;
    if (seed && seed->is_number_unsigned()) return setting_text(*seed);
  }
  return {};
}

std::string lora_weights(const Json& record) {
  const Json* models = find_member(record, "models");
  std::string out;
  if (models && models->is_array())
    for (const Json& model : *models)
      append_pair(out, member_string(model, "modelFileName"), member_text(model, "weight"));
  return out;
}

}  // namespace

bool is_tensorart(const RawFields& fields) {
  Json record;
  return find_data(fields, record);
}

GenerationInfo parse_tensorart(const RawFields& fields) {
  Json record;
  find_data(fields, record);
  GenerationInfo info = read_record(record, {"prompt",
                                             "negativePrompt",
                                             "width",
                                             "height",
                                             {{"steps", "Steps"},
                                              {"ksamplerName", "Sampler"},
                                              {"samplerName", "Sampler"},
                                              {"schedule", "Schedule type"},
                                              {"cfgScale", "CFG scale"},
                                              {"seed", "Seed"},
                                              {"clipSkip", "Clip skip"},
                                              {"sdVae", "VAE"},
                                              {"denoisingStrength", "Denoising strength"},
                                              {"etaNoiseSeedDelta", "ENSD"},
                                              {"baseModel", ""},
                                              {"models", ""}}});
  if (find_setting(info.settings, "Seed") == "-1")
    set_setting(info.settings, "Seed", graph_seed(fields));
  if (const Json* model = find_member(record, "baseModel")) {
    set_setting(info.settings, "Model", member_string(*model, "modelFileName"));
    set_setting(info.settings, "Model hash", member_string(*model, "hash"));
  }
  set_setting(info.settings, "Lora", lora_weights(record));
  return finish_record(std::move(info));
}

}  // namespace img2prompt
