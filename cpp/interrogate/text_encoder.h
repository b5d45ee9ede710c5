// What the search needs of a CLIP text tower; the engine adapts a loaded model to it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"

namespace img2prompt {

class TextEncoder {
 public:
  virtual ~TextEncoder() = default;

  // As many ids as the model's context (77): start, the text cut to fit, end-of-text, zeros.
  virtual std::vector<int32_t> tokenize(std::string_view text) = 0;

  // [N, D] float32 on the CPU, rows L2-normalised, in the order of `texts`. N may be 0.
  // Throws Cancelled within a second of progress saying so.
  virtual at::Tensor encode_text(const std::vector<std::string>& texts,
                                 const Progress& progress) = 0;

  // The same for labels of a table of `table_size` in all, whose features are rounded to float16.
  virtual at::Tensor encode_labels(const std::vector<std::string>& labels, int64_t table_size,
                                   const Progress& progress) {
    return encode_text(labels, progress);
  }

  // The same less exactly and perhaps in less time, to find those worth encode_text().
  virtual at::Tensor encode_roughly(const std::vector<std::string>& texts,
                                    const Progress& progress) {
    return encode_text(texts, progress);
  }

  // Lets go of what encode_text() keeps of a call for the next one.
  virtual void forget() {}

  // Whether the text and its end-of-text leave the last place free. The reference asks its question
  // this way round: a text that fills the context exactly counts as too long.
  bool fits(std::string_view text) { return tokenize(text).back() == 0; }
};

}  // namespace img2prompt
