// Short vectors of floats for kernels that are compiled once for each instruction set: Lanes<16>
// under AVX-512, Lanes<8> under AVX2, Lanes<4> elsewhere. Functions are always inlined, so that
// they take on the instruction set of the function that uses them. Compilers without vector types
// get Lanes<1>.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__GNUC__)
#define I2P_INLINE inline __attribute__((always_inline))
#define I2P_PREFETCH(address) __builtin_prefetch(address)
#else
#define I2P_INLINE inline
#define I2P_PREFETCH(address)
#endif

namespace img2prompt {

template <int N>
struct Lanes;

#if defined(__GNUC__)

typedef float Floats4 __attribute__((vector_size(16)));
typedef float Floats8 __attribute__((vector_size(32)));
typedef float Floats16 __attribute__((vector_size(64)));
typedef int32_t Ints4 __attribute__((vector_size(16)));
typedef int32_t Ints8 __attribute__((vector_size(32)));
typedef int32_t Ints16 __attribute__((vector_size(64)));

template <int N>
struct Lanes {
  using Floats = std::conditional_t<N == 4, Floats4, std::conditional_t<N == 8, Floats8, Floats16>>;
  using Ints = std::conditional_t<N == 4, Ints4, std::conditional_t<N == 8, Ints8, Ints16>>;
  static constexpr int kCount = N;
  Floats x = {};

  I2P_INLINE void load(const float* from) { std::memcpy(&x, from, sizeof x); }
  I2P_INLINE void store(float* to) const { std::memcpy(to, &x, sizeof x); }
  I2P_INLINE void add_product(float a, const Lanes& b) { x += a * b.x; }
  I2P_INLINE void add_product(const Lanes& a, const Lanes& b) { x += a.x * b.x; }
  I2P_INLINE void multiply(float a) { x *= a; }
  I2P_INLINE float sum() const {
    if constexpr (N == 4) {
      return (x[0] + x[1]) + (x[2] + x[3]);
    } else {
      Lanes<N / 2> low, high;
      std::memcpy(&low.x, &x, sizeof low.x);
      std::memcpy(&high.x, reinterpret_cast<const char*>(&x) + sizeof low.x, sizeof high.x);
      low.x += high.x;
      return low.sum();
    }
  }
  // e^x for x in -87..0, within 2 units in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, a
  // Taylor polynomial of degree 7 in r, and n put into the exponent's bits.
  I2P_INLINE void exponential() {
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
    Floats n = (x * 1.44269504f + kRound) - kRound;
    Floats r = (x - n * 0.693359375f) - n * -2.12194440e-4f;  // ln 2 in two parts
    Floats p = r * (1.0f / 5040) + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    Ints exponent = (__builtin_convertvector(n, Ints) + 127) << 23;
    x = p * (Floats)exponent;
  }
};

#endif

template <>
struct Lanes<1> {
  static constexpr int kCount = 1;
  float x = 0.0f;

  I2P_INLINE void load(const float* from) { x = *from; }
  I2P_INLINE void store(float* to) const { *to = x; }
  I2P_INLINE void add_product(float a, const Lanes& b) { x += a * b.x; }
  I2P_INLINE void add_product(const Lanes& a, const Lanes& b) { x += a.x * b.x; }
  I2P_INLINE void multiply(float a) { x *= a; }
  I2P_INLINE float sum() const { return x; }
  I2P_INLINE void exponential() { x = std::exp(x); }
};

}  // namespace img2prompt
