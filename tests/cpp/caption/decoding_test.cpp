#include "caption/decoding.h"

#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <set>

#include "base/error.h"
#include "toy_model.h"

namespace img2prompt {
namespace {

constexpr int64_t kEnd = 3;

DecodingOptions options_for(int64_t max_length) {
  DecodingOptions options;
  options.max_length = max_length;
  options.end_id = kEnd;
  return options;
}

// Token 0 leads to 1, 1 to 2, 2 to the end.
ToyModel chain_model() {
  return ToyModel({{{0, 9, 1, 2}, {0, 0, 9, 5}, {0, 4, 1, 9}, {9, 0, 0, 0}}});
}

TEST_CASE("Greedy decoding takes the best token until the end, which it leaves out") {
  ToyModel model = chain_model();
  CHECK(decode(model.next(), 1, {0}, options_for(20)) == std::vector<TokenIds>{{0, 1, 2}});
  CHECK(model.calls() == 3);
}

TEST_CASE("max_length counts the prompt and cuts the text") {
  ToyModel model = chain_model();
  CHECK(decode(model.next(), 1, {0}, options_for(2)) == std::vector<TokenIds>{{0, 1}});
  ToyModel longer = chain_model();
  CHECK(decode(longer.next(), 1, {2, 0}, options_for(3)) == std::vector<TokenIds>{{2, 0, 1}});
}

TEST_CASE("min_length counts the prompt and holds back the end alone") {
  ToyModel model = chain_model();
  DecodingOptions options = options_for(20);
  options.min_length = 5;
  // After 2 the end is refused and 1 is next best, until five tokens are there.
  CHECK(decode(model.next(), 1, {0}, options) == std::vector<TokenIds>{{0, 1, 2, 1, 2}});
}

TEST_CASE("A picture's text is the same in a batch as alone, for every strategy") {
  const ToyModel all = ToyModel::random(6, 12, 7);
  for (int64_t beams : {1, 3, 5}) {
    for (bool sample : {false, true}) {
      if (sample && beams > 1) continue;
      DecodingOptions options = options_for(14);
      options.num_beams = beams;
      options.min_length = 3;
      options.repetition_penalty = 1.3;
      if (sample) options.top_p = 0.9;
      options.seeds.assign(6, 5);
      ToyModel batch = all;
      std::vector<TokenIds> together = decode(batch.next(), 6, {0, 5}, options);
      std::set<TokenIds> distinct(together.begin(), together.end());
      CHECK(distinct.size() > 2);
      for (int64_t i = 0; i < 6; ++i) {
        ToyModel one = all.only(i);
        options.seeds = {5};
        CHECK(decode(one.next(), 1, {0, 5}, options).front() == together[i]);
      }
    }
  }
}

TEST_CASE("A repeated token's score is multiplied below zero and divided above, once") {
  at::Tensor scores = at::tensor({2.0f, -2.0f, 4.0f, -4.0f}).view({1, 4});
  penalize_repetition(scores, {{0, 1, 1, 0}}, 2.0);
  CHECK(scores.equal(at::tensor({1.0f, -4.0f, 4.0f, -4.0f}).view({1, 4})));
}

TEST_CASE("Top-k keeps the k best of each row and what ties with the last") {
  at::Tensor scores = at::tensor({1.0f, 3.0f, 2.0f, 2.0f, 5.0f, 6.0f, 7.0f, 8.0f}).view({2, 4});
  keep_top_k(scores, 2);
  CHECK(scores.isinf().equal(at::tensor({1, 0, 0, 0, 1, 1, 0, 0}).view({2, 4}).to(at::kBool)));
}

TEST_CASE("Top-p keeps the smallest set of tokens that reaches p") {
  // Probabilities 0.5, 0.3, 0.15, 0.05.
  const at::Tensor all = at::tensor({0.15f, 0.5f, 0.05f, 0.3f}).log().view({1, 4});
  struct {
    double p;
    std::vector<int> dropped;
  } cases[] = {{0.4, {1, 0, 1, 1}}, {0.6, {1, 0, 1, 0}}, {0.9, {0, 0, 1, 0}}, {0.96, {0, 0, 0, 0}}};
  for (const auto& c : cases) {
    at::Tensor scores = all.clone();
    keep_top_p(scores, c.p);
    CHECK(scores.isinf().equal(at::tensor(c.dropped).view({1, 4}).to(at::kBool)));
  }
}

TEST_CASE("Sampling follows the probabilities and repeats with its seed") {
  // From 0: 1 with 0.75, 2 with 0.25; both lead to the end.
  ToyModel::Table table = {{{-99, std::log(0.75f), std::log(0.25f), -99},
                            {-99, -99, -99, 0},
                            {-99, -99, -99, 0},
                            {0, 0, 0, 0}}};
  DecodingOptions options = options_for(5);
  options.top_p = 1.0;
  int ones = 0;
  constexpr int kDraws = 2000;
  for (int seed = 0; seed < kDraws; ++seed) {
    options.seeds = {static_cast<uint64_t>(seed)};
    ToyModel model(table);
    ones += decode(model.next(), 1, {0}, options).front() == TokenIds{0, 1};
  }
  // Five standard deviations of a binomial count.
  CHECK(std::abs(ones - 0.75 * kDraws) < 5 * std::sqrt(kDraws * 0.75 * 0.25));

  const ToyModel random = ToyModel::random(1, 30, 3);
  std::set<TokenIds> distinct;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    options = options_for(12);
    options.top_p = 0.95;
    options.seeds = {seed};
    ToyModel first = random, second = random;
    const TokenIds text = decode(first.next(), 1, {0}, options).front();
    CHECK(decode(second.next(), 1, {0}, options).front() == text);
    distinct.insert(text);
  }
  CHECK(distinct.size() > 3);
}

TEST_CASE("Options out of range are refused with what is accepted") {
  ToyModel model = chain_model();
  auto refuses = [&](auto&& edit, const char* text) {
    DecodingOptions options = options_for(10);
    edit(options);
    CHECK_THROWS_WITH_AS(decode(model.next(), 1, {0, 1}, options), doctest::Contains(text),
                         InvalidArgument);
  };
  refuses([](DecodingOptions& o) { o.max_length = 2; }, "at least 3 is accepted");
  refuses([](DecodingOptions& o) { o.min_length = 11; }, "0 to 10 is accepted");
  refuses([](DecodingOptions& o) { o.min_length = -1; }, "0 to 10 is accepted");
  refuses([](DecodingOptions& o) { o.num_beams = 0; }, "1 to 64 is accepted");
  refuses([](DecodingOptions& o) { o.num_beams = 3; }, "vocabulary allows 2");
  refuses([](DecodingOptions& o) { o.top_p = 0.0; }, "above 0 and up to 1 is accepted");
  refuses([](DecodingOptions& o) { o.top_p = std::nan(""); }, "above 0 and up to 1 is accepted");
  refuses([](DecodingOptions& o) { o.repetition_penalty = 0; }, "above 0");
  refuses([](DecodingOptions& o) { o.top_p = 0.5, o.num_beams = 2; }, "set only one");
  refuses([](DecodingOptions& o) { o.top_p = 0.5; }, "0 seeds for 1 pictures");
}

TEST_CASE("Decoding tells of every token and stops when asked") {
  ToyModel model = ToyModel::random(2, 20, 1);
  DecodingOptions options = options_for(9);
  options.min_length = 9;
  std::vector<int64_t> done;
  Progress progress;
  progress.on_progress = [&](const std::string&, int64_t now, int64_t total) {
    CHECK(total == 8);
    done.push_back(now);
  };
  progress.is_cancelled = [&] { return done.size() == 4; };
  CHECK_THROWS_AS(decode(model.next(), 2, {0}, options, progress), Cancelled);
  CHECK(done == std::vector<int64_t>{1, 2, 3, 4});
}

}  // namespace
}  // namespace img2prompt
