// ComfyUI graphs written by hand for the tests.
#pragma once

#include <string>
#include <string_view>

#include "build_files.h"
#include "metadata/infotext.h"
#include "metadata/read.h"

namespace img2prompt::testing {

inline GenerationInfo read_info(const std::string& file) {
  return parse_metadata(ByteSpan(file), "file").info;
}

inline GenerationInfo read_prompt(std::string_view graph) {
  return read_info(png(text_chunk("prompt", graph)));
}

inline GenerationInfo read_workflow(std::string_view graph) {
  return read_info(png(text_chunk("workflow", graph)));
}

inline std::string setting(const GenerationInfo& info, std::string_view key) {
  for (const auto& [name, value] : info.settings)
    if (name == key) return value;
  return {};
}

// The usual graph without its prompts, "6" and "7", and without its latents, "5".
inline std::string with_nodes(std::string_view nodes) {
  return R"({"3": {"class_type": "KSampler", "inputs": {"seed": 42, "steps": 20, "cfg": 8.0,
    "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0, "model": ["4", 0],
    "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
  "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "base.safetensors"}},
  "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
  "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "a", "images": ["8", 0]}},)" +
         std::string(nodes) + "}";
}

inline const std::string kLatents =
    R"("5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768, "batch_size": 1}})";

inline std::string encode(std::string_view id, std::string_view text) {
  return "\"" + std::string(id) +
         R"(": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": )" +
         std::string(text) + "}}";
}

inline const std::string kPlain =
    with_nodes(kLatents + "," + encode("6", R"("a cat\n")") + "," + encode("7", R"("dog")"));

// The usual graph with "6", whatever encodes the positive prompt, and more nodes.
inline std::string with_positive(std::string_view nodes) {
  return with_nodes(kLatents + "," + encode("7", R"("dog")") + "," + std::string(nodes));
}

}  // namespace img2prompt::testing
