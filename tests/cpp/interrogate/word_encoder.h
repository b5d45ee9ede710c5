// A text encoder for tests: a text is the sum of a fixed direction for each of its words.
#pragma once

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "interrogate/text_encoder.h"

class WordEncoder : public img2prompt::TextEncoder {
 public:
  static constexpr int kWidth = 24, kContext = 77;

  explicit WordEncoder(uint64_t model = 0) : model_(model) {}

  // One id for each word, between a start and an end-of-text.
  std::vector<int32_t> tokenize(std::string_view text) override {
    std::vector<int32_t> ids(kContext, 0);
    size_t used = 0;
    ids[used++] = 1;
    for (const std::string& word : words(text))
      if (used < kContext - 1) ids[used++] = 3 + static_cast<int32_t>(word.size());
    ids[used] = 2;
    return ids;
  }

  at::Tensor encode_text(const std::vector<std::string>& texts,
                         const img2prompt::Progress& progress) override {
    at::Tensor features = at::zeros({static_cast<int64_t>(texts.size()), kWidth});
    float* out = features.mutable_data_ptr<float>();
    for (size_t i = 0; i < texts.size(); ++i, out += kWidth) {
      progress.check();
      int position = 1;
      add(out, "<start>", 0.5f);
      for (const std::string& word : words(texts[i])) add(out, word, 1.f + 0.01f * position++);
      float norm = 0;
      for (int d = 0; d < kWidth; ++d) norm += out[d] * out[d];
      for (int d = 0; d < kWidth; ++d) out[d] /= std::sqrt(norm);
      progress.report("text", static_cast<int64_t>(i + 1), static_cast<int64_t>(texts.size()));
    }
    encoded += static_cast<int64_t>(texts.size());
    return features;
  }

  at::Tensor picture_of(const std::string& text) { return encode_text({text}, {}); }

  int64_t encoded = 0;  // texts so far

 private:
  static std::vector<std::string> words(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> found;
    for (std::string word; stream >> word;) found.push_back(word);
    return found;
  }

  void add(float* out, const std::string& word, float scale) {
    auto& direction = directions_[word];
    if (direction.empty()) {
      uint64_t seed = 1469598103934665603ull ^ model_;
      for (unsigned char c : word) seed = (seed ^ c) * 1099511628211ull;
      std::mt19937_64 random(seed);
      for (int d = 0; d < kWidth; ++d)
        direction.push_back(static_cast<float>(random() % 2001) / 1000.f - 1.f);
    }
    for (int d = 0; d < kWidth; ++d) out[d] += scale * direction[d];
  }

  uint64_t model_;
  std::map<std::string, std::vector<float>> directions_;
};
