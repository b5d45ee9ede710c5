// A ComfyUI graph as a record with the WebUI's names.
#pragma once

#include <cstdint>

#include "metadata/dialects/comfyui/graph.h"
#include "metadata/generation_info.h"

namespace img2prompt::comfyui {

struct PictureFile {
  uint32_t width = 0, height = 0;  // pixels; 0 = not known
  bool is_made_by_graph = true;    // false: perhaps a picture of the graph itself
};

// The file's size decides between several nodes that save, and is the picture's where the graph
// does not say that. Without any prompt or setting the record is empty. The infotext is not made
// yet.
//
// Steps, Sampler, Schedule type, CFG scale, Distilled CFG Scale (FLUX's guidance), Seed, Size,
// Model, VAE, Denoising strength and Clip skip are those of the sampler that made the picture. A
// second one that went over all of it gives Denoising strength and the Hires settings, as does one
// that finishes its steps with another model the Refiner settings. LoRAs of the graph have the
// names of the WebUI's older extension for them (AddNet Model 1, AddNet Weight A 1): pasting, the
// WebUI turns these into <lora:name:weight> behind the prompt, which itself stays as it was
// written.
GenerationInfo read_graph(const Graph& graph, const PictureFile& file);

}  // namespace img2prompt::comfyui
