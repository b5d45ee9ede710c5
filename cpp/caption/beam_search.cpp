// Beam search as transformers' generate() does it since 4.50: the best texts of every picture run
// on while finished ones are kept aside, scored by their length. Scores are float32 throughout, and
// "out of the race" is minus 1e9 added, so that the order of equals is the same as there.
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/topk.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "caption/decoding.h"

namespace img2prompt {
namespace {

constexpr float kOut = -1e9f;

struct Candidate {
  float score = 0;     // sum of log probabilities, or a finished text's score by length
  int64_t parent = 0;  // beam of this picture that it continues
  TokenIds text;
  bool finished = false;
};

// The `count` best, best first; equals keep their order.
std::vector<Candidate> best_of(std::vector<Candidate> candidates, size_t count) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  candidates.resize(std::min(count, candidates.size()));
  return candidates;
}

// The search for one picture's text.
class Beams {
 public:
  Beams(const TokenIds& prompt, const DecodingOptions& options)
      : options_(options), prompt_length_(static_cast<int64_t>(prompt.size())) {
    running_.push_back({0, 0, prompt, false});
    finished_.assign(static_cast<size_t>(options.num_beams), {kOut, 0, prompt, false});
  }

  const std::vector<Candidate>& running() const { return running_; }
  bool done() const {
    return !improvable_ || (options_.early_stopping == EarlyStopping::kTrue && all_finished());
  }

  // Takes the best 2 * num_beams continuations, best first: one of each beam may end the text, and
  // as many as there are beams must be left to go on.
  void advance(std::vector<Candidate> candidates) {
    length_ = static_cast<int64_t>(candidates.front().text.size());
    for (Candidate& candidate : candidates)
      candidate.finished =
          candidate.text.back() == options_.end_id || length_ >= options_.max_length;
    keep_finished(candidates);
    for (Candidate& candidate : candidates)
      if (candidate.finished) candidate.score += kOut;
    running_ = best_of(std::move(candidates), static_cast<size_t>(options_.num_beams));
    judge();
  }

  // The best finished text, without the end.
  TokenIds result() const {
    TokenIds text = finished_.front().text;
    text.erase(std::find(text.begin() + prompt_length_, text.end(), options_.end_id), text.end());
    return text;
  }

 private:
  bool all_finished() const {
    return std::all_of(finished_.begin(), finished_.end(),
                       [](const Candidate& c) { return c.finished; });
  }

  float length_divisor(int64_t length) const {
    return static_cast<float>(
        std::pow(static_cast<double>(length - prompt_length_), options_.length_penalty));
  }

  void keep_finished(const std::vector<Candidate>& candidates) {
    const bool closed = options_.early_stopping == EarlyStopping::kTrue && all_finished();
    for (size_t i = 0; i < candidates.size(); ++i) {
      Candidate entry = candidates[i];
      entry.score /= length_divisor(length_);
      // Only what would have been a beam counts; the rest stands in for it.
      entry.finished = entry.finished && i < static_cast<size_t>(options_.num_beams);
      if (closed) entry.score += kOut;
      if (!improvable_) entry.score += kOut;
      if (!entry.finished) entry.score += kOut;
      finished_.push_back(std::move(entry));
    }
    finished_ = best_of(std::move(finished_), static_cast<size_t>(options_.num_beams));
  }

  // Whether a running text can still enter the finished ones.
  void judge() {
    const bool at_greatest_length =
        options_.early_stopping == EarlyStopping::kNever && options_.length_penalty > 0;
    const float best =
        running_.front().score / length_divisor(at_greatest_length ? options_.max_length : length_);
    float worst = finished_.front().score;
    for (const Candidate& entry : finished_) worst = std::min(worst, entry.score);
    bool beats_one = false;
    for (const Candidate& entry : finished_)
      beats_one = beats_one || best > (entry.finished ? worst : kOut);
    improvable_ = improvable_ && beats_one;
  }

