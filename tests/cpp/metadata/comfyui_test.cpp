// ComfyUI's API graphs: where they stand, and the prompts in them.
#include <doctest/doctest.h>

#include "comfyui_graphs.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

void check_plain(const GenerationInfo& info) {
  CHECK(info.generator == "comfyui");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Steps", "20"},
                                  {"Sampler", "Euler"},
                                  {"Schedule type", "Normal"},
                                  {"CFG scale", "8.0"},
                                  {"Seed", "42"},
                                  {"Size", "512x768"},
                                  {"Model", "base"}});
}

std::string positive(std::string_view nodes) { return read_prompt(with_positive(nodes)).prompt; }

}  // namespace

TEST_CASE("The graph in every container that ComfyUI and its savers write") {
  std::string comf = chunk("comf", "prompt" + std::string(1, '\0') + kPlain);
  for (const std::string& file :
       {png(text_chunk("prompt", kPlain)), png("", itxt_chunk("prompt", kPlain, true)),
        png("", comf),
        webp(vp8x_chunk(5, 7) + riff_chunk("EXIF", tiff({{0x010F, 2, "workflow:{\"nodes\": []}"},
                                                         {0x0110, 2, "prompt:" + kPlain}},
                                                        {}, true))),
        jpeg(exif_segment(tiff({{0x010F, 2, "Prompt: " + kPlain}}, {}, false))),
        jpeg(exif_segment(comment_tiff("ASCII" + std::string(3, '\0') + kPlain))),
        gif(gif_comment(kPlain)),
        jpeg(segment(0xFE, "{\"client_id\": \"x\", \"prompt\": " + kPlain + "}"))})
    check_plain(read_info(file));
}

TEST_CASE("The converted infotext reads back to the same record") {
  GenerationInfo info = read_prompt(kPlain);
  REQUIRE(info.infotext);
  Infotext back = parse_infotext(*info.infotext, InfotextRules::kBalanced);
  CHECK(back.prompt == info.prompt);
  CHECK(back.negative_prompt == info.negative_prompt);
  CHECK(back.settings == info.settings);
}

TEST_CASE("A graph with NaN and Infinity, as Python writes them") {
  std::string graph = kPlain;
  graph.insert(1, R"("90": {"class_type": "X", "is_changed": NaN, "inputs": {"a": -Infinity}},)");
  check_plain(read_prompt(graph));
}

TEST_CASE("The WebUI's text beside a graph goes before it; other generators' JSON is not a graph") {
  std::string both = png(text_chunk("prompt", kPlain) +
                         text_chunk("parameters", "cat\nSteps: 3, Sampler: Euler, Seed: 4"));
  CHECK(read_info(both).generator == "a1111");
  CHECK(read_info(png(text_chunk("prompt", "a cat"))).generator.empty());
  CHECK(read_info(png(text_chunk("prompt", "{\"a\": 1}"))).generator.empty());
}

TEST_CASE("A damaged graph is left out with a warning") {
  Metadata metadata = parse_metadata(
      ByteSpan(png(text_chunk("prompt", kPlain.substr(0, kPlain.size() - 1)))), "file");
  CHECK(metadata.info.prompt.empty());
  REQUIRE(metadata.raw.warnings.size() == 1);
  CHECK(metadata.raw.warnings[0] == "ComfyUI's prompt: left out, it is not JSON");
}

TEST_CASE("Encoders with several texts: SDXL, FLUX, SD3") {
  CHECK(positive(R"("6": {"class_type": "CLIPTextEncodeSDXL", "inputs": {"clip": ["4", 1],
      "width": 1024, "text_g": "a cat", "text_l": "a cat"}})") == "a cat");
  CHECK(positive(R"("6": {"class_type": "CLIPTextEncodeSDXL", "inputs": {"clip": ["4", 1],
      "text_g": "a cat", "text_l": "roof"}})") == "a cat\nroof");
  CHECK(positive(R"("6": {"class_type": "CLIPTextEncodeFlux", "inputs": {"clip": ["4", 1],
      "clip_l": "cat", "t5xxl": "a cat on a roof", "guidance": 3.5}})") == "cat\na cat on a roof");
  CHECK(positive(R"("6": {"class_type": "CLIPTextEncodeSD3", "inputs": {"clip": ["4", 1],
      "clip_l": "a cat", "clip_g": "a cat", "t5xxl": "", "empty_padding": "none"}})") == "a cat");
  CHECK(positive(R"("6": {"class_type": "CLIPTextEncodeLumina2", "inputs": {"clip": ["4", 1],
      "system_prompt": "superior", "user_prompt": "a cat"}})") == "a cat");
}

