#include "nn/layers.h"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <doctest/doctest.h>

#include <limits>

#include "../difference.h"
#include "../portable.h"

using namespace img2prompt;

namespace {

// Values and scores of size 1 to 4 as sums of some 60 products in float32, in any order.
constexpr double kTolerance = 3e-6;
// The same in float16 (11 bits) and bfloat16 (8 bits): scores of 4 are off by 2e-3 and 1.6e-2, and
// so are the weights of values up to 4.
constexpr double kHalfTolerance = 1e-2, kBfloatTolerance = 8e-2;

}  // namespace

TEST_CASE("Attention by plain operators equals torch's fused one, masked or not, however it lies") {
  const at::Tensor packed = at::randn({2, 40, 3, 4, 24});
  const at::Tensor q = packed.select(2, 0).transpose(1, 2), k = packed.select(2, 1).transpose(1, 2),
                   v = packed.select(2, 2).transpose(1, 2);
  REQUIRE_FALSE(q.is_contiguous());
  for (const at::Tensor& mask : {at::Tensor(), causal_mask(40, q.options())}) {
    const at::Tensor fused = attend(q, k, v, mask);
    const Portable portable;
    const at::Tensor plain = attend(q, k, v, mask);
    CHECK(difference(plain, fused) < kTolerance);
    CHECK(difference(plain, fused) > 0);  // that it is another way
    for (auto [dtype, tolerance] :
         {std::pair(at::kHalf, kHalfTolerance), {at::kBFloat16, kBfloatTolerance}}) {
      const at::Tensor narrow_mask =
          mask.defined() ? causal_mask(40, q.options().dtype(dtype)) : mask;
      const at::Tensor narrow = attend(q.to(dtype), k.to(dtype), v.to(dtype), narrow_mask);
      CHECK(difference(narrow, fused) < tolerance);
    }
  }
}

TEST_CASE("One query and a number of keys that no vector divides") {
  const at::Tensor q = at::randn({3, 2, 1, 16}), k = at::randn({3, 2, 37, 16}),
                   v = at::randn({3, 2, 37, 16});
  const at::Tensor fused = attend(q, k, v);
  const Portable portable;
  CHECK(difference(attend(q, k, v), fused) < kTolerance);
}

TEST_CASE("A causal mask hides what follows, is finite in every type, and adds up in float16") {
  for (at::ScalarType dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const at::Tensor mask = causal_mask(5, at::TensorOptions().dtype(dtype));
    CHECK(at::isfinite(mask).all().item<bool>());
    CHECK(mask.tril().abs().max().item<double>() == 0);
    // Scores as large as float16 tells apart at all; the hidden one would win by far.
    const at::Tensor scores = mask.add(1e4);
    CHECK(at::isfinite(scores).all().item<bool>());
    CHECK(scores.softmax(-1, at::kFloat).triu(1).max().item<double>() == 0);
  }
}
