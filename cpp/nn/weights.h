// Takes tensors out of a checkpoint by name, checks their shapes, and accounts for all of them.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "checkpoints/tensor_table.h"
#include "nn/layers.h"

namespace img2prompt {

class Weights {
 public:
  // Tensors are widened or narrowed to `dtype` on `device`; where neither changes anything they
  // stay views of the mapped file, else the file's memory is let go of once it is copied.
  Weights(std::shared_ptr<const Checkpoint> checkpoint, at::Device device, at::ScalarType dtype);

  bool has(const std::string& name) const;
  const TensorView* find(const std::string& name) const;  // null when absent

  // Throws ModelError: "<file>: tensor '<name>' is missing, [a, b] is needed" or
  // "<file>: '<name>' is [x], the model needs [a, b]".
  at::Tensor take(const std::string& name, const std::vector<int64_t>& shape);
  at::Tensor take_any_shape(const std::string& name);

  // The same in float64 on the CPU, for what is computed once at load, and to put the answer where
  // the other weights are.
  at::Tensor take_double(const std::string& name, const std::vector<int64_t>& shape);
  at::Tensor placed(const at::Tensor& tensor) const;

  Linear linear(const std::string& prefix, int64_t out, int64_t in, bool bias = true);
  LayerNorm norm(const std::string& prefix, int64_t width, double eps);

  // Lets go of the file's memory behind a tensor that was taken and then copied.
  void release(const std::string& name) const;

  // Marks a tensor that the model knows of but does not use.
  void ignore(const std::string& name) { taken_.insert(name); }

  // Throws ModelError naming the first tensors that nothing took (how many there are, three names).
  void finish() const;

  const std::string& path() const { return checkpoint_->path; }
  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  void require(const std::string& name, const std::vector<int64_t>& shape) const;
  at::Tensor take_as(const std::string& name, at::Device device, at::ScalarType dtype);

  std::shared_ptr<const Checkpoint> checkpoint_;
  at::Device device_;
  at::ScalarType dtype_;
  std::set<std::string> taken_;
};

}  // namespace img2prompt
