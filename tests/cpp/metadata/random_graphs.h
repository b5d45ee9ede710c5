// ComfyUI graphs of random nodes, inputs and links, for the tests and fuzz targets of graphs that
// nobody's editor wrote.
#pragma once

#include <random>
#include <string>

namespace img2prompt::testing {

inline constexpr const char* kNodeTypes[] = {"KSampler",
                                             "KSamplerAdvanced",
                                             "SamplerCustomAdvanced",
                                             "CLIPTextEncode",
                                             "CLIPTextEncodeSDXL",
                                             "ConditioningCombine",
                                             "ConditioningConcat",
                                             "ConditioningZeroOut",
                                             "ControlNetApplyAdvanced",
                                             "FluxGuidance",
                                             "BasicGuider",
                                             "SaveImage",
                                             "PreviewImage",
                                             "VAEDecode",
                                             "LoraLoader",
                                             "CR LoRA Stack",
                                             "CheckpointLoaderSimple",
                                             "LatentUpscale",
                                             "ImageScaleBy",
                                             "FaceDetailer",
                                             "Text Concatenate",
                                             "CR Text Input Switch",
                                             "easy ifElse",
                                             "StringReplace",
                                             "Context (rgthree)",
                                             "ToBasicPipe",
                                             "IterativeLatentUpscale",
                                             "Reroute",
                                             "PrimitiveNode",
                                             "SetNode",
                                             "GetNode",
                                             "sub-a",
                                             "sub-b",
                                             "workflow/g",
                                             "EmptyLatentImage",
                                             "Nobody",
                                             "SDPromptReader",
                                             ""};
inline constexpr const char* kNodeInputs[] = {"model",
                                              "clip",
                                              "vae",
                                              "positive",
                                              "negative",
                                              "conditioning",
                                              "conditioning_1",
                                              "conditioning_2",
                                              "latent_image",
                                              "samples",
                                              "image",
                                              "images",
                                              "pixels",
                                              "text",
                                              "text_a",
                                              "text_b",
                                              "text1",
                                              "text_g",
                                              "text_l",
                                              "delimiter",
                                              "find",
                                              "replace",
                                              "Input",
                                              "boolean",
                                              "on_true",
                                              "on_false",
                                              "seed",
                                              "steps",
                                              "cfg",
                                              "sampler_name",
                                              "scheduler",
                                              "denoise",
                                              "guider",
                                              "sigmas",
                                              "noise",
                                              "sampler",
                                              "basic_pipe",
                                              "base_ctx",
                                              "upscaler",
                                              "lora_name",
                                              "lora_name_1",
                                              "strength_model",
                                              "width",
                                              "height",
                                              "scale_by",
                                              "upscale_model",
                                              "ckpt_name",
                                              "vae_name",
                                              "lora_stack",
                                              "start_at_step",
                                              "add_noise",
                                              "stop_at_clip_layer",
                                              "guidance",
                                              "setting",
                                              "prompt",
                                              "stage_c",
                                              "script",
                                              "any_01",
                                              ""};
inline constexpr const char* kInputValues[] = {"1",
                                               "-1",
                                               "0.5",
                                               "1e308",
                                               "NaN",
                                               "-Infinity",
                                               "18446744073709551616",
                                               "null",
                                               "true",
                                               "false",
                                               "\"\"",
                                               "\"a cat\"",
                                               "\"b\\nNegative prompt: c\"",
                                               "\"dpmpp_2m\"",
                                               "\"karras\"",
                                               "\"None\"",
                                               "\"x.safetensors\"",
                                               "\"512x768\"",
                                               "\"fixed\"",
                                               "\"\\ud83d\"",
                                               "[]",
                                               "{}",
                                               "[1, 2, 3]",
                                               "{\"lora\": \"a\", \"on\": true, \"strength\": []}",
                                               "{\"content\": \"a.pt\"}",
                                               "[\"0\"]",
                                               "\"Steps: 3, Seed: 4, Size: 5x6\"",
                                               "[null, 0]",
                                               "[\"3\", -1]",
                                               "[\"3\", 0.5]"};

class GraphGenerator {
 public:
  explicit GraphGenerator(unsigned seed) : random_(seed) {}

