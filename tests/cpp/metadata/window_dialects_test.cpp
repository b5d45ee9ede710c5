// Easy Diffusion, Draw Things, Stability Matrix, and the Fooocus kin with records of other shapes.
#include "check_record.h"
#include "metadata/dialects.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

std::string texts(const Settings& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) out += text_chunk(key, value);
  return out;
}

const std::string kDrawThings =
    R"json({"c": " a cat ", "uc": "dog", "steps": 20, "sampler": "DPM++ 2M AYS", "scale": 4.5,)json"
    R"json( "seed": 42, "size": "1024x768", "model": "sd_xl.ckpt", "strength": 1, "seed_mode": "Legacy",)json"
    R"json( "clip_skip": 2, "refiner": "r.ckpt", "refiner_start": 0.85, "v2": {"a": [1]},)json"
    R"json( "lora": [{"model": "a.ckpt", "weight": 0.6}, {"model": "b.ckpt", "weight": 1}]})json";

void check_drawthings(const GenerationInfo& info) {
  CHECK(info.generator == "drawthings");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Steps", "20"},
                                  {"Sampler", "DPM++ 2M"},
                                  {"Schedule type", "Align Your Steps"},
                                  {"CFG scale", "4.5"},
                                  {"Seed", "42"},
                                  {"Size", "1024x768"},
                                  {"Model", "sd_xl.ckpt"},
                                  {"seed_mode", "Legacy"},
                                  {"Clip skip", "2"},
                                  {"Refiner", "r.ckpt"},
                                  {"Refiner switch at", "0.85"},
                                  {"Lora", "a.ckpt: 0.6, b.ckpt: 1"}});
  check_converted(info);
}

}  // namespace

TEST_CASE("Easy Diffusion: one PNG text for each setting, by its own keys and by its window's") {
  Settings own = {{"prompt", "cat\nroof"},
                  {"negative_prompt", "dog"},
                  {"seed", "5"},
                  {"use_stable_diffusion_model", "C:\\models\\sd-v1-5.ckpt"},
                  {"clip_skip", "True"},
                  {"use_vae_model", "None"},
                  {"sampler_name", "dpmpp_2m_sde"},
                  {"scheduler_name", "karras"},
                  {"width", "512"},
                  {"height", "768"},
                  {"num_inference_steps", "25"},
                  {"guidance_scale", "7.5"},
                  {"use_lora_model", "['a', 'b']"},
                  {"lora_alpha", "[0.5, 1]"},
                  {"tiling", "xy"},
                  {"unknown", "kept in the fields"}};
  Settings shown = {{"Prompt", "cat\nroof"},
                    {"Negative Prompt", "dog"},
                    {"Seed", "5"},
                    {"Stable Diffusion model", "sd-v1-5.ckpt"},
                    {"Clip Skip", "True"},
                    {"VAE model", "None"},
                    {"Sampler", "dpmpp_2m_sde"},
                    {"Scheduler", "karras"},
                    {"Width", "512"},
                    {"Height", "768"},
                    {"Steps", "25"},
                    {"Guidance Scale", "7.5"},
                    {"LoRA model", "a, b"},
                    {"LoRA Strength", "0.5, 1"},
                    {"Seamless Tiling", "xy"}};
  std::string json =
      R"({"prompt": "cat\nroof", "negative_prompt": "dog", "seed": 5,)"
      R"( "use_stable_diffusion_model": "/models/sd-v1-5.ckpt", "clip_skip": true,)"
      R"( "use_vae_model": null, "sampler_name": "dpmpp_2m_sde", "scheduler_name": "karras",)"
      R"( "width": 512, "height": 768, "num_inference_steps": 25, "guidance_scale": 7.5,)"
      R"( "use_lora_model": ["a", "b"], "lora_alpha": [0.5, 1], "tiling": "xy"})";
  for (const std::string& file :
       {png(texts(own)), png("", texts(shown)), jpeg(exif_segment(exif_of(json, true))),
        webp(vp8x_chunk(5, 7) + riff_chunk("EXIF", exif_of(json, true)))}) {
    GenerationInfo info = read_info(file);
    CHECK(info.generator == "easydiffusion");
    CHECK(info.prompt == "cat\nroof");
    CHECK(info.negative_prompt == "dog");
    CHECK(info.settings == Settings{{"Seed", "5"},
                                    {"Model", "sd-v1-5.ckpt"},
                                    {"Sampler", "DPM++ 2M SDE"},
                                    {"Schedule type", "Karras"},
                                    {"Steps", "25"},
                                    {"CFG scale", "7.5"},
                                    {"Size", "512x768"},
                                    {"Clip skip", "2"},
                                    {"Tiling", "True"},
                                    {"Lora", "a: 0.5, b: 1"}});
    check_converted(info);
  }
}

