// Civitai's generator where it runs a graph of ComfyUI: what was asked for stands beside the graph,
// as a JSON object in a string, under extraMetadata. In a JPEG or WebP that is a member of the
// object in EXIF's UserComment, in a PNG a text of its own or a member in `prompt` or `parameters`.
// (Its other pictures have the WebUI's text.) Reference: civitai's comfy.metadata.ts.
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

constexpr std::string_view kKey = "extraMetadata", kMark = "\"extraMetadata\"";

bool take_extra(const Json* extra, Json& out) {
  if (!extra) return false;
  if (extra->is_string()) {
    std::string text = extra->get<std::string>();
    return parse_record(&text, "{", out);
  }
  out = *extra;
  return true;
}

bool find_extra(const RawFields& fields, Json& extra) {
  Json record;
  bool found = parse_record(fields.png_text(kKey), "{", extra);
  for (std::string_view keyword : {"prompt", "parameters"}) {
    if (found) break;
    found =
        find_record(fields, keyword, kMark, record) && take_extra(find_member(record, kKey), extra);
  }
  return found && find_member(extra, "prompt");
}

}  // namespace

bool is_civitai(const RawFields& fields) {
  Json extra;
  return find_extra(fields, extra);
}

GenerationInfo parse_civitai(const RawFields& fields) {
  Json extra;
  find_extra(fields, extra);
  GenerationInfo info = read_record(extra, {"prompt",
                                            "negativePrompt",
                                            "width",
                                            "height",
                                            {{"steps", "Steps"},
                                             {"sampler", "Sampler"},
                                             {"scheduler", "Schedule type"},
                                             {"cfgScale", "CFG scale"},
                                             {"seed", "Seed"},
                                             {"clipSkip", "Clip skip"},
                                             {"denoise", "Denoising strength"},
                                             {"baseModel", "Base model"},
                                             {"resources", "Civitai resources"}}});
  return finish_record(std::move(info));
}

}  // namespace img2prompt