  std::string api_graph() {
    std::string out = "{";
    for (size_t i = 0, count = 1 + pick(12); i < count; ++i) {
      if (i > 0) out += ",";
      out += "\"" + std::to_string(pick(12)) + "\": {\"class_type\": \"" + one_of(kNodeTypes) +
             "\", \"inputs\": " + (pick(20) == 0 ? one_of(kInputValues) : api_inputs()) + "}";
    }
    return out + "}";
  }

  std::string editor_graph() {
    std::string groups = R"("extra": {"groupNodes": {"g": {"nodes": )" + nodes() +
                         R"(, "links": )" + links() + R"(, "external": [[{"index": 1}, 0]]}}})";
    return R"({"nodes": )" + nodes() + R"(, "links": )" + links() +
           R"(, "definitions": {"subgraphs": [{"id": "sub-a", "inputs": [{"name": "text"}],
             "nodes": )" +
           nodes() + ", \"links\": " + links() + R"(}, {"id": "sub-b", "inputs": 5, "nodes": )" +
           nodes() + ", \"links\": " + links() + "}]}, " + groups + "}";
  }

 private:
  size_t pick(size_t below) { return random_() % below; }

  template <size_t N>
  std::string one_of(const char* const (&list)[N]) {
    return list[pick(N)];
  }

  std::string value() {
    if (pick(2) == 0) return one_of(kInputValues);
    return "[\"" + std::to_string(pick(13)) + "\", " + std::to_string(pick(4)) + "]";
  }

  std::string api_inputs() {
    std::string out = "{";
    for (size_t i = 0, count = pick(9); i < count; ++i)
      out += (i > 0 ? ", \"" : "\"") + one_of(kNodeInputs) + "\": " + value();
    return out + "}";
  }

  std::string number_or_value(size_t below) {
    return pick(12) == 0 ? one_of(kInputValues) : std::to_string(pick(below));
  }

  std::string nodes() {
    std::string out = "[";
    for (size_t i = 0, count = pick(9); i < count; ++i) {
      std::string inputs, values;
      for (size_t k = 0, inputs_count = pick(5); k < inputs_count; ++k)
        inputs += (k > 0 ? ", " : "") + std::string("{\"name\": \"") + one_of(kNodeInputs) +
                  "\", \"type\": \"" + (pick(2) ? "A" : "B") +
                  "\", \"link\": " + number_or_value(14) +
                  (pick(2) ? ", \"widget\": {\"name\": \"text\"}}" : "}");
      for (size_t k = 0, values_count = pick(9); k < values_count; ++k)
        values += (k > 0 ? ", " : "") + one_of(kInputValues);
      if (i > 0) out += ", ";
      out += "{\"id\": " + number_or_value(9) + ", \"index\": " + std::to_string(i) +
             ", \"type\": \"" + one_of(kNodeTypes) + "\", \"mode\": " + number_or_value(5) +
             ", \"inputs\": [" + inputs + R"(], "outputs": [{"type": "A"}, {"type": "B"}],
             "properties": {"proxyWidgets": [["-1", "text"], ["1", "text"]]}, "widgets_values": [)" +
             values + "]}";
    }
    return out + "]";
  }

  std::string links() {
    std::string out = "[";
    for (size_t i = 0, count = pick(14); i < count; ++i) {
      if (i > 0) out += ", ";
      std::string origin = pick(8) == 0 ? "-10" : number_or_value(9);
      std::string target = pick(8) == 0 ? "-20" : number_or_value(9);
      if (pick(2))
        out += "[" + std::to_string(i) + ", " + origin + ", " + number_or_value(4) + ", " + target +
               ", " + number_or_value(5) + ", \"A\"]";
      else
        out += "{\"id\": " + std::to_string(i) + ", \"origin_id\": " + origin +
               ", \"origin_slot\": " + number_or_value(4) + ", \"target_id\": " + target +
               ", \"target_slot\": " + number_or_value(5) + "}";
    }
    return out + "]";
  }

  std::mt19937 random_;
};

}  // namespace img2prompt::testing
