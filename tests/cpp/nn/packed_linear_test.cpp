#include "nn/packed_linear.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <doctest/doctest.h>

#include <thread>

#include "../difference.h"
#include "nn/onednn_linear.h"

using namespace img2prompt;

namespace {

// Sums of 300 products of size 1 in float32.
constexpr double kTolerance = 2e-4;

}  // namespace

TEST_CASE("A layer whose weights are laid out answers as it did for every number of rows") {
  at::Tensor weight = at::randn({210, 300}), bias = at::randn({210});
  for (const at::Tensor& first : {at::randn({64, 300}), at::randn({2, 300})}) {
    PackedLinear layer(Linear{weight, bias}), bare(Linear{weight, {}}), copy = layer;
    for (const at::Tensor& x :
         {first, at::randn({64, 300}), at::randn({1, 300}), at::randn({3, 577, 300}),
          at::randn({300, 50}).t(), at::randn({50, 900}).narrow(1, 300, 300)}) {
      CAPTURE(x.size(0));
      const at::Tensor expected = at::linear(x, weight, bias);
      CHECK(layer(x).sizes() == expected.sizes());
      CHECK(difference(layer(x), expected) < kTolerance);
      CHECK(difference(copy(x), expected) < kTolerance);
      CHECK(difference(bare(x), at::linear(x, weight)) < kTolerance);
    }
  }
}

TEST_CASE("A layer lets go of weights that it has laid out") {
  at::Tensor weight = at::randn({210, 300}), x = at::randn({64, 300});
  PackedLinear layer(Linear{weight, {}});
  CHECK(weight.use_count() == 2);
  layer(x);
  CHECK(weight.use_count() == (has_onednn_packing(weight) ? 1 : 2));
}

TEST_CASE("Threads that meet in a layer's first call get the same answer") {
  at::Tensor weight = at::randn({210, 300}), x = at::randn({64, 300});
  PackedLinear layer(Linear{weight, {}});
  std::vector<at::Tensor> answers(4);
  std::vector<std::thread> threads;
  for (at::Tensor& answer : answers) threads.emplace_back([&] { answer = layer(x); });
  for (std::thread& thread : threads) thread.join();
  for (const at::Tensor& answer : answers) CHECK(difference(answer, answers[0]) == 0);
}

TEST_CASE("Other types are computed as they are") {
  at::Tensor weight = at::randn({210, 300}).to(at::kDouble), x = at::randn({64, 300}, at::kDouble);
  PackedLinear layer(Linear{weight, {}});
  CHECK(difference(layer(x), at::linear(x, weight)) == 0);
}
