// A list of labels with the features of each, to be ranked against pictures.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "interrogate/embedding_cache.h"
#include "interrogate/label_list.h"
#include "interrogate/text_encoder.h"

namespace img2prompt {

struct LabelTable {
  std::string name;
  std::vector<std::string> labels;
  at::Tensor embeds;  // [N, D] on the CPU, rows L2-normalised; float16, or float32 if asked for

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
  int64_t bytes() const;  // of memory, labels and features
};

// From the cache where it has the table, else encoded and stored. Of a file that does not name the
// weights two rows are compared with what the encoder says of those labels, so that features of
// another model are not believed. Progress: stage "labels: <name>". When stopped, finished rows are
// kept and the next call goes on from them. Throws Cancelled, and what the encoder throws.
LabelTable load_label_table(const LabelList& list, TextEncoder& encoder, EmbeddingCache& cache,
                            const Progress& progress);

}  // namespace img2prompt
