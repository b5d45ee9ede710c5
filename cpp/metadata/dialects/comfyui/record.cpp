#include "metadata/dialects/comfyui/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "metadata/dialects/comfyui/models.h"
#include "metadata/dialects/comfyui/passes.h"
#include "metadata/dialects/comfyui/picture_size.h"
#include "metadata/dialects/comfyui/prompts.h"
#include "metadata/dialects/comfyui/samplers.h"
#include "metadata/dialects/comfyui/texts.h"
#include "metadata/dialects/comfyui/values.h"
#include "metadata/sampler_names.h"

namespace img2prompt::comfyui {
namespace {

const Names kSteps = {"steps", "steps_total", "num_steps", "num_inference_steps"};
const Names kSampler = {"sampler_name", "sampler"};
const Names kScheduler = {"scheduler", "scheduler_name"};
const Names kCfg = {"cfg", "cfg_scale", "cfg_conds", "guidance_scale"};
const Names kSeed = {"seed", "noise_seed", "seed_value"};

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

class Builder {
 public:
  Builder(const Graph& graph, const PictureFile& file) : walk_(graph), file_(file) {}

  GenerationInfo build() {
    Passes made = find_passes(walk_, file_.width, file_.height);
    if (made.passes.empty()) {
      if (made.output != kNoNode) describe_output(made.output);
    } else {
      describe_base(made);
      for (size_t i = made.passes.size() - 1; i > 0; --i)
        if (describe_later(made.passes[0], made.passes[i])) break;
      add_loras(models_.loras);
    }
    info_.warnings = walk_.graph().warnings;
    if (walk_.was_cut())
      info_.warnings.push_back(
          "ComfyUI's graph: it goes in a circle, or is too intricate to be followed to its end");
    return std::move(info_);
  }

 private:
  void set(std::string_view key, std::string value) {
    if (!value.empty()) info_.settings.emplace_back(key, std::move(value));
  }

  void describe_base(const Passes& made) {
    const Pass& base = made.passes[0];
    NodeIndex sampler = base.settings;
    info_.prompt = find_prompt(walk_, sampler, Side::kPositive);
    info_.negative_prompt = find_prompt(walk_, sampler, Side::kNegative);
    set("Steps", find_value(walk_, sampler, kSteps));
    SamplerAndSchedule names = sampler_of(sampler);
    set("Sampler", names.sampler);
    set("Schedule type", names.schedule);
    set("CFG scale", cfg_of(sampler));
    set("Distilled CFG Scale", find_guidance(walk_, sampler));
    set("Seed", find_value(walk_, sampler, kSeed));
    base_size_ = find_picture_size(walk_, base.sampler);
    if (!base_size_ && made.passes.size() == 1 && !contains_upscaler(base))
      base_size_ = file_size();
    if (base_size_) set("Size", size_text(*base_size_));
    models_ = find_models(walk_, sampler);
    set("Model", models_.checkpoint);
    std::vector<NodeIndex> decoders = made.passes.back().after;
    decoders.push_back(sampler);
    set("VAE", find_vae(walk_, decoders));
    std::optional<double> denoise = find_number(walk_, sampler, {"denoise"});
    if (denoise && *denoise < 1) set("Denoising strength", find_value(walk_, sampler, {"denoise"}));
    set("Clip skip", find_clip_skip(walk_, sampler));
  }

  // Of the passes that went over the picture, the last that went over all of it. True where it was
  // one.
  bool describe_later(const Pass& base, const Pass& later) {
    const Node& node = walk_.graph()[later.sampler];
    if (is_detailer(node)) return false;
    std::optional<double> start = find_number(walk_, later.settings, {"start_at_step"});
    std::optional<double> steps = find_number(walk_, base.settings, kSteps);
    if (start && *start > 0 && steps && *steps > *start && !contains_upscaler(base)) {
      set("Refiner", find_models(walk_, later.settings).checkpoint);
      set("Refiner switch at", number_text(*start / *steps));
      return true;
    }
    bool enlarges = contains_upscaler(base) || is_sampling_upscaler(node);
    if (!enlarges && !has_denoise(later)) return false;
    describe_hires(base, later);
    return true;
  }

  bool has_denoise(const Pass& pass) {
    return find_number(walk_, pass.settings, {"denoise"}).has_value();
  }

  bool contains_upscaler(const Pass& base) {
    return std::any_of(base.after.begin(), base.after.end(),
                       [&](NodeIndex node) { return resizes(walk_.graph()[node]); });
  }

