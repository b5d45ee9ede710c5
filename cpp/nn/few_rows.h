// Linear layers on a few rows of float32 on the CPU, near the rate of reading the weights once.
//
// torch's products pack or read a weight several times there: a decoder's step of three beams took
// 2.8 times as long as reading its weights (scripts/dev/bench/captions.py).
#pragma once

#include <ATen/core/Tensor.h>

namespace img2prompt {

// Whether few_rows_linear() may be called and should be.
bool prefers_few_rows(const at::Tensor& x, const at::Tensor& weight);

// x [..., in], weight [out, in], bias [out] or undefined: x weight^T + bias, [..., out].
at::Tensor few_rows_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace img2prompt
