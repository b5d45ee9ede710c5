// Greedy phrase search: a prompt grows by the phrase that brings it nearest to the picture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "interrogate/text_scorer.h"

namespace img2prompt {

struct ChainOptions {
  std::string stage = "chain";  // for progress
  int min_count = 8;            // steps that are taken even where the similarity falls
  int max_count = 32;           // steps at most
  bool away = false;            // grow away from the picture: the least similar prompt is the best
  // With `away`: clip-interrogator 0.6.0 compares the first phrase's similarity without its sign
  // turned, so that a positive one is never beaten. True repeats that.
  bool keep_first_sign = false;
  int beams = 1;  // prompts that are kept of a step, each of which grows in the next
  // Score only what may win: each phrase is remembered with what it added on average when it was
  // scored, and those that added most are scored again until none of the others added more than the
  // best of them adds now. (The last gain alone, which bounds the next one where gains only shrink,
  // does worse: they do not, scripts/dev/bench/search.py.)
  bool lazy = false;
  // Score many phrases by rough features first, and exactly only the best of those.
  bool rough_first = false;
};

// The phrases of the best prompt found, the first being `start` where one is given, else the best
// single phrase. The prompt is their join by ", ". Duplicate phrases count once; equal similarities
// take the earlier phrase. Empty when there is neither a start nor a phrase.
//
// Each step scores "current, phrase" for all phrases left and takes the best. That prompt becomes
// current if it beats the current one or fewer than min_count steps were taken, else the search
// ends; it ends as well once current fills the context, or no phrase is left. Every prompt that is
// better than all before it is told as progress.found(), the first one included. With several beams
// the best of all their continuations are kept, and each prompt is measured by that rule.
std::vector<std::string> chain(TextScorer& scorer, const std::optional<std::string>& start,
                               const std::vector<std::string>& phrases, const ChainOptions& options,
                               const Progress& progress);

}  // namespace img2prompt
