#include "nn/clip_text.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>

#include "base/error.h"
#include "nn/onednn_linear.h"

namespace img2prompt {
namespace {

// Few enough for a layer's activations to stay in the allocator's reach and a large part of them in
// the cache; a product of more rows is no faster.
constexpr int64_t kActivationBytes = int64_t{64} << 20;
constexpr int64_t kMostNodes = 4096;  // more gain nothing in a matrix product
constexpr int64_t kPaddedTexts = 64;
// To encode a shared beginning by itself costs as much as reading the weights.
constexpr int64_t kFewestSharedTokens = 8;
constexpr size_t kFewestTexts = 8, kFewestTextsAnew = 256;

// Nodes that no text has, roots all, up to the number of rows that products like.
void pad(TokenTrie& trie, const at::Tensor& like) {
  const int64_t own = trie.nodes() - trie.given, wanted = trie.given + padded_rows(own, like);
  trie.token.resize(static_cast<size_t>(wanted), 0);
  trie.depth.resize(static_cast<size_t>(wanted), 0);
  trie.parent.resize(static_cast<size_t>(wanted), -1);
}

TokenTrie path_of(const TokenList& tokens, int64_t given) {
  TokenTrie trie;
  for (size_t i = 0; i < tokens.size(); ++i) {
    trie.token.push_back(tokens[i]);
    trie.depth.push_back(static_cast<int32_t>(i));
    trie.parent.push_back(static_cast<int32_t>(i) - 1);
  }
  trie.given = given;
  return trie;
}

// The prefix's first tokens; undefined tensors of none.
GivenKeys first_of(const TextPrefix& prefix, size_t layer, int64_t tokens) {
  if (tokens == 0) return {};
  const GivenKeys& whole = prefix.layers[layer];
  return {whole.k.narrow(0, 0, tokens), whole.v.narrow(0, 0, tokens)};
}

// `more` behind `given`, in memory of their own: `more` may be parts of longer rows.
GivenKeys joined(const GivenKeys& given, const GivenKeys& more) {
  if (!given.k.defined()) return {more.k.contiguous(), more.v.contiguous()};
  return {at::cat({given.k, more.k}), at::cat({given.v, more.v})};
}

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
  auto own = [&](const std::vector<int32_t>& values) {
    return indices({values.begin() + trie.given, values.end()}, device);
  };
  at::Tensor x = weights_.token_embedding.index_select(0, own(trie.token));
  return x.add_(weights_.positional_embedding.index_select(0, own(trie.depth)));
}

GivenKeys ClipText::run_layer(const ClipBlock& block, at::Tensor& x, const TrieAttender& attend,
                              const GivenKeys& given, const Progress& progress) const {
  progress.check();
  const at::Tensor qkv = block.qkv(block.ln_1(x));
  progress.check();
  const int64_t width = config_.width;
  const GivenKeys own{qkv.narrow(1, width, width), qkv.narrow(1, 2 * width, width)};
  x.add_(block.out(attend(qkv.narrow(1, 0, width), own.k, own.v, {}, given)));
  block.add_mlp(x);
  return own;
}

at::Tensor ClipText::last_keys(const at::Tensor& normed) const {
  const Linear& qkv = weights_.blocks.back().qkv;
  const int64_t width = config_.width;
  return Linear{qkv.weight.narrow(0, width, 2 * width),
                qkv.bias.narrow(0, width, 2 * width)}(normed);
}

at::Tensor ClipText::last_layer(const at::Tensor& x, const TokenTrie& trie,
                                const TrieAttender& attend, const GivenKeys& given) const {
  const ClipBlock& block = weights_.blocks.back();
  const int64_t width = config_.width;
  std::vector<int32_t> own = trie.end;
  for (int32_t& node : own) node -= static_cast<int32_t>(trie.given);
  at::Tensor rows = indices(own, x.device());
  at::Tensor normed = block.ln_1(x);
  at::Tensor kv = last_keys(normed);
  const Linear query{block.qkv.weight.narrow(0, 0, width), block.qkv.bias.narrow(0, 0, width)};
  at::Tensor q = query(normed.index_select(0, rows));
  at::Tensor ends = x.index_select(0, rows);
  ends.add_(
      block.out(attend(q, kv.narrow(1, 0, width), kv.narrow(1, width, width), trie.end, given)));
  block.add_mlp(ends);
  return ends;
}

void ClipText::extend(TextPrefix& prefix, const TokenList& tokens, const Progress& progress,
                      TrieAttention way) const {
  const size_t most = std::min(prefix.tokens.size(), tokens.size());
  size_t known = 0;
  while (known < most && prefix.tokens[known] == tokens[known]) ++known;
  const auto given = static_cast<int64_t>(known);
  TextPrefix grown{tokens, {}};
  if (known == tokens.size()) {
    for (size_t i = 0; i < prefix.layers.size(); ++i)
      grown.layers.push_back(first_of(prefix, i, given));
    prefix = std::move(grown);
    return;
  }
  const TokenTrie path = path_of(tokens, given);
  at::Tensor x = embed(path);
  const TrieAttender attend(path, config_.heads, x, way);
  const size_t last = weights_.blocks.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    const GivenKeys before = first_of(prefix, i, given);
    grown.layers.push_back(
        joined(before, run_layer(weights_.blocks[i], x, attend, before, progress)));
  }
  const at::Tensor kv = last_keys(weights_.blocks.back().ln_1(x));
  grown.layers.push_back(
      joined(first_of(prefix, last, given),
             {kv.narrow(1, 0, config_.width), kv.narrow(1, config_.width, config_.width)}));
  prefix = std::move(grown);
}

at::Tensor ClipText::encode_trie(const TokenTrie& trie, const TextPrefix& prefix,
                                 const Progress& progress, TrieAttention way) const {
  at::Tensor x = embed(trie);
  const TrieAttender attend(trie, config_.heads, x, way);
  const size_t last = weights_.blocks.size() - 1;
  for (size_t i = 0; i < last; ++i)
    run_layer(weights_.blocks[i], x, attend, first_of(prefix, i, trie.given), progress);
  progress.check();
  const at::Tensor ends = last_layer(x, trie, attend, first_of(prefix, last, trie.given));
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
  TextPrefix ours;
  TextPrefix& prefix = options.prefix ? *options.prefix : ours;
  int64_t given = shared_beginning(texts);
  if (given < kFewestSharedTokens ||
      texts.size() < (options.prefix ? kFewestTexts : kFewestTextsAnew))
    given = 0;
  progress.report(options.stage, 0, total);
  if (given > 0)
    extend(prefix, {texts[0].begin(), texts[0].begin() + given}, progress, options.attention);
  PackedTexts packed = pack_texts(texts, max_nodes, given);
  std::vector<at::Tensor> parts;
  int64_t done = 0;
  auto copies = packed.copies.begin();
  for (TokenTrie& trie : packed.tries) {
    pad(trie, weights_.token_embedding);
    parts.push_back(encode_trie(trie, prefix, progress, options.attention));
    for (int64_t i = 0; i < trie.texts(); ++i) done += *copies++;
    progress.report(options.stage, done, total);
  }
  at::Tensor place = at::from_blob(packed.place.data(), {total}, at::kLong);
  return at::cat(parts).index_select(0, place.to(parts[0].device()));
}

}  // namespace img2prompt
