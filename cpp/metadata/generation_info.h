// What a generator's record says, whichever generator wrote it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace img2prompt {

// Pairs of key and value, in the order of the record; each key once.
using Settings = std::vector<std::pair<std::string, std::string>>;

struct GenerationInfo {
  std::string generator;  // the dialect's name, "a1111"; empty = none was recognised
  std::string prompt, negative_prompt;
  Settings settings;  // keys as the WebUI spells them: "Steps", "CFG scale", "Size"
  std::optional<std::string>
      infotext;                       // the WebUI's text: as found, or converted; none = no record
  std::vector<std::string> warnings;  // one line each: what of the record could not be read
};

}  // namespace img2prompt
