// What Civitai writes of FLUX pictures, put right.
#pragma once

#include "metadata/generation_info.h"

namespace img2prompt {

// Where the settings are Civitai's of a FLUX model, as Forge does: no Clip skip, the sampler
// "Undefined" is Euler with the Simple schedule, and the CFG scale is the distilled one. Reference:
// Forge's parse_generation_parameters.
void repair_civitai_flux(Settings& settings);

}  // namespace img2prompt
