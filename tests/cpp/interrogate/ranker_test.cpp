#include "interrogate/ranker.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <random>

#include "../torch_doctest.h"

using namespace img2prompt;

namespace {

// One column, so that a row's similarity is its value, exactly.
LabelTable table_of(const std::string& name, const std::vector<float>& values) {
  LabelTable table{name, {}, at::empty({static_cast<int64_t>(values.size()), 1}, at::kHalf)};
  for (size_t i = 0; i < values.size(); ++i) {
    table.labels.push_back(name + std::to_string(i));
    table.embeds[static_cast<int64_t>(i)].fill_(values[i]);
  }
  return table;
}

std::vector<std::string> labels_of(const std::vector<Match>& matches) {
  std::vector<std::string> labels;
  for (const Match& match : matches) labels.push_back(match.label);
  return labels;
}

// Few distinct values, so that ties are everywhere.
std::vector<float> random_values(std::mt19937& random, int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(random() % 17) / 16.f - 0.5f);
  return values;
}

Ranker ranker(Selection selection, int64_t chunk_size = 2048) {
  return Ranker(at::ones({1, 1}), selection, chunk_size);
}

}  // namespace

TEST_CASE("Exact selection equals a stable sort of all rows, in both directions") {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    LabelTable a = table_of("a", random_values(random, 1 + static_cast<int>(random() % 400)));
    LabelTable b = table_of("b", random_values(random, static_cast<int>(random() % 5000)));
    std::vector<Match> all;
    for (const LabelTable* table : {&a, &b})
      for (int64_t i = 0; i < table->size(); ++i)
        all.push_back({table->labels[i], table->embeds[i].item<float>()});
    int64_t count = static_cast<int64_t>(random() % (all.size() + 3));
    bool least = random() % 2;
    std::stable_sort(all.begin(), all.end(), [&](const Match& x, const Match& y) {
      return least ? x.similarity < y.similarity : x.similarity > y.similarity;
    });
    all.resize(std::min<size_t>(all.size(), count));
    Ranker exact = ranker(Selection::kExact);
    auto got =
        exact.rank({&a, &b}, count, least ? Direction::kLeastSimilar : Direction::kMostSimilar, {});
    REQUIRE(labels_of(got) == labels_of(all));
    for (size_t i = 0; i < got.size(); ++i) CHECK(got[i].similarity == all[i].similarity);
  }
}

TEST_CASE("The chunk rule keeps an equal share of every chunk, then chooses among those") {
  // Chunks of 4: [.9 .8 .7 .6] [.5 .4 .3 .2] [.1]; three chunks, so one is kept of each.
  LabelTable table = table_of("l", {.9f, .8f, .7f, .6f, .5f, .4f, .3f, .2f, .1f});
  Ranker chunked = ranker(Selection::kClipInterrogator, 4);
  CHECK(labels_of(chunked.rank({&table}, 2, Direction::kMostSimilar, {})) ==
        std::vector<std::string>{"l0", "l4"});
  CHECK(labels_of(ranker(Selection::kExact, 4).rank({&table}, 2, Direction::kMostSimilar, {})) ==
        std::vector<std::string>{"l0", "l1"});
}

TEST_CASE("The chunk rule forgets the direction in its last choice") {
  LabelTable table = table_of("l", {.9f, .8f, .7f, .6f, .5f, .4f, .3f, .2f, .1f});
  // The least of each chunk: .6 .2 .1; of these the most similar come first.
  Ranker chunked = ranker(Selection::kClipInterrogator, 4);
  CHECK(labels_of(chunked.rank({&table}, 3, Direction::kLeastSimilar, {})) ==
        std::vector<std::string>{"l3", "l7", "l8"});
  // A table that is one chunk is ranked once, in the direction asked for.
  Ranker whole = ranker(Selection::kClipInterrogator, 9);
  auto least = whole.rank({&table}, 2, Direction::kLeastSimilar, {});
  CHECK(labels_of(least) == std::vector<std::string>{"l8", "l7"});
  CHECK(least[0].similarity == doctest::Approx(.1f).epsilon(1e-3));  // float16 of 0.1
}

TEST_CASE("Chunks run across the borders of joined tables") {
  LabelTable a = table_of("a", {.9f, .8f, .7f}), b = table_of("b", {.6f, .5f, .4f});
  Ranker chunked = ranker(Selection::kClipInterrogator, 4);  // [a0 a1 a2 b0] [b1 b2], two of each
  CHECK(labels_of(chunked.rank({&a, &b}, 10, Direction::kMostSimilar, {})) ==
        std::vector<std::string>{"a0", "a1", "b1", "b2"});
}

TEST_CASE("More chunks than places keep one row of each chunk") {
  LabelTable table = table_of("l", {.1f, .2f, .3f, .4f, .5f, .6f, .7f});
  Ranker chunked = ranker(Selection::kClipInterrogator, 2);
  CHECK(labels_of(chunked.rank({&table}, 10, Direction::kMostSimilar, {})) ==
        std::vector<std::string>{"l6", "l5", "l3", "l1"});
}

TEST_CASE("Empty tables and a count of nothing rank nothing") {
  LabelTable none = table_of("none", {}), one = table_of("one", {.5f});
  for (Selection selection : {Selection::kExact, Selection::kClipInterrogator}) {
    CHECK(ranker(selection).rank({&none}, 5, Direction::kMostSimilar, {}).empty());
    CHECK(ranker(selection).rank({&one}, 0, Direction::kMostSimilar, {}).empty());
    CHECK(ranker(selection).rank({&none, &one}, 5, Direction::kMostSimilar, {}).size() == 1);
  }
}
