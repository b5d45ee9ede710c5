#include "nn/few_rows_kernel.h"

#include "nn/lane_widths.h"
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

#if I2P_HAS_WIDE_LANES
I2P_LANES_16 void work_16(const FewRowsTask& task, int64_t first, int64_t last) {
  any_rows<16>(task, first, last);
}
I2P_LANES_8 void work_8(const FewRowsTask& task, int64_t first, int64_t last) {
  any_rows<8>(task, first, last);
}
#endif

void work_anywhere(const FewRowsTask& task, int64_t first, int64_t last) {
  any_rows<kLanesAnywhere>(task, first, last);
}

}  // namespace

void multiply_few_rows(const FewRowsTask& task, int64_t first, int64_t last) {
  static const int widest = lane_widths().back();
  multiply_few_rows_with(widest, task, first, last);
}

void multiply_few_rows_with(int width, const FewRowsTask& task, int64_t first, int64_t last) {
#if I2P_HAS_WIDE_LANES
  if (width == 16) return work_16(task, first, last);
  if (width == 8) return work_8(task, first, last);
#endif
  if (width == kLanesAnywhere) work_anywhere(task, first, last);
}

}  // namespace img2prompt
