// InvokeAI's three generations.
#include "check_record.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

GenerationInfo read_dream(const std::string& command) {
  return read_info(png(text_chunk("Dream", command)));
}

GenerationInfo read_metadata_json(const std::string& json) {
  return read_info(png(text_chunk("invokeai_metadata", json)));
}

}  // namespace

TEST_CASE("InvokeAI 1: a command line") {
  GenerationInfo info = read_dream(
      "\"a cat, \"quoted\" [dog, hat] roof\" -s 50 -S 1234567890 -W 512 -H 768 -C 7.5 "
      "-I photo one.png -A k_euler_a --fit -f 0.75 --seamless -G 0.8 -U 2 0.75");
  CHECK(info.generator == "invokeai");
  CHECK(info.prompt == "a cat, \"quoted\" roof");
  CHECK(info.negative_prompt == "dog, hat");
  CHECK(info.settings == Settings{{"Steps", "50"},
                                  {"Seed", "1234567890"},
                                  {"Size", "512x768"},
                                  {"CFG scale", "7.5"},
                                  {"init_img", "photo one.png"},
                                  {"Sampler", "Euler a"},
                                  {"fit", "True"},
                                  {"Denoising strength", "0.75"},
                                  {"Tiling", "True"},
                                  {"facetool_strength", "0.8"},
                                  {"upscale", "2 0.75"}});
  check_converted(info);
}

TEST_CASE("InvokeAI 1: a prompt without quotes, with dashes, without switches") {
  GenerationInfo info = read_dream("a cat - with -a hat -s 5 -S 6 -W 64 -H 32 -C 7 -A ddim");
  CHECK(info.prompt == "a cat - with -a hat");
  CHECK(setting(info, "Sampler") == "DDIM");
  CHECK(read_dream("a cat -W 64 -H 32").prompt == "a cat");
  CHECK(setting(read_dream("a cat -W 64"), "width") == "64");
  CHECK(read_dream("a cat [").prompt == "a cat [");
  CHECK(read_dream("[a] b [c]").negative_prompt == "a c");
  CHECK(read_dream("").generator == "");
  for (const char* command :
       {"-", "--", "-s", "\"", "\"\"", "[", "[]", "] [", "-s -s 3", "-9 -s x"})
    check_converted(read_dream(command + std::string(" ")));
}

TEST_CASE("InvokeAI 1: the size is the width and height, whatever else is called so") {
  GenerationInfo info = read_dream("\"a\" -s 5 -Size 6 -W 7 -H 8");
  CHECK(info.settings == Settings{{"Steps", "5"}, {"Size", "7x8"}});
  CHECK(*info.infotext == "a\nSteps: 5, Size: 7x8, Size: 7x8");
}

TEST_CASE("InvokeAI 1: lines that a reader would take for the negative prompt join the one above") {
  GenerationInfo info = read_dream("a\n \n\nNegative prompt: b [c\n\nNegative prompt: d]");
  CHECK(info.prompt == "a\n \n\nNegative prompt: b");
  CHECK(info.negative_prompt == "c\n\nNegative prompt: d");
  CHECK(*info.infotext == "a Negative prompt: b\nNegative prompt: c Negative prompt: d");
  info = read_dream("\n\nNegative prompt: b");
  CHECK(parse_infotext(*info.infotext, InfotextRules::kBalanced).prompt == ", Negative prompt: b");
}

TEST_CASE("InvokeAI 2: sd-metadata goes before Dream") {
  GenerationInfo info = read_info(
      png(text_chunk("Dream", "\"other\" -s 1 -S 2 -W 3 -H 4 -C 5 -A plms") +
          text_chunk(
              "sd-metadata",
              R"({"model": "stable diffusion", "model_weights": "stable-diffusion-1.5",)"
              R"( "model_hash": "cc6cb2", "app_id": "invoke-ai/InvokeAI", "app_version": "2.2.4",)"
              R"( "image": {"prompt": [{"prompt": "a cat [dog]", "weight": 1.0}], "steps": 50,)"
              R"( "cfg_scale": 7.5, "threshold": 0, "perlin": 0, "height": 512, "width": 768,)"
              R"( "seed": 42, "seamless": false, "hires_fix": false, "type": "txt2img",)"
              R"( "postprocessing": null, "sampler": "k_lms", "variations": []}})")));
  CHECK(info.generator == "invokeai");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Steps", "50"},
                                  {"CFG scale", "7.5"},
                                  {"threshold", "0"},
                                  {"perlin", "0"},
                                  {"Size", "768x512"},
                                  {"Seed", "42"},
                                  {"hires_fix", "False"},
                                  {"type", "txt2img"},
                                  {"Sampler", "LMS"},
                                  {"Model", "stable-diffusion-1.5"},
                                  {"Model hash", "cc6cb2"},
                                  {"Version", "InvokeAI 2.2.4"}});
  check_converted(info);
}