TEST_CASE("Easy Diffusion: records of other shapes are no harm") {
  for (
      const char* json :
      {R"({"prompt": [1], "num_inference_steps": {}, "guidance_scale": "x", "use_stable_diffusion_model": 5})",
       R"({"use_stable_diffusion_model": "a"})", R"({"use_stable_diffusion_model": null})"}) {
    GenerationInfo info = read_info(jpeg(exif_segment(exif_of(json, true))));
    if (info.infotext) check_converted(info);
  }
  CHECK(read_info(png(text_chunk("use_stable_diffusion_model", "a"))).generator == "");
}

TEST_CASE("Draw Things: XMP, and a PNG's own texts") {
  RawFields xmp;
  xmp.add("XMP", "packet", "<x:xmpmeta/>");
  xmp.add("XMP", "xmp:CreatorTool", "Draw Things");
  xmp.add("XMP", "exif:UserComment", kDrawThings);
  check_drawthings(recognise(xmp));
  std::string description =
      "a cat\n-dog\nSteps: 20, Sampler: DPM++ 2M AYS, Guidance Scale: 4.5, Seed: 42, "
      "Size: 1024x768, Model: sd_xl.ckpt, Strength: 1.0, Seed Mode: Legacy";
  std::string software = text_chunk("Software", "Draw Things");
  check_drawthings(read_info(
      png(software + text_chunk("Description", description) + text_chunk("Comment", kDrawThings))));
  GenerationInfo info = read_info(png(software + text_chunk("Description", description)));
  CHECK(info.generator == "drawthings");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Steps", "20"},
                                  {"Sampler", "DPM++ 2M"},
                                  {"Schedule type", "Align Your Steps"},
                                  {"CFG scale", "4.5"},
                                  {"Seed", "42"},
                                  {"Size", "1024x768"},
                                  {"Model", "sd_xl.ckpt"},
                                  {"Seed Mode", "Legacy"}});
  check_converted(info);
}

TEST_CASE("Draw Things: a first stage is the size, and what it grows to the hires one") {
  RawFields fields;
  fields.add("XMP", "exif:UserComment",
             R"({"c": "cat", "uc": "", "sampler": "Euler A Trailing", "size": "1024x1024",)"
             R"( "strength": 0.7, "hires_fix": true, "first_stage_size": "512x512",)"
             R"( "second_stage_strength": 0.6})");
  GenerationInfo info = recognise(fields);
  CHECK(info.settings == Settings{{"Sampler", "Euler a"},
                                  {"Schedule type", "SGM Uniform"},
                                  {"Size", "512x512"},
                                  {"Denoising strength", "0.6"},
                                  {"Hires resize", "1024x1024"}});
  check_converted(info);
}

TEST_CASE("Draw Things: records of other shapes are no harm") {
  for (
      const char* text :
      {R"({"c": 1, "uc": [], "sampler": {}, "lora": [5, {"model": 5}], "hires_fix": true})",
       R"({"c": "a", "uc": "b", "sampler": "c", "lora": {}, "first_stage_size": 5, "strength": []})"}) {
    RawFields fields;
    fields.add("XMP", "exif:UserComment", text);
    GenerationInfo info = recognise(fields);
    CHECK(info.generator == "drawthings");
    check_converted(info);
  }
  for (const char* description :
       {"", "-", "\n-", "- \n-a\n-b", "cat\n-", "Steps: 1, Seed: 2, Size: 3x4"})
    check_converted(read_info(
        png(text_chunk("Software", "Draw Things") + text_chunk("Description", description))));
}

