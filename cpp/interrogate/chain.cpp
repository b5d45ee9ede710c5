#include "interrogate/chain.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_set>

namespace img2prompt {
namespace {

// Phrases that a lazy step scores at a time: enough for a product to be fast.
constexpr size_t kLazyBatch = 16;
// Of a step's phrases that are scored roughly first, as many are scored exactly, for each beam. In
// bfloat16 at ViT-L-14's size the best of 2048 was among the first three for each of 200 pictures
// (scripts/dev/bench/first_pass.py).
constexpr size_t kScoredExactly = 64;
constexpr size_t kFewestRough = 256;  // fewer phrases are all scored exactly

std::vector<std::string> without_duplicates(const std::vector<std::string>& phrases) {
  std::vector<std::string> unique;
  std::unordered_set<std::string_view> seen;
  for (const std::string& phrase : phrases)
    if (seen.insert(phrase).second) unique.push_back(phrase);
  return unique;
}

// Counts texts over all steps, so that one stage runs from nothing to everything; a step that
// scores fewer of them jumps ahead at its end, and beams share a step.
class ChainProgress {
 public:
  ChainProgress(const Progress& progress, const ChainOptions& options, size_t phrases)
      : progress_(progress), stage_(options.stage) {
    for (int step = 0; step < options.max_count && phrases > 0; ++step) total_ += phrases--;
  }

  // texts: of the step for one beam.
  void begin_step(size_t texts, size_t beams) {
    step_ = static_cast<int64_t>(texts), beams_ = static_cast<int64_t>(beams), scored_ = 0;
  }
  // For one batch of texts that starts after those already counted.
  Progress batch() const {
    Progress inner = progress_.silent();
    inner.on_progress = [this](const std::string&, int64_t done, int64_t) { tell(scored_ + done); };
    return inner;
  }
  void finish_batch(size_t texts) {
    scored_ += static_cast<int64_t>(texts);
    tell(scored_);
  }
  void finish_step() {
    done_ = std::min(done_ + step_, total_);
    progress_.report(stage_, done_, total_);
    step_ = scored_ = 0;
  }
  void finish() const { progress_.report(stage_, total_, total_); }

 private:
  void tell(int64_t scored) const {
    const int64_t done = done_ + std::min(scored / beams_, step_);
    progress_.report(stage_, std::min(done, total_), total_);
  }

  const Progress& progress_;
  std::string stage_;
  int64_t done_ = 0, total_ = 0;
  int64_t step_ = 0, beams_ = 1, scored_ = 0;
};

// What a phrase added to the similarity each time it was scored, behind a prompt and those that it
// grew from.
struct Gain {
  float mean = 0;
  int count = 0;

  void add(float gain) { mean += (gain - mean) / static_cast<float>(++count); }
};

// A prompt that grows.
struct Beam {
  std::string prompt;
  float similarity = 0;       // sign turned when searching away
  std::vector<size_t> taken;  // phrases in the order they were taken
  // By phrase. Empty = none was scored.
  std::vector<Gain> gains;
};

struct Choice {
  size_t beam, phrase;
  float similarity;
};

class ChainSearch {
 public:
  ChainSearch(TextScorer& scorer, const std::vector<std::string>& phrases,
              const ChainOptions& options, const Progress& progress)
      : scorer_(scorer),
        options_(options),
        watch_(progress),
        phrases_(without_duplicates(phrases)),
        progress_(progress, options, phrases_.size()) {}

  std::vector<std::string> run(const std::optional<std::string>& start) {
    if (start) {
      start_ = {*start};
      beams_ = {{*start, score({*start})[0], {}, {}}};
    } else if (!phrases_.empty()) {
      take_first_phrases();
    } else {
      return {};
    }
    keep_best(beams_.front());
    if (!start && options_.away && options_.keep_first_sign) turn_signs();
    // Behind a start that fills the context no phrase can be seen.
    drop_full(beams_);
    for (int step = 0; !beams_.empty() && step < options_.max_count; ++step) grow(step);
    progress_.finish();
    return best_;
  }

