// Stability Matrix: in a PNG a JSON object under `parameters-json` (beside the WebUI's text under
// `parameters` and its project under `smproj`), in a WebP in EXIF's ImageDescription. Reference:
// StabilityMatrix's PngDataHelper.cs and GenerationParameters.cs.
#include "metadata/dialects.h"
#include "metadata/json_record.h"

namespace img2prompt {
namespace {

bool find_parameters(const RawFields& fields, Json& record) {
  constexpr std::string_view kMark = "\"PositivePrompt\"";
  return parse_record(fields.png_text("parameters-json"), kMark, record) ||
         parse_record(fields.find("EXIF", "ImageDescription"), kMark, record);
}

}  // namespace

bool is_stability_matrix(const RawFields& fields) {
  Json record;
  return find_parameters(fields, record);
}

GenerationInfo parse_stability_matrix(const RawFields& fields) {
  Json record;
  find_parameters(fields, record);
  // What belongs to videos is 0 in a picture's record.
  GenerationInfo info = read_record(record, {"PositivePrompt",
                                             "NegativePrompt",
                                             "Width",
                                             "Height",
                                             {{"Steps", "Steps"},
                                              {"Sampler", "Sampler"},
                                              {"CfgScale", "CFG scale"},
                                              {"Seed", "Seed"},
                                              {"ModelHash", "Model hash"},
                                              {"ModelName", "Model"},
                                              {"FrameCount", ""},
                                              {"MotionBucketId", ""},
                                              {"VideoQuality", ""},
                                              {"Lossless", ""},
                                              {"Fps", ""},
                                              {"OutputFps", ""},
                                              {"MinCfg", ""},
                                              {"AugmentationLevel", ""},
                                              {"VideoOutputMethod", ""}}});
  return finish_record(std::move(info));
}

}  // namespace img2prompt
