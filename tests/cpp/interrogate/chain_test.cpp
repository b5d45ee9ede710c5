#include "interrogate/chain.h"

#include <random>
#include <set>

#include "../torch_doctest.h"
#include "base/error.h"
#include "word_encoder.h"

using namespace img2prompt;

namespace {

std::vector<std::string> some_phrases(std::mt19937& random, int count) {
  std::vector<std::string> phrases;
  for (int i = 0; i < count; ++i)
    phrases.push_back("w" + std::to_string(random() % 400) + " v" + std::to_string(random() % 50));
  return phrases;
}

std::string joined(const std::vector<std::string>& phrases) {
  std::string text;
  for (const std::string& phrase : phrases) text += (text.empty() ? "" : ", ") + phrase;
  return text;
}

// The search written again as plainly as the rule is stated.
std::string plain_chain(TextScorer& scorer, std::string best, std::vector<std::string> left,
                        int min_count, int max_count) {
  auto score = [&](const std::string& text) { return scorer.similarities({text}, {})[0]; };
  float best_similarity = score(best), current_similarity = best_similarity;
  std::string current = best;
  for (int step = 0; step < max_count && !left.empty(); ++step) {
    size_t top = 0;
    for (size_t i = 1; i < left.size(); ++i)
      if (score(current + ", " + left[i]) > score(current + ", " + left[top])) top = i;
    std::string prompt = current + ", " + left[top];
    float similarity = score(prompt);
    if (similarity > best_similarity) best = prompt, best_similarity = similarity;
    if (!(similarity > current_similarity || step < min_count)) break;
    current = prompt, current_similarity = similarity;
    if (!scorer.encoder().fits(current)) break;
    left.erase(left.begin() + static_cast<long>(top));
  }
  return best;
}

}  // namespace

TEST_CASE("A chain equals the rule applied one text at a time") {
  std::mt19937 random(11);
  std::set<size_t> lengths;
  for (int round = 0; round < 25; ++round) {
    WordEncoder encoder;
    std::vector<std::string> phrases = some_phrases(random, 30);
    TextScorer scorer(encoder, encoder.picture_of(joined(some_phrases(random, 6))));
    ChainOptions options;
    options.min_count = static_cast<int>(random() % 9);
    options.max_count = static_cast<int>(random() % 12);
    std::set<std::string> unique(phrases.begin(), phrases.end());
    auto found = chain(scorer, "a start", phrases, options, {});
    lengths.insert(found.size());
    CHECK(joined(found) == plain_chain(scorer, "a start", {unique.begin(), unique.end()},
                                       options.min_count, options.max_count));
  }
  CHECK(lengths.size() > 3);
}

TEST_CASE("Without a start the best single phrase starts, and nothing gives nothing") {
  WordEncoder encoder;
  TextScorer scorer(encoder, encoder.picture_of("red cat"));
  ChainOptions options;
  options.max_count = 0;
  CHECK(joined(chain(scorer, std::nullopt, {"blue", "red cat", "dog"}, options, {})) == "red cat");
  CHECK(chain(scorer, std::nullopt, {}, options, {}).empty());
  CHECK(joined(chain(scorer, "only", {}, options, {})) == "only");
}

TEST_CASE("A chain away ends less similar, unless the first sign is kept") {
  std::mt19937 random(3);
  WordEncoder encoder;
  std::vector<std::string> phrases = some_phrases(random, 40);
  std::string picture = joined(phrases);  // like everything, so that similarities are positive
  TextScorer scorer(encoder, encoder.picture_of(picture));
  ChainOptions options;
  options.away = true;
  auto away = chain(scorer, std::nullopt, {phrases.begin(), phrases.begin() + 20}, options, {});
  REQUIRE(away.size() > 1);
  CHECK(scorer.similarities({joined(away)}, {})[0] < scorer.similarities({away[0]}, {})[0]);

  float least = 1;
  for (float similarity : scorer.similarities(phrases, {})) least = std::min(least, similarity);
  std::vector<std::string> positive;
  for (const std::string& phrase : phrases)
    if (scorer.similarities({phrase}, {})[0] > 0) positive.push_back(phrase);
  REQUIRE(positive.size() > 2);
  options.keep_first_sign = true;
  CHECK(chain(scorer, std::nullopt, positive, options, {}).size() == 1);
}

