// Matrix products of a few rows, as decoders have one for each token: what they cost is reading the
// weights, so these are read once, as they lie, by vectors as wide as the machine has. No torch.
#pragma once

#include <cstdint>

namespace img2prompt {

constexpr int64_t kMostFewRows = 8;

struct FewRowsTask {
  const float* x = nullptr;       // [rows, in]
  const float* weight = nullptr;  // [out, in]
  const float* bias = nullptr;    // [out], null = none
  float* out = nullptr;           // [rows, out]
  int64_t rows = 0;               // 1 to kMostFewRows
  int64_t in = 0;
  int64_t outs = 0;
};

// Columns first to last - 1 of x weight^T + bias. Parts of a task may run at the same time.
void multiply_few_rows(const FewRowsTask& task, int64_t first, int64_t last);

// The same in vectors of one of lane_widths(), for tests.
void multiply_few_rows_with(int width, const FewRowsTask& task, int64_t first, int64_t last);

}  // namespace img2prompt
