#include "nn/few_rows.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "nn/few_rows_kernel.h"
#include "nn/torch_threads.h"

namespace img2prompt {
namespace {

// Weights that a thread reads at least: to wait for another thread costs as much as to read fewer.
constexpr int64_t kBytesOfThread = 256 << 10;

}  // namespace

bool prefers_few_rows(const at::Tensor& x, const at::Tensor& weight) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && weight.is_contiguous() &&
         x.numel() > 0 && x.numel() <= kMostFewRows * weight.size(1);
}

at::Tensor few_rows_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = weight.size(0);
  const at::Tensor rows = x.contiguous(), addend = bias.defined() ? bias.contiguous() : bias;
  at::Tensor out = at::empty(shape, x.options());
  FewRowsTask task;
  task.x = rows.const_data_ptr<float>();
  task.weight = weight.const_data_ptr<float>();
  task.bias = bias.defined() ? addend.const_data_ptr<float>() : nullptr;
  task.out = out.data_ptr<float>();
  task.in = weight.size(1);
  task.outs = weight.size(0);
  task.rows = rows.numel() / task.in;
  const auto bytes = static_cast<int64_t>(weight.numel() * weight.element_size());
  const int64_t parts =
      std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), bytes / kBytesOfThread));
  share_out(parts, [&](int64_t part) {
    multiply_few_rows(task, task.outs * part / parts, task.outs * (part + 1) / parts);
  });
  return out;
}

}  // namespace img2prompt
