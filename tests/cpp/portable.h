// For as long as it lives, attention goes the way of CUDA and MPS, or where `on` is false the
// usual.
#pragma once

#include "nn/layers.h"

namespace img2prompt {

struct Portable {
  explicit Portable(bool on = true) { force_portable_attention(on); }
  ~Portable() { force_portable_attention(false); }
  Portable(const Portable&) = delete;
  Portable& operator=(const Portable&) = delete;
};

}  // namespace img2prompt
