// The ways from a picture to its prompt, one row each. The command line, the tabs and the API offer
// what modes() lists.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "interrogate/category_tables.h"
#include "interrogate/prompt.h"
#include "interrogate/ranker.h"
#include "interrogate/text_scorer.h"

namespace img2prompt {

// What a mode works with. The tables it names are there; others are not asked for.
struct ModeContext {
  std::string caption;
  int min_flavors = 8;
  int max_flavors = 32;
  int64_t pool_size = 2048;  // phrases that a chain chooses from
  // True: joins, cuts and signs as clip-interrogator 0.6.0 has them, faults included.
  bool follow_clip_interrogator = false;
  std::function<const LabelTable&(const std::string& name)> table;
  Ranker& ranker;
  TextScorer& scorer;
  const Progress& progress;
  std::vector<Category> categories = {};  // of a mode that uses them
  bool return_ranks = false;              // NativeOptions'
  bool lazy_search = false;               // ChainOptions'
  int chain_beams = 1;                    // ChainOptions'
  bool rough_first = false;               // ChainOptions'

  JoinRule join_rule() const {
    return follow_clip_interrogator ? JoinRule::kClipInterrogator : JoinRule::kPlain;
  }
};

struct Mode {
  const char* name;
  const char* description;  // one line
  bool needs_caption;
  std::vector<std::string> tables;  // that run() asks for
  Prompt (*run)(ModeContext& context);
  // It ranks categories instead of tables, and its prompt's matches have probabilities.
  bool uses_categories = false;
};

const std::vector<Mode>& modes();
const Mode& find_mode(const std::string& name);  // throws InvalidArgument naming what there is

}  // namespace img2prompt
