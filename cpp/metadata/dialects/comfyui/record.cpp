#include "metadata/dialects/comfyui/record.h"

#include <fmt/format.h>

#include <algorithm>

#include "metadata/dialects/comfyui/models.h"
#include "metadata/dialects/comfyui/passes.h"
#include "metadata/dialects/comfyui/picture_size.h"
#include "metadata/dialects/comfyui/prompts.h"
#include "metadata/dialects/comfyui/sampler_settings.h"
#include "metadata/dialects/comfyui/samplers.h"
#include "metadata/dialects/comfyui/second_pass.h"
#include "metadata/dialects/comfyui/texts.h"
#include "metadata/dialects/comfyui/values.h"
#include "metadata/limits.h"

namespace img2prompt::comfyui {
namespace {

class Builder {
 public:
  Builder(const Graph& graph, const PictureFile& file) : walk_(graph), file_(file) {}

  GenerationInfo build() {
    Passes made = find_passes(walk_, file_.width, file_.height);
    if (made.passes.empty()) {
      if (made.output != kNoNode) describe_output(made.output);
    } else {
      describe_first_pass(made);
      describe_second_pass(walk_, made, info_);
      add_networks();
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
    walk_.renew();
  }

  void describe_first_pass(const Passes& made) {
    const Pass& base = made.passes[0];
    set_prompts(made);
    SamplerSettings settings = find_sampler_settings(walk_, base.settings);
    walk_.renew();
    models_ = find_models(walk_, base.settings);
    set("Steps", settings.steps);
    set("Sampler", settings.sampler);
    set("Schedule type", settings.schedule);
    set("CFG scale", settings.cfg);
    set("Distilled CFG Scale", find_guidance(walk_, base.settings));
    set("Seed", settings.seed);
    set("Size", find_size_of(made));
    set("Model", models_.checkpoint);
    std::vector<NodeIndex> decoders = made.passes.back().after;
    decoders.push_back(base.settings);
    set("VAE", find_vae(walk_, decoders));
    set("Denoising strength", settings.denoise);
    set("Clip skip", find_clip_skip(walk_, base.settings));
  }

  void set_prompts(const Passes& made) {
    std::vector<NodeIndex> samplers = {made.passes[0].settings};
    samplers.insert(samplers.end(), made.composed.begin(), made.composed.end());
    walk_.renew();
    info_.prompt = join_prompts(walk_, samplers, Side::kPositive);
    walk_.renew();
    info_.negative_prompt = join_prompts(walk_, samplers, Side::kNegative);
    walk_.renew();
    if (!info_.prompt.empty() || !info_.negative_prompt.empty()) return;
    // A picture that was moved, say, had its prompt where it was made.
    for (NodeIndex source : find_sources(walk_, made.passes[0].sampler)) {
      info_.prompt = find_prompt(walk_, source, Side::kPositive);
      info_.negative_prompt = find_prompt(walk_, source, Side::kNegative);
      if (!info_.prompt.empty()) return;
    }
  }

  // Where the graph does not say the size, one pass alone gives the file's.
  std::string find_size_of(const Passes& made) {
    const Pass& base = made.passes[0];
    std::optional<PictureSize> size = find_picture_size(walk_, base.sampler);
    constexpr uint32_t kSmallest = 64;
    bool is_files = file_.is_made_by_graph && file_.width >= kSmallest &&
                    file_.height >= kSmallest && made.passes.size() == 1 &&
                    std::none_of(base.after.begin(), base.after.end(),
                                 [&](NodeIndex node) { return resizes(walk_.graph()[node]); });
    if (!size && is_files) return fmt::format("{}x{}", file_.width, file_.height);
    return size ? fmt::format("{:.0f}x{:.0f}", size->width, size->height) : "";
  }

  // A graph without samplers, such as one that asks a service for the picture: the nearest node
  // that takes a prompt.
  void describe_output(NodeIndex output) {
    NodeIndex node = output;
    for (int hops = 0; hops < kMaxOutputHops && info_.prompt.empty(); ++hops) {
      for (const Input& input : walk_.graph()[node].inputs) {
        bool is_negative = is_side_name(input.name, Side::kNegative);
        if (!is_negative && !contains_word(input.name, "prompt") &&
            !is_side_name(input.name, Side::kPositive))
          continue;
        Side side = is_negative ? Side::kNegative : Side::kPositive;
        std::string& prompt = is_negative ? info_.negative_prompt : info_.prompt;
        if (prompt.empty()) prompt = stripped_lines(prompt_of(walk_, input, side));
      }
      if (!info_.prompt.empty()) set("Seed", find_sampler_settings(walk_, node).seed);
      std::vector<const Input*> links = picture_links(walk_, walk_.graph()[node]);
      if (links.empty()) return;
      node = links[0]->link.node;
    }
  }

  void add_networks() {
    if (!models_.hypernetwork.name.empty()) {
      set("Hypernet", models_.hypernetwork.name);
      set("Hypernet strength", models_.hypernetwork.weight);
    }
    if (models_.loras.empty()) return;
    set("AddNet Enabled", "True");
    for (size_t i = 0; i < models_.loras.size(); ++i) {
      const Network& lora = models_.loras[i];
      set(fmt::format("AddNet Module {}", i + 1), "LoRA");
      set(fmt::format("AddNet Model {}", i + 1), lora.name);
      set(fmt::format("AddNet Weight A {}", i + 1), lora.weight);
      set(fmt::format("AddNet Weight B {}", i + 1), lora.clip_weight);
    }
  }

  Walk walk_;
  PictureFile file_;
  GenerationInfo info_;
  Models models_;
};

}  // namespace

GenerationInfo read_graph(const Graph& graph, const PictureFile& file) {
  return Builder(graph, file).build();
}

}  // namespace img2prompt::comfyui