 private:
  void take_first_phrases() {
    beams_ = {{}};
    std::vector<Choice> choices;
    score_phrases(0, untaken(beams_[0]), choices);
    std::vector<Beam> first;
    for (const Choice& choice : best_of(std::move(choices))) first.push_back(grown(choice));
    beams_ = std::move(first);
    progress_.finish_step();
  }

  void turn_signs() {
    for (Beam& beam : beams_) beam.similarity = -beam.similarity;
    best_similarity_ = -best_similarity_;
  }

  void grow(int step) {
    const size_t left = phrases_.size() - beams_.front().taken.size();
    progress_.begin_step(left, beams_.size());
    std::vector<Choice> choices;
    for (size_t i = 0; i < beams_.size(); ++i)
      if (options_.lazy && !beams_[i].gains.empty())
        score_lazily(i, choices);
      else
        score_phrases(i, untaken(beams_[i]), choices);
    progress_.finish_step();
    std::vector<Beam> next;
    for (const Choice& choice : best_of(std::move(choices))) {
      const bool improves = choice.similarity > beams_[choice.beam].similarity;
      if (!improves && !(choice.similarity > best_similarity_) && step >= options_.min_count)
        continue;
      Beam beam = grown(choice);
      if (beam.similarity > best_similarity_) keep_best(beam);
      if (improves || step < options_.min_count) next.push_back(std::move(beam));
    }
    beams_ = std::move(next);
    drop_full(beams_);
  }

  // Beams to which no phrase can be added.
  void drop_full(std::vector<Beam>& beams) {
    auto is_full = [&](const Beam& beam) {
      return beam.taken.size() == phrases_.size() || !scorer_.encoder().fits(beam.prompt);
    };
    beams.erase(std::remove_if(beams.begin(), beams.end(), is_full), beams.end());
  }

  std::vector<size_t> untaken(const Beam& beam) const {
    std::vector<bool> is_taken(phrases_.size(), false);
    for (size_t phrase : beam.taken) is_taken[phrase] = true;
    std::vector<size_t> left;
    for (size_t phrase = 0; phrase < phrases_.size(); ++phrase)
      if (!is_taken[phrase]) left.push_back(phrase);
    return left;
  }

  std::string with_phrase(const Beam& beam, size_t phrase) const {
    return beam.prompt.empty() && start_.empty() ? phrases_[phrase]
                                                 : beam.prompt + ", " + phrases_[phrase];
  }

  // Scores the prompts that end in these phrases. Returns the largest gain.
  float score_phrases(size_t beam_index, const std::vector<size_t>& phrases,
                      std::vector<Choice>& choices) {
    Beam& beam = beams_[beam_index];
    std::vector<std::string> prompts;
    prompts.reserve(phrases.size());
    for (size_t phrase : phrases) prompts.push_back(with_phrase(beam, phrase));
    const std::vector<float> values =
        rough_first(prompts.size()) ? score_best_exactly(prompts) : score(prompts);
    if (options_.lazy) beam.gains.resize(phrases_.size());
    float most = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < phrases.size(); ++i) {
      const float gain = values[i] - beam.similarity;
      if (options_.lazy) beam.gains[phrases[i]].add(gain);
      most = std::max(most, gain);
      choices.push_back({beam_index, phrases[i], values[i]});
    }
    return most;
  }

