// Where a model computes and in which number type, out of the names that users give.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>

namespace img2prompt {

// "cpu", "cuda", "cuda:N", "mps", or "auto": CUDA where torch finds a device, else MPS, else the
// CPU. Throws InvalidArgument for another name and for a device that torch does not find here.
at::Device parse_device(const std::string& name);

// "float32", "float16", "bfloat16", or "auto": float16 on CUDA, float32 elsewhere. Throws
// InvalidArgument for another name, and for float16 on the CPU, where torch lacks operators for it.
at::ScalarType parse_dtype(const std::string& name, at::Device device);

}  // namespace img2prompt