TEST_CASE("A full context ends the chain, and a start that fills it scores no phrase") {
  WordEncoder encoder;
  std::string many;
  for (int i = 0; i < 80; ++i) many += "word" + std::to_string(i) + " ";
  TextScorer scorer(encoder, encoder.picture_of("x"));
  auto found = chain(scorer, many, {"a", "b"}, {}, {});
  CHECK(found.size() == 1);
  CHECK(scorer.evaluations() == 1);
}

TEST_CASE("Progress of a chain runs from nothing to everything and a cancel is heard") {
  WordEncoder encoder;
  std::mt19937 random(5);
  TextScorer scorer(encoder, encoder.picture_of("a b c d"));
  std::vector<std::string> phrases = some_phrases(random, 50);
  int64_t last = 0, final_total = 0, calls = 0;
  Progress progress;
  progress.on_progress = [&](const std::string& stage, int64_t done, int64_t total) {
    CHECK(stage == "chain");
    CHECK(done >= last);
    CHECK(done <= total);
    last = done, final_total = total, ++calls;
  };
  chain(scorer, "start", phrases, {}, progress);
  CHECK(calls > 50);
  CHECK(last == final_total);

  last = 0;
  int64_t before = encoder.encoded, asked = 0;
  progress.is_cancelled = [&] { return ++asked > 20; };
  CHECK_THROWS_AS(chain(scorer, "start", phrases, {}, progress), Cancelled);
  CHECK(encoder.encoded - before < 50);
}

TEST_CASE("Every better prompt of a chain is told with its similarity, in both directions") {
  WordEncoder encoder;
  std::mt19937 random(7);
  std::vector<std::string> phrases = some_phrases(random, 40);
  TextScorer scorer(encoder, encoder.picture_of(joined({phrases.begin(), phrases.begin() + 9})));
  for (bool away : {false, true}) {
    std::vector<std::pair<std::string, float>> told;
    Progress progress;
    progress.on_found = [&](const std::string& prompt, float similarity) {
      told.emplace_back(prompt, similarity);
    };
    ChainOptions options;
    options.away = away;
    auto found = chain(scorer, std::nullopt, phrases, options, progress);
    REQUIRE(told.size() > 1);
    CHECK(told.front().first == found.front());
    CHECK(told.back().first == joined(found));
    for (size_t i = 0; i < told.size(); ++i) {
      CHECK(told[i].second == doctest::Approx(scorer.similarities({told[i].first}, {})[0]));
      if (i > 0) CHECK((told[i].second > told[i - 1].second) == !away);
    }
  }
}

TEST_CASE("More beams are never worse by much and mostly better, and never repeat a phrase") {
  std::mt19937 random(21);
  float one = 0, four = 0;
  for (int round = 0; round < 12; ++round) {
    WordEncoder encoder;
    std::vector<std::string> phrases = some_phrases(random, 40);
    TextScorer scorer(encoder, encoder.picture_of(joined(some_phrases(random, 8))));
    ChainOptions options;
    one += scorer.similarities({joined(chain(scorer, "a start", phrases, options, {}))}, {})[0];
    options.beams = 4;
    const std::vector<std::string> found = chain(scorer, "a start", phrases, options, {});
    four += scorer.similarities({joined(found)}, {})[0];
    CHECK(std::set<std::string>(found.begin(), found.end()).size() == found.size());
  }
  CHECK(four > one);
}

TEST_CASE("The best of several beams is at least the best of each, as the rule written out finds") {
  // Two phrases that only together are near: one beam takes the single best and misses them.
  WordEncoder encoder;
  TextScorer scorer(encoder, encoder.picture_of("start, red, cat"));
  const std::vector<std::string> phrases = {"red", "cat", "dog", "blue"};
  ChainOptions options;
  options.min_count = options.max_count = 2;
  options.beams = 16;  // all prompts of two phrases are looked at, each set of them in one order
  float best = -1;
  for (const std::string& a : phrases)
    for (const std::string& b : phrases) {
      const float alone = scorer.similarities({"start, " + a}, {})[0];
      const float both = a == b ? -1 : scorer.similarities({"start, " + a + ", " + b}, {})[0];
      best = std::max({best, alone, both});
    }
  const auto found = chain(scorer, "start", phrases, options, {});
  CHECK(scorer.similarities({joined(found)}, {})[0] == doctest::Approx(best).epsilon(1e-3));
}

