// Which widths of Lanes a kernel is compiled for and this machine can run.
//
// A kernel is a template on the width that is called from functions marked I2P_LANES_16 and
// I2P_LANES_8, where I2P_HAS_WIDE_LANES is set, and from one without a mark for kLanesAnywhere.
#pragma once

#include <vector>

#if defined(__GNUC__) && defined(__x86_64__)
#define I2P_HAS_WIDE_LANES 1
#define I2P_LANES_16 __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define I2P_LANES_8 __attribute__((target("avx2,fma")))
#else
#define I2P_HAS_WIDE_LANES 0
#endif

namespace img2prompt {

#if defined(__GNUC__)
constexpr int kLanesAnywhere = 4;
#else
constexpr int kLanesAnywhere = 1;
#endif

// Floats in a vector, narrowest first; kernels take the last.
const std::vector<int>& lane_widths();

}  // namespace img2prompt
