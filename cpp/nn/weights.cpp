#include "nn/weights.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>

#include <algorithm>

#include "base/error.h"

namespace img2prompt {
namespace {

at::ScalarType to_scalar_type(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return at::kDouble;
    case DType::kF32:
      return at::kFloat;
    case DType::kF16:
      return at::kHalf;
    case DType::kBF16:
      return at::kBFloat16;
    case DType::kI64:
      return at::kLong;
    case DType::kI32:
      return at::kInt;
    case DType::kI16:
      return at::kShort;
    case DType::kI8:
      return at::kChar;
    case DType::kU8:
      return at::kByte;
    case DType::kBool:
      return at::kBool;
  }
  return at::kFloat;
}

// A tensor over the mapped bytes; the checkpoint stays mapped as long as the tensor lives.
at::Tensor view_of(const TensorView& view, std::shared_ptr<const Checkpoint> owner) {
  auto* data = const_cast<uint8_t*>(view.bytes.data());
  at::TensorOptions options = at::TensorOptions().dtype(to_scalar_type(view.dtype));
  if (reinterpret_cast<uintptr_t>(data) % dtype_size(view.dtype) != 0) {
    auto copy = std::make_shared<std::vector<uint8_t>>(view.bytes.begin(), view.bytes.end());
    return at::from_blob(
        copy->data(), view.shape, view.strides, [copy](void*) {}, options);
  }
  return at::from_blob(
      data, view.shape, view.strides, [owner](void*) {}, options);
}

bool lies_in_file(const at::Tensor& tensor, const TensorView& view) {
  return tensor.device().is_cpu() && tensor.const_data_ptr() == view.bytes.data();
}

}  // namespace

Weights::Weights(std::shared_ptr<const Checkpoint> checkpoint, at::Device device,
                 at::ScalarType dtype, Progress progress)
    : checkpoint_(std::move(checkpoint)),
      device_(device),
      dtype_(dtype),
      progress_(std::move(progress)) {}

const TensorView* Weights::find(const std::string& name) const {
  auto found = checkpoint_->tensors.find(name);
  return found == checkpoint_->tensors.end() ? nullptr : &found->second;
}

bool Weights::has(const std::string& name) const { return find(name) != nullptr; }

void Weights::require(const std::string& name, const std::vector<int64_t>& shape) const {
  const TensorView* view = find(name);
  if (!view)
    throw_error<ModelError>("{}: tensor '{}' is missing, {} is needed", path(), name,
                            shape_text(shape));
  if (view->shape != shape)
    throw_error<ModelError>("{}: '{}' is {}, the model needs {}", path(), name,
                            shape_text(view->shape), shape_text(shape));
}

at::Tensor Weights::take(const std::string& name, const std::vector<int64_t>& shape) {
  require(name, shape);
  return counted(name, take_as(name, device_, dtype_));
}

at::Tensor Weights::take_any_shape(const std::string& name) {
  if (!has(name)) throw_error<ModelError>("{}: tensor '{}' is missing", path(), name);
  return counted(name, take_as(name, device_, dtype_));
}

at::Tensor Weights::take_double(const std::string& name, const std::vector<int64_t>& shape) {
  require(name, shape);
  at::Tensor tensor = take_as(name, device_.is_meta() ? at::kMeta : at::kCPU, at::kDouble);
  // A double in the file itself would be written to by whoever computes in place.
  return find(name)->dtype == DType::kF64 ? tensor.clone() : tensor;
}

at::Tensor Weights::placed(const at::Tensor& tensor) {
  at::Tensor placed = tensor.to(tensor.options().device(device_).dtype(dtype_));
  taken_bytes_ += static_cast<int64_t>(placed.nbytes());
  return placed;
}

at::Tensor Weights::take_as(const std::string& name, at::Device device, at::ScalarType dtype) {
  progress_.check();
  const TensorView& view = *find(name);
  taken_.insert(name);
  at::Tensor tensor = view_of(view, checkpoint_);
  tensor = tensor.to(tensor.options().device(device).dtype(dtype)).contiguous();
  if (!device.is_meta() && !lies_in_file(tensor, view)) let_go(view);
  return tensor;
}

at::Tensor Weights::counted(const std::string& name, at::Tensor tensor) {
  const auto bytes = static_cast<int64_t>(tensor.nbytes());
  taken_bytes_ += bytes;
  if (lies_in_file(tensor, *find(name))) {
    mapped_bytes_ += bytes;
    mapped_[name] = bytes;
  }
  return tensor;
}

void Weights::release(const std::string& name) {
  auto mapped = mapped_.find(name);
  if (mapped == mapped_.end()) return;  // let go of when it was taken
  mapped_bytes_ -= mapped->second;
  mapped_.erase(mapped);
  let_go(*find(name));
}

void Weights::let_go(const TensorView& view) const {
  for (const auto& file : checkpoint_->files) file->release(view.bytes);
}

void Weights::require_finite(const std::string& name, const at::Tensor& tensor) const {
  if (!tensor.is_meta() && !at::isfinite(tensor.sum(at::kFloat)).item<bool>())
    throw_error<ModelError>(
        "{}: '{}' holds NaN or infinity; the file is damaged: download it again", path(), name);
}

Linear Weights::linear(const std::string& prefix, int64_t out, int64_t in, bool bias) {
  Linear layer;
  layer.weight = take(prefix + ".weight", {out, in});
  if (bias) layer.bias = take(prefix + ".bias", {out});
  return layer;
}

LayerNorm Weights::norm(const std::string& prefix, int64_t width, double eps) {
  return {take(prefix + ".weight", {width}), take(prefix + ".bias", {width}), eps};
}

void Weights::finish() const {
  std::vector<std::string> left;
  for (const auto& entry : checkpoint_->tensors)
    if (!taken_.count(entry.first)) left.push_back(entry.first);
  if (left.empty()) return;
  std::string names;
  for (size_t i = 0; i < std::min<size_t>(left.size(), 3); ++i)
    names += (i ? ", '" : "'") + left[i] + "'";
  throw_error<ModelError>("{}: {} tensors that this model does not have ({}{})", path(),
                          left.size(), names, left.size() > 3 ? ", ..." : "");
}

}  // namespace img2prompt
