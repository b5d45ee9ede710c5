#include "nn/few_rows.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "../difference.h"
#include "nn/few_rows_kernel.h"
#include "nn/lane_widths.h"

using namespace img2prompt;

namespace {

// Sums of 800 products of size 1 in float32.
constexpr double kTolerance = 2e-4;

}  // namespace

TEST_CASE("A few rows are the same product, whatever is left over of vectors and columns") {
  for (int64_t rows = 1; rows <= kMostFewRows; ++rows)
    for (auto [in, outs] : {std::pair(800, 203), {64, 1}, {37, 66}, {5, 9}}) {
      CAPTURE(rows);
      CAPTURE(in);
      at::Tensor x = at::randn({rows, in}), weight = at::randn({outs, in}),
                 bias = at::randn({outs});
      REQUIRE(prefers_few_rows(x, weight));
      CHECK(difference(few_rows_linear(x, weight, bias), at::linear(x, weight, bias)) < kTolerance);
      CHECK(difference(few_rows_linear(x, weight, {}), at::linear(x, weight)) < kTolerance);
    }
}

TEST_CASE("Every width of vector gives the same product") {
  const int64_t in = 75, outs = 11;
  REQUIRE_FALSE(lane_widths().empty());
  for (int lanes : lane_widths())
    for (int64_t rows = 1; rows <= kMostFewRows; ++rows) {
      CAPTURE(lanes);
      CAPTURE(rows);
      const at::Tensor x = at::randn({rows, in}), weight = at::randn({outs, in}),
                       bias = at::randn({outs}), out = at::zeros({rows, outs});
      FewRowsTask task;
      task.x = x.const_data_ptr<float>();
      task.weight = weight.const_data_ptr<float>();
      task.bias = bias.const_data_ptr<float>();
      task.out = out.data_ptr<float>();
      task.rows = rows;
      task.in = in;
      task.outs = outs;
      multiply_few_rows_with(lanes, task, 0, outs);
      CHECK(difference(out, at::linear(x, weight, bias)) < kTolerance);
    }
}

TEST_CASE("Rows may lie apart, in several dimensions, and the weights in a part of others") {
  at::Tensor weight = at::randn({90, 48}).narrow(0, 20, 50), bias = at::randn({50});
  for (const at::Tensor& x :
       {at::randn({3, 2, 48}), at::randn({48, 4}).t(), at::randn({4, 96}).narrow(1, 24, 48)}) {
    REQUIRE(prefers_few_rows(x, weight));
    const at::Tensor y = few_rows_linear(x, weight, bias);
    CHECK(y.sizes() == at::linear(x, weight, bias).sizes());
    CHECK(difference(y, at::linear(x, weight, bias)) < kTolerance);
  }
}

TEST_CASE("What is not a few rows of float32 goes another way") {
  const at::Tensor weight = at::randn({16, 8});
  CHECK(prefers_few_rows(at::randn({8, 8}), weight));
  CHECK_FALSE(prefers_few_rows(at::randn({9, 8}), weight));
  CHECK_FALSE(prefers_few_rows(at::randn({0, 8}), weight));
  CHECK_FALSE(prefers_few_rows(at::randn({1, 16}), weight.t()));
  CHECK_FALSE(prefers_few_rows(at::randn({1, 8}).to(at::kBFloat16), weight.to(at::kBFloat16)));
}
