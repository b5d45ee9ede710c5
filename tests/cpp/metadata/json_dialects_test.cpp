// SwarmUI and the three Fooocus, and what records in JSON share.
#include <doctest/doctest.h>

#include "check_record.h"
#include "metadata/json_record.h"
#include "metadata/limits.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

const std::string kSwarm = R"({
  "sui_image_params": {
    "prompt": "a \"cat\",\nroof", "negativeprompt": "dog", "model": "Flux/flux1-dev", "images": 3,
    "seed": 18446744073709551615, "steps": 20, "cfgscale": 3.5, "aspectratio": "1:1",
    "width": 1024, "height": 768, "automaticvae": true, "loras": ["a", "b"], "nothing": null,
    "swarm_version": "0.9.3.1"},
  "sui_extra_data": {"date": "2024-11-19"}})";

}  // namespace

TEST_CASE("SwarmUI: in a PNG, a JPEG of either byte order, a WebP and in Model") {
  for (const std::string& file :
       {png(text_chunk("parameters", kSwarm)), jpeg(exif_segment(exif_of(kSwarm, false))),
        jpeg(exif_segment(exif_of(kSwarm, true))),
        webp(vp8x_chunk(5, 7) + riff_chunk("EXIF", exif_of(kSwarm, false))),
        jpeg(exif_segment(tiff({{0x0110, 2, kSwarm}}, {}, true)))}) {
    GenerationInfo info = read_info(file);
    CHECK(info.generator == "swarmui");
    CHECK(info.prompt == "a \"cat\",\nroof");
    CHECK(info.negative_prompt == "dog");
    CHECK(info.settings == Settings{{"Model", "Flux/flux1-dev"},
                                    {"images", "3"},
                                    {"Seed", "18446744073709551615"},
                                    {"Steps", "20"},
                                    {"CFG scale", "3.5"},
                                    {"aspectratio", "1:1"},
                                    {"Size", "1024x768"},
                                    {"automaticvae", "True"},
                                    {"Lora", "a, b"},
                                    {"Version", "SwarmUI 0.9.3.1"}});
    check_converted(info);
  }
}

TEST_CASE("SwarmUI: a damaged record is shown as it is, not guessed at") {
  for (const std::string& text : {kSwarm.substr(0, kSwarm.size() - 1),
                                  std::string("{\"sui_image_params\": 5}"), "[" + kSwarm + "]"}) {
    Metadata metadata = parse_metadata(ByteSpan(png(text_chunk("parameters", text))), "file");
    CHECK(metadata.info.generator != "swarmui");
    CHECK(metadata.raw.fields.size() == 1);
  }
}

TEST_CASE("Fooocus: its own scheme in JSON, the other one as the WebUI's text") {
  std::string record =
      R"({"prompt": "cat", "negative_prompt": "", "styles": "['Fooocus V2', 'Sharp']", "steps": 30,)"
      R"json( "resolution": "(1152, 896)", "guidance_scale": 4.0, "seed": "7", "base_model": "juggernaut",)json"
      R"( "base_model_hash": "aeb7e9e689", "sampler": "dpmpp_2m_sde_gpu", "scheduler": "karras",)"
      R"( "full_prompt": ["a", "b"], "version": "Fooocus v2.5.0"})";
  for (const std::string& file :
       {png(text_chunk("parameters", record) + text_chunk("fooocus_scheme", "fooocus")),
        png(text_chunk("Comment", record)),
        jpeg(exif_segment(
            tiff({{0x0131, 2, "Fooocus v2.5.0"}, {0x927C, 2, "fooocus"}, {0x9286, 2, record}}, {},
                 false)))}) {
    GenerationInfo info = read_info(file);
    CHECK(info.generator == "fooocus");
    CHECK(info.prompt == "cat");
    CHECK(info.settings == Settings{{"styles", "['Fooocus V2', 'Sharp']"},
                                    {"Steps", "30"},
                                    {"Size", "1152x896"},
                                    {"CFG scale", "4.0"},
                                    {"Seed", "7"},
                                    {"Model", "juggernaut"},
                                    {"Model hash", "aeb7e9e689"},
                                    {"Sampler", "DPM++ 2M SDE"},
                                    {"Schedule type", "Karras"},
                                    {"Version", "Fooocus v2.5.0"}});
    check_converted(info);
  }
  CHECK(read_info(png(text_chunk("parameters", "cat\nSteps: 3, Seed: 4, Model: m") +
                      text_chunk("fooocus_scheme", "a1111")))
            .generator == "a1111");
}

TEST_CASE("Fooocus: the log's spelling of the keys") {
  std::string record =
      R"json({"Prompt": "cat", "Negative Prompt": "dog", "Resolution": "(1152, 896)", "Seed": 7,)json"
      R"( "Guidance Scale": 4.0, "Base Model": "juggernaut", "Sampler": "dpmpp_2m_sde_gpu"})";
  for (const char* keyword : {"parameters", "Comment"}) {
    GenerationInfo info = read_info(png(text_chunk(keyword, record)));
    CHECK(info.generator == "fooocus");
    CHECK(info.prompt == "cat");
    CHECK(info.negative_prompt == "dog");
    CHECK(info.settings == Settings{{"Size", "1152x896"},
                                    {"Seed", "7"},
                                    {"CFG scale", "4.0"},
                                    {"Model", "juggernaut"},
                                    {"Sampler", "DPM++ 2M SDE"}});
    check_converted(info);
  }
}

