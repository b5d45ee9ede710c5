#include "nn/onednn_linear.h"

#include <ATen/Context.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <doctest/doctest.h>

#include "../difference.h"
#include "nn/layers.h"

using namespace img2prompt;

namespace {

// Sums of 300 products of size 1 in float32.
constexpr double kTolerance = 2e-4;

}  // namespace

TEST_CASE("A linear layer is the same product whichever library multiplies") {
  at::Tensor weight = at::randn({210, 300}), bias = at::randn({210});
  for (const at::Tensor& x :
       {at::randn({64, 300}), at::randn({3, 40, 300}), at::randn({2, 300}), at::randn({0, 300}),
        at::randn({300, 50}).t(), at::randn({50, 900}).narrow(1, 300, 300)}) {
    CAPTURE(x.sizes().vec().size());
    at::Tensor y = Linear{weight, bias}(x);
    CHECK(y.sizes() == at::linear(x, weight, bias).sizes());
    if (!x.numel()) continue;
    CHECK(difference(y, at::linear(x, weight, bias)) < kTolerance);
    CHECK(difference(Linear{weight, {}}(x), at::linear(x, weight)) < kTolerance);
    at::Tensor part = weight.narrow(0, 10, 100);
    CHECK(difference(Linear{part, {}}(x), at::linear(x, part)) < kTolerance);
  }
}

TEST_CASE("Only float32 products worth the call are given to oneDNN") {
  at::Tensor weight = at::randn({800, 320});
#if defined(__x86_64__)
  CHECK(prefers_onednn(at::randn({64, 320}), weight) == at::hasMKLDNN());
  CHECK(prefers_onednn(at::randn({2, 320}), weight) == at::hasMKLDNN());
#endif
  CHECK_FALSE(prefers_onednn(at::randn({1, 320}), weight));
  CHECK_FALSE(prefers_onednn(at::randn({64, 320}).to(at::kBFloat16), weight.to(at::kBFloat16)));
  CHECK_FALSE(prefers_onednn(at::randn({64, 320}).to(at::kDouble), weight.to(at::kDouble)));
}

TEST_CASE("Only as many rows are added as a block of oneDNN lacks, and none elsewhere") {
  const at::Tensor cpu = at::randn({1}), half = cpu.to(at::kBFloat16);
  CHECK(padded_rows(576, cpu) == 576);
  CHECK(padded_rows(577, cpu) - 577 < 12);
  CHECK(padded_rows(577, half) == 577);
  CHECK(padded_rows(50, cpu) == 50);
}
