// Tokens of pictures as the rows of one matrix, and attention between those of each picture.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace img2prompt {

// How many rows a product should have that needs `rows` of them. oneDNN cuts rows in blocks; for
// some counts, 577 of BLIP's and 578 among them, no block fits and a product takes 30% longer.
// Multiples of 12 have no such counts (scripts/dev/bench/linear.py --rows). `like`: device and
// dtype.
int64_t padded_rows(int64_t rows, const at::Tensor& like);

// x [images, tokens, width] as [rows, width], with rows of zeros behind up to padded_rows().
at::Tensor as_token_rows(const at::Tensor& x);

// The other way round: the tokens' rows as [images, tokens, width], a view of x.
at::Tensor as_pictures(const at::Tensor& x, int64_t images, int64_t tokens);

// qkv [rows, 3 width]: queries, keys and values of tokens that lie as as_token_rows() lays them,
// each picture's attending to one another. Returns [rows, width], rows of no token being zeros.
at::Tensor attend_token_rows(const at::Tensor& qkv, int64_t images, int64_t tokens, int64_t heads);

}  // namespace img2prompt
