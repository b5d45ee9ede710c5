#include "nn/blip_vision.h"

#include <ATen/ops/cat.h>

#include "nn/attend_tokens.h"

namespace img2prompt {

BlipVision::BlipVision(const BlipVisionConfig& config, Weights& weights) : config_(config) {
  const int64_t width = config.width;
  const std::string root = "vision_model.";
  const std::string embeddings = root + "embeddings.";
  class_embedding_ = weights.take(embeddings + "class_embedding", {1, 1, width});
  position_embedding_ =
      weights.take(embeddings + "position_embedding", {1, config.tokens(), width});
  patch_.weight = weights
                      .take(embeddings + "patch_embedding.weight",
                            {width, 3, config.patch_size, config.patch_size})
                      .view({width, -1});
  patch_.bias = weights.take(embeddings + "patch_embedding.bias", {width});
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string at = root + "encoder.layers." + std::to_string(i) + ".";
    Layer layer;
    layer.norm1 = weights.norm(at + "layer_norm1", width, config.norm_eps);
    layer.qkv = weights.linear(at + "self_attn.qkv", 3 * width, width);
    layer.projection = weights.linear(at + "self_attn.projection", width, width);
    layer.norm2 = weights.norm(at + "layer_norm2", width, config.norm_eps);
    layer.mlp_in = weights.linear(at + "mlp.fc1", config.mlp_width, width);
    layer.mlp_out = weights.linear(at + "mlp.fc2", width, config.mlp_width);
    layers_.push_back(std::move(layer));
  }
  final_norm_ = weights.norm(root + "post_layernorm", width, config.norm_eps);
}

int64_t BlipVision::bytes_per_image() const {
  const int64_t row = 8 * config_.width + 2 * config_.mlp_width;  // alive for a token in a layer
  return config_.tokens() * row * static_cast<int64_t>(class_embedding_.element_size());
}

at::Tensor BlipVision::embed(const at::Tensor& pixels) const {
  // A convolution whose stride is its kernel is a matrix product over cut-out patches.
  const int64_t n = pixels.size(0), grid = config_.grid(), patch = config_.patch_size;
  at::Tensor patches = pixels.narrow(2, 0, grid * patch)
                           .narrow(3, 0, grid * patch)
                           .reshape({n, 3, grid, patch, grid, patch})
                           .permute({0, 2, 4, 1, 3, 5})
                           .reshape({n, grid * grid, 3 * patch * patch});
  at::Tensor x = at::cat({class_embedding_.expand({n, 1, config_.width}), patch_(patches)}, 1);
  return x.add_(position_embedding_);
}

at::Tensor BlipVision::encode(const at::Tensor& pixels, const Progress& progress) const {
  at::Tensor x = embed(pixels.to(patch_.weight.options()));
  for (const Layer& layer : layers_) {
    progress.check();
    const at::Tensor seen = attend_tokens(layer.qkv(layer.norm1(x)), config_.heads);
    x.add_(layer.projection(seen));
    at::Tensor inner = layer.mlp_in(layer.norm2(x));
    activate_(inner, config_.activation);
    x.add_(layer.mlp_out(inner));
  }
  return final_norm_(x);
}

}  // namespace img2prompt
