#include "interrogate/native.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/utf8.h"

namespace img2prompt {
namespace {

std::vector<Match> best_of(const Category& category, ModeContext& context) {
  const std::vector<std::string>& labels = category.table->labels;
  const std::vector<float> probabilities =
      context.ranker.probabilities(*category.table, context.progress);
  std::vector<size_t> order;
  for (size_t i = 0; i < labels.size(); ++i)
    if (!labels[i].empty()) order.push_back(i);
  const auto count = std::min(order.size(), static_cast<size_t>(category.top));
  std::partial_sort(
      order.begin(), order.begin() + static_cast<int64_t>(count), order.end(),
      [&](size_t a, size_t b) {
        return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
      });
  std::vector<Match> best;
  for (size_t i = 0; i < count; ++i) best.push_back({labels[order[i]], probabilities[order[i]]});
  return best;
}

}  // namespace

std::string without_native_prompt(const std::string& caption) {
  constexpr std::string_view kPrompt = kNativePrompt;
  // The last character, a space, is not written where punctuation follows.
  if (caption.compare(0, kPrompt.size() - 1, kPrompt, 0, kPrompt.size() - 1) != 0) return caption;
  size_t end = 0;
  for (size_t i = 0; i < kPrompt.size() && end < caption.size(); ++i) next_code_point(caption, end);
  return caption.substr(end);
}

Prompt run_native(ModeContext& context) {
  Prompt prompt(JoinRule::kPlain);
  prompt.append("", context.caption);
  for (const Category& category : context.categories)
    for (const Match& match : best_of(category, context))
      prompt.append(", ",
                    context.return_ranks ? fmt::format("({}:{:.3f})", match.label, match.similarity)
                                         : match.label,
                    match);
  return prompt;
}

}  // namespace img2prompt
