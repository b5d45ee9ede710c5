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

// Nodes and links of a graph on the screen around those given; link 1 ends at the sampler's
// positive prompt, 2 at its negative one, 3 at its latents.
inline std::string screen(std::string_view nodes, std::string_view links,
                          std::string_view more = {}) {
  return R"({"last_node_id": 99, "nodes": [
    {"id": 3, "type": "KSampler", "mode": 0, "inputs": [
      {"name": "model", "type": "MODEL", "link": 4},
      {"name": "positive", "type": "CONDITIONING", "link": 1},
      {"name": "negative", "type": "CONDITIONING", "link": 2},
      {"name": "latent_image", "type": "LATENT", "link": 3}],
     "outputs": [{"name": "LATENT", "type": "LATENT", "links": [5]}],
     "widgets_values": [42, "randomize", 20, 8, "euler", "normal", 1]},
    {"id": 4, "type": "CheckpointLoaderSimple", "inputs": [],
     "widgets_values": ["base.safetensors"]},
    {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 768, 1]},
    {"id": 8, "type": "VAEDecode", "inputs": [{"name": "samples", "type": "LATENT", "link": 5}]},
    {"id": 9, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 6}],
     "widgets_values": ["name"]},
    {"id": 7, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "type": "CLIP", "link": 7}],
     "widgets_values": ["dog"]},
    {"id": 99, "type": "Note", "widgets_values": ["a note"]},)" +
         std::string(nodes) + R"(],
  "links": [[2, 7, 0, 3, 2, "CONDITIONING"], [3, 5, 0, 3, 3, "LATENT"], [4, 4, 0, 3, 0, "MODEL"],
    [5, 3, 0, 8, 0, "LATENT"], [6, 8, 0, 9, 0, "IMAGE"], [7, 4, 1, 7, 0, "CLIP"],)" +
         std::string(links) + "]" + std::string(more) + R"(, "version": 0.4})";
}

inline const std::string kEncoder = R"({"id": 6, "type": "CLIPTextEncode", "mode": 0,
  "inputs": [{"name": "clip", "type": "CLIP", "link": 7}],
  "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING"}], "widgets_values": ["a cat"]})";

}  // namespace img2prompt::testing
