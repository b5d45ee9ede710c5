// What went over a picture once it was made, as the WebUI's settings for that.
#pragma once

#include "metadata/dialects/comfyui/passes.h"
#include "metadata/dialects/comfyui/prompts.h"
#include "metadata/generation_info.h"

namespace img2prompt::comfyui {

// Appends, for the last pass that went over the whole picture, the Refiner settings where it only
// finishes the steps of the first, else the Hires settings: what differs from the first pass, whose
// record `info` holds already. Nothing where there is no such pass.
void describe_second_pass(Walk& walk, const Passes& made, GenerationInfo& info);

}  // namespace img2prompt::comfyui
