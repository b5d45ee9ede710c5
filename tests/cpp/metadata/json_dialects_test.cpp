// NovelAI, SwarmUI, Fooocus and RuinedFooocus: records in JSON.
#include <doctest/doctest.h>

#include "build_files.h"
#include "metadata/infotext.h"
#include "metadata/json_record.h"
#include "metadata/limits.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

GenerationInfo read(const std::string& file) { return parse_metadata(ByteSpan(file), "file").info; }

std::string exif_of(const std::string& text, bool big_endian) {
  std::u16string wide(text.begin(), text.end());
  return comment_tiff("UNICODE" + std::string(1, '\0') + utf16(wide, big_endian));
}

// The infotext of a converted record says what the record says.
void check_converted(const GenerationInfo& info) {
  REQUIRE(info.infotext);
  Infotext read_back = parse_infotext(*info.infotext, InfotextRules::kBalanced);
  CHECK(read_back.prompt == info.prompt);
  CHECK(read_back.negative_prompt == info.negative_prompt);
  CHECK(read_back.settings == info.settings);
}

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
    GenerationInfo info = read(file);
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
                                    {"loras", "[\"a\",\"b\"]"},
                                    {"Version", "0.9.3.1"}});
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
        jpeg(exif_segment(
            tiff({{0x0131, 2, "Fooocus v2.5.0"}, {0x927C, 2, "fooocus"}, {0x9286, 2, record}}, {},
                 false)))}) {
    GenerationInfo info = read(file);
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
  CHECK(read(png(text_chunk("parameters", "cat\nSteps: 3, Seed: 4, Model: m") +
                 text_chunk("fooocus_scheme", "a1111")))
            .generator == "a1111");
}

TEST_CASE("RuinedFooocus: capital keys") {
  GenerationInfo info = read(png(text_chunk(
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

TEST_CASE("NovelAI: the first models") {
  GenerationInfo info = read(
      png(text_chunk("Title", "AI generated image") + text_chunk("Description", "cat, {roof}") +
          text_chunk("Software", "NovelAI") + text_chunk("Source", "Stable Diffusion 81274D13") +
          text_chunk("Comment",
                     R"({"steps": 28, "sampler": "k_euler_ancestral", "seed": 1, "strength": 0.69,)"
                     R"( "noise": 0.2, "scale": 11.0, "uc": "lowres, text"})")));
  CHECK(info.generator == "novelai");
  CHECK(info.prompt == "cat, {roof}");
  CHECK(info.negative_prompt == "lowres, text");
  CHECK(info.settings == Settings{{"Steps", "28"},
                                  {"Sampler", "Euler a"},
                                  {"Seed", "1"},
                                  {"strength", "0.69"},
                                  {"noise", "0.2"},
                                  {"CFG scale", "11.0"},
                                  {"Model", "Stable Diffusion"},
                                  {"Model hash", "81274D13"}});
  check_converted(info);
}

TEST_CASE("NovelAI: V4 keeps its characters") {
  GenerationInfo info = read(png(
      text_chunk("Description", "2girls") + text_chunk("Software", "NovelAI") +
      text_chunk("Source", "NovelAI Diffusion V4.5 4BDE2A90") +
      text_chunk(
          "Comment",
          R"({"prompt": "2girls", "uc": "bad", "noise_schedule": "karras", "width": 832, "height": 1216,)"
          R"( "v4_prompt": {"caption": {"base_caption": "2girls", "char_captions": [)"
          R"({"char_caption": "girl, red hair", "centers": [{"x": 0.5, "y": 0.5}]},)"
          R"( {"char_caption": ""}, {"char_caption": "girl, blue hair"}]}, "use_coords": false},)"
          R"( "v4_negative_prompt": {"caption": {"base_caption": "bad", "char_captions": [)"
          R"({"char_caption": "hat"}]}}, "signed_hash": "x"})")));
  CHECK(info.prompt == "2girls\ngirl, red hair\ngirl, blue hair");
  CHECK(info.negative_prompt == "bad\nhat");
  CHECK(info.settings == Settings{{"Schedule type", "Karras"},
                                  {"Size", "832x1216"},
                                  {"Model", "NovelAI Diffusion V4.5"},
                                  {"Model hash", "4BDE2A90"}});
  check_converted(info);
}

TEST_CASE("NovelAI: a comment that is no JSON, or of other shapes, leaves the description") {
  for (const char* comment :
       {"not JSON", "{\"v4_prompt\": 5}", "{\"v4_prompt\": {\"caption\": []}}",
        "{\"v4_prompt\": {\"caption\": {\"base_caption\": 1, \"char_captions\": [1, {}]}}}"}) {
    GenerationInfo info =
        read(png(text_chunk("Software", "NovelAI") + text_chunk("Description", "cat") +
                 text_chunk("Comment", comment)));
    CHECK(info.generator == "novelai");
    CHECK(info.prompt == "cat");
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
  CHECK(read(png(text_chunk("parameters", record))).generator == "");
}
