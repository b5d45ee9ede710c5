#include "nn/attend_tokens.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "nn/layers.h"
#include "nn/onednn_linear.h"

namespace img2prompt {
namespace {

// Tokens from which on two products and a softmax for each head beat torch's fused kernel, whose
// products are MKL's: by a third at 577 tokens, by nothing at 257.
constexpr int64_t kFewestTokensByHead = 384;

// x [tokens, heads, d] as [heads, length, d], zeros behind the tokens.
at::Tensor heads_first(const at::Tensor& x, int64_t length) {
  at::Tensor out = at::zeros({x.size(1), length, x.size(2)}, x.options());
  out.narrow(1, 0, x.size(0)).copy_(x.transpose(0, 1));
  return out;
}

// One picture: q, k, v [tokens, heads, d], out [tokens, heads, d].
void attend_by_head(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::Tensor out) {
  const int64_t tokens = q.size(0), heads = q.size(1);
  const at::Tensor queries =
      heads_first(q, padded_rows(tokens, q)).mul_(1.0 / std::sqrt(static_cast<double>(q.size(2))));
  const at::Tensor keys = k.transpose(0, 1).contiguous(),
                   values = v.permute({1, 2, 0}).contiguous();
  for (int64_t head = 0; head < heads; ++head) {
    const at::Tensor scores = onednn_linear(queries[head], keys[head], {});
    const at::Tensor mixed = onednn_linear(at::softmax(scores, -1), values[head], {});
    out.select(1, head).copy_(mixed.narrow(0, 0, tokens));
  }
}

}  // namespace

at::Tensor attend_tokens(const at::Tensor& qkv, int64_t heads) {
  const int64_t images = qkv.size(0), tokens = qkv.size(1), width = qkv.size(2) / 3;
  const at::Tensor parts = qkv.view({images, tokens, 3, heads, width / heads});
  at::Tensor out = at::empty({images, tokens, width}, qkv.options());
  at::Tensor seen = out.view({images, tokens, heads, width / heads});
  if (tokens >= kFewestTokensByHead && has_onednn(qkv) && !portable_attention_is_forced()) {
    for (int64_t i = 0; i < images; ++i)
      attend_by_head(parts[i].select(1, 0), parts[i].select(1, 1), parts[i].select(1, 2), seen[i]);
    return out;
  }
  const at::Tensor by_part = parts.permute({2, 0, 3, 1, 4});
  seen.copy_(attend(by_part[0], by_part[1], by_part[2]).transpose(1, 2));
  return out;
}

}  // namespace img2prompt