TEST_CASE("Conditionings: combined, concatenated, zeroed, handed on") {
  std::string two = encode("20", R"("a cat ")") + "," + encode("21", R"("a roof")") + ",";
  CHECK(positive(two + R"("6": {"class_type": "ConditioningCombine", "inputs":
      {"conditioning_1": ["20", 0], "conditioning_2": ["21", 0]}})") == "a cat AND a roof");
  CHECK(positive(two + R"("6": {"class_type": "ConditioningConcat", "inputs":
      {"conditioning_to": ["20", 0], "conditioning_from": ["21", 0]}})") == "a cat BREAK a roof");
  CHECK(positive(two + R"("6": {"class_type": "ConditioningCombine", "inputs":
      {"conditioning_1": ["20", 0], "conditioning_2": ["20", 0]}})") == "a cat");
  CHECK(positive(two + R"("6": {"class_type": "ConditioningZeroOut", "inputs":
      {"conditioning": ["20", 0]}})")
            .empty());
  for (const char* type : {"ConditioningSetArea", "FluxGuidance", "ControlNetApply",
                           "unCLIPConditioning", "SomeNodeThatNobodyKnows"})
    CHECK(positive(two + R"("6": {"class_type": ")" + type + R"(", "inputs": {"strength": 0.5,
        "conditioning": ["20", 0], "image": ["21", 0]}})") == "a cat");
}

TEST_CASE("A node that carries both prompts tells them apart by name") {
  GenerationInfo info = read_prompt(
      R"({"1": {"class_type": "ControlNetApplyAdvanced", "inputs": {"positive": ["2", 0],
        "negative": ["3", 0], "strength": 1}},
      "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["5", 1]}},
      "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "dog", "clip": ["5", 1]}},
      "4": {"class_type": "KSampler", "inputs": {"model": ["5", 0], "positive": ["1", 0],
        "negative": ["1", 1], "steps": 3, "seed": 1, "cfg": 2}},
      "5": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m.ckpt"}}})");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
}

