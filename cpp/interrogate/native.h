// Mode native: a prompt by the rules of the WebUI's own "Interrogate CLIP".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "interrogate/modes.h"

namespace img2prompt {

// Named for the WebUI's settings (interrogate_clip_num_beams and so on), with their defaults.
struct NativeOptions {
  int64_t num_beams = 1;                     // of the caption; 1 = greedy
  int64_t min_length = 24;                   // of the caption in tokens, kNativePrompt counted
  int64_t max_length = 48;                   // likewise
  int64_t dict_limit = 1500;                 // lines of each category, 0 = all
  std::vector<std::string> skip_categories;  // by file name without .txt: "flavors.top3"
  bool return_ranks = false;                 // "(label:0.123)", the probability in its category
};

// What the caption model continues. It is no part of the caption.
constexpr char kNativePrompt[] = "a picture of ";

// A caption without kNativePrompt: as many characters less, whatever they are, as the WebUI cuts
// it. One that does not begin so (its vocabulary has not the words) stays as it is.
std::string without_native_prompt(const std::string& caption);

// The caption, then each category's best labels by the softmax of 100 x similarity over that
// category, equals in the order of their lines. As the WebUI's but for two faults: an empty line
// counts in the softmax and is never taken, and an empty caption leaves no ", " behind.
Prompt run_native(ModeContext& context);

}  // namespace img2prompt
