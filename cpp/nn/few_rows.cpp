#include "nn/few_rows.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include "nn/few_rows_kernel.h"

namespace img2prompt {
namespace {

constexpr int64_t kColumnsOfThread = 64;  // a thread's start costs more than fewer of them

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
  at::parallel_for(0, task.outs, kColumnsOfThread,
                   [&](int64_t first, int64_t last) { multiply_few_rows(task, first, last); });
  return out;
}

}  // namespace img2prompt