  void describe_hires(const Pass& base, const Pass& later) {
    NodeIndex sampler = later.settings;
    bool has_own = std::any_of(info_.settings.begin(), info_.settings.end(),
                               [](const auto& pair) { return pair.first == "Denoising strength"; });
    if (!has_own) set("Denoising strength", find_value(walk_, sampler, {"denoise"}));
    std::optional<PictureSize> size = find_picture_size(walk_, later.sampler);
    if (size && base_size_) {
      double across = size->width / base_size_->width, down = size->height / base_size_->height;
      constexpr double kSameRatio = 0.01;
      if (std::abs(across - down) < kSameRatio)
        set("Hires upscale", number_text(across));
      else
        set("Hires resize", size_text(*size));
    }
    set("Hires steps", find_value(walk_, sampler, kSteps));
    for (NodeIndex node : base.after) {
      std::string upscaler = find_upscaler(walk_, node);
      if (upscaler.empty()) continue;
      bool is_model = find_input(walk_.graph()[node], "upscale_model") != nullptr;
      if (is_model || hires_upscaler_.empty()) hires_upscaler_ = upscaler;
    }
    if (hires_upscaler_.empty()) hires_upscaler_ = find_upscaler(walk_, sampler);
    set("Hires upscaler", hires_upscaler_);
    SamplerAndSchedule names = sampler_of(sampler), first = sampler_of(base.settings);
    if (names.sampler != first.sampler) set("Hires sampler", names.sampler);
    if (names.schedule != first.schedule) set("Hires schedule type", names.schedule);
    std::string model = find_models(walk_, sampler).checkpoint;
    if (model != models_.checkpoint) set("Hires checkpoint", model);
    std::string prompt = find_prompt(walk_, sampler, Side::kPositive);
    std::string negative = find_prompt(walk_, sampler, Side::kNegative);
    if (prompt != info_.prompt) set("Hires prompt", prompt);
    if (negative != info_.negative_prompt) set("Hires negative prompt", negative);
    std::string cfg = cfg_of(sampler);
    if (cfg != cfg_of(base.settings)) set("Hires CFG Scale", cfg);
  }

  // A graph without samplers, such as one that asks a service for the picture.
  void describe_output(NodeIndex output) {
    NodeIndex node = output;
    for (size_t hops = 0; hops < 64 && info_.prompt.empty(); ++hops) {
      info_.prompt = find_prompt(walk_, node, Side::kPositive);
      if (!info_.prompt.empty()) break;
      const Node& at = walk_.graph()[node];
      auto next = std::find_if(at.inputs.begin(), at.inputs.end(), [](const Input& input) {
        return input.is_link() && is_picture_input(input.name);
      });
      if (next == at.inputs.end()) return;
      node = next->link.node;
    }
    info_.negative_prompt = find_prompt(walk_, node, Side::kNegative);
    set("Seed", find_value(walk_, node, kSeed));
  }

  SamplerAndSchedule sampler_of(NodeIndex sampler) {
    std::string name = find_value(walk_, sampler, kSampler);
    if (name.empty()) name = name_of_linked(sampler, "sampler", kSamplerNodes);
    std::string schedule = find_value(walk_, sampler, kScheduler);
    if (schedule.empty()) schedule = name_of_linked(sampler, "sigmas", kScheduleNodes);
    return to_webui_sampler(name, schedule);
  }

  template <size_t N>
  std::string name_of_linked(NodeIndex sampler, std::string_view input,
                             const NodeName (&names)[N]) {
    const Input* link = find_input(walk_.graph()[sampler], input);
    for (int hops = 0; link && link->is_link() && hops < 8; ++hops) {
      const Node& node = walk_.graph()[link->link.node];
      for (const NodeName& known : names)
        if (known.type == node.type) return std::string(known.name);
      link = find_input(node, input);
    }
    return {};
  }

  // A guider without a negative side guides as a CFG scale of 1 does.
  std::string cfg_of(NodeIndex sampler) {
    std::string cfg = find_value(walk_, sampler, kCfg);
    const Input* guider = find_input(walk_.graph()[sampler], "guider");
    bool is_basic =
        guider && guider->is_link() && walk_.graph()[guider->link.node].type == "BasicGuider";
    return cfg.empty() && is_basic ? "1" : cfg;
  }

  std::optional<PictureSize> file_size() const {
    constexpr uint32_t kSmallest = 64;
    if (!file_.is_made_by_graph || file_.width < kSmallest || file_.height < kSmallest)
      return std::nullopt;
    return PictureSize{static_cast<double>(file_.width), static_cast<double>(file_.height)};
  }

  static std::string size_text(const PictureSize& size) {
    return fmt::format("{:.0f}x{:.0f}", size.width, size.height);
  }

  void add_loras(const std::vector<Lora>& loras) {
    if (loras.empty()) return;
    set("AddNet Enabled", "True");
    for (size_t i = 0; i < loras.size(); ++i) {
      set(fmt::format("AddNet Module {}", i + 1), "LoRA");
      set(fmt::format("AddNet Model {}", i + 1), loras[i].name);
      set(fmt::format("AddNet Weight A {}", i + 1), loras[i].weight);
      set(fmt::format("AddNet Weight B {}", i + 1), loras[i].clip_weight);
    }
  }

  Walk walk_;
  PictureFile file_;
  GenerationInfo info_;
  Models models_;
  std::optional<PictureSize> base_size_;
  std::string hires_upscaler_;
};

}  // namespace

GenerationInfo read_graph(const Graph& graph, const PictureFile& file) {
  return Builder(graph, file).build();
}

}  // namespace img2prompt::comfyui
