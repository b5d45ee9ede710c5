// A linear layer whose weights are laid out once as the device wants them, for layers that always
// meet many rows.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "nn/layers.h"

namespace img2prompt {

class PackedLinear {
 public:
  PackedLinear() = default;
  // Copies share the layer and its layout.
  PackedLinear(Linear layer);

  // [..., in] -> [..., out], as Linear's. The first call lays the weights out for its number of
  // rows where that pays, and lets go of the others; any thread may make it.
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace img2prompt
