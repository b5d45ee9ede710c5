// The innermost loops of a resize: weighted sums over neighbouring bytes, which both passes reduce
// to. Integer arithmetic modulo 2^32, so every version gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "image/resample_weights.h"

namespace img2prompt {

// A block holds kBlockRows rows of a picture column by column, [width, kBlockRows, 3], so that the
// horizontal pass, too, runs over neighbouring bytes.
constexpr int kBlockRows = 16;
constexpr int kBlockColumn = kBlockRows * 3;  // bytes

struct ResampleKernels {
  // Scales a block to weights.size() columns; the first `rows` of its rows go to `out`, as rows of
  // weights.size() pixels.
  void (*scale_block)(const uint8_t* block, const ResampleWeights& weights, int rows, uint8_t* out);
  // Output row `y`: `bytes` sums over rows of `bytes` bytes, of which `rows` is the first one
  // needed.
  void (*sum_rows)(const uint8_t* rows, size_t bytes, const ResampleWeights& weights, int y,
                   uint8_t* out);
};

// The fastest for this processor.
const ResampleKernels& resample_kernels();

// Each version, for the tests that compare them; nullptr where it cannot run.
const ResampleKernels* plain_resample_kernels();
const ResampleKernels* avx2_resample_kernels();

}  // namespace img2prompt
