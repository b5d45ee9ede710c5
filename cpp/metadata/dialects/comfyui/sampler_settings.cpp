#include "metadata/dialects/comfyui/sampler_settings.h"

#include "metadata/dialects/comfyui/values.h"
#include "metadata/limits.h"
#include "metadata/sampler_names.h"

namespace img2prompt::comfyui {
namespace {

const Names kSteps = {"steps", "steps_total", "num_steps", "num_inference_steps"};

struct NodeName {
  std::string_view type, name;
};

// Nodes that are a sampler or a schedule of their own, for samplers that are put together.
constexpr NodeName kSamplerNodes[] = {{"SamplerEulerAncestral", "euler_ancestral"},
                                      {"SamplerEulerAncestralCFGPP", "euler_ancestral_cfg_pp"},
                                      {"SamplerEulerCFGpp", "euler_cfg_pp"},
                                      {"SamplerLMS", "lms"},
                                      {"SamplerDPMPP_3M_SDE", "dpmpp_3m_sde"},
                                      {"SamplerDPMPP_2M_SDE", "dpmpp_2m_sde"},
                                      {"SamplerDPMPP_SDE", "dpmpp_sde"},
                                      {"SamplerDPMPP_2S_Ancestral", "dpmpp_2s_ancestral"},
                                      {"SamplerDPMAdaptative", "dpm_adaptive"},
                                      {"SamplerLCMUpscale", "lcm"},
                                      {"SamplerER_SDE", "er_sde"}};
constexpr NodeName kScheduleNodes[] = {{"KarrasScheduler", "karras"},
                                       {"ExponentialScheduler", "exponential"},
                                       {"PolyexponentialScheduler", "polyexponential"},
                                       {"BetaSamplingScheduler", "beta"},
                                       {"AlignYourStepsScheduler", "align_your_steps"},
                                       {"GITSScheduler", "gits"},
                                       {"SDTurboScheduler", "turbo"}};

template <size_t N>
std::string name_of_linked(const Graph& graph, NodeIndex node, std::string_view input,
                           const NodeName (&names)[N]) {
  const Input* link = find_input(graph[node], input);
  for (int hops = 0; link && link->is_link() && hops < kMaxNameHops; ++hops) {
    const Node& from = graph[link->link.node];
    for (const NodeName& known : names)
      if (known.type == from.type) return std::string(known.name);
    link = find_input(from, input);
  }
  return {};
}

// A value of a node that is linked wrongly, or was renamed since, may be anything.
std::string find_number_text(Walk& walk, NodeIndex node, Names names) {
  std::string value = find_value(walk, node, names);
  return parse_number(value) ? value : std::string();
}

bool has_basic_guider(const Graph& graph, NodeIndex node) {
  const Input* guider = find_input(graph[node], "guider");
  return guider && guider->is_link() && graph[guider->link.node].type == "BasicGuider";
}

}  // namespace

SamplerSettings find_sampler_settings(Walk& walk, NodeIndex node) {
  SamplerSettings out;
  out.steps = find_number_text(walk, node, kSteps);
  out.cfg = find_number_text(walk, node, {"cfg", "cfg_scale", "cfg_conds", "guidance_scale"});
  // A guider without a negative side guides as a CFG scale of 1 does.
  if (out.cfg.empty() && has_basic_guider(walk.graph(), node)) out.cfg = "1";
  out.seed = find_number_text(walk, node, {"seed", "noise_seed", "seed_value"});
  std::string sampler = find_value(walk, node, {"sampler_name", "sampler"});
  if (sampler.empty()) sampler = name_of_linked(walk.graph(), node, "sampler", kSamplerNodes);
  std::string schedule = find_value(walk, node, {"scheduler", "scheduler_name"});
  if (schedule.empty()) schedule = name_of_linked(walk.graph(), node, "sigmas", kScheduleNodes);
  SamplerAndSchedule names = to_webui_sampler(sampler, schedule);
  out.sampler = names.sampler;
  out.schedule = names.schedule;
  std::string denoise = find_number_text(walk, node, {"denoise"});
  std::optional<double> number = parse_number(denoise);
  double start = find_start(walk, node);
  if (number && *number < 1)
    out.denoise = denoise;
  else if (start > 0 && start < 1 && adds_noise(walk, node))
    out.denoise = number_text(1 - start);
  return out;
}

bool adds_noise(Walk& walk, NodeIndex sampler) {
  std::string noise = find_value(walk, sampler, {"add_noise"});
  const Input* source = find_input(walk.graph()[sampler], "noise");
  bool has_none = source && source->is_link() &&
                  contains_word(walk.graph()[source->link.node].type, "DisableNoise");
  return noise != "disable" && noise != "false" && !has_none;
}

double find_start(Walk& walk, NodeIndex sampler) {
  std::optional<double> start = find_number(walk, sampler, {"start_at_step"});
  std::optional<double> steps = find_number(walk, sampler, kSteps);
  return start && steps && *start > 0 && *steps > *start ? *start / *steps : 0;
}

}  // namespace img2prompt::comfyui
