// ComfyUI's graphs: settings of samplers of every make, several passes, models and LoRAs.
#include <doctest/doctest.h>

#include "comfyui_graphs.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

const std::string kPrompts = encode("6", R"("a cat")") + "," + encode("7", R"("dog")");

// The usual first pass, 3, without the nodes that decode and save.
std::string with_passes(std::string_view nodes) {
  return R"({"3": {"class_type": "KSampler", "inputs": {"seed": 42, "steps": 20, "cfg": 8.0,
    "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0, "model": ["4", 0],
    "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
  "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "base.safetensors"}},)" +
         kLatents + "," + kPrompts + "," + std::string(nodes) + "}";
}

std::string second_pass(std::string_view latent, std::string_view more) {
  return R"("10": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 12, "cfg": 8.0,
    "sampler_name": "euler", "scheduler": "normal", "denoise": 0.5, "model": ["4", 0],
    "positive": ["6", 0], "negative": ["7", 0], "latent_image": [")" +
         std::string(latent) + R"(", 0]}},
  "11": {"class_type": "VAEDecode", "inputs": {"samples": ["10", 0], "vae": ["4", 2]}},
  "12": {"class_type": "SaveImage", "inputs": {"images": ["11", 0]}})" +
         std::string(more);
}

Settings after(const GenerationInfo& info, std::string_view key) {
  Settings rest;
  bool found = false;
  for (const auto& setting : info.settings) {
    if (found) rest.push_back(setting);
    found = found || setting.first == key;
  }
  return rest;
}

}  // namespace

TEST_CASE("A sampler that is put together: noise, guider, sampler, sigmas") {
  std::string start = R"({"1": {"class_type": "SamplerCustomAdvanced", "inputs": {"noise": ["2", 0],
    "guider": ["3", 0], "sampler": ["8", 0], "sigmas": ["9", 0], "latent_image": ["5", 0]}},
    "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": 18446744073709551615}},
    "4": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux/dev.sft"}},
    "10": {"class_type": "VAEDecode", "inputs": {"samples": ["1", 0], "vae": ["11", 0]}},
    "11": {"class_type": "VAELoader", "inputs": {"vae_name": "flux/ae.sft"}},
    "12": {"class_type": "SaveImage", "inputs": {"images": ["10", 0]}},)" +
                      kLatents + "," + kPrompts + ",";
  GenerationInfo info =
      read_prompt(start + R"("3": {"class_type": "BasicGuider", "inputs": {"model": ["4", 0],
      "conditioning": ["13", 0]}}, "13": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5,
      "conditioning": ["6", 0]}}, "8": {"class_type": "KSamplerSelect", "inputs": {"sampler_name":
      "dpmpp_2m"}}, "9": {"class_type": "BasicScheduler", "inputs": {"scheduler": "beta",
      "steps": 25, "denoise": 0.75, "model": ["4", 0]}}})");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt.empty());
  CHECK(info.settings == Settings{{"Steps", "25"},
                                  {"Sampler", "DPM++ 2M"},
                                  {"Schedule type", "Beta"},
                                  {"CFG scale", "1"},
                                  {"Distilled CFG Scale", "3.5"},
                                  {"Seed", "18446744073709551615"},
                                  {"Size", "512x768"},
                                  {"Model", "dev"},
                                  {"VAE", "ae.sft"},
                                  {"Denoising strength", "0.75"}});
  info = read_prompt(start + R"("3": {"class_type": "DualCFGGuider", "inputs": {"model": ["4", 0],
      "cond1": ["6", 0], "cond2": ["7", 0], "negative": ["7", 0], "cfg_conds": 5.0,
      "cfg_cond2_negative": 2.0}}, "8": {"class_type": "SamplerEulerAncestral", "inputs":
      {"eta": 1.0}}, "9": {"class_type": "SplitSigmas", "inputs": {"sigmas": ["20", 0], "step": 5}},
      "20": {"class_type": "KarrasScheduler", "inputs": {"steps": 9, "sigma_max": 14}}})");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(setting(info, "CFG scale") == "5.0");
  CHECK(setting(info, "Sampler") == "Euler a");
  CHECK(setting(info, "Schedule type") == "Karras");
}

TEST_CASE("A second pass over enlarged latents is a hires pass") {
  GenerationInfo info = read_prompt(with_passes(second_pass(
      "9", R"(, "9": {"class_type": "LatentUpscale", "inputs": {"upscale_method": "nearest-exact",
      "width": 768, "height": 1152, "crop": "disabled", "samples": ["3", 0]}})")));
  CHECK(info.prompt == "a cat");
  CHECK(setting(info, "Steps") == "20");
  CHECK(setting(info, "Seed") == "42");
  CHECK(setting(info, "Size") == "512x768");
  CHECK(after(info, "Model") == Settings{{"Denoising strength", "0.5"},
                                         {"Hires upscale", "1.5"},
                                         {"Hires steps", "12"},
                                         {"Hires upscaler", "Latent (nearest-exact)"}});
}

