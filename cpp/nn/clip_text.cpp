#include "nn/clip_text.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>

#include "base/error.h"

namespace img2prompt {
namespace {

constexpr int64_t kActivationBytes = int64_t{128} << 20;
constexpr int64_t kMostNodes = 4096;  // more gain nothing in a matrix product
constexpr int64_t kPaddedTexts = 64;

}  // namespace

int64_t ClipText::bytes_per_node() const {
  // Elements alive for a node in a layer: the rows of the block, and, where attention goes by
  // blocks of nodes, scores twice, the gathered queries, keys and values, and the mask.
  const int64_t keys = kTrieBlock + config_.context_length;
  const int64_t row = 6 * config_.width + 2 * config_.mlp_width;
  const int64_t attention = (2 * config_.heads + 1) * keys + 5 * config_.width;
  return (row + attention) * static_cast<int64_t>(weights_.token_embedding.element_size());
}

int64_t ClipText::default_max_nodes(bool padded) const {
  if (padded) return kPaddedTexts * config_.context_length;
  const int64_t row = 6 * config_.width + 2 * config_.mlp_width;
  const int64_t bytes = row * static_cast<int64_t>(weights_.token_embedding.element_size());
  return std::max<int64_t>(config_.context_length, std::min(kMostNodes, kActivationBytes / bytes));
}

void ClipText::check(const std::vector<TokenList>& texts) const {
  for (size_t i = 0; i < texts.size(); ++i) {
    int64_t length = static_cast<int64_t>(texts[i].size());
    if (length < 1 || length > config_.context_length)
      throw_error<InvalidArgument>("text {} has {} tokens, 1 to {} are accepted", i, length,
                                   config_.context_length);
    for (int32_t token : texts[i])
      if (token < 0 || token >= config_.vocab_size)
        throw_error<InvalidArgument>("text {} has the token {}, this model knows 0 to {}", i, token,
                                     config_.vocab_size - 1);
  }
}

at::Tensor ClipText::embed(const TokenTrie& trie) const {
  at::Device device = weights_.token_embedding.device();
  at::Tensor x = weights_.token_embedding.index_select(0, indices(trie.token, device));
  return x.add_(weights_.positional_embedding.index_select(0, indices(trie.depth, device)));
}

at::Tensor ClipText::last_layer(const ClipBlock& block, const at::Tensor& x, const TokenTrie& trie,
                                const TrieAttender& attend) const {
  int64_t width = config_.width;
  auto part = [&](int64_t first, int64_t count) {
    return Linear{block.qkv.weight.narrow(0, first * width, count * width),
                  block.qkv.bias.narrow(0, first * width, count * width)};
  };
  at::Tensor rows = indices(trie.end, x.device());
  at::Tensor normed = block.ln_1(x);
  at::Tensor kv = part(1, 2)(normed);
  at::Tensor q = part(0, 1)(normed.index_select(0, rows));
  at::Tensor ends = x.index_select(0, rows);
  ends.add_(block.out(attend(q, kv.narrow(1, 0, width), kv.narrow(1, width, width), trie.end)));
  block.add_mlp(ends);
  return ends;
}

at::Tensor ClipText::encode_trie(const TokenTrie& trie, const Progress& progress,
                                 TrieAttention way) const {
  int64_t width = config_.width;
  at::Tensor x = embed(trie);
  TrieAttender attend(trie, config_.heads, x, way);
  for (size_t i = 0; i + 1 < weights_.blocks.size(); ++i) {
    const ClipBlock& block = weights_.blocks[i];
    progress.check();
    at::Tensor qkv = block.qkv(block.ln_1(x));
    progress.check();
    x.add_(block.out(attend(qkv.narrow(1, 0, width), qkv.narrow(1, width, width),
                            qkv.narrow(1, 2 * width, width))));
    block.add_mlp(x);
  }
  progress.check();
  at::Tensor ends = last_layer(weights_.blocks.back(), x, trie, attend);
  return weights_.projection(weights_.ln_final(ends));
}

at::Tensor ClipText::encode(const std::vector<TokenList>& texts, const Progress& progress,
                            const TextEncodingOptions& options) const {
  check(texts);
  int64_t total = static_cast<int64_t>(texts.size());
  if (total == 0)
    return at::empty({0, weights_.projection.weight.size(0)}, weights_.projection.weight.options());
  const int64_t max_nodes =
      options.max_nodes > 0 ? options.max_nodes : default_max_nodes(options.padded);
  if (options.padded) {
    const int64_t at_once = std::max<int64_t>(1, max_nodes / config_.context_length);
    return encode_padded(texts, at_once, progress, options.stage);
  }
  PackedTexts packed = pack_texts(texts, max_nodes);
  std::vector<at::Tensor> parts;
  int64_t done = 0;
  auto copies = packed.copies.begin();
  progress.report(options.stage, 0, total);
  for (const TokenTrie& trie : packed.tries) {
    parts.push_back(encode_trie(trie, progress, options.attention));
    for (int64_t i = 0; i < trie.texts(); ++i) done += *copies++;
    progress.report(options.stage, done, total);
  }
  at::Tensor place = at::from_blob(packed.place.data(), {total}, at::kLong);
  return at::cat(parts).index_select(0, place.to(parts[0].device()));
}

}  // namespace img2prompt
