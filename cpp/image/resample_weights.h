// The weights of one resampling pass, as Pillow computes and rounds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/resample.h"

namespace img2prompt {

// Weights are fixed point; a sum of weight x sample stays within 32 bits for 8-bit samples.
constexpr int kWeightBits = 32 - 8 - 2;

// A weight w is also kept as two 16-bit numbers, w == high * 2^kLowBits + low, and low >= 0.
constexpr int kLowBits = 15;

// The numbers that belong to two neighbouring samples, the first in the lower half.
struct WeightPair {
  uint32_t low = 0;   // two int16
  uint32_t high = 0;  // two int16
};

struct ResampleWeights {
  int taps = 0;                   // the most samples that any output needs
  std::vector<int> first;         // [out] the first input sample of each output
  std::vector<int> count;         // [out] how many samples from there on
  std::vector<int32_t> weights;   // [out, taps], of which the first count[i] are used
  std::vector<WeightPair> pairs;  // [out, (taps + 1) / 2], an odd count filled up with weight 0

  int size() const { return int(first.size()); }
  const int32_t* of(int i) const { return weights.data() + size_t(i) * size_t(taps); }
  const WeightPair* pairs_of(int i) const {
    return pairs.data() + size_t(i) * size_t((taps + 1) / 2);
  }
};

// Of a pass from `in` to `out` samples, both at least 1.
ResampleWeights compute_weights(int in, int out, ResampleFilter filter);

}  // namespace img2prompt