TEST_CASE("A lazy search scores far fewer texts, ends as near, and is the same with one step") {
  std::mt19937 random(13);
  int64_t all = 0, few = 0;
  float exact = 0, lazy = 0;
  for (int round = 0; round < 12; ++round) {
    WordEncoder encoder;
    std::vector<std::string> phrases = some_phrases(random, 200);
    const at::Tensor picture = encoder.picture_of(joined(some_phrases(random, 8)));
    for (bool is_lazy : {false, true}) {
      TextScorer scorer(encoder, picture);
      ChainOptions options;
      options.lazy = is_lazy;
      const auto found = chain(scorer, "a start", phrases, options, {});
      (is_lazy ? few : all) += scorer.evaluations();
      (is_lazy ? lazy : exact) += scorer.similarities({joined(found)}, {})[0];
      options.max_count = 1;
      options.lazy = !is_lazy;
      const auto first = chain(scorer, "a start", phrases, options, {});
      options.lazy = is_lazy;
      CHECK(chain(scorer, "a start", phrases, options, {}) == first);
    }
  }
  CHECK(few < all / 2);
  CHECK(lazy > 0.97f * exact);
}

namespace {

// Rough features are the exact ones with noise.
class NoisyEncoder : public WordEncoder {
 public:
  explicit NoisyEncoder(float noise) : noise_(noise) {}

  at::Tensor encode_roughly(const std::vector<std::string>& texts,
                            const Progress& progress) override {
    at::Tensor features = encode_text(texts, progress);
    roughly += static_cast<int64_t>(texts.size());
    float* out = features.mutable_data_ptr<float>();
    for (int64_t i = 0; i < features.numel(); ++i)
      out[i] += noise_ * (static_cast<float>(random_() % 2001) / 1000.f - 1.f);
    return features;
  }

  int64_t roughly = 0;

 private:
  float noise_;
  std::mt19937 random_{1};
};

}  // namespace

TEST_CASE("A rough first pass changes neither the prompt nor its similarity, and is used") {
  std::mt19937 random(31);
  for (bool away : {false, true})
    for (int beams : {1, 2}) {
      NoisyEncoder encoder(0.01f);
      const std::vector<std::string> phrases = some_phrases(random, 700);
      TextScorer scorer(encoder, encoder.picture_of(joined(some_phrases(random, 8))));
      ChainOptions options;
      options.away = away;
      options.beams = beams;
      const auto exact = chain(scorer, "a start", phrases, options, {});
      CHECK(encoder.roughly == 0);
      options.rough_first = true;
      float told = 0;
      Progress progress;
      progress.on_found = [&](const std::string&, float similarity) { told = similarity; };
      const auto found = chain(scorer, "a start", phrases, options, progress);
      CHECK(found == exact);
      CHECK(told == doctest::Approx(scorer.similarities({joined(found)}, {})[0]));
      CHECK(encoder.roughly > 3 * 600);
    }
}

TEST_CASE("A rough first pass that tells nothing still gives prompts by exact similarities") {
  std::mt19937 random(33);
  NoisyEncoder encoder(100.0f);
  TextScorer scorer(encoder, encoder.picture_of(joined(some_phrases(random, 8))));
  ChainOptions options;
  options.rough_first = true;
  std::vector<std::pair<std::string, float>> told;
  Progress progress;
  progress.on_found = [&](const std::string& prompt, float similarity) {
    told.emplace_back(prompt, similarity);
  };
  chain(scorer, "a start", some_phrases(random, 700), options, progress);
  REQUIRE(told.size() > 1);
  for (const auto& [prompt, similarity] : told)
    CHECK(similarity == doctest::Approx(scorer.similarities({prompt}, {})[0]));
}
