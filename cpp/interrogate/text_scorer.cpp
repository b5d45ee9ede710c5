#include "interrogate/text_scorer.h"

#include <ATen/ops/matmul.h>

namespace img2prompt {

std::vector<float> TextScorer::to_picture(const at::Tensor& features) {
  at::Tensor similarity = at::matmul(features, image_.t()).squeeze(1).contiguous();  // [N]
  evaluations_ += similarity.size(0);
  const float* values = similarity.const_data_ptr<float>();
  return std::vector<float>(values, values + similarity.size(0));
}

std::vector<float> TextScorer::similarities(const std::vector<std::string>& texts,
                                            const Progress& progress) {
  if (texts.empty()) return {};
  return to_picture(encoder_.encode_text(texts, progress));
}

std::vector<float> TextScorer::rough_similarities(const std::vector<std::string>& texts,
                                                  const Progress& progress) {
  if (texts.empty()) return {};
  return to_picture(encoder_.encode_roughly(texts, progress));
}

}  // namespace img2prompt