TEST_CASE("Text through primitives, joins, switches, replacements and displays") {
  std::string linked = encode("6", R"(["20", 0])") + ",";
  auto text = [&](std::string_view node) { return positive(linked + std::string(node)); };
  CHECK(text(R"("20": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a cat"}})") ==
        "a cat");
  CHECK(text(R"("20": {"class_type": "Text Concatenate", "inputs": {"delimiter": ", ",
      "clean_whitespace": "true", "text_b": ["21", 0], "text_a": " a cat ", "text_c": ""}},
      "21": {"class_type": "Text Multiline", "inputs": {"text": "roof"}})") == "a cat, roof");
  CHECK(text(R"("20": {"class_type": "JoinStrings", "inputs": {"string1": "a", "string2": "b",
      "delimiter": "\\n"}})") == "a\nb");
  CHECK(text(R"("20": {"class_type": "StringConcatenate", "inputs": {"string_a": "a ",
      "string_b": "cat", "delimiter": ""}})") == "a cat");
  CHECK(text(R"("20": {"class_type": "CR Text Input Switch", "inputs": {"Input": 2,
      "text1": "a dog", "text2": "a cat"}})") == "a cat");
  CHECK(text(R"("20": {"class_type": "Text Input Switch", "inputs": {"boolean": ["21", 0],
      "text_a": "a cat", "text_b": "a dog"}},
      "21": {"class_type": "PrimitiveBoolean", "inputs": {"value": true}})") == "a cat");
  CHECK(text(R"("20": {"class_type": "easy ifElse", "inputs": {"boolean": false,
      "on_true": "a dog", "on_false": "a cat"}})") == "a cat");
  CHECK(text(R"j("20": {"class_type": "Any Switch (rgthree)", "inputs": {"any_02": ["21", 0]}},
      "21": {"class_type": "CR Text", "inputs": {"text": "a cat"}})j") == "a cat");
  CHECK(text(R"("20": {"class_type": "StringReplace", "inputs": {"string": "a dog",
      "find": "dog", "replace": "cat"}})") == "a cat");
  CHECK(text(R"("20": {"class_type": "ShowText|pysssss", "inputs": {"text": ["21", 0],
      "text2": "old"}}, "21": {"class_type": "easy positive", "inputs": {"positive": "a cat"}})") ==
        "a cat");
  CHECK(text(R"("20": {"class_type": "ImpactWildcardProcessor", "inputs": {
      "wildcard_text": "a __pet__", "populated_text": "a cat", "mode": "populate", "seed": 1}})") ==
        "a cat");
  CHECK(text(R"("20": {"class_type": "SDXLPromptStyler", "inputs": {"text_positive": "a cat",
      "text_negative": "dog", "style": "base"}})") == "a cat");
  CHECK(text(R"("20": {"class_type": "NobodyKnows", "inputs": {"anything": ["21", 0], "n": 3}},
      "21": {"class_type": "AlsoUnknown", "inputs": {"my_text": "a cat", "mode": "fast"}})") ==
        "a cat");
}

TEST_CASE("Pipes and contexts carry prompts and settings") {
  GenerationInfo info = read_prompt(
      R"({"1": {"class_type": "easy fullLoader", "inputs": {"ckpt_name": "SD/base.safetensors",
        "vae_name": "Baked VAE", "clip_skip": -2, "lora_name": "None", "empty_latent_width": 512,
        "empty_latent_height": 640, "positive": ["5", 0], "positive_token_normalization": "none",
        "negative": "dog"}},
      "2": {"class_type": "easy preSampling", "inputs": {"pipe": ["1", 0], "steps": 12, "cfg": 5,
        "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1, "seed": 7}},
      "3": {"class_type": "easy kSampler", "inputs": {"pipe": ["2", 0], "image_output": "Save"}},
      "5": {"class_type": "easy positive", "inputs": {"positive": "a cat"}}})");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Steps", "12"},
                                  {"Sampler", "DPM++ 2M"},
                                  {"Schedule type", "Karras"},
                                  {"CFG scale", "5"},
                                  {"Seed", "7"},
                                  {"Size", "512x640"},
                                  {"Model", "base"},
                                  {"Clip skip", "2"}});
  info = read_prompt(
      R"j({"1": {"class_type": "Context Big (rgthree)", "inputs": {"model": ["4", 0],
        "clip": ["4", 1], "positive": ["6", 0], "steps": 9, "sampler": "euler", "seed": ["5", 0]}},
      "2": {"class_type": "Context (rgthree)", "inputs": {"base_ctx": ["1", 0],
        "negative": ["7", 0]}},
      "3": {"class_type": "KSampler", "inputs": {"model": ["2", 1], "positive": ["2", 4],
        "negative": ["2", 5], "seed": ["2", 8], "steps": ["1", 10], "sampler_name": ["1", 12],
        "scheduler": "beta", "cfg": 4, "denoise": 1}},
      "5": {"class_type": "Seed (rgthree)", "inputs": {"seed": 77}},
      "4": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux\\dev.gguf"}},)j" +
      encode("6", R"("a cat")") + "," + encode("7", R"("dog")") + "}");
  CHECK(info.prompt == "a cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Steps", "9"},
                                  {"Sampler", "Euler"},
                                  {"Schedule type", "Beta"},
                                  {"CFG scale", "4"},
                                  {"Seed", "77"},
                                  {"Model", "dev"}});
}
