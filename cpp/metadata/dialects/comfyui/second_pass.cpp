#include "metadata/dialects/comfyui/second_pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "metadata/dialects/comfyui/models.h"
#include "metadata/dialects/comfyui/picture_size.h"
#include "metadata/dialects/comfyui/sampler_settings.h"
#include "metadata/dialects/comfyui/samplers.h"
#include "metadata/dialects/comfyui/values.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

class SecondPass {
 public:
  SecondPass(Walk& walk, const Pass& base, GenerationInfo& info)
      : walk_(walk), base_(base), info_(info) {}

  // Whether the pass is one that went over all of the picture; then it is described.
  bool describe(const Pass& later) {
    const Node& node = walk_.graph()[later.sampler];
    if (is_detailer(node) || later.is_masked) return false;
    bool enlarges = std::any_of(base_.after.begin(), base_.after.end(),
                                [&](NodeIndex between) { return resizes(walk_.graph()[between]); });
    enlarges = enlarges || is_sampling_upscaler(node);
    double start = find_start(walk_, later.settings);
    SamplerSettings settings = find_sampler_settings(walk_, later.settings);
    if (start > 0 && !enlarges && !adds_noise(walk_, later.settings)) {
      std::string refiner = find_models(walk_, later.settings).checkpoint;
      if (refiner.empty()) return true;
      set("Refiner", refiner);
      set("Refiner switch at", number_text(start));
      return true;
    }
    if (!enlarges && settings.denoise.empty()) return false;
    describe_hires(later, settings);
    return true;
  }

  // A refiner that is part of the sampler itself, or a second pass that is a script of it.
  void describe_own() {
    std::string refiner = find_value(walk_, base_.settings, {"refiner_ckpt_name"});
    std::optional<double> at = find_number(walk_, base_.settings, {"refine_at_step"});
    std::optional<double> steps = parse_number(own("Steps"));
    if (!refiner.empty() && refiner != "None" && at && steps && *at > 0 && *at < *steps) {
      set("Refiner", model_stem(refiner));
      set("Refiner switch at", number_text(*at / *steps));
    }
    const Input* script = find_input(walk_.graph()[base_.sampler], "script");
    for (int i = 0; script && script->is_link() && i < kMaxScripts; ++i) {
      NodeIndex node = script->link.node;
      if (find_input(walk_.graph()[node], "hires_steps")) return describe_script(node);
      script = find_input(walk_.graph()[node], "script");
    }
  }

 private:
  void set(std::string_view key, std::string value) {
    if (!value.empty()) info_.settings.emplace_back(key, std::move(value));
    walk_.renew();
  }

  std::string own(std::string_view key) const {
    for (const auto& [known, value] : info_.settings)
      if (known == key) return value;
    return {};
  }

  void set_where_other(std::string_view key, std::string_view base_key, std::string value) {
    if (value != own(base_key)) set(key, std::move(value));
  }

  void describe_hires(const Pass& later, const SamplerSettings& settings) {
    if (own("Denoising strength").empty()) set("Denoising strength", settings.denoise);
    set_size(later);
    set("Hires steps", settings.steps);
    set("Hires upscaler", upscaler_before(later));
    set_where_other("Hires sampler", "Sampler", settings.sampler);
    set_where_other("Hires schedule type", "Schedule type", settings.schedule);
    set_where_other("Hires checkpoint", "Model", find_models(walk_, later.settings).checkpoint);
    std::string prompt = find_prompt(walk_, later.settings, Side::kPositive);
    std::string negative = find_prompt(walk_, later.settings, Side::kNegative);
    if (prompt != info_.prompt) set("Hires prompt", prompt);
    if (negative != info_.negative_prompt) set("Hires negative prompt", negative);
    set_where_other("Hires CFG Scale", "CFG scale", settings.cfg);
  }

  void set_size(const Pass& later) {
    std::optional<PictureSize> size = find_picture_size(walk_, later.sampler);
    int width = 0, height = 0;
    if (!size || !find_size(own("Size"), width, height)) return;
    double across = size->width / width, down = size->height / height;
    constexpr double kSameRatio = 0.01;  // sizes are whole latents, of 8 pixels
    if (std::abs(across - down) < kSameRatio)
      set("Hires upscale", number_text(across));
    else
      set("Hires resize", fmt::format("{:.0f}x{:.0f}", size->width, size->height));
  }

  // Of several, the one that is a model.
  std::string upscaler_before(const Pass& later) {
    std::string found;
    for (NodeIndex node : base_.after) {
      std::string upscaler = find_upscaler(walk_, node);
      bool is_model = find_input(walk_.graph()[node], "upscale_model") != nullptr;
      if (!upscaler.empty() && (is_model || found.empty())) found = upscaler;
    }
    return found.empty() ? find_upscaler(walk_, later.settings) : found;
  }

  void describe_script(NodeIndex node) {
    if (own("Denoising strength").empty())
      set("Denoising strength", find_value(walk_, node, {"denoise"}));
    set("Hires upscale", find_value(walk_, node, {"upscale_by"}));
    set("Hires steps", find_value(walk_, node, {"hires_steps"}));
    bool is_pixel = find_value(walk_, node, {"upscale_type"}) == "pixel";
    std::string upscaler =
        find_value(walk_, node, {is_pixel ? "pixel_upscaler" : "latent_upscaler"});
    set("Hires upscaler", is_pixel ? model_stem(upscaler) : upscaler);
    std::string checkpoint = find_value(walk_, node, {"hires_ckpt_name"});
    if (checkpoint[0] != '(') set_where_other("Hires checkpoint", "Model", model_stem(checkpoint));
  }

  Walk& walk_;
  const Pass& base_;
  GenerationInfo& info_;
};

}  // namespace

void describe_second_pass(Walk& walk, const Passes& made, GenerationInfo& info) {
  SecondPass second(walk, made.passes[0], info);
  for (size_t i = made.passes.size() - 1; i > 0; --i)
    if (second.describe(made.passes[i])) return;
  second.describe_own();
}

}  // namespace img2prompt::comfyui
