#include "nn/clip_block.h"

namespace img2prompt {

void ClipBlock::add_mlp(at::Tensor& x) const {
  at::Tensor hidden = fc(ln_2(x));
  activate_(hidden, activation);
  x.add_(proj(hidden));
}

}  // namespace img2prompt
