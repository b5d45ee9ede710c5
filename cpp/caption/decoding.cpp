#include "caption/decoding.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "base/error.h"

namespace img2prompt {
namespace {

// Picks one token for each row. Sampling draws on the CPU, from one generator a row, so that a
// picture's text depends neither on its neighbours nor on the device. transformers draws the same
// token for a batch of one after torch.manual_seed(seed).
class TokenChoice {
 public:
  explicit TokenChoice(const DecodingOptions& options) : options_(options) {
    if (!options.top_p) return;
    for (uint64_t seed : options.seeds)
      generators_.push_back(at::make_generator<at::CPUGeneratorImpl>(seed));
  }

  TokenIds choose(at::Tensor scores) {
    if (!options_.top_p) return to_ids(at::argmax(scores, -1));
    scores = scores.cpu();
    if (options_.temperature != 1) scores.div_(options_.temperature);
    if (options_.top_k > 0) keep_top_k(scores, options_.top_k);
    if (*options_.top_p < 1) keep_top_p(scores, *options_.top_p);
    at::Tensor probabilities = at::softmax(scores, -1);
    TokenIds ids;
    for (size_t i = 0; i < generators_.size(); ++i)
      ids.push_back(at::multinomial(probabilities.narrow(0, static_cast<int64_t>(i), 1), 1,
                                    /*replacement=*/false, generators_[i])
                        .item<int64_t>());
    return ids;
  }

 private:
  static TokenIds to_ids(const at::Tensor& tokens) {
    at::Tensor host = tokens.cpu().contiguous();
    const int64_t* data = host.const_data_ptr<int64_t>();
    return TokenIds(data, data + host.numel());
  }

  const DecodingOptions& options_;
  std::vector<at::Generator> generators_;
};

}  // namespace

void check_options(const DecodingOptions& options, int64_t pictures, int64_t prompt_tokens) {
  if (options.max_length <= prompt_tokens)
    throw_error<InvalidArgument>(
        "max_length is {}, but the prompt alone has {} tokens: at least {} is accepted",
        options.max_length, prompt_tokens, prompt_tokens + 1);
  if (options.min_length < 0 || options.min_length > options.max_length)
    throw_error<InvalidArgument>("min_length is {}, 0 to {} is accepted", options.min_length,
                                 options.max_length);
  if (options.num_beams < 1 || options.num_beams > kMaxBeams)
    throw_error<InvalidArgument>("num_beams is {}, 1 to {} is accepted", options.num_beams,
                                 kMaxBeams);
  if (options.top_p && !(*options.top_p > 0 && *options.top_p <= 1))
    throw_error<InvalidArgument>("top_p is {}, above 0 and up to 1 is accepted, or None",
                                 *options.top_p);
  if (options.top_p && options.num_beams > 1)
    throw_error<InvalidArgument>("top_p samples, num_beams = {} searches: set only one of them",
                                 options.num_beams);
  if (!(options.repetition_penalty > 0 && options.repetition_penalty <= kMaxRepetitionPenalty))
    throw_error<InvalidArgument>("repetition_penalty is {}, above 0 and up to {} is accepted",
                                 options.repetition_penalty, kMaxRepetitionPenalty);
  if (options.top_p && static_cast<int64_t>(options.seeds.size()) != pictures)
    throw_error<InvalidArgument>("{} seeds for {} pictures: one each is needed",
                                 options.seeds.size(), pictures);
}

void apply_constraints(at::Tensor& scores, const std::vector<TokenIds>& texts,
                       const DecodingOptions& options) {
  if (options.repetition_penalty != 1)
    penalize_repetition(scores, texts, options.repetition_penalty);
  if (static_cast<int64_t>(texts.front().size()) < options.min_length)
    forbid(scores, options.end_id);
}

std::vector<TokenIds> decode_greedily(const NextScores& next, int64_t pictures,
                                      const TokenIds& prompt, const DecodingOptions& options,
                                      const Progress& progress) {
  std::vector<TokenIds> texts(static_cast<size_t>(pictures), prompt);
  std::vector<bool> ended(texts.size(), false);
  TokenChoice choice(options);
  at::Tensor tokens = at::tensor(prompt, at::kLong).repeat({pictures, 1});
  const auto start = static_cast<int64_t>(prompt.size());
  for (int64_t length = start; length < options.max_length; ++length) {
    progress.check();
    at::Tensor scores = next(tokens, {});
    apply_constraints(scores, texts, options);
    TokenIds chosen = choice.choose(scores);
    bool all_ended = true;
    for (size_t i = 0; i < texts.size(); ++i) {
      if (ended[i]) chosen[i] = options.pad_id;
      ended[i] = ended[i] || chosen[i] == options.end_id;
      all_ended = all_ended && ended[i];
      texts[i].push_back(chosen[i]);
    }
    progress.report("caption", length + 1 - start, options.max_length - start);
    if (all_ended) break;
    tokens = at::tensor(chosen, at::kLong).view({pictures, 1});
  }
  for (TokenIds& text : texts)
    text.erase(std::find(text.begin() + start, text.end(), options.end_id), text.end());
  return texts;
}

std::vector<TokenIds> decode(const NextScores& next, int64_t pictures, const TokenIds& prompt,
                             const DecodingOptions& options, const Progress& progress) {
  check_options(options, pictures, static_cast<int64_t>(prompt.size()));
  if (pictures == 0) return {};
  return options.num_beams == 1 ? decode_greedily(next, pictures, prompt, options, progress)
                                : decode_by_beams(next, pictures, prompt, options, progress);
}

}  // namespace img2prompt
