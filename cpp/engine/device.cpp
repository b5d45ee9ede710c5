#include "engine/device.h"

#include <ATen/Context.h>

#include <algorithm>

#include "base/error.h"

namespace img2prompt {
namespace {

constexpr const char* kDevices = "\"auto\", \"cpu\", \"cuda\", \"cuda:N\" or \"mps\" is accepted";

int64_t cuda_devices() { return at::hasCUDA() ? static_cast<int64_t>(at::getNumGPUs()) : 0; }

at::Device parse_cuda(const std::string& name) {
  const std::string digits = name.size() > 4 ? name.substr(5) : "0";
  const bool well_formed = (name.size() == 4 || name[4] == ':') && !digits.empty() &&
                           digits.size() <= 3 &&
                           std::all_of(digits.begin(), digits.end(),
                                       [](unsigned char c) { return c >= '0' && c <= '9'; });
  if (!well_formed) throw_error<InvalidArgument>("device '{}' is unknown: {}", name, kDevices);
  const int index = std::stoi(digits);
  if (index >= cuda_devices())
    throw_error<InvalidArgument>(
        "device '{}': torch finds {} CUDA devices here; use \"cpu\" or \"auto\"", name,
        cuda_devices());
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

}  // namespace

at::Device parse_device(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  if (name == "auto")
    return cuda_devices() > 0 ? at::Device(at::kCUDA, 0)
                              : at::Device(at::hasMPS() ? at::kMPS : at::kCPU);
  if (name.compare(0, 4, "cuda") == 0) return parse_cuda(name);
  if (name != "mps") throw_error<InvalidArgument>("device '{}' is unknown: {}", name, kDevices);
  if (!at::hasMPS())
    throw_error<InvalidArgument>("device 'mps': torch finds none here; use \"cpu\" or \"auto\"");
  return at::kMPS;
}

at::ScalarType parse_dtype(const std::string& name, at::Device device) {
  if (name == "auto") return device.is_cuda() ? at::kHalf : at::kFloat;
  if (name == "float32") return at::kFloat;
  if (name == "bfloat16") return at::kBFloat16;
  if (name != "float16")
    throw_error<InvalidArgument>(
        "dtype '{}' is unknown: \"auto\", \"float32\", \"float16\" or \"bfloat16\" is accepted",
        name);
  if (device.is_cpu())
    throw_error<InvalidArgument>(
        "dtype 'float16' needs a GPU; on the CPU \"float32\" or \"bfloat16\" is accepted");
  return at::kHalf;
}

}  // namespace img2prompt
