#include "nn/attend_tokens.h"

#include <ATen/ops/randn.h>
#include <doctest/doctest.h>

#include "../difference.h"
#include "nn/layers.h"

using namespace img2prompt;

namespace {

// Means of values of size 1 in float32, with weights that are exact to 1e-6.
constexpr double kTolerance = 2e-6;

}  // namespace

TEST_CASE("Tokens attend to those of their own picture") {
  for (auto [images, tokens] : {std::pair(1, 400), {3, 401}, {2, 70}, {1, 5}}) {
    CAPTURE(tokens);
    const int64_t heads = 3, width = 3 * 16;
    const at::Tensor x = at::randn({images, tokens, 3 * width});
    auto part = [&](int64_t i) {
      return split_heads(x.narrow(2, i * width, width).contiguous(), heads);
    };
    const at::Tensor want = merge_heads(attend(part(0), part(1), part(2)));
    CHECK(difference(attend_tokens(x, heads), want) < kTolerance);
  }
}
