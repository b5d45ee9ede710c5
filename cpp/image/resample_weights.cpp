#include "image/resample_weights.h"

#include <algorithm>
#include <cmath>

namespace img2prompt {
namespace {

constexpr double kPi = 3.14159265358979323846;

double box(double x) { return x > -0.5 && x <= 0.5 ? 1.0 : 0.0; }

double triangle(double x) {
  x = std::fabs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

// Keys' cubic convolution with a = -0.5.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= kPi;
  return std::sin(x) / x;
}

double lanczos3(double x) { return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0; }

struct Kernel {
  double (*at)(double);
  double support;  // at(x) is 0 beyond it
};

Kernel kernel_of(ResampleFilter filter) {
  switch (filter) {
    case ResampleFilter::kBox:
      return {box, 0.5};
    case ResampleFilter::kBilinear:
      return {triangle, 1.0};
    case ResampleFilter::kBicubic:
      return {cubic, 2.0};
    case ResampleFilter::kLanczos:
      break;
  }
  return {lanczos3, 3.0};
}

int32_t to_fixed_point(double weight) {
  double scaled = weight * (1 << kWeightBits);
  return static_cast<int32_t>(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

WeightPair split(int32_t first, int32_t second) {
  constexpr uint32_t kLow = (1u << kLowBits) - 1;
  WeightPair pair;
  pair.low = (uint32_t(first) & kLow) | (uint32_t(second) & kLow) << 16;
  pair.high = (uint32_t(first >> kLowBits) & 0xffff) | uint32_t(second >> kLowBits) << 16;
  return pair;
}

void fill_pairs(ResampleWeights& result) {
  const size_t stride = size_t((result.taps + 1) / 2);
  result.pairs.resize(stride * result.first.size());
  for (int i = 0; i < result.size(); ++i) {
    const int32_t* weights = result.of(i);
    WeightPair* pairs = result.pairs.data() + size_t(i) * stride;
    const int count = result.count[size_t(i)];
    for (int t = 0; t < count; t += 2)
      pairs[t / 2] = split(weights[t], t + 1 < count ? weights[t + 1] : 0);
  }
}

}  // namespace

// Every operation keeps Pillow's order (test_pixels_resize.py), since a weight
// whose last bit differs rounds to another byte somewhere.
ResampleWeights compute_weights(int in, int out, ResampleFilter filter) {
  const Kernel kernel = kernel_of(filter);
  const double scale = double(in) / out;
  const double widen = std::max(scale, 1.0);
  const double support = kernel.support * widen;
  const double narrow = 1.0 / widen;

  ResampleWeights result;
  result.taps = int(std::ceil(support)) * 2 + 1;
  result.first.resize(size_t(out));
  result.count.resize(size_t(out));
  result.weights.resize(size_t(out) * size_t(result.taps));
  std::vector<double> exact(static_cast<size_t>(result.taps));
  for (int i = 0; i < out; ++i) {
    double center = (i + 0.5) * scale;
    int first = std::max(int(center - support + 0.5), 0);
    int count = std::min(int(center + support + 0.5), in) - first;
    double sum = 0.0;
    for (int t = 0; t < count; ++t) {
      exact[size_t(t)] = kernel.at((t + first - center + 0.5) * narrow);
      sum += exact[size_t(t)];
    }
    int32_t* weights = result.weights.data() + size_t(i) * size_t(result.taps);
    for (int t = 0; t < count; ++t) {
      double weight = exact[size_t(t)];
      weights[t] = to_fixed_point(sum != 0.0 ? weight / sum : weight);
    }
    result.first[size_t(i)] = first;
    result.count[size_t(i)] = count;
  }
  fill_pairs(result);
  return result;
}

}  // namespace img2prompt
