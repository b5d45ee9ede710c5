#include "interrogate/modes.h"

#include <algorithm>

#include "base/error.h"
#include "interrogate/chain.h"
#include "interrogate/native.h"

namespace img2prompt {
namespace {

constexpr int kClassicFlavors = 3;

// The tables that `best` and `fast` rank as one, in the reference's order.
const std::vector<std::string> kMergedTables = {"artists", "flavors", "mediums", "movements",
                                                "trendings"};

std::vector<std::string> ranked(ModeContext& context, const std::vector<std::string>& names,
                                int64_t count, Direction direction) {
  std::vector<const LabelTable*> tables;
  for (const std::string& name : names) tables.push_back(&context.table(name));
  std::vector<std::string> labels;
  for (Match& match : context.ranker.rank(tables, count, direction, context.progress))
    labels.push_back(std::move(match.label));
  return labels;
}

std::vector<std::string> most_similar(ModeContext& context, const std::vector<std::string>& names,
                                      int64_t count) {
  return ranked(context, names, count, Direction::kMostSimilar);
}

// The best label of a table, "" of an empty one.
std::string top_label(ModeContext& context, const std::string& name) {
  std::vector<std::string> labels = most_similar(context, {name}, 1);
  return labels.empty() ? "" : labels[0];
}

Prompt run_caption(ModeContext& context) {
  Prompt prompt(context.join_rule());
  prompt.append("", context.caption);
  return prompt;
}

// caption[, medium] artist, trending, movement, flavors
Prompt classic_prompt(ModeContext& context, int flavors) {
  Prompt prompt(context.join_rule());
  const std::string medium = top_label(context, "mediums");
  prompt.append("", context.caption);
  if (context.caption.compare(0, medium.size(), medium) != 0) prompt.append(", ", medium);
  prompt.append(" ", top_label(context, "artists"));
  prompt.append(", ", top_label(context, "trendings"));
  prompt.append(", ", top_label(context, "movements"));
  prompt.append_all(most_similar(context, {"flavors"}, flavors));
  prompt.truncate_to_fit(context.scorer.encoder());
  return prompt;
}

Prompt run_classic(ModeContext& context) { return classic_prompt(context, kClassicFlavors); }

// caption and the labels that are most similar in all tables
Prompt run_fast(ModeContext& context) {
  Prompt prompt(context.join_rule());
  prompt.append("", context.caption);
  prompt.append_all(most_similar(context, kMergedTables, context.max_flavors));
  prompt.truncate_to_fit(context.scorer.encoder());
  return prompt;
}

// Labels as phrases of a chain. An empty one adds nothing to a prompt; the reference offers it.
std::vector<std::string> chain_pool(const ModeContext& context, std::vector<std::string> labels) {
  if (!context.follow_clip_interrogator)
    labels.erase(std::remove(labels.begin(), labels.end(), ""), labels.end());
  return labels;
}

ChainOptions chain_options(const ModeContext& context, const std::string& stage) {
  ChainOptions options;
  options.stage = stage;
  options.min_count = context.min_flavors;
  options.max_count = context.max_flavors;
  options.lazy = context.lazy_search;
  options.beams = context.chain_beams;
  options.rough_first = context.rough_first;
  return options;
}

// Whichever is most similar of caption, classic, fast and a chain that starts at the caption.
Prompt run_best(ModeContext& context) {
  std::vector<std::string> pool = most_similar(context, kMergedTables, context.pool_size);
  std::optional<std::string> start;
  if (!context.caption.empty()) start = context.caption;
  Prompt chained(context.join_rule());
  chained.append_all(chain(context.scorer, start, chain_pool(context, std::move(pool)),
                           chain_options(context, "flavor chain"), context.progress));

  std::vector<Prompt> candidates = {run_caption(context),
                                    classic_prompt(context, context.max_flavors), run_fast(context),
                                    std::move(chained)};
  std::vector<std::string> texts;
  for (const Prompt& candidate : candidates) texts.push_back(candidate.text());
  std::vector<float> similarities = context.scorer.similarities(texts, context.progress.silent());
  auto best = std::max_element(similarities.begin(), similarities.end());  // the first of equals
  return candidates[static_cast<size_t>(best - similarities.begin())];
}

// What the picture is least like: a chain away from it.
Prompt run_negative(ModeContext& context) {
  std::vector<std::string> pool =
      ranked(context, {"flavors"}, context.pool_size, Direction::kLeastSimilar);
  const std::vector<std::string>& more = context.table("negative").labels;
  pool.insert(pool.end(), more.begin(), more.end());
  ChainOptions options = chain_options(context, "negative chain");
  options.away = true;
  options.keep_first_sign = context.follow_clip_interrogator;
  Prompt prompt(context.join_rule());
  prompt.append_all(chain(context.scorer, std::nullopt, chain_pool(context, std::move(pool)),
                          options, context.progress));
  return prompt;
}

}  // namespace

const std::vector<Mode>& modes() {
  static const std::vector<Mode> kModes = {
      {"best", "caption grown by the phrases that bring it nearest to the picture", true,
       kMergedTables, &run_best},
      {"fast", "caption and the most similar labels", true, kMergedTables, &run_fast},
      {"classic", "caption, medium, artist, trending, movement and three flavors", true,
       kMergedTables, &run_classic},
      {"negative",
       "phrases unlike the picture, for a negative prompt",
       false,
       {"flavors", "negative"},
       &run_negative},
      {"native",
       "the WebUI's own: a longer caption and the best of each category",
       true,
       {},
       &run_native,
       true},
      {"caption", "the caption alone", true, {}, &run_caption},
  };
  return kModes;
}

const Mode& find_mode(const std::string& name) {
  std::string names;
  for (const Mode& mode : modes()) {
    if (name == mode.name) return mode;
    names += names.empty() ? mode.name : std::string(", ") + mode.name;
  }
  throw_error<InvalidArgument>("'{}' is not a mode; there are {}", name, names);
}

}  // namespace img2prompt
