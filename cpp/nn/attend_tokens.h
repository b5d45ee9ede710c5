// Attention between the tokens of each picture.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace img2prompt {

// qkv [images, tokens, 3 width]: queries, keys and values, contiguous. Each picture's tokens attend
// to one another. Returns [images, tokens, width], contiguous.
at::Tensor attend_tokens(const at::Tensor& qkv, int64_t heads);

}  // namespace img2prompt
