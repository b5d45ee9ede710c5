#include "nn/few_rows_kernel.h"

#include "nn/lanes.h"

namespace img2prompt {
namespace {

// `O` columns of all `R` rows: each weight is read once, each sum stays in a register.
template <int N, int R, int O>
I2P_INLINE void columns(const FewRowsTask& task, int64_t column) {
  const float* weight = task.weight + column * task.in;
  Lanes<N> sums[R][O], w[O], x;
  int64_t d = 0;
  for (; d + N <= task.in; d += N) {
    for (int o = 0; o < O; ++o) {
      w[o].load(weight + o * task.in + d);
      I2P_PREFETCH(weight + (o + O) * task.in + d);  // of the next columns; streams are short
    }
    for (int r = 0; r < R; ++r) {
      x.load(task.x + r * task.in + d);
      for (int o = 0; o < O; ++o) sums[r][o].add_product(x, w[o]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int o = 0; o < O; ++o) {
      float sum = sums[r][o].sum();
      for (int64_t e = d; e < task.in; ++e)
        sum += task.x[r * task.in + e] * weight[o * task.in + e];
      if (task.bias) sum += task.bias[column + o];
      task.out[r * task.outs + column + o] = sum;
    }
}

template <int N, int R>
I2P_INLINE void rows(const FewRowsTask& task, int64_t first, int64_t last) {
  constexpr int kTogether = R <= 4 ? 4 : 2;  // sums that the registers hold
  int64_t column = first;
  for (; column + kTogether <= last; column += kTogether) columns<N, R, kTogether>(task, column);
  for (; column < last; ++column) columns<N, R, 1>(task, column);
}

template <int N>
I2P_INLINE void any_rows(const FewRowsTask& task, int64_t first, int64_t last) {
  switch (task.rows) {
    case 1:
      return rows<N, 1>(task, first, last);
    case 2:
      return rows<N, 2>(task, first, last);
    case 3:
      return rows<N, 3>(task, first, last);
    case 4:
      return rows<N, 4>(task, first, last);
    case 5:
      return rows<N, 5>(task, first, last);
    case 6:
      return rows<N, 6>(task, first, last);
    case 7:
      return rows<N, 7>(task, first, last);
    case 8:
      return rows<N, 8>(task, first, last);
    default:
      return;
  }
}

#if defined(__GNUC__) && defined(__x86_64__)
__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))) void work_avx512(
    const FewRowsTask& task, int64_t first, int64_t last) {
  any_rows<16>(task, first, last);
}
__attribute__((target("avx2,fma"))) void work_avx2(const FewRowsTask& task, int64_t first,
                                                   int64_t last) {
  any_rows<8>(task, first, last);
}
#endif

#if defined(__GNUC__)
constexpr int kWidthAnywhere = 4;
#else
constexpr int kWidthAnywhere = 1;
#endif

void work_anywhere(const FewRowsTask& task, int64_t first, int64_t last) {
  any_rows<kWidthAnywhere>(task, first, last);
}

using Worker = void (*)(const FewRowsTask&, int64_t, int64_t);

Worker widest() {
#if defined(__GNUC__) && defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return work_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return work_avx2;
#endif
  return work_anywhere;
}

}  // namespace

void multiply_few_rows(const FewRowsTask& task, int64_t first, int64_t last) {
  static const Worker worker = widest();
  worker(task, first, last);
}

}  // namespace img2prompt
