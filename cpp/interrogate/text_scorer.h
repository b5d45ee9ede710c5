// Similarity of texts to one picture, and how many texts it took.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "interrogate/text_encoder.h"

namespace img2prompt {

class TextScorer {
 public:
  // image: [1, D] float32 on the CPU, L2-normalised. The encoder must outlive the scorer.
  TextScorer(TextEncoder& encoder, at::Tensor image)
      : encoder_(encoder), image_(std::move(image)) {}

  // Cosine similarity of each text, in order.
  std::vector<float> similarities(const std::vector<std::string>& texts, const Progress& progress);

  // The same by the encoder's rough features.
  std::vector<float> rough_similarities(const std::vector<std::string>& texts,
                                        const Progress& progress);

  TextEncoder& encoder() const { return encoder_; }
  int64_t evaluations() const { return evaluations_; }  // texts scored so far

 private:
  std::vector<float> to_picture(const at::Tensor& features);

  TextEncoder& encoder_;
  at::Tensor image_;
  int64_t evaluations_ = 0;
};

}  // namespace img2prompt
