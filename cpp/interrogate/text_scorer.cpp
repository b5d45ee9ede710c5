#include "interrogate/text_scorer.h"

#include <ATen/ops/matmul.h>

namespace img2prompt {

std::vector<float> TextScorer::similarities(const std::vector<std::string>& texts,
                                            const Progress& progress) {
  if (texts.empty()) return {};
  at::Tensor features = encoder_.encode_text(texts, progress);
  at::Tensor similarity = at::matmul(features, image_.t()).squeeze(1).contiguous();  // [N]
  evaluations_ += static_cast<int64_t>(texts.size());
  const float* values = similarity.const_data_ptr<float>();
  return std::vector<float>(values, values + similarity.size(0));
}

}  // namespace img2prompt
