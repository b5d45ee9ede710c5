// Fooocus-MRE: a JSON object in a PNG's Comment or a JPEG's comment. Reference: its
// async_worker.py and private_logger.py (2.0.78).
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr std::string_view kMark = "\"prompt\"";

// Other generators write a prompt into a Comment, too.
bool is_its_own(const Json& record) {
  return record.contains("real_prompt") || record.contains("l1") ||
         member_string(record, "software").find("Fooocus") != std::string::npos;
}

bool find_mre(const RawFields& fields, Json& record) {
  return (find_record(fields, "Comment", kMark, record) ||
          parse_record(fields.find("COM", "comment"), kMark, record)) &&
         record.contains("prompt") && is_its_own(record);
}

// Members l1, w1 to l5, w5.
std::string lora_weights(const Json& record) {
  constexpr int kLoras = 5;
  std::string out;
  for (int i = 1; i <= kLoras; ++i) {
    std::string name = member_string(record, fmt::format("l{}", i));
    if (name != "None") append_pair(out, name, member_text(record, fmt::format("w{}", i)));
  }
  return out;
}

std::string joined(const Json& record, std::string_view key) {
  const Json* parts = find_member(record, key);
  std::string out;
  if (parts && parts->is_array())
    for (const Json& part : *parts) append_pair(out, setting_text(part), "");
  return out;
}

}  // namespace

bool is_fooocus_mre(const RawFields& fields) {
  Json record;
  return find_mre(fields, record);
}

GenerationInfo parse_fooocus_mre(const RawFields& fields) {
  Json record;
  find_mre(fields, record);
  GenerationInfo info = read_record(record, {"prompt",
                                             "negative_prompt",
                                             "width",
                                             "height",
                                             {{"steps", "Steps"},
                                              {"sampler", "Sampler"},
                                              {"scheduler", "Schedule type"},
                                              {"cfg", "CFG scale"},
                                              {"seed", "Seed"},
                                              {"base_model", "Model"},
                                              {"refiner_model", "Refiner"},
                                              {"denoise", "Denoising strength"},
                                              {"software", "Version"},
                                              {"base_clip_skip", ""},
                                              {"real_prompt", ""},
                                              {"real_negative_prompt", ""},
                                              {"l1", ""},
                                              {"w1", ""},
                                              {"l2", ""},
                                              {"w2", ""},
                                              {"l3", ""},
                                              {"w3", ""},
                                              {"l4", ""},
                                              {"w4", ""},
                                              {"l5", ""},
                                              {"w5", ""}}});
  if (info.prompt.empty()) info.prompt = joined(record, "real_prompt");
  if (info.negative_prompt.empty()) info.negative_prompt = joined(record, "real_negative_prompt");
  if (find_setting(info.settings, "Refiner") == "None") erase_setting(info.settings, "Refiner");
  set_setting(info.settings, "Clip skip", clip_skip_of_layer(record, "base_clip_skip"));
  set_setting(info.settings, "Lora", lora_weights(record));
  return finish_record(std::move(info));
}

}  // namespace img2prompt
