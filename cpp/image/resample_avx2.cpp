#include <cstring>

#include "image/resample_kernels.h"

#if defined(__GNUC__) && defined(__x86_64__)

#include <immintrin.h>

// Each function that uses the instructions is marked, rather than the file compiled for them, so
// that nothing it shares with other files may end up with instructions the processor lacks.
#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE static inline __attribute__((always_inline, target("avx2")))

namespace img2prompt {
namespace {

// Sixteen sums as two parts, since a 16-bit multiplication is much cheaper than a 32-bit one:
// high * 2^kLowBits + low.
struct Sums {
  __m256i low[2], high[2];
};

AVX2_INLINE void clear(Sums& sums) {
  for (int h = 0; h < 2; ++h) {
    sums.low[h] = _mm256_set1_epi32(1 << (kWeightBits - 1));
    sums.high[h] = _mm256_setzero_si256();
  }
}

// Adds first * (first weight) + second * (second weight) to each of sixteen sums.
AVX2_INLINE void add(Sums& sums, __m128i first, __m128i second, __m256i low, __m256i high) {
  const __m256i pairs[2] = {_mm256_cvtepu8_epi16(_mm_unpacklo_epi8(first, second)),
                            _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(first, second))};
  for (int h = 0; h < 2; ++h) {
    sums.low[h] = _mm256_add_epi32(sums.low[h], _mm256_madd_epi16(pairs[h], low));
    sums.high[h] = _mm256_add_epi32(sums.high[h], _mm256_madd_epi16(pairs[h], high));
  }
}

AVX2_INLINE __m128i to_bytes(const Sums& sums) {
  __m256i words[2];
  for (int h = 0; h < 2; ++h) {
    __m256i sum = _mm256_add_epi32(sums.low[h], _mm256_slli_epi32(sums.high[h], kLowBits));
    words[h] = _mm256_srai_epi32(sum, kWeightBits);
  }
  // Packing works within 128-bit halves: 0..3 8..11 | 4..7 12..15, put right by the permutation.
  __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi32(words[0], words[1]), 0xd8);
  return _mm_packus_epi16(_mm256_castsi256_si128(packed), _mm256_extracti128_si256(packed, 1));
}

AVX2_INLINE __m128i load(const uint8_t* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

// out[i] = sum over t of weight[t] * source[t * stride + i], for 16 * N neighbouring bytes.
template <int N>
AVX2_INLINE void sum(const uint8_t* source, size_t stride, const WeightPair* pairs, int count,
                     uint8_t* out) {
  Sums sums[N];
  for (int n = 0; n < N; ++n) clear(sums[n]);
  int t = 0;
  for (; t + 2 <= count; t += 2, source += 2 * stride) {
    const __m256i low = _mm256_set1_epi32(int(pairs[t / 2].low));
    const __m256i high = _mm256_set1_epi32(int(pairs[t / 2].high));
    for (int n = 0; n < N; ++n)
      add(sums[n], load(source + n * 16), load(source + stride + n * 16), low, high);
  }
  if (t < count) {
    const __m256i low = _mm256_set1_epi32(int(pairs[t / 2].low));
    const __m256i high = _mm256_set1_epi32(int(pairs[t / 2].high));
    for (int n = 0; n < N; ++n) add(sums[n], load(source + n * 16), _mm_setzero_si128(), low, high);
  }
  for (int n = 0; n < N; ++n)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + n * 16), to_bytes(sums[n]));
}

AVX2 void scale_block(const uint8_t* block, const ResampleWeights& weights, int rows,
                      uint8_t* out) {
  static_assert(kBlockColumn == 3 * 16, "three vectors hold a column");
  const size_t row_bytes = size_t(weights.size()) * 3;
  for (int x = 0; x < weights.size(); ++x) {
    uint8_t column[kBlockColumn];
    sum<3>(block + size_t(weights.first[size_t(x)]) * kBlockColumn, kBlockColumn,
           weights.pairs_of(x), weights.count[size_t(x)], column);
    for (int r = 0; r < rows; ++r)
      std::memcpy(out + size_t(r) * row_bytes + size_t(x) * 3, column + r * 3, 3);
  }
}

AVX2 void sum_rows(const uint8_t* rows, size_t bytes, const ResampleWeights& weights, int y,
                   uint8_t* out) {
  if (bytes < 16) return plain_resample_kernels()->sum_rows(rows, bytes, weights, y, out);
  const WeightPair* pairs = weights.pairs_of(y);
  const int count = weights.count[size_t(y)];
  size_t i = 0;
  for (; i + 48 <= bytes; i += 48) sum<3>(rows + i, bytes, pairs, count, out + i);
  for (; i + 16 <= bytes; i += 16) sum<1>(rows + i, bytes, pairs, count, out + i);
  // The rest once more with bytes that are done.
  if (i < bytes) sum<1>(rows + bytes - 16, bytes, pairs, count, out + bytes - 16);
}

}  // namespace

const ResampleKernels* avx2_resample_kernels() {
  static constexpr ResampleKernels kernels{scale_block, sum_rows};
  return __builtin_cpu_supports("avx2") ? &kernels : nullptr;
}

}  // namespace img2prompt

#else

namespace img2prompt {

const ResampleKernels* avx2_resample_kernels() { return nullptr; }

}  // namespace img2prompt

#endif
