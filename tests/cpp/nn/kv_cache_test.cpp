#include "nn/kv_cache.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include "base/error.h"

namespace img2prompt {
namespace {

at::Tensor random_heads(int64_t rows, int64_t tokens) { return at::randn({rows, 2, tokens, 3}); }

TEST_CASE("A cache gives back what was appended, in order, for each layer") {
  KvCache cache(2, 5);
  at::Tensor a = random_heads(2, 3), b = random_heads(2, 3), c = random_heads(2, 1);
  CHECK(cache.append(0, a, b).first.equal(a));
  CHECK(cache.append(1, b, a).second.equal(a));
  cache.advance(3);
  CHECK(cache.length() == 3);
  auto [keys, values] = cache.append(0, c, c);
  CHECK(keys.equal(at::cat({a, c}, 2)));
  CHECK(values.equal(at::cat({b, c}, 2)));
}

TEST_CASE("Rows follow their parents and may become more or fewer") {
  KvCache cache(1, 4);
  at::Tensor first = random_heads(2, 2);
  cache.append(0, first, first.neg());
  cache.advance(2);
  cache.reorder(at::tensor({1, 1, 0}, at::kLong));
  at::Tensor next = random_heads(3, 1);
  auto [keys, values] = cache.append(0, next, next);
  CHECK(keys.equal(at::cat({first.index_select(0, at::tensor({1, 1, 0}, at::kLong)), next}, 2)));
  cache.advance(1);
  cache.reorder(at::tensor({2}, at::kLong));
  CHECK(cache.append(0, next.narrow(0, 0, 1), next.narrow(0, 0, 1)).first.size(0) == 1);
}

TEST_CASE("A text longer than the cache is refused") {
  KvCache cache(1, 2);
  CHECK_THROWS_AS(cache.append(0, random_heads(1, 3), random_heads(1, 3)), ModelError);
}

}  // namespace
}  // namespace img2prompt
