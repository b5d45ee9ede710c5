#include "image/resample_kernels.h"

#include <algorithm>
#include <cstring>

namespace img2prompt {
namespace {

// out[i] = sum over t of weights[t] * source[t * stride + i], for N neighbouring bytes. Sums wrap
// as unsigned, which signed overflow may not.
template <int N>
inline void sum(const uint8_t* source, size_t stride, const int32_t* weights, int count,
                uint8_t* out) {
  uint32_t sums[N];
  for (uint32_t& sum : sums) sum = 1u << (kWeightBits - 1);
  for (int t = 0; t < count; ++t, source += stride)
    for (int i = 0; i < N; ++i) sums[i] += uint32_t(weights[t]) * source[i];
  for (int i = 0; i < N; ++i) out[i] = uint8_t(std::clamp(int32_t(sums[i]) >> kWeightBits, 0, 255));
}

void scale_block(const uint8_t* block, const ResampleWeights& weights, int rows, uint8_t* out) {
  const size_t row_bytes = size_t(weights.size()) * 3;
  for (int x = 0; x < weights.size(); ++x) {
    uint8_t column[kBlockColumn];
    sum<kBlockColumn>(block + size_t(weights.first[size_t(x)]) * kBlockColumn, kBlockColumn,
                      weights.of(x), weights.count[size_t(x)], column);
    for (int r = 0; r < rows; ++r)
      std::memcpy(out + size_t(r) * row_bytes + size_t(x) * 3, column + r * 3, 3);
  }
}

void sum_rows(const uint8_t* rows, size_t bytes, const ResampleWeights& weights, int y,
              uint8_t* out) {
  const int32_t* w = weights.of(y);
  const int count = weights.count[size_t(y)];
  size_t i = 0;
  for (; i + 64 <= bytes; i += 64) sum<64>(rows + i, bytes, w, count, out + i);
  for (; i + 8 <= bytes; i += 8) sum<8>(rows + i, bytes, w, count, out + i);
  for (; i < bytes; ++i) sum<1>(rows + i, bytes, w, count, out + i);
}

}  // namespace

const ResampleKernels* plain_resample_kernels() {
  static constexpr ResampleKernels kernels{scale_block, sum_rows};
  return &kernels;
}

const ResampleKernels& resample_kernels() {
  static const ResampleKernels* kernels =
      avx2_resample_kernels() ? avx2_resample_kernels() : plain_resample_kernels();
  return *kernels;
}

}  // namespace img2prompt
