// A label and how well it suits a picture.
#pragma once

#include <string>

namespace img2prompt {

struct Match {
  std::string label;
  float similarity;  // cosine, -1 to 1; in mode native the probability within the category, 0 to 1
};

}  // namespace img2prompt
