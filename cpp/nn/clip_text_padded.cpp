// The text tower over padded texts, operator by operator as open_clip 3.3 runs it in float32 on the
// CPU, so that features have the same bits. Whoever rounds them to float16 and ranks by the result
// needs that: two features equal to the last bit but one can round apart.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "nn/clip_text.h"

namespace img2prompt {
namespace {

at::Tensor multiply(const Linear& layer, const at::Tensor& x) {
  return layer.bias.defined() ? at::linear(x, layer.weight, layer.bias)
                              : at::linear(x, layer.weight);
}

at::Tensor activated(const at::Tensor& x, Activation activation) {
  return activation == Activation::kQuickGelu ? x * at::sigmoid(x * 1.702)
                                              : activate(x, activation);
}

at::Tensor attention(const ClipBlock& block, const at::Tensor& x, int64_t heads,
                     const at::Tensor& mask) {
  std::vector<at::Tensor> parts = multiply(block.qkv, block.ln_1(x)).chunk(3, -1);
  at::Tensor mixed = attend(split_heads(parts[0], heads), split_heads(parts[1], heads),
                            split_heads(parts[2], heads), mask);
  return multiply(block.out, merge_heads(mixed));
}

}  // namespace

at::Tensor ClipText::encode_padded_batch(const TokenList* texts, int64_t count,
                                         const Progress& progress) const {
  const int64_t length = config_.context_length;
  at::Tensor tokens = at::zeros({count, length}, at::kLong), ends = at::zeros({count}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    std::copy(texts[i].begin(), texts[i].end(), tokens[i].data_ptr<int64_t>());
    ends.data_ptr<int64_t>()[i] = static_cast<int64_t>(texts[i].size()) - 1;
  }
  const at::Device device = weights_.token_embedding.device();
  at::Tensor x = weights_.token_embedding.index_select(0, tokens.flatten().to(device))
                     .view({count, length, config_.width});
  x = x + weights_.positional_embedding;
  const at::Tensor mask = causal_mask(length, x.options());
  for (const ClipBlock& block : weights_.blocks) {
    progress.check();
    x = x + attention(block, x, config_.heads, mask);
    x = x + multiply(block.proj, activated(multiply(block.fc, block.ln_2(x)), block.activation));
  }
  at::Tensor rows = at::arange(count, at::kLong) * length + ends;
  at::Tensor pooled =
      weights_.ln_final(x).view({count * length, config_.width}).index_select(0, rows.to(device));
  return multiply(weights_.projection, pooled);
}

at::Tensor ClipText::encode_padded(const std::vector<TokenList>& texts, int64_t at_once,
                                   const Progress& progress, const std::string& stage) const {
  const int64_t total = static_cast<int64_t>(texts.size());
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < total; first += at_once) {
    progress.report(stage, first, total);
    const int64_t count = std::min(at_once, total - first);
    parts.push_back(encode_padded_batch(texts.data() + first, count, progress));
  }
  progress.report(stage, total, total);
  return at::cat(parts);
}

}  // namespace img2prompt
