#include "interrogate/chain.h"

#include <algorithm>
#include <unordered_set>

namespace img2prompt {
namespace {

std::vector<std::string> without_duplicates(const std::vector<std::string>& phrases) {
  std::vector<std::string> unique;
  std::unordered_set<std::string_view> seen;
  for (const std::string& phrase : phrases)
    if (seen.insert(phrase).second) unique.push_back(phrase);
  return unique;
}

// Counts texts over all steps, so that one stage runs from nothing to everything.
class ChainProgress {
 public:
  ChainProgress(const Progress& progress, const ChainOptions& options, size_t phrases)
      : progress_(progress), stage_(options.stage) {
    for (int step = 0; step < options.max_count && phrases > 0; ++step) total_ += phrases--;
  }
  // For one batch of texts that starts after those already counted.
  Progress batch() const {
    Progress inner = progress_.silent();
    inner.on_progress = [this](const std::string&, int64_t done, int64_t) {
      progress_.report(stage_, std::min(done_ + done, total_), total_);
    };
    return inner;
  }
  void finish_batch(size_t texts) {
    done_ = std::min(done_ + static_cast<int64_t>(texts), total_);
    progress_.report(stage_, done_, total_);
  }
  void finish() const { progress_.report(stage_, total_, total_); }

 private:
  const Progress& progress_;
  std::string stage_;
  int64_t done_ = 0, total_ = 0;
};

struct Step {
  std::string prompt;
  float similarity;  // sign turned when searching away
};

class ChainSearch {
 public:
  ChainSearch(TextScorer& scorer, const std::vector<std::string>& phrases,
              const ChainOptions& options, const Progress& progress)
      : scorer_(scorer),
        options_(options),
        watch_(progress),
        left_(without_duplicates(phrases)),
        progress_(progress, options, left_.size()) {}

  std::vector<std::string> run(const std::optional<std::string>& start) {
    if (start) {
      current_ = {*start, score({*start})[0]};
      taken_ = {*start};
      tell_best();
    } else if (!left_.empty()) {
      take(best_of(left_), left_);
      tell_best();
      if (options_.away && options_.keep_first_sign) current_.similarity = -current_.similarity;
    } else {
      return {};
    }
    best_similarity_ = current_.similarity;
    best_length_ = 1;
    // Behind a start that fills the context no phrase can be seen.
    bool grows = scorer_.encoder().fits(current_.prompt);
    for (int step = 0; grows && step < options_.max_count && !left_.empty(); ++step)
      grows = grow(step);
    progress_.finish();
    taken_.resize(best_length_);
    return taken_;
  }

 private:
  bool grow(int step) {
    std::vector<std::string> prompts;
    prompts.reserve(left_.size());
    for (const std::string& phrase : left_) prompts.push_back(current_.prompt + ", " + phrase);
    Choice choice = best_of(prompts);
    bool improves = choice.similarity > current_.similarity;
    bool is_best = choice.similarity > best_similarity_;
    if (!improves && !is_best && step >= options_.min_count) return false;
    bool goes_on = improves || step < options_.min_count;
    take(choice, prompts);
    if (is_best) {
      best_similarity_ = choice.similarity;
      best_length_ = taken_.size();
      tell_best();
    }
    return goes_on && scorer_.encoder().fits(current_.prompt);
  }

  void tell_best() const {
    watch_.found(current_.prompt, options_.away ? -current_.similarity : current_.similarity);
  }

  struct Choice {
    size_t index;
    float similarity;
  };

  Choice best_of(const std::vector<std::string>& texts) {
    std::vector<float> values = score(texts);
    auto best = std::max_element(values.begin(), values.end());  // the first of equals
    return {static_cast<size_t>(best - values.begin()), *best};
  }

  std::vector<float> score(const std::vector<std::string>& texts) {
    watch_.check();
    std::vector<float> values = scorer_.similarities(texts, progress_.batch());
    progress_.finish_batch(texts.size());
    if (options_.away)
      for (float& value : values) value = -value;
    return values;
  }

  void take(const Choice& choice, const std::vector<std::string>& prompts) {
    current_ = {prompts[choice.index], choice.similarity};
    taken_.push_back(left_[choice.index]);
    left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(choice.index));
  }

  TextScorer& scorer_;
  const ChainOptions& options_;
  const Progress& watch_;
  std::vector<std::string> left_;
  ChainProgress progress_;
  Step current_{};
  std::vector<std::string> taken_;
  float best_similarity_ = 0;
  size_t best_length_ = 0;
};

}  // namespace

std::vector<std::string> chain(TextScorer& scorer, const std::optional<std::string>& start,
                               const std::vector<std::string>& phrases, const ChainOptions& options,
                               const Progress& progress) {
  return ChainSearch(scorer, phrases, options, progress).run(start);
}

}  // namespace img2prompt
