#include "nn/same_convolution.h"

#include <ATen/Context.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>

#include "../difference.h"
#include "../torch_doctest.h"
#include "nn/onednn_convolution.h"

using namespace img2prompt;

namespace {

// Sums of up to 160 products of size 1 in float32.
constexpr double kTolerance = 1e-4;

struct Kind {
  int64_t kernel, stride, before, after;
};
constexpr Kind kKinds[] = {{7, 2, 2, 3}, {3, 2, 0, 1}, {3, 1, 1, 1},
                           {1, 1, 0, 0}, {1, 2, 0, 0}, {2, 1, 0, 1}};

}  // namespace

TEST_CASE("Zeros are put around a map as TensorFlow does, the odd one behind") {
  for (const Kind& kind : kKinds) {
    const SamePadding same(kind.kernel, kind.stride);
    CHECK(same.before == kind.before);
    CHECK(same.after == kind.after);
  }
  at::Tensor x = at::randn({1, 2, 4, 6});
  at::Tensor y = SamePadding(7, 2)(x);
  REQUIRE(y.sizes() == at::IntArrayRef({1, 2, 9, 11}));
  CHECK(difference(y.narrow(2, 2, 4).narrow(3, 2, 6), x) == 0);
  CHECK(y.abs().sum().item<float>() == doctest::Approx(x.abs().sum().item<float>()));
}

TEST_CASE("A convolution is the same whichever library computes it and whatever the size") {
  for (const Kind& kind : kKinds) {
    CAPTURE(kind.kernel);
    CAPTURE(kind.stride);
    at::Tensor weight = at::randn({5, 3, kind.kernel, kind.kernel}), bias = at::randn({5});
    for (const at::Tensor& b : {bias, at::Tensor()}) {
      const SameConvolution convolution(weight, b, kind.stride, 12);
      for (at::Tensor x : {at::randn({1, 3, 12, 12}), at::randn({3, 3, 8, 20}),
                           at::randn({2, 12, 12, 3}).permute({0, 3, 1, 2})}) {
        at::Tensor around =
            at::constant_pad_nd(x, {kind.before, kind.after, kind.before, kind.after}, 0);
        at::Tensor want = at::conv2d(around, weight, b, kind.stride);
        REQUIRE(want.size(2) == x.size(2) / kind.stride);
        CHECK(difference(convolution(x), want) < kTolerance);
        CHECK(difference(convolution.relu(x), want.relu()) < kTolerance);
        at::Tensor other = at::randn_like(want);
        CHECK(difference(convolution.add_relu(x, other), want.add(other).relu()) < kTolerance);
        at::Tensor half = convolution.relu(x);
        SameConvolution narrow(weight.to(at::kBFloat16), b.defined() ? b.to(at::kBFloat16) : b,
                               kind.stride, 12);
        CHECK((narrow.relu(x.to(at::kBFloat16)).scalar_type() == at::kBFloat16));
        CHECK(difference(narrow.relu(x.to(at::kBFloat16)).to(at::kFloat), half) < 1);
      }
    }
  }
}

TEST_CASE("Only float32 weights are given to oneDNN") {
  at::Tensor weight = at::randn({5, 3, 3, 3});
#if defined(__x86_64__)
  CHECK(prefers_onednn_convolution(weight) == at::hasMKLDNN());
#endif
  CHECK_FALSE(prefers_onednn_convolution(weight.to(at::kBFloat16)));
  CHECK_FALSE(prefers_onednn_convolution(weight.to(at::kDouble)));
}