TEST_CASE("RuinedFooocus: capital keys") {
  GenerationInfo info = read_info(png(text_chunk(
      "parameters",
      R"({"Prompt": "cat", "Negative": "dog", "steps": 8, "cfg": 2, "width": 64, "height": 32,)"
      R"( "seed": 5, "sampler_name": "lcm", "scheduler": "simple", "base_model_name": "m.safetensors",)"
      R"( "software": "RuinedFooocus"})")));
  CHECK(info.generator == "ruinedfooocus");
  CHECK(info.prompt == "cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings[2] == std::make_pair(std::string("Size"), std::string("64x32")));
  check_converted(info);
}

TEST_CASE("SwarmUI: LoRAs, their hashes, an upscale and Clip skip") {
  GenerationInfo info = read_info(png(text_chunk(
      "parameters",
      R"({"sui_image_params": {"prompt": "cat", "sampler": "euler_ancestral", "scheduler": "karras",)"
      R"( "clipstopatlayer": -2, "loras": ["a", "b"], "loraweights": ["0.5", "1"],)"
      R"( "refinercontrolpercentage": 0.3, "refinerupscale": 1.5, "refinersteps": 9,)"
      R"( "refinerupscalemethod": "model-ESRGAN.pth", "initimagecreativity": 0.9},)"
      R"( "sui_models": [{"name": "m.safetensors", "param": "model", "hash": "0x22d8"},)"
      R"( {"name": "a.safetensors", "param": "loras", "hash": "0x0123456789abcdef"},)"
      "{\"name\": \"b.x\", \"param\": \"loras\", \"hash\": \"0x0123456789a\u00e9\"}, 5]}")));
  CHECK(setting(info, "Sampler") == "Euler a");
  CHECK(setting(info, "Schedule type") == "Karras");
  CHECK(setting(info, "Clip skip") == "2");
  CHECK(setting(info, "Lora") == "a: 0.5, b: 1");
  CHECK(setting(info, "Lora hashes") == "a: 0123456789ab");
  CHECK(setting(info, "Hires upscale") == "1.5");
  CHECK(setting(info, "Hires upscaler") == "ESRGAN.pth");
  CHECK(setting(info, "Hires steps") == "9");
  CHECK(setting(info, "Denoising strength") == "0.3");
  check_converted(info);
}

TEST_CASE("Fooocus and RuinedFooocus: LoRAs, refiners and what stands for nothing") {
  GenerationInfo info = read_info(png(text_chunk(
      "parameters",
      R"json({"prompt": "cat", "base_model": "m", "vae": "Default (model)", "refiner_model": "None",)json"
      R"( "refiner_switch": 0.5, "clip_skip": 2, "loras": [["a", 0.5, "0123"], ["b", 1], 5, []]})")));
  CHECK(info.settings == Settings{{"Model", "m"},
                                  {"Clip skip", "2"},
                                  {"Lora", "a: 0.5, b: 1"},
                                  {"Lora hashes", "a: 0123"}});
  check_converted(info);
  info = read_info(png(text_chunk(
      "parameters",
      R"({"Prompt": "cat", "Negative": "", "denoise": null, "software": "RuinedFooocus",)"
      R"( "loras": [["0123", "0.5 - a.safetensors"], [5], ["x", "y"], {}]})")));
  CHECK(info.settings == Settings{{"Version", "RuinedFooocus"},
                                  {"Lora", "a.safetensors: 0.5"},
                                  {"Lora hashes", "a.safetensors: 0123"}});
  check_converted(info);
}

TEST_CASE("Records of one object: members of other types are no harm") {
  for (
      const char* json :
      {R"({"sui_image_params": {"prompt": {}, "width": [], "loras": {}, "clipstopatlayer": 1e300}})",
       R"({"sui_image_params": {"loras": [[]], "loraweights": 5}, "sui_models": [{"param": "loras"}]})",
       R"({"base_model": 5, "prompt": 5, "resolution": 5, "loras": {"a": 1}, "vae": []})",
       R"({"software": "RuinedFooocus", "Prompt": null, "loras": 5, "width": {}})"}) {
    GenerationInfo info = read_info(png(text_chunk("parameters", json)));
    CHECK(info.generator != "");
    check_converted(info);
  }
}

TEST_CASE("What an infotext cannot hold is bent as little as it takes") {
  GenerationInfo info;
  info.prompt = "a\nNegative prompt: b\nc";
  info.negative_prompt = "Negative prompt: d";
  info.settings = {{"a.b", "1"}, {"Prompt", "2"}, {"Steps", "3"}};
  CHECK(convert_to_infotext(info) ==
        "a Negative prompt: b\nc\nNegative prompt: , Negative prompt: d\nSteps: 3, Steps: 3, "
        "Steps: 3");
}

TEST_CASE("A record beyond its limit is not parsed") {
  std::string record =
      "{\"sui_image_params\": {\"prompt\": \"" + std::string(kMaxRecordBytes, 'a') + "\"}}";
  CHECK(read_info(png(text_chunk("parameters", record))).generator == "");
}
