#include "nn/token_rows.h"

#include <ATen/ops/randn.h>
#include <doctest/doctest.h>

#include "../difference.h"
#include "nn/layers.h"

using namespace img2prompt;

namespace {

// Means of values of size 1 in float32, with weights that are exact to 1e-6.
constexpr double kTolerance = 2e-6;

}  // namespace

TEST_CASE("Tokens as rows attend to those of their own picture, with rows behind them or not") {
  for (auto [images, tokens] : {std::pair(1, 400), {3, 401}, {2, 70}, {1, 5}}) {
    CAPTURE(tokens);
    const int64_t heads = 3, width = 3 * 16, count = images * tokens;
    const at::Tensor x = at::randn({images, tokens, 3 * width});
    const at::Tensor rows = as_token_rows(x);
    CHECK(rows.narrow(0, 0, count).equal(x.view({count, 3 * width})));
    CHECK(rows.size(0) == padded_rows(count, x));
    if (rows.size(0) > count)
      CHECK(rows.narrow(0, count, rows.size(0) - count).eq(0).all().item<bool>());

    const at::Tensor seen = attend_token_rows(rows, images, tokens, heads);
    auto part = [&](int64_t i) {
      return split_heads(x.narrow(2, i * width, width).contiguous(), heads);
    };
    const at::Tensor want = merge_heads(attend(part(0), part(1), part(2)));
    CHECK(difference(seen.narrow(0, 0, count), want.view({count, width})) < kTolerance);
    if (rows.size(0) > count)
      CHECK(seen.narrow(0, count, rows.size(0) - count).eq(0).all().item<bool>());
  }
}

TEST_CASE("Only as many rows are added as a block of oneDNN lacks, and none elsewhere") {
  const at::Tensor cpu = at::randn({1}), half = cpu.to(at::kBFloat16);
  CHECK(padded_rows(576, cpu) == 576);
  CHECK(padded_rows(577, cpu) - 577 < 12);
  CHECK(padded_rows(577, half) == 577);
  CHECK(padded_rows(50, cpu) == 50);
}
