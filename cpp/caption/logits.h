// What is done to the scores of the next token before one is chosen, as transformers' logits
// processors do it (4.57). All work in place on float32 scores [rows, vocabulary].
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace img2prompt {

using TokenIds = std::vector<int64_t>;

// Tokens that a row already holds: scores below zero are multiplied by penalty, the others divided,
// once for each token. One row of `texts` for each row of scores, all of one length.
void penalize_repetition(at::Tensor& scores, const std::vector<TokenIds>& texts, double penalty);

void forbid(at::Tensor& scores, int64_t token);

// Keeps the k best of each row, and whatever ties with the last of them.
void keep_top_k(at::Tensor& scores, int64_t k);

// Keeps the smallest set of best tokens whose probabilities add up to at least p, one at least.
void keep_top_p(at::Tensor& scores, double p);

}  // namespace img2prompt
