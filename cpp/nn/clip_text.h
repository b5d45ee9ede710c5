// CLIP's text tower. Texts are encoded as packed tries (token_trie.h): every node goes through each
// layer once, as a row of one dense batch, and attends to its ancestors.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "base/progress.h"
#include "nn/clip_weight_map.h"
#include "nn/token_trie.h"
#include "nn/trie_attention.h"

namespace img2prompt {

// Keys and values of a beginning that texts share, in every layer, so that it need not be encoded
// again for those texts or for longer ones.
struct TextPrefix {
  TokenList tokens;
  std::vector<GivenKeys> layers;
};

struct TextEncodingOptions {
  // Nodes encoded at a time: memory and the time between two looks for cancellation grow with it.
  // 0 = as many as take about 64 MiB of activations, at most 4096; padded, 64 texts.
  int64_t max_nodes = 0;
  TrieAttention attention = TrieAttention::kAuto;
  std::string stage = "texts";  // what progress is told
  // Every position of every text by torch's own operators, as open_clip computes: many times
  // slower, and in float32 on the CPU the same bits, where the packed way rounds otherwise.
  bool padded = false;
  // What another call of the same model left, null = nothing: as much of it as these texts begin
  // with is used, and it becomes what they share. Unused by padded texts and by a few that it costs
  // more than it gains.
  TextPrefix* prefix = nullptr;
};

class ClipText {
 public:
  ClipText(ClipTextConfig config, ClipTextWeights weights)
      : config_(config), weights_(std::move(weights)) {}

  // Each list runs from start-of-text to end-of-text, at most context_length long. Returns
  // [N, embed_dim] in the weights' dtype on their device, not normalised; equal lists are encoded
  // once. Throws InvalidArgument for an empty or too long list or an id beyond the vocabulary,
  // Cancelled when `progress` says so.
  at::Tensor encode(const std::vector<TokenList>& texts, const Progress& progress,
                    const TextEncodingOptions& options = {}) const;

  const ClipTextConfig& config() const { return config_; }
  // What max_nodes = 0 stands for.
  int64_t default_max_nodes(bool padded = false) const;
  // What encoding takes beside the weights for each node that is encoded at the same time.
  int64_t bytes_per_node() const;

 private:
  at::Tensor encode_padded(const std::vector<TokenList>& texts, int64_t at_once,
                           const Progress& progress, const std::string& stage) const;
  at::Tensor encode_padded_batch(const TokenList* texts, int64_t count,
                                 const Progress& progress) const;
  // Grows or cuts `prefix` to these tokens.
  void extend(TextPrefix& prefix, const TokenList& tokens, const Progress& progress,
              TrieAttention way) const;
  at::Tensor encode_trie(const TokenTrie& trie, const TextPrefix& prefix, const Progress& progress,
                         TrieAttention way) const;
  at::Tensor embed(const TokenTrie& trie) const;  // [nodes that are not given, width]
  // A layer but for the last, written into x. Returns the nodes' keys and values.
  GivenKeys run_layer(const ClipBlock& block, at::Tensor& x, const TrieAttender& attend,
                      const GivenKeys& given, const Progress& progress) const;
  // The last layer's keys and values side by side [.., 2 width], of rows after the first norm.
  at::Tensor last_keys(const at::Tensor& normed) const;
  // The last layer, of which only the ends of texts are needed. Returns [texts, width].
  at::Tensor last_layer(const at::Tensor& x, const TokenTrie& trie, const TrieAttender& attend,
                        const GivenKeys& given) const;
  void check(const std::vector<TokenList>& texts) const;

  ClipTextConfig config_;
  ClipTextWeights weights_;
};

}  // namespace img2prompt