  const DecodingOptions& options_;
  int64_t prompt_length_;
  int64_t length_ = 0;
  bool improvable_ = true;
  std::vector<Candidate> running_;   // best first
  std::vector<Candidate> finished_;  // best first; unfinished entries hold places
};

std::vector<TokenIds> running_texts(const std::vector<Beams>& searches) {
  std::vector<TokenIds> texts;
  for (const Beams& search : searches)
    for (const Candidate& beam : search.running()) texts.push_back(beam.text);
  return texts;
}

// One step for all pictures: the best continuations of the rows' running texts.
void advance_all(std::vector<Beams>& searches, at::Tensor scores, const DecodingOptions& options) {
  const auto pictures = static_cast<int64_t>(searches.size());
  const int64_t vocabulary = scores.size(1), beams = scores.size(0) / pictures;
  scores = at::log_softmax(scores, -1);
  apply_constraints(scores, running_texts(searches), options);
  std::vector<float> so_far;
  for (const Beams& search : searches)
    for (const Candidate& beam : search.running()) so_far.push_back(beam.score);
  scores.add_(at::tensor(so_far, at::kFloat).unsqueeze(1).to(scores.device()));
  // MPS has aborted on topk beyond 16.
  if (!scores.is_cuda()) scores = scores.cpu();
  auto [top, where] = at::topk(scores.view({pictures, beams * vocabulary}), 2 * options.num_beams);
  top = top.cpu();
  where = where.cpu();
  for (int64_t i = 0; i < pictures; ++i) {
    Beams& search = searches[static_cast<size_t>(i)];
    const float* score = top.const_data_ptr<float>() + i * top.size(1);
    const int64_t* index = where.const_data_ptr<int64_t>() + i * top.size(1);
    std::vector<Candidate> candidates;
    for (int64_t j = 0; j < top.size(1); ++j) {
      const int64_t parent = index[j] / vocabulary;
      TokenIds text = search.running()[static_cast<size_t>(parent)].text;
      text.push_back(index[j] % vocabulary);
      candidates.push_back({score[j], parent, std::move(text), false});
    }
    search.advance(std::move(candidates));
  }
}

}  // namespace

std::vector<TokenIds> decode_by_beams(const NextScores& next, int64_t pictures,
                                      const TokenIds& prompt, const DecodingOptions& options,
                                      const Progress& progress) {
  std::vector<Beams> searches(static_cast<size_t>(pictures), Beams(prompt, options));
  const auto start = static_cast<int64_t>(prompt.size());
  at::Tensor tokens = at::tensor(prompt, at::kLong).repeat({pictures, 1}), parents;
  int64_t beams = 1;  // rows of a picture; one until the prompt has been read
  for (int64_t length = start; length < options.max_length; ++length) {
    progress.check();
    at::Tensor scores = next(tokens, parents);
    if (2 * options.num_beams > scores.size(1))
      throw_error<InvalidArgument>("num_beams is {}, this model's vocabulary allows {}",
                                   options.num_beams, scores.size(1) / 2);
    advance_all(searches, std::move(scores), options);
    progress.report("caption", length + 1 - start, options.max_length - start);
    if (std::all_of(searches.begin(), searches.end(), [](const Beams& s) { return s.done(); }))
      break;
    TokenIds last, rows;
    for (int64_t i = 0; i < pictures; ++i)
      for (const Candidate& beam : searches[static_cast<size_t>(i)].running()) {
        last.push_back(beam.text.back());
        rows.push_back(i * beams + beam.parent);
      }
    beams = options.num_beams;
    tokens = at::tensor(last, at::kLong).unsqueeze(1);
    parents = at::tensor(rows, at::kLong);
  }
  std::vector<TokenIds> texts;
  for (const Beams& search : searches) texts.push_back(search.result());
  return texts;
}

}  // namespace img2prompt