TEST_CASE("A hires pass through pixels, with a prompt, model and size of its own") {
  std::string nodes = second_pass("9", R"(,
    "9": {"class_type": "VAEEncode", "inputs": {"pixels": ["20", 0], "vae": ["4", 2]}},
    "20": {"class_type": "ImageScale", "inputs": {"image": ["21", 0], "width": 1024, "height": 1600,
      "upscale_method": "lanczos"}},
    "21": {"class_type": "ImageUpscaleWithModel", "inputs": {"image": ["22", 0],
      "upscale_model": ["23", 0]}},
    "22": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "23": {"class_type": "UpscaleModelLoader", "inputs": {"model_name": "4x-Sharp.pth"}},
    "24": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "x/other.ckpt"}},
    "26": {"class_type": "CLIPTextEncode", "inputs": {"text": "a sharp cat", "clip": ["24", 1]}})");
  size_t at = nodes.find(R"("model": ["4", 0])");
  nodes.replace(at, 17, R"("model": ["24", 0])");
  nodes.replace(nodes.find(R"("positive": ["6", 0])"), 20, R"("positive": ["26", 0])");
  GenerationInfo info = read_prompt(with_passes(nodes));
  CHECK(info.prompt == "a cat");
  CHECK(setting(info, "Model") == "base");
  CHECK(after(info, "Model") == Settings{{"Denoising strength", "0.5"},
                                         {"Hires resize", "1024x1600"},
                                         {"Hires steps", "12"},
                                         {"Hires upscaler", "4x-Sharp"},
                                         {"Hires checkpoint", "other"},
                                         {"Hires prompt", "a sharp cat"}});
}

TEST_CASE("The file's size decides which of two saved pictures it is") {
  std::string graph = with_passes(second_pass(
      "9", R"(, "9": {"class_type": "LatentUpscaleBy", "inputs": {"upscale_method": "bicubic",
      "scale_by": 2, "samples": ["3", 0]}},
      "30": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
      "31": {"class_type": "SaveImage", "inputs": {"images": ["30", 0]}})"));
  auto of_size = [&](uint32_t width, uint32_t height) {
    return read_info(
        kPngSignature +
        chunk("IHDR", be(width, 4) + be(height, 4) + std::string("\x08\x02\0\0\0", 5)) +
        text_chunk("prompt", graph) + chunk("IEND", ""));
  };
  CHECK(setting(of_size(1024, 1536), "Hires upscale") == "2");
  CHECK(setting(of_size(1024, 1536), "Hires upscaler") == "Latent (bicubic)");
  CHECK(setting(of_size(512, 768), "Hires steps").empty());
  CHECK(setting(of_size(512, 768), "Steps") == "20");
}

TEST_CASE("A second sampler that finishes the steps is a refiner") {
  std::string sampler = R"("sampler_name": "euler", "scheduler": "normal", "cfg": 8, "steps": 25,)";
  GenerationInfo info =
      read_prompt(R"({"3": {"class_type": "KSamplerAdvanced", "inputs": {)" + sampler +
                  R"("noise_seed": 42, "add_noise": "enable", "start_at_step": 0, "end_at_step": 20,
        "return_with_leftover_noise": "enable", "model": ["4", 0], "positive": ["6", 0],
        "negative": ["7", 0], "latent_image": ["5", 0]}},
      "9": {"class_type": "KSamplerAdvanced", "inputs": {)" +
                  sampler + R"("noise_seed": 0, "add_noise": "disable", "start_at_step": 20,
        "end_at_step": 10000, "model": ["24", 0], "positive": ["6", 0], "negative": ["7", 0],
        "latent_image": ["3", 0]}},
      "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "base.safetensors"}},
      "24": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "fine.safetensors"}},)" +
                  kLatents + "," + kPrompts + "}");
  CHECK(setting(info, "Seed") == "42");
  CHECK(after(info, "Model") == Settings{{"Refiner", "fine"}, {"Refiner switch at", "0.8"}});
}