TEST_CASE("InvokeAI 2: prompts as a string, weighted parts, a grid, and what is broken") {
  auto read = [](const std::string& image) {
    return read_info(
        png(text_chunk("sd-metadata", image) + text_chunk("Dream", "\"from Dream\" -s 1 -S 2")));
  };
  CHECK(read(R"({"image": {"prompt": "a [b]"}})").negative_prompt == "b");
  CHECK(
      read(
          R"({"image": {"prompt": [{"prompt": "a", "weight": 1.5}, {"prompt": "b", "weight": 2}]}})")
          .prompt == "a:1.5,b:2");
  CHECK(setting(read(R"({"images": [{"prompt": "a", "seed": 3}, {"seed": 4}]})"), "Seed") == "3");
  CHECK(read(R"({"image": 5})").prompt == "from Dream");
  CHECK(read("{\"image\": {").prompt == "from Dream");
  for (const char* prompt : {"5", "[]", "[5]", "[{\"prompt\": 5}, {}]", "{\"prompt\": \"a\"}"})
    check_converted(read(std::string("{\"image\": {\"prompt\": ") + prompt + "}}"));
}

TEST_CASE("InvokeAI 3: models by model_name") {
  GenerationInfo info = read_metadata_json(
      R"({"app_version": "3.0.0", "generation_mode": "txt2img", "positive_prompt": "cat",)"
      R"( "negative_prompt": "dog", "width": 512, "height": 768, "seed": 5, "rand_device": "cpu",)"
      R"( "cfg_scale": 7.5, "steps": 30, "scheduler": "dpmpp_2m_k", "clip_skip": 1,)"
      R"( "model": {"model_name": "dreamshaper", "base_model": "sd-1", "model_type": "main"},)"
      R"( "controlnets": [], "loras": [{"lora": {"model_name": "detail", "base_model": "sd-1"},)"
      R"( "weight": 0.75}], "vae": {"model_name": "mse", "base_model": "sd-1"}})");
  CHECK(info.generator == "invokeai");
  CHECK(info.prompt == "cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"generation_mode", "txt2img"},
                                  {"Size", "512x768"},
                                  {"Seed", "5"},
                                  {"CFG scale", "7.5"},
                                  {"Steps", "30"},
                                  {"Sampler", "DPM++ 2M"},
                                  {"Schedule type", "Karras"},
                                  {"Clip skip", "2"},
                                  {"RNG", "CPU"},
                                  {"Version", "InvokeAI 3.0.0"},
                                  {"Model", "dreamshaper"},
                                  {"VAE", "mse"},
                                  {"Lora", "detail: 0.75"}});
  check_converted(info);
}

TEST_CASE("InvokeAI 4 and later: models by name, a refiner, ControlNet units") {
  GenerationInfo info = read_metadata_json(
      R"({"generation_mode": "sdxl_img2img", "positive_prompt": "cat, ", "negative_prompt": "",)"
      R"( "width": 1024, "height": 1024, "seed": 5, "rand_device": "cuda", "cfg_scale": 6.0,)"
      R"( "cfg_rescale_multiplier": 0.0, "steps": 24, "scheduler": "dpmpp_2m", "seamless_x": true,)"
      R"( "seamless_y": true, "strength": 0.4, "ref_images": [],)"
      R"( "model": {"key": "179d", "hash": "blake3:7c16", "name": "wai", "base": "sdxl", "type": "main"},)"
      R"( "loras": [{"model": {"key": "1", "name": "a"}, "weight": 1}, {"model": {"name": "b"}, "weight": -0.5}],)"
      R"( "refiner_model": {"name": "refiner"}, "refiner_start": 0.8, "refiner_steps": 20,)"
      R"( "controlnets": [{"image": {"image_name": "x.png"}, "control_model": {"name": "canny, xl"},)"
      R"( "control_weight": 0.75, "begin_step_percent": 0, "end_step_percent": 0.9,)"
      R"( "control_mode": "more_prompt", "resize_mode": "crop_resize"}], "app_version": "6.10.0"})");
  CHECK(info.prompt == "cat,");
  CHECK(setting(info, "Sampler") == "DPM++ 2M");
  CHECK(setting(info, "Schedule type") == "Uniform");
  CHECK(setting(info, "Denoising strength") == "0.4");
  CHECK(setting(info, "Tiling") == "True");
  CHECK(setting(info, "RNG") == "GPU");
  CHECK(setting(info, "Model") == "wai");
  CHECK(setting(info, "Model hash") == "blake3:7c16");
  CHECK(setting(info, "Lora") == "a: 1, b: -0.5");
  CHECK(setting(info, "Refiner") == "refiner");
  CHECK(setting(info, "Refiner switch at") == "0.8");
  CHECK(setting(info, "ControlNet 0") ==
        "Model: canny  xl, Weight: 0.75, Resize Mode: Crop and Resize, Guidance Start: 0, "
        "Guidance End: 0.9, Control Mode: My prompt is more important");
  CHECK(setting(info, "ref_images") == "(none)");
  check_converted(info);
}

TEST_CASE("InvokeAI: members of other types are no harm") {
  for (const char* json :
       {R"({"positive_prompt": ["a"], "width": "x", "height": {}, "model": "m", "vae": 5})",
        R"({"model": {"name": 5}, "loras": {"a": 1}, "controlnets": [5, {}, []], "seed": 1e300})",
        R"({"loras": [5, {"model": 5, "weight": []}], "clip_skip": 1e300, "scheduler": 5})",
        R"({"clip_skip": -3, "refiner_model": [], "hrf_enabled": "True", "a.b": 1, "": 2})", "{}"})
    check_converted(read_metadata_json(json));
  CHECK(read_metadata_json("[]").generator == "");
  CHECK(read_metadata_json("{").generator == "");
}
