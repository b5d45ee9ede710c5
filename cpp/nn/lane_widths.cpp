#include "nn/lane_widths.h"

namespace img2prompt {

const std::vector<int>& lane_widths() {
  static const std::vector<int> found = [] {
    std::vector<int> widths{kLanesAnywhere};
#if I2P_HAS_WIDE_LANES
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) widths.push_back(8);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
      widths.push_back(16);
#endif
    return widths;
  }();
  return found;
}

}  // namespace img2prompt
