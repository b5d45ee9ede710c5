#include "nn/torch_threads.h"

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "nn/few_rows.h"

using namespace img2prompt;

namespace {

// torch's number of threads within it.
class Threads {
 public:
  explicit Threads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace

TEST_CASE("Parts that are shared out run at the same time") {
  Threads two(2);
  std::atomic<int> begun{0};
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  share_out(2, [&](int64_t) {
    ++begun;
    while (begun < 2 && std::chrono::steady_clock::now() < last) {
    }
  });
  CHECK(begun == 2);
  CHECK(std::chrono::steady_clock::now() < last);
}

TEST_CASE("Every part runs once, inside another one too, and what is thrown is thrown on") {
  for (int64_t parts : {0, 1, 2, 3, 50}) {
    std::vector<std::atomic<int>> runs(static_cast<size_t>(parts) * 4);
    share_out(parts, [&](int64_t part) {
      share_out(4, [&](int64_t inner) { ++runs[static_cast<size_t>(part * 4 + inner)]; });
    });
    for (const std::atomic<int>& count : runs) CHECK(count == 1);
  }
  CHECK_THROWS_AS(share_out(3,
                            [](int64_t part) {
                              if (part == 1) throw std::runtime_error("a part");
                            }),
                  std::runtime_error);
}

TEST_CASE("A few rows are the same product to the bit on any number of threads") {
  // Large enough for three parts.
  const at::Tensor x = at::randn({3, 512}), weight = at::randn({515, 512}), bias = at::randn({515});
  auto on = [&](int count) {
    Threads threads(count);
    return few_rows_linear(x, weight, bias);
  };
  const at::Tensor alone = on(1);
  CHECK(at::equal(alone, on(2)));
  CHECK(at::equal(alone, on(3)));
}
