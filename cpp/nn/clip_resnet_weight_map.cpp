#include "nn/clip_resnet_weight_map.h"

#include <ATen/ops/cat.h>

#include <string>

namespace img2prompt {
namespace {

constexpr double kEps = 1e-5;      // of every batch norm
constexpr int64_t kExpansion = 4;  // channels that a block gives for each of its stage's

class ResNetReader {
 public:
  explicit ResNetReader(Weights& weights) : weights_(weights) {}

  // The convolution `name` and the batch norm `norm` that follows it, as one. size: height and
  // width of the maps that it is given.
  PackedConvolution folded(const std::string& name, const std::string& norm, int64_t out,
                           int64_t in, int64_t side, int64_t size, int64_t stride = 1) {
    at::Tensor variance = weights_.take_double(norm + ".running_var", {out});
    at::Tensor mean = weights_.take_double(norm + ".running_mean", {out});
    at::Tensor factor =
        weights_.take_double(norm + ".weight", {out}).div_(variance.add_(kEps).sqrt_());
    at::Tensor kernel = weights_.take_double(name + ".weight", {out, in, side, side});
    at::Tensor bias = weights_.take_double(norm + ".bias", {out}).sub_(mean.mul_(factor));
    kernel.mul_(factor.view({out, 1, 1, 1}));
    weights_.require_finite(name + ".weight", kernel);
    weights_.require_finite(norm + ".bias", bias);
    weights_.ignore(norm + ".num_batches_tracked");
    return PackedConvolution({weights_.placed(kernel), weights_.placed(bias), stride, side / 2},
                             size);
  }

  // in: channels that come in; width: the stage's; size: of the maps that come in; pool: how many
  // of their pixels become one, along a side.
  ClipResNetBlock block(const std::string& prefix, int64_t in, int64_t width, int64_t size,
                        int64_t pool) {
    int64_t out = width * kExpansion, small = size / pool;
    std::optional<PackedConvolution> shortcut;
    if (pool > 1 || in != out)
      shortcut = folded(prefix + "downsample.0", prefix + "downsample.1", out, in, 1, small);
    return {folded(prefix + "conv1", prefix + "bn1", width, in, 1, size),
            folded(prefix + "conv2", prefix + "bn2", width, width, 3, size),
            folded(prefix + "conv3", prefix + "bn3", out, width, 1, small), std::move(shortcut),
            pool};
  }

  // The stages one after the other. size: of the maps that the first is given.
  std::vector<ClipResNetBlock> stages(const ClipVisionConfig& config, int64_t size) {
    std::vector<ClipResNetBlock> blocks;
    int64_t channels = config.width;
    for (size_t stage = 0; stage < config.stages.size(); ++stage) {
      int64_t width = config.width << stage;
      for (int64_t i = 0; i < config.stages[stage]; ++i) {
        std::string name = std::to_string(stage + 1) + "." + std::to_string(i);
        int64_t pool = stage > 0 && i == 0 ? 2 : 1;
        blocks.push_back(block("visual.layer" + name + ".", channels, width, size, pool));
        channels = width * kExpansion;
        size /= pool;
      }
    }
    return blocks;
  }

 private:
  Weights& weights_;
};

}  // namespace

ClipResNetWeights take_clip_resnet_weights(Weights& weights, const ClipVisionConfig& config,
                                           int64_t embed_dim) {
  ResNetReader reader(weights);
  ClipResNetWeights out;
  int64_t width = config.width, half = width / 2, size = config.image_size;
  out.stem = {
      reader.folded("visual.conv1", "visual.bn1", half, 3, 3, size, /*stride=*/2),
      reader.folded("visual.conv2", "visual.bn2", half, half, 3, size / 2),
      reader.folded("visual.conv3", "visual.bn3", width, half, 3, size / 2),
  };
  out.blocks = reader.stages(config, size / 4);
  int64_t channels = (width << (config.stages.size() - 1)) * kExpansion;
  const std::string pool = "visual.attnpool.";
  out.positional_embedding =
      weights.take(pool + "positional_embedding", {1 + config.grid() * config.grid(), channels});
  out.query = weights.linear(pool + "q_proj", channels, channels);
  Linear key = weights.linear(pool + "k_proj", channels, channels);
  Linear value = weights.linear(pool + "v_proj", channels, channels);
  out.key_value = {at::cat({key.weight, value.weight}), at::cat({key.bias, value.bias})};
  for (const char* part : {"k_proj.weight", "k_proj.bias", "v_proj.weight", "v_proj.bias"})
    weights.release(pool + part);
  out.projection = weights.linear(pool + "c_proj", embed_dim, channels);
  return out;
}

}  // namespace img2prompt
