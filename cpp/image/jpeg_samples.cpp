#include "image/jpeg_samples.h"

#include <algorithm>

namespace img2prompt {
namespace {

// Sums wrap, as damaged data may make them larger than 32 bits.
using Word = uint32_t;

constexpr int kConstantBits = 13;  // of the transform's constants
constexpr int kPassBits = 2;       // more precision between its two passes

constexpr Word fixed(double constant) { return Word(constant * (1 << kConstantBits) + 0.5); }

Word half_of(int bits) { return Word(1) << (bits - 1); }

// The 8-point transform of Loeffler, Ligtenberg and Moschytz (1989, figure 1 read backwards), each
// sum in units of 2^-kConstantBits.
inline void transform_8(const Word* in, Word* out) {
  // Even coefficients: two rotations.
  const Word turn = (in[2] + in[6]) * fixed(0.541196100);
  const Word low = turn - in[6] * fixed(1.847759065);
  const Word high = turn + in[2] * fixed(0.765366865);
  const Word sum = (in[0] + in[4]) << kConstantBits;
  const Word difference = (in[0] - in[4]) << kConstantBits;
  const Word even[4] = {sum + high, difference + low, difference - low, sum - high};

  // Odd coefficients: a rotation in common, then one for each pair.
  const Word common = (in[7] + in[3] + in[5] + in[1]) * fixed(1.175875602);
  const Word a = common - (in[7] + in[3]) * fixed(1.961570560);
  const Word b = common - (in[5] + in[1]) * fixed(0.390180644);
  const Word c = (in[7] + in[1]) * fixed(0.899976223);
  const Word d = (in[5] + in[3]) * fixed(2.562915447);
  const Word odd[4] = {in[1] * fixed(1.501321110) - c + b, in[3] * fixed(3.072711026) - d + a,
                       in[5] * fixed(2.053119869) - d + b, in[7] * fixed(0.298631336) - c + a};
  for (int i = 0; i < 4; ++i) {
    out[i] = even[i] + odd[i];
    out[7 - i] = even[i] - odd[i];
  }
}

inline uint8_t to_byte(int value) { return uint8_t(std::clamp(value, 0, 255)); }

}  // namespace

void inverse_transform(const JpegBlock& block, const std::array<uint16_t, 64>& table, uint8_t* out,
                       size_t stride) {
  constexpr int kColumnShift = kConstantBits - kPassBits;
  constexpr int kRowShift = kConstantBits + kPassBits + 3;
  Word between[64];
  for (size_t x = 0; x < 8; ++x) {
    Word in[8], sums[8];
    Word rest = 0;
    for (size_t y = 0; y < 8; ++y) {
      in[y] = Word(int16_t(block[y * 8 + x] * int(table[y * 8 + x])));
      if (y > 0) rest |= in[y];
    }
    if (rest == 0) {  // what the transform comes to for most columns
      for (size_t y = 0; y < 8; ++y) between[y * 8 + x] = in[0] << kPassBits;
      continue;
    }
    transform_8(in, sums);
    for (size_t y = 0; y < 8; ++y)
      between[y * 8 + x] = Word(int32_t(sums[y] + half_of(kColumnShift)) >> kColumnShift);
  }
  for (size_t y = 0; y < 8; ++y, out += stride) {
    Word sums[8];
    transform_8(between + y * 8, sums);
    for (size_t x = 0; x < 8; ++x)
      out[x] = to_byte((int32_t(sums[x] + half_of(kRowShift)) >> kRowShift) + 128);
  }
}

namespace {

const uint8_t* row_of(const JpegPlane& plane, int y) {
  return plane.samples + size_t(std::clamp(y, 0, plane.height - 1)) * plane.stride;
}

// Each sample `times` times.
void repeat_row(const uint8_t* in, int width, int times, uint8_t* out) {
  for (int x = 0; x < width; ++x, out += times) std::fill_n(out, times, in[x]);
}

// Twice as many samples, each three parts of the nearer and one of the farther. `left` and `right`
// round the two of each before `shift` takes the scale off.
template <typename Sample>
void double_row(const Sample* in, int width, int left, int right, int shift, uint8_t* out) {
  // A sample at either end is its own neighbour.
  out[0] = uint8_t((in[0] * 4 + left) >> shift);
  for (int x = 0; x + 1 < width; ++x) {
    out[2 * x + 1] = uint8_t((in[x] * 3 + in[x + 1] + right) >> shift);
    out[2 * x + 2] = uint8_t((in[x + 1] * 3 + in[x] + left) >> shift);
  }
  out[2 * width - 1] = uint8_t((in[width - 1] * 4 + right) >> shift);
}

}  // namespace

void upsample_row(const JpegPlane& plane, int y, int* scratch, uint8_t* out) {
  const int from = y / plane.times_y;
  const uint8_t* near = row_of(plane, from);
  const bool upper = y % plane.times_y == 0;
  const uint8_t* far = row_of(plane, upper ? from - 1 : from + 1);
  // libjpeg repeats samples where it has no smoother way, and in narrow pictures.
  if (plane.times_x == 1 && plane.times_y == 2) {
    for (int x = 0; x < plane.width; ++x)
      out[x] = uint8_t((near[x] * 3 + far[x] + (upper ? 1 : 2)) >> 2);
  } else if (plane.times_x == 2 && plane.times_y == 1 && plane.width > 2) {
    double_row(near, plane.width, 1, 2, 2, out);
  } else if (plane.times_x == 2 && plane.times_y == 2 && plane.width > 2) {
    for (int x = 0; x < plane.width; ++x) scratch[x] = near[x] * 3 + far[x];
    double_row(scratch, plane.width, 8, 7, 4, out);
  } else {
    repeat_row(near, plane.width, plane.times_x, out);
  }
}

void convert_ycc_row(const uint8_t* y, const uint8_t* cb, const uint8_t* cr, int count,
                     uint8_t* out) {
  // ITU-R BT.601 at full range, in units of 2^-16.
  constexpr int kHalf = 1 << 15;
  for (int x = 0; x < count; ++x, out += 3) {
    const int blue = cb[x] - 128, red = cr[x] - 128;
    out[0] = to_byte(y[x] + ((91881 * red + kHalf) >> 16));
    out[1] = to_byte(y[x] + ((-22554 * blue - 46802 * red + kHalf) >> 16));
    out[2] = to_byte(y[x] + ((116130 * blue + kHalf) >> 16));
  }
}

void apply_key_row(uint8_t* rgb, const uint8_t* key, int count) {
  for (int x = 0; x < count; ++x, rgb += 3)
    for (int c = 0; c < 3; ++c) rgb[c] = uint8_t((rgb[c] * key[x] + 127) / 255);
}

}  // namespace img2prompt