  // Scores those that added most so far, for as long as one of the others added more than the best
  // adds now.
  void score_lazily(size_t beam_index, std::vector<Choice>& choices) {
    const std::vector<Gain> known = beams_[beam_index].gains;
    std::vector<size_t> order = untaken(beams_[beam_index]);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return known[a].mean > known[b].mean; });
    float most = -std::numeric_limits<float>::infinity();
    for (size_t first = 0; first < order.size() && known[order[first]].mean > most;) {
      const size_t last = std::min(order.size(), first + kLazyBatch);
      const std::vector<size_t> some(order.begin() + static_cast<std::ptrdiff_t>(first),
                                     order.begin() + static_cast<std::ptrdiff_t>(last));
      most = std::max(most, score_phrases(beam_index, some, choices));
      first = last;
    }
  }

  bool rough_first(size_t texts) const {
    return options_.rough_first && texts >= std::max(kFewestRough, 2 * scored_exactly());
  }
  size_t scored_exactly() const { return kScoredExactly * static_cast<size_t>(options_.beams); }

  // Exact values of those that rough ones put first. The others' stay rough, but below these.
  std::vector<float> score_best_exactly(const std::vector<std::string>& texts) {
    watch_.check();
    std::vector<float> values = signed_values(scorer_.rough_similarities(texts, progress_.batch()));
    std::vector<size_t> order(texts.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(scored_exactly());
    std::nth_element(order.begin(), middle, order.end(),
                     [&](size_t a, size_t b) { return values[a] > values[b]; });
    std::vector<std::string> best;
    for (auto it = order.begin(); it != middle; ++it) best.push_back(texts[*it]);
    const std::vector<float> exact = score(best);
    const float least = *std::min_element(exact.begin(), exact.end());
    for (auto it = middle; it != order.end(); ++it) values[*it] = std::min(values[*it], least);
    for (size_t i = 0; i < exact.size(); ++i) values[order[i]] = exact[i];
    return values;
  }

  std::vector<float> score(const std::vector<std::string>& texts) {
    watch_.check();
    std::vector<float> values = signed_values(scorer_.similarities(texts, progress_.batch()));
    progress_.finish_batch(texts.size());
    return values;
  }

  std::vector<float> signed_values(std::vector<float> values) const {
    if (options_.away)
      for (float& value : values) value = -value;
    return values;
  }

  // The best of them, as many as there are beams; equals in the order of beams and phrases, and of
  // prompts with the same phrases the first.
  std::vector<Choice> best_of(std::vector<Choice> choices) const {
    std::sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) {
      return std::tie(b.similarity, a.beam, a.phrase) < std::tie(a.similarity, b.beam, b.phrase);
    });
    std::vector<Choice> best;
    std::set<std::set<size_t>> seen;
    for (const Choice& choice : choices) {
      if (best.size() == static_cast<size_t>(options_.beams)) break;
      const std::vector<size_t>& taken = beams_[choice.beam].taken;
      std::set<size_t> phrases(taken.begin(), taken.end());
      phrases.insert(choice.phrase);
      if (seen.insert(std::move(phrases)).second) best.push_back(choice);
    }
    return best;
  }

  Beam grown(const Choice& choice) const {
    const Beam& beam = beams_[choice.beam];
    Beam next{with_phrase(beam, choice.phrase), choice.similarity, beam.taken, {}};
    next.taken.push_back(choice.phrase);
    if (!beam.prompt.empty() || !start_.empty()) next.gains = beam.gains;
    return next;
  }

  void keep_best(const Beam& beam) {
    best_similarity_ = beam.similarity;
    best_ = start_;
    for (size_t phrase : beam.taken) best_.push_back(phrases_[phrase]);
    watch_.found(beam.prompt, options_.away ? -beam.similarity : beam.similarity);
  }

  TextScorer& scorer_;
  const ChainOptions& options_;
  const Progress& watch_;
  const std::vector<std::string> phrases_;
  ChainProgress progress_;
  std::vector<std::string> start_;  // of one, or none
  std::vector<Beam> beams_;         // the best first
  std::vector<std::string> best_;   // the best prompt's phrases
  float best_similarity_ = 0;
};

}  // namespace

std::vector<std::string> chain(TextScorer& scorer, const std::optional<std::string>& start,
                               const std::vector<std::string>& phrases, const ChainOptions& options,
                               const Progress& progress) {
  return ChainSearch(scorer, phrases, options, progress).run(start);
}

}  // namespace img2prompt
