// The samplers and schedulers of every generator under the WebUI's names, in one table.
#pragma once

#include <string>
#include <string_view>

#include "metadata/generation_info.h"

namespace img2prompt {

struct SamplerAndSchedule {
  std::string sampler;   // "Euler a", "DPM++ 2M"
  std::string schedule;  // "Karras", "SGM Uniform"; empty = not stated
};

// What the WebUI (1.10; Forge's names for what 1.10 lacks) calls a sampler and its scheduler. Read
// are the names of k-diffusion ("k_euler_a", "sample_dpmpp_2m"), ComfyUI, Fooocus and SwarmUI
// ("dpmpp_2m_sde_gpu", "sgm_uniform"), InvokeAI ("dpmpp_2m_k"), diffusers' classes
// ("EulerDiscreteScheduler"), Draw Things ("DPM++ 2M AYS"), Easy Diffusion, NovelAI,
// stable-diffusion.cpp ("dpm++2m") and the WebUI itself, in any case and punctuation. A `schedule`
// that is given goes before one that the sampler's name ends in. Unknown names are kept as found.
SamplerAndSchedule to_webui_sampler(std::string_view sampler, std::string_view schedule = {});

// The scheduler alone; an unknown name as found.
std::string to_webui_schedule(std::string_view schedule);

// Rewrites "Sampler" and "Schedule type" so; a scheduler that the sampler's name implied is put
// behind "Sampler".
void rename_samplers(Settings& settings);

}  // namespace img2prompt
