#include <doctest/doctest.h>

#include <functional>

#include "caption/decoding.h"
#include "toy_model.h"

namespace img2prompt {
namespace {

constexpr int64_t kEnd = 3;

DecodingOptions beam_options(int64_t beams, int64_t max_length) {
  DecodingOptions options;
  options.num_beams = beams;
  options.max_length = max_length;
  options.end_id = kEnd;
  return options;
}

TEST_CASE("Beam search finds the text that greed passes by") {
  // 1 looks better than 2 after 0, but leads nowhere in particular; 2 leads surely to the end.
  ToyModel::Table table = {{{-9, 0.2f, 0, -9}, {0, 0, 0, 0}, {-9, -9, -9, 5}, {0, 0, 0, 0}}};
  ToyModel greedy(table), beams(table);
  DecodingOptions options = beam_options(1, 6);
  CHECK(decode(greedy.next(), 1, {0}, options).front()[1] == 1);
  options.num_beams = 2;
  CHECK(decode(beams.next(), 1, {0}, options).front() == TokenIds{0, 2});
}

// The best text by sum of log p / length ^ penalty, over all texts that end or reach max_length.
TokenIds best_by_exhaustion(const ToyModel& model, int64_t max_length, double penalty) {
  TokenIds best;
  double best_score = -1e300;
  std::function<void(TokenIds&)> extend = [&](TokenIds& text) {
    for (int64_t token = 0; token < model.vocabulary(); ++token) {
      text.push_back(token);
      if (token == kEnd || static_cast<int64_t>(text.size()) == max_length) {
        double score =
            model.log_probability(0, text, 1) / std::pow(double(text.size() - 1), penalty);
        if (score > best_score) best_score = score, best = text;
      } else {
        extend(text);
      }
      text.pop_back();
    }
  };
  TokenIds text = {0};
  extend(text);
  if (best.back() == kEnd) best.pop_back();
  return best;
}

TEST_CASE("Beams wide enough find the best of all texts") {
  // "never" stops late enough to be exact. The best text's first token is among the 64 best.
  for (double penalty : {0.0, 1.0, 2.0}) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      ToyModel model = ToyModel::random(1, 130, seed);
      DecodingOptions options = beam_options(64, 3);
      options.length_penalty = penalty;
      options.early_stopping = EarlyStopping::kNever;
      ToyModel copy = model;
      CHECK(decode(copy.next(), 1, {0}, options).front() == best_by_exhaustion(model, 3, penalty));
    }
  }
}

TEST_CASE("A length penalty moves the choice towards long or short texts") {
  size_t shorter = 0, longer = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const ToyModel model = ToyModel::random(1, 12, seed);
    DecodingOptions options = beam_options(4, 12);
    ToyModel a = model, b = model;
    options.length_penalty = -2;
    shorter += decode(a.next(), 1, {0}, options).front().size();
    options.length_penalty = 4;
    longer += decode(b.next(), 1, {0}, options).front().size();
  }
  CHECK(shorter < longer);
}

TEST_CASE("Early stopping ends with the first texts that finish") {
  int64_t patient = 0, hasty = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const ToyModel model = ToyModel::random(1, 12, seed);
    DecodingOptions options = beam_options(3, 30);
    ToyModel a = model, b = model;
    options.early_stopping = EarlyStopping::kNever;
    decode(a.next(), 1, {0}, options);
    options.early_stopping = EarlyStopping::kTrue;
    decode(b.next(), 1, {0}, options);
    patient += a.calls(), hasty += b.calls();
  }
  CHECK(hasty < patient);
}

TEST_CASE("Rows follow their parents: what the decoder holds is what the search believes") {
  ToyModel model = ToyModel::random(3, 40, 11);
  DecodingOptions options = beam_options(4, 8);
  options.min_length = 8;
  std::vector<TokenIds> texts = decode(model.next(), 3, {0, 7}, options);
  REQUIRE(model.rows().size() == 12);
  for (size_t picture = 0; picture < 3; ++picture) {
    // The text's last token was never fed, so its beginning must be one of the picture's rows.
    const TokenIds fed(texts[picture].begin(), texts[picture].end() - 1);
    bool held = false;
    for (size_t beam = 0; beam < 4; ++beam) held = held || model.rows()[picture * 4 + beam] == fed;
    CHECK(held);
  }
}

}  // namespace
}  // namespace img2prompt
