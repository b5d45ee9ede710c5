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

// Whether pack_onednn_linear() may be called for weights like this.
bool has_onednn_packing(const at::Tensor& like);

// How many rows a product should have that needs `rows` of them. oneDNN cuts rows in blocks; for
// some counts, 577 of BLIP's and 578 among them, no block fits weights that are not packed, and a
// product takes 30% longer. Multiples of 12 have no such counts (scripts/dev/bench/linear.py
// --rows). `like`: device and dtype.
int64_t padded_rows(int64_t rows, const at::Tensor& like);

// A copy of weight [out, in] laid out as oneDNN wants it for that many rows, which only
// onednn_linear() reads. Without it oneDNN lays the weights out at each call, 4 to 9% of a product
// of 257 rows. Other numbers of rows are computed too, perhaps more slowly.
at::Tensor pack_onednn_linear(const at::Tensor& weight, int64_t rows);

// x [..., in], weight [out, in] or packed, bias [out] or undefined: x weight^T + bias, [..., out].
at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace img2prompt
