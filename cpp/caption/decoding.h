// Writes texts token by token over a function that scores the next token: greedily, by beam search,
// or by sampling. The same tokens as transformers' generate() (4.57) chooses from the same scores.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "caption/logits.h"

namespace img2prompt {

constexpr int64_t kMaxBeams = 64;
constexpr double kMaxRepetitionPenalty = 100;

enum class EarlyStopping {
  kFalse,  // stop when the best running text cannot beat the worst finished one at its own length
  kTrue,   // stop as soon as there are as many finished texts as beams
  kNever,  // like kFalse, but judged at the greatest length where long texts are favoured
};

struct DecodingOptions {
  int64_t max_length = 33;        // tokens of a whole text, the prompt included
  int64_t min_length = 0;         // fewest tokens before the end, the prompt included
  int64_t num_beams = 1;          // 1 = greedy, or sampling where top_p is set
  std::optional<double> top_p;    // (0, 1]: sample; unset = do not
  std::vector<uint64_t> seeds;    // of each picture's own generator; sampling only
  double repetition_penalty = 1;  // above 0; 1 = none
  int64_t end_id = 102;           // ends a text
  int64_t pad_id = 0;             // fed to finished texts while others go on

  // What a model's configuration may change.
  double length_penalty = 1;  // beam search: a finished text scores sum of log p / new tokens^this
  EarlyStopping early_stopping = EarlyStopping::kFalse;
  int64_t top_k = 50;      // sampling: applied before top_p; 0 = keep all
  double temperature = 1;  // sampling: divides the scores
};

// Reads new tokens [rows, T] (int64, CPU) of texts and scores the next of each: [rows, vocabulary]
// float32, which the caller may overwrite. T is the prompt's length at first, then 1. parents
// [rows] (int64, CPU): the row of the call before that each row continues; undefined = the same
// row. Rows are grouped by picture, as many for each.
using NextScores = std::function<at::Tensor(const at::Tensor& tokens, const at::Tensor& parents)>;

// Throws InvalidArgument for options out of range, naming what is accepted.
void check_options(const DecodingOptions& options, int64_t pictures, int64_t prompt_tokens);

// One text for each of `pictures`, all starting with `prompt` (at least one token): its tokens with
// the prompt, without the end. `progress` is told after every call of `next` how many tokens there
// are of how many at most. Throws InvalidArgument as check_options() does, and Cancelled.
std::vector<TokenIds> decode(const NextScores& next, int64_t pictures, const TokenIds& prompt,
                             const DecodingOptions& options, const Progress& progress = {});

// The strategies behind decode(); the options are taken as valid.
std::vector<TokenIds> decode_greedily(const NextScores& next, int64_t pictures,
                                      const TokenIds& prompt, const DecodingOptions& options,
                                      const Progress& progress);
std::vector<TokenIds> decode_by_beams(const NextScores& next, int64_t pictures,
                                      const TokenIds& prompt, const DecodingOptions& options,
                                      const Progress& progress);

// The scores that every strategy starts from: repetition penalty, then no end before min_length.
void apply_constraints(at::Tensor& scores, const std::vector<TokenIds>& texts,
                       const DecodingOptions& options);

}  // namespace img2prompt