TEST_CASE("Stability Matrix: its JSON names what its text names otherwise") {
  std::string json = R"({"PositivePrompt":"a cat, \r\nroof\r\n","NegativePrompt":"dog","Steps":20,)"
                     R"("Sampler":"DPM++ 2M Karras","CfgScale":5,"Seed":7,"Height":64,"Width":32,)"
                     R"("ModelHash":"A5F5","ModelName":"m.safetensors","FrameCount":0,"Fps":0,)"
                     R"("Lossless":false,"VideoOutputMethod":null,"ModelVersionId":8})";
  std::string text =
      "a cat\nNegative prompt: dog\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 5, Seed: 7";
  for (const std::string& file :
       {png(text_chunk("parameters", text) + text_chunk("parameters-json", json) +
            text_chunk("smproj", "{}")),
        webp(vp8x_chunk(5, 7) +
             riff_chunk("EXIF", tiff({{0x010E, 2, json}, {0x0131, 2, "{}"}}, {}, false)))}) {
    GenerationInfo info = read_info(file);
    CHECK(info.generator == "stabilitymatrix");
    CHECK(info.prompt == "a cat, \nroof");
    CHECK(info.settings == Settings{{"Steps", "20"},
                                    {"Sampler", "DPM++ 2M"},
                                    {"Schedule type", "Karras"},
                                    {"CFG scale", "5"},
                                    {"Seed", "7"},
                                    {"Size", "32x64"},
                                    {"Model hash", "A5F5"},
                                    {"Model", "m.safetensors"},
                                    {"ModelVersionId", "8"}});
    REQUIRE(info.infotext);
    CHECK(parse_infotext(*info.infotext, InfotextRules::kBalanced).prompt == "a cat,\nroof");
  }
}

TEST_CASE("Fooocus-MRE: a PNG's Comment, a JPEG's comment") {
  std::string json =
      R"({"prompt": "cat", "negative_prompt": "dog", "styles": ["a"], "real_prompt": ["cat, nice"],)"
      R"( "real_negative_prompt": ["dog, bad"], "seed": 3, "width": 64, "height": 32,)"
      R"( "sampler": "dpmpp_2m_sde_gpu", "scheduler": "karras", "steps": 30, "switch": 20,)"
      R"( "sharpness": 2.0, "cfg": 7.0, "base_clip_skip": -2, "base_model": "m.safetensors",)"
      R"( "refiner_model": "None", "l1": "offset.safetensors", "w1": 0.5, "l2": "None", "w2": 0.5,)"
      R"( "img2img": false, "software": "Fooocus-MRE 2.0.78"})";
  for (const std::string& file : {png(text_chunk("Comment", json)), jpeg(segment(0xFE, json))}) {
    GenerationInfo info = read_info(file);
    CHECK(info.generator == "fooocusmre");
    CHECK(info.prompt == "cat");
    CHECK(info.negative_prompt == "dog");
    CHECK(info.settings == Settings{{"styles", "[\"a\"]"},
                                    {"Seed", "3"},
                                    {"Size", "64x32"},
                                    {"Sampler", "DPM++ 2M SDE"},
                                    {"Schedule type", "Karras"},
                                    {"Steps", "30"},
                                    {"switch", "20"},
                                    {"sharpness", "2.0"},
                                    {"CFG scale", "7.0"},
                                    {"Model", "m.safetensors"},
                                    {"img2img", "False"},
                                    {"Version", "Fooocus-MRE 2.0.78"},
                                    {"Clip skip", "2"},
                                    {"Lora", "offset.safetensors: 0.5"}});
    check_converted(info);
  }
  GenerationInfo style = read_info(png(text_chunk(
      "Comment",
      R"({"prompt": "", "real_prompt": ["a", 5], "base_model": [], "base_clip_skip": "x"})")));
  CHECK(style.prompt == "a, 5");
  check_converted(style);
}
