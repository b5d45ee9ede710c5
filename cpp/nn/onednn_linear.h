// Matrix products through oneDNN where torch's own way is slower.
//
// at::linear takes MKL for float32, which keeps to AVX2 on processors that are not Intel's. oneDNN,
// which torch brings too, uses what the processor has: on a Zen 5 core 245 GFLOP/s instead of 110
// (scripts/dev/bench/linear.py). It also reads weights faster for a few rows, as decoders have.
#pragma once

#include <ATen/core/Tensor.h>

namespace img2prompt {

// Whether onednn_linear() may be called for tensors like this: float32 on an x86-64 CPU, and a
// torch whose oneDNN is there and switched on.
bool has_onednn(const at::Tensor& like);

// Whether it should be, too: there is enough to do.
bool prefers_onednn(const at::Tensor& x, const at::Tensor& weight);

// x [..., in], weight [out, in], bias [out] or undefined: x weight^T + bias, [..., out].
at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace img2prompt