TEST_CASE("A picture that was loaded gives img2img, and no size of its own") {
  GenerationInfo info = read_prompt(with_nodes(
      R"("5": {"class_type": "VAEEncode", "inputs": {"pixels": ["20", 0], "vae": ["4", 2]}},
      "20": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},)" +
      kPrompts));
  CHECK(setting(info, "Size").empty());
  CHECK(setting(info, "Denoising strength").empty());
  std::string graph = with_nodes(
      R"("5": {"class_type": "VAEEncode", "inputs": {"pixels": ["20", 0], "vae": ["4", 2]}},
      "20": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},)" +
      kPrompts);
  graph.replace(graph.find("\"denoise\": 1.0"), 14, "\"denoise\": 0.6");
  CHECK(setting(read_prompt(graph), "Denoising strength") == "0.6");
}

TEST_CASE("Detailers and inpainting over a picture leave what made it") {
  std::string detailer = R"("9": {"class_type": "FaceDetailer", "inputs": {"image": ["8", 0],
    "model": ["4", 0], "positive": ["26", 0], "negative": ["7", 0], "seed": 1, "steps": 5,
    "cfg": 3, "sampler_name": "lcm", "scheduler": "simple", "denoise": 0.4,
    "sam_mask_hint_use_negative": "False", "bbox_detector": ["27", 0]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "12": {"class_type": "SaveImage", "inputs": {"images": ["9", 0]}},)" +
                         encode("26", R"("a face")");
  GenerationInfo info = read_prompt(with_passes(detailer));
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(setting(info, "Steps") == "20");
  CHECK(after(info, "Model").empty());
  std::string inpaint = second_pass(
      "9", R"(, "9": {"class_type": "SetLatentNoiseMask", "inputs": {"samples": ["3", 0],
      "mask": ["28", 1]}}, "28": {"class_type": "LoadImage", "inputs": {"image": "m.png"}})");
  info = read_prompt(with_passes(inpaint));
  CHECK(setting(info, "Seed") == "42");
  CHECK(after(info, "Model").empty());
}

TEST_CASE("Of pictures that are put together every prompt counts, the whole one's first") {
  GenerationInfo info = read_prompt(with_passes(second_pass(
      "9", R"(, "9": {"class_type": "LatentComposite", "inputs": {"samples_to": ["3", 0],
      "samples_from": ["20", 0], "x": 0, "y": 0}},
      "20": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 5, "cfg": 2, "denoise": 1,
      "model": ["4", 0], "positive": ["26", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},)" +
               encode("26", R"("a roof")"))));
  CHECK(info.prompt == "a cat AND a roof");
  CHECK(info.negative_prompt == "dog");
  CHECK(setting(info, "Seed") == "7");
}

TEST_CASE("A picture that was set in motion without a prompt has the prompt that made it") {
  GenerationInfo info = read_prompt(with_passes(
      R"("8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
      "20": {"class_type": "SVD_img2vid_Conditioning", "inputs": {"width": 1024, "height": 576,
        "init_image": ["8", 0], "clip_vision": ["21", 1], "vae": ["21", 2]}},
      "21": {"class_type": "ImageOnlyCheckpointLoader", "inputs": {"ckpt_name": "svd.safetensors"}},
      "22": {"class_type": "KSampler", "inputs": {"seed": 9, "steps": 20, "cfg": 2.5, "denoise": 1,
        "model": ["21", 0], "positive": ["20", 0], "negative": ["20", 1],
        "latent_image": ["20", 2]}},
      "23": {"class_type": "SaveAnimatedWEBP", "inputs": {"images": ["22", 0]}})"));
  CHECK(info.prompt == "a cat");
  CHECK(setting(info, "Model") == "svd");
  CHECK(setting(info, "Size") == "1024x576");
}

TEST_CASE("Cascade's stages: the prompt and settings of the first") {
  GenerationInfo info = read_prompt(with_passes(
      R"("20": {"class_type": "StableCascade_StageB_Conditioning", "inputs": {
        "conditioning": ["7", 0], "stage_c": ["3", 0]}},
      "22": {"class_type": "KSampler", "inputs": {"seed": 9, "steps": 10, "cfg": 1.1, "denoise": 1,
        "model": ["4", 0], "positive": ["20", 0], "negative": ["7", 0], "latent_image": ["5", 1]}},
      "23": {"class_type": "SaveImage", "inputs": {"images": ["22", 0]}})"));
  CHECK(info.prompt == "a cat");
  CHECK(setting(info, "Steps") == "20");
}

