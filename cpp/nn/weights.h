// Takes tensors out of a checkpoint by name, checks their shapes, and accounts for all of them.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/progress.h"
#include "checkpoints/tensor_table.h"
#include "nn/layers.h"

namespace img2prompt {

class Weights {
 public:
  // Tensors are widened or narrowed to `dtype` on `device`; where neither changes anything they
  // stay views of the mapped file, else the file's memory is let go of once it is copied. On the
  // meta device nothing is read: a model built of such tensors tells whether the checkpoint fits
  // and how much memory it would take. `progress` is asked for cancellation at every tensor.
  Weights(std::shared_ptr<const Checkpoint> checkpoint, at::Device device, at::ScalarType dtype,
          Progress progress = {});

  bool has(const std::string& name) const;
  const TensorView* find(const std::string& name) const;  // null when absent

  // Throws ModelError: "<file>: tensor '<name>' is missing, [a, b] is needed" or
  // "<file>: '<name>' is [x], the model needs [a, b]".
  at::Tensor take(const std::string& name, const std::vector<int64_t>& shape);
  at::Tensor take_any_shape(const std::string& name);

  // The same in float64 on the CPU, for what is computed once at load, and to put the answer where
  // the other weights are.
  at::Tensor take_double(const std::string& name, const std::vector<int64_t>& shape);
  at::Tensor placed(const at::Tensor& tensor);

  Linear linear(const std::string& prefix, int64_t out, int64_t in, bool bias = true);
  LayerNorm norm(const std::string& prefix, int64_t width, double eps);

  // Throws ModelError naming `name` where a number of its tensor is NaN or infinite: a ReLU may
  // drop NaN, so that a damaged file would only give wrong answers.
  void require_finite(const std::string& name, const at::Tensor& tensor) const;

  // For a tensor that was taken and then copied: lets go of the file's memory behind it.
  void release(const std::string& name);

  // Bytes of the tensors taken so far, and how many of these are the mapped file's own.
  int64_t taken_bytes() const { return taken_bytes_; }
  int64_t mapped_bytes() const { return mapped_bytes_; }

  // Marks a tensor that the model knows of but does not use.
  void ignore(const std::string& name) { taken_.insert(name); }

  // Throws ModelError naming the first tensors that nothing took (how many there are, three names).
  void finish() const;

  const std::shared_ptr<const Checkpoint>& checkpoint() const { return checkpoint_; }
  const std::string& path() const { return checkpoint_->path; }
  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  void require(const std::string& name, const std::vector<int64_t>& shape) const;
  at::Tensor take_as(const std::string& name, at::Device device, at::ScalarType dtype);
  at::Tensor counted(const std::string& name, at::Tensor tensor);
  void let_go(const TensorView& view) const;  // of the file's memory behind it

  std::shared_ptr<const Checkpoint> checkpoint_;
  at::Device device_;
  at::ScalarType dtype_;
  Progress progress_;
  std::set<std::string> taken_;
  std::map<std::string, int64_t> mapped_;  // taken and not copied, with their bytes
  int64_t taken_bytes_ = 0, mapped_bytes_ = 0;
};

}  // namespace img2prompt
