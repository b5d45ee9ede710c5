#include "caption/logits.h"

#include <ATen/ops/cumsum.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <limits>

namespace img2prompt {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

}  // namespace

void penalize_repetition(at::Tensor& scores, const std::vector<TokenIds>& texts, double penalty) {
  TokenIds flat;
  for (const TokenIds& text : texts) flat.insert(flat.end(), text.begin(), text.end());
  const auto rows = static_cast<int64_t>(texts.size());
  at::Tensor ids = at::tensor(flat, at::kLong).view({rows, -1}).to(scores.device());
  at::Tensor held = at::gather(scores, 1, ids);
  scores.scatter_(1, ids, at::where(held.lt(0), held.mul(penalty), held.div(penalty)));
}

void forbid(at::Tensor& scores, int64_t token) { scores.select(1, token).fill_(kNever); }

void keep_top_k(at::Tensor& scores, int64_t k) {
  const int64_t kept = std::min(k, scores.size(1));
  at::Tensor last = std::get<0>(at::topk(scores, kept)).narrow(1, kept - 1, 1);
  scores.masked_fill_(scores.lt(last), kNever);
}

void keep_top_p(at::Tensor& scores, double p) {
  auto [sorted, order] = at::sort(scores, -1, /*descending=*/false);
  at::Tensor dropped = at::cumsum(at::softmax(sorted, -1), -1).le(1.0 - p);
  dropped.narrow(1, dropped.size(1) - 1, 1).fill_(false);
  scores.masked_fill_(dropped.scatter(1, order, dropped), kNever);
}

}  // namespace img2prompt
