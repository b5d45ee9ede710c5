#include "nn/blip_decoder.h"

#include <ATen/ops/embedding.h>

#include "base/error.h"

namespace img2prompt {
namespace {

constexpr const char* kRoot = "text_decoder.";
constexpr int64_t kTokensUnchecked = 64;  // a step of so many takes well under a second everywhere

}  // namespace

BlipDecoder::BlipDecoder(const BlipTextConfig& config, int64_t image_width, Weights& weights)
    : config_(config) {
  const std::string bert = std::string(kRoot) + "bert.";
  word_embedding_ =
      weights.take(bert + "embeddings.word_embeddings.weight", {config.vocab_size, config.width});
  position_embedding_ = weights.take(bert + "embeddings.position_embeddings.weight",
                                     {config.max_positions, config.width});
  weights.ignore(bert + "embeddings.position_ids");  // 0, 1, 2, ...: older releases stored them
  embedding_norm_ = weights.norm(bert + "embeddings.LayerNorm", config.width, config.norm_eps);
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string at = bert + "encoder.layer." + std::to_string(i) + ".";
    Layer layer;
    layer.self = take_attention(at + "attention.", config.width, weights);
    layer.cross = take_attention(at + "crossattention.", image_width, weights);
    layer.mlp_in = weights.linear(at + "intermediate.dense", config.mlp_width, config.width);
    layer.mlp_out = weights.linear(at + "output.dense", config.width, config.mlp_width);
    layer.norm = weights.norm(at + "output.LayerNorm", config.width, config.norm_eps);
    layers_.push_back(std::move(layer));
  }
  take_head(weights);
}

BlipDecoder::Attention BlipDecoder::take_attention(const std::string& prefix, int64_t source_width,
                                                   Weights& weights) const {
  Attention attention;
  attention.query = weights.linear(prefix + "self.query", config_.width, config_.width);
  attention.key = weights.linear(prefix + "self.key", config_.width, source_width);
  attention.value = weights.linear(prefix + "self.value", config_.width, source_width);
  attention.output = weights.linear(prefix + "output.dense", config_.width, config_.width);
  attention.norm = weights.norm(prefix + "output.LayerNorm", config_.width, config_.norm_eps);
  return attention;
}

void BlipDecoder::take_head(Weights& weights) {
  const std::string head = std::string(kRoot) + "cls.predictions.";
  transform_ = weights.linear(head + "transform.dense", config_.width, config_.width);
  transform_norm_ = weights.norm(head + "transform.LayerNorm", config_.width, config_.norm_eps);
  // Both the tied matrix and the tied bias may be stored once or twice; transformers reads the
  // embedding and "predictions.bias" where it finds two.
  const std::string matrix = head + "decoder.weight", bias = head + "decoder.bias";
  if (config_.tie_word_embeddings) {
    vocabulary_.weight = word_embedding_;
    weights.ignore(matrix);
  } else {
    vocabulary_.weight = weights.take(matrix, {config_.vocab_size, config_.width});
  }
  const bool named_short = weights.has(head + "bias");
  vocabulary_.bias = weights.take(named_short ? head + "bias" : bias, {config_.vocab_size});
  weights.ignore(bias);
}

int64_t BlipDecoder::bytes_per_image(int64_t image_tokens, int64_t rows, int64_t max_tokens) const {
  const auto element = static_cast<int64_t>(word_embedding_.element_size());
  // Keys and values, of the image once, of the texts twice while rows change places; scores, with
  // their logarithms and what is taken from them, in float32.
  const int64_t cached =
      2 * config_.layers * config_.width * (image_tokens + 2 * rows * max_tokens);
  const int64_t scores = 4 * rows * config_.vocab_size * static_cast<int64_t>(sizeof(float));
  return cached * element + scores;
}

BlipDecoder::Run BlipDecoder::start(const at::Tensor& image_tokens, int64_t max_tokens,
                                    const Progress& progress) const {
  if (max_tokens > config_.max_positions)
    throw_error<InvalidArgument>("a caption of {} tokens is asked for, this model writes up to {}",
                                 max_tokens, config_.max_positions);
  Run run(image_tokens.size(0), config_.layers, max_tokens);
  for (const Layer& layer : layers_) {
    progress.check();
    run.cross_.push_back(
        {split_heads(layer.cross.key(image_tokens), config_.heads).contiguous(),
         split_heads(layer.cross.value(image_tokens), config_.heads).contiguous()});
  }
  return run;
}

at::Tensor BlipDecoder::embed(const at::Tensor& tokens, int64_t start) const {
  at::Tensor x = at::embedding(word_embedding_, tokens);
  x.add_(position_embedding_.narrow(0, start, tokens.size(1)));
  return embedding_norm_(x);
}

at::Tensor BlipDecoder::layer_forward(size_t index, at::Tensor x, const at::Tensor& mask,
                                      Run& run) const {
  const Layer& layer = layers_[index];
  const int64_t heads = config_.heads;

  auto [keys, values] = run.texts_.append(index, split_heads(layer.self.key(x), heads),
                                          split_heads(layer.self.value(x), heads));
  at::Tensor seen = attend(split_heads(layer.self.query(x), heads), keys, values, mask);
  x = layer.self.norm(layer.self.output(merge_heads(seen)).add_(x));

  // Nothing is masked towards the image, so all texts of one image are so many more queries to the
  // same keys: beams share them without a copy.
  const Run::Cross& cross = run.cross_[index];
  at::Tensor query = layer.cross.query(x).view({run.images_, -1, config_.width});
  seen = merge_heads(attend(split_heads(query, heads), cross.keys, cross.values));
  x = layer.cross.norm(layer.cross.output(seen.view(x.sizes())).add_(x));

  at::Tensor inner = activate(layer.mlp_in(x), config_.activation);
  return layer.norm(layer.mlp_out(inner).add_(x));
}

at::Tensor BlipDecoder::head(const at::Tensor& x) const {
  at::Tensor hidden = transform_norm_(activate(transform_(x), config_.activation));
  return vocabulary_(hidden).to(at::kFloat);
}

at::Tensor BlipDecoder::step(Run& run, const at::Tensor& tokens, const at::Tensor& parents,
                             const Progress& progress) const {
  const int64_t added = tokens.size(1), length = run.texts_.length() + added;
  if (tokens.size(0) % run.images_ != 0)
    throw_error<ModelError>("{} texts for {} images", tokens.size(0), run.images_);
  const at::Device device = word_embedding_.device();
  if (parents.defined()) run.texts_.reorder(parents.to(device));
  at::Tensor x = embed(tokens.to(device), run.texts_.length());
  at::Tensor mask;
  if (added > 1) mask = causal_mask(added, x.options());
  if (added > 1 && added != length)
    throw_error<ModelError>("only the first step of a text may hold more than one token");
  const bool long_step = tokens.numel() > kTokensUnchecked;
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (i == 0 || long_step) progress.check();
    x = layer_forward(i, std::move(x), mask, run);
  }
  run.texts_.advance(added);
  return head(x.select(1, added - 1));
}

}  // namespace img2prompt
