#include "nn/clip_resnet.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>

namespace img2prompt {
namespace {

at::Tensor averaged(const at::Tensor& x, int64_t side) {
  return side > 1 ? at::avg_pool2d(x, side) : x;
}

at::Tensor run(const ClipResNetBlock& block, const at::Tensor& x) {
  at::Tensor inner = block.spatial.relu(block.reduce.relu(x));
  at::Tensor shortcut = block.shortcut ? (*block.shortcut)(averaged(x, block.pool)) : x;
  return block.expand.add_relu(averaged(inner, block.pool), shortcut);
}

}  // namespace

// Only the first place, the average of all, is asked for, so that it alone is a query.
at::Tensor ClipResNet::pool(const at::Tensor& x) const {
  at::Tensor places = x.flatten(2).transpose(1, 2);  // [N, grid * grid, channels]
  places =
      at::cat({places.mean(1, /*keepdim=*/true), places}, 1).add_(weights_.positional_embedding);
  at::Tensor query = weights_.query(places.narrow(1, 0, 1));
  std::vector<at::Tensor> parts = weights_.key_value(places).chunk(2, -1);
  at::Tensor mixed = attend(split_heads(query, config_.heads), split_heads(parts[0], config_.heads),
                            split_heads(parts[1], config_.heads));
  return weights_.projection(merge_heads(mixed)).squeeze(1);
}

at::Tensor ClipResNet::encode(const at::Tensor& pixels, const Progress& progress) const {
  at::Tensor x = pixels;
  for (const PackedConvolution& layer : weights_.stem) x = layer.relu(x);
  x = at::avg_pool2d(x, 2);
  for (const ClipResNetBlock& block : weights_.blocks) {
    progress.check();
    x = run(block, x);
  }
  return pool(x);
}

// A place of the third stage's map, 16 pixels a side, takes about what a token takes.
int64_t ClipResNet::tokens() const {
  int64_t side = config_.image_size / 16;
  return side * side;
}

// The first stage has the largest maps, a quarter of the image a side: its first block keeps three
// maps of the stage's width and two of four times as many channels, and a convolution may lay out
// its nine neighbours.
int64_t ClipResNet::bytes_per_image() const {
  const int64_t side = config_.image_size / 4;
  return side * side * config_.width * (3 + 8 + 9) *
         static_cast<int64_t>(weights_.positional_embedding.element_size());
}

}  // namespace img2prompt
