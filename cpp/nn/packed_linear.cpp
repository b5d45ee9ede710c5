#include "nn/packed_linear.h"

#include <mutex>

#include "nn/few_rows.h"
#include "nn/onednn_linear.h"

namespace img2prompt {

struct PackedLinear::State {
  explicit State(Linear layer) : plain(std::move(layer)) {}

  std::once_flag decided;
  Linear plain;       // without its weight where there is a packed one
  at::Tensor packed;  // undefined = this device reads plain ones
};

PackedLinear::PackedLinear(Linear layer) : state_(std::make_shared<State>(std::move(layer))) {}

at::Tensor PackedLinear::operator()(const at::Tensor& x) const {
  std::call_once(state_->decided, [&] {
    Linear& plain = state_->plain;
    if (prefers_few_rows(x, plain.weight) || !prefers_onednn(x, plain.weight) ||
        !has_onednn_packing(plain.weight))
      return;
    state_->packed = pack_onednn_linear(plain.weight, x.numel() / x.size(-1));
    plain.weight.reset();
  });
  return state_->packed.defined() ? onednn_linear(x, state_->packed, state_->plain.bias)
                                  : state_->plain(x);
}

}  // namespace img2prompt
