// Which labels are most (or least) like a picture.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "base/progress.h"
#include "interrogate/label_table.h"
#include "interrogate/match.h"

namespace img2prompt {

enum class Selection {
  kExact,            // the best n of all rows
  kClipInterrogator  // clip-interrogator 0.6.0's rule, see Ranker
};
enum class Direction { kMostSimilar, kLeastSimilar };

// Ranks tables against one picture. Several tables are ranked as one, their rows joined in order.
//
// kExact: the best n; equal similarities rank the earlier row first.
//
// kClipInterrogator: rows beyond chunk_size are cut in chunks of that many; each keeps its best
// chunk_size / number_of_chunks, and the best n of those are the answer. That last choice is always
// for the most similar, also when the least similar are asked for, and equal similarities fall as
// torch.topk lets them: both as the reference has it, with the same tensor operations.
class Ranker {
 public:
  // image: [1, D] float32 on the CPU, L2-normalised. chunk_size >= 1.
  Ranker(at::Tensor image, Selection selection, int64_t chunk_size);

  // At most `count` matches, the best first. Tables must outlive the Ranker.
  std::vector<Match> rank(const std::vector<const LabelTable*>& tables, int64_t count,
                          Direction direction, const Progress& progress);

  // The softmax of 100 x similarity over the table: one number a row, together 1.
  std::vector<float> probabilities(const LabelTable& table, const Progress& progress);

 private:
  const at::Tensor& similarities(const LabelTable& table, const Progress& progress);
  std::vector<Match> rank_exact(const std::vector<const LabelTable*>& tables, int64_t count,
                                Direction direction, const Progress& progress);
  std::vector<Match> rank_in_chunks(const std::vector<const LabelTable*>& tables, int64_t count,
                                    Direction direction, const Progress& progress);

  at::Tensor image_;
  Selection selection_;
  int64_t chunk_size_;
  std::map<const LabelTable*, at::Tensor> similarities_;  // [N] float32 each, computed once
};

}  // namespace img2prompt
