#include "nn/torch_threads.h"

#include <ATen/TensorIterator.h>
#include <ATen/ops/arange.h>

namespace img2prompt {

void share_out(int64_t parts, const std::function<void(int64_t)>& work) {
  if (parts == 1) return work(0);
  if (parts < 1) return;
  at::Tensor numbers = at::arange(parts, at::kLong);
  at::TensorIterator loop = at::TensorIterator::nullary_op(numbers);
  loop.for_each(
      [&](char** data, const int64_t* strides, int64_t count) {
        for (int64_t i = 0; i < count; ++i)
          work(*reinterpret_cast<const int64_t*>(data[0] + i * strides[0]));
      },
      /*grain_size=*/1);
}

}  // namespace img2prompt