TEST_CASE("LoRAs have the names that the WebUI turns into tags") {
  auto loras = [](std::string_view nodes) {
    std::string graph = with_nodes(kLatents + "," + kPrompts + "," + std::string(nodes));
    graph.replace(graph.find(R"("model": ["4", 0])"), 17, R"("model": ["20", 0])");
    GenerationInfo info = read_prompt(graph);
    CHECK(setting(info, "Model") == "base");
    CHECK(info.prompt == "a cat");
    return after(info, "Model");
  };
  CHECK(loras(R"("20": {"class_type": "LoraLoader", "inputs": {"lora_name": "x\\last.safetensors",
      "strength_model": 0.8, "strength_clip": 0.5, "model": ["21", 0]}},
      "21": {"class_type": "LoraLoaderModelOnly", "inputs": {"lora_name": "first.pt",
      "strength_model": ["22", 0], "model": ["4", 0]}},
      "22": {"class_type": "PrimitiveFloat", "inputs": {"value": 1.25}})") ==
        Settings{{"AddNet Enabled", "True"},
                 {"AddNet Module 1", "LoRA"},
                 {"AddNet Model 1", "first"},
                 {"AddNet Weight A 1", "1.25"},
                 {"AddNet Module 2", "LoRA"},
                 {"AddNet Model 2", "last"},
                 {"AddNet Weight A 2", "0.8"},
                 {"AddNet Weight B 2", "0.5"}});
  const Settings kOne = {{"AddNet Enabled", "True"},
                         {"AddNet Module 1", "LoRA"},
                         {"AddNet Model 1", "a"},
                         {"AddNet Weight A 1", "0.7"}};
  CHECK(loras(R"j("20": {"class_type": "Power Lora Loader (rgthree)", "inputs": {
      "lora_1": {"on": true, "lora": "d/a.safetensors", "strength": 0.7},
      "lora_2": {"on": false, "lora": "b.safetensors", "strength": 1}, "model": ["4", 0]}})j") ==
        kOne);
  CHECK(loras(R"("20": {"class_type": "CR Apply LoRA Stack", "inputs": {"model": ["4", 0],
      "lora_stack": ["21", 0]}}, "21": {"class_type": "CR LoRA Stack", "inputs": {
      "switch_1": "Off", "lora_name_1": "b.pt", "model_weight_1": 1, "clip_weight_1": 1,
      "switch_2": "On", "lora_name_2": "a.pt", "model_weight_2": 0.7,
      "switch_3": "On", "lora_name_3": "None", "model_weight_3": 1}})") == kOne);
  CHECK(loras(R"("20": {"class_type": "easy loraStackApply", "inputs": {"model": ["4", 0],
      "lora_stack": ["21", 0]}}, "21": {"class_type": "easy loraStack", "inputs": {"toggle": true,
      "mode": "simple", "num_loras": 1, "lora_1_name": "a.pt", "lora_1_strength": 0.7,
      "lora_1_model_strength": 1, "lora_2_name": "b.pt", "lora_2_strength": 1}})") == kOne);
  CHECK(loras(R"("20": {"class_type": "LoraTagLoader", "inputs": {"model": ["4", 0],
      "text": "a, <lora:a:0.7> <lora:none>"}})") == kOne);
  CHECK(loras(R"("20": {"class_type": "HypernetworkLoader", "inputs": {"hypernetwork_name": "h.pt",
      "strength": 0.9, "model": ["4", 0]}})") ==
        Settings{{"Hypernet", "h"}, {"Hypernet strength", "0.9"}});
}

TEST_CASE("Merged models, clip skip, sizes from presets, links and swaps") {
  std::string graph = with_nodes(
      R"("5": {"class_type": "EmptyLatentImage", "inputs": {"width": ["20", 0], "height": ["20", 1]}},
      "20": {"class_type": "CR SDXL Aspect Ratio", "inputs": {"width": 1024, "height": 1024,
        "aspect_ratio": "3:4 portrait 896x1152", "swap_dimensions": "On"}},
      "30": {"class_type": "ModelMergeSimple", "inputs": {"model1": ["4", 0], "model2": ["31", 0],
        "ratio": 0.5}},
      "31": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "b.ckpt"}},
      "32": {"class_type": "CLIPSetLastLayer", "inputs": {"stop_at_clip_layer": -2,
        "clip": ["4", 1]}},
      "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["32", 0]}},)" +
      encode("7", R"("dog")"));
  graph.replace(graph.find(R"("model": ["4", 0])"), 17, R"("model": ["30", 0])");
  GenerationInfo info = read_prompt(graph);
  CHECK(setting(info, "Size") == "1152x896");
  CHECK(setting(info, "Model") == "base + b");
  CHECK(setting(info, "Clip skip") == "2");
}

TEST_CASE("A graph that asks a service for the picture") {
  GenerationInfo info = read_prompt(
      R"({"1": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}},
      "2": {"class_type": "SomeServiceImage", "inputs": {"prompt": ["3", 0], "seed": 5,
        "negative_prompt": "dog", "model": "v3"}},
      "3": {"class_type": "PrimitiveString", "inputs": {"value": "a cat"}}})");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(setting(info, "Seed") == "5");
}
