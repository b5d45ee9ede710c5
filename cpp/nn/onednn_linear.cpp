#include "nn/onednn_linear.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/linear.h>
#include <c10/util/Exception.h>

namespace img2prompt {
namespace {

// Multiply-adds below which the call itself, about 10 microseconds, costs more than it gains.
constexpr int64_t kFewestProducts = 500'000;

constexpr int64_t kRowUnit = 12;
constexpr int64_t kFewestPadded = 128;  // fewer rows: what is added would weigh more

// torch's fused linear layer and what lays out its weights, which no C++ header declares; null
// where this torch has none. Called with boxed values, so that a release that changes their C++
// types (but not their schemas) still serves.
const c10::OperatorHandle* linear_operator() {
  static const auto found =
      c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return found ? &*found : nullptr;
}

const c10::OperatorHandle* packing_operator() {
  static const auto found =
      c10::Dispatcher::singleton().findSchema({"mkldnn::_reorder_linear_weight", ""});
  return found ? &*found : nullptr;
}

at::Tensor call(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  torch::jit::Stack stack;
  stack.emplace_back(x.contiguous());
  stack.emplace_back(weight);
  stack.emplace_back(bias.defined() ? c10::IValue(bias) : c10::IValue());
  stack.emplace_back("none");  // no activation, so that its parameters are empty
  stack.emplace_back(c10::impl::GenericList(c10::OptionalType::create(c10::NumberType::get())));
  stack.emplace_back("");
  linear_operator()->callBoxed(stack);
  return std::move(stack.front()).toTensor();
}

// Tried on a small product, since nothing but their names promises what the operators do.
bool is_right(bool packed) {
  at::NoGradGuard no_grad;
  at::Tensor weight = at::arange(48, at::kFloat).view({3, 16}), bias = at::arange(3, at::kFloat);
  at::Tensor x = at::arange(512, at::kFloat).view({32, 16}).div(512);
  try {
    at::Tensor laid_out = packed ? pack_onednn_linear(weight, x.size(0)) : weight;
    return at::allclose(call(x, laid_out, bias), at::linear(x, weight, bias), 1e-5, 1e-5);
  } catch (const c10::Error&) {
    return false;
  }
}

bool works() {
  static const bool answer = at::hasMKLDNN() && linear_operator() && is_right(/*packed=*/false);
  return answer;
}

bool packing_works() {
  static const bool answer = works() && packing_operator() && is_right(/*packed=*/true);
  return answer;
}

}  // namespace

bool has_onednn(const at::Tensor& like) {
#if defined(__x86_64__) || defined(_M_X64)
  return like.device().is_cpu() && like.scalar_type() == at::kFloat &&
         at::globalContext().userEnabledMkldnn() && works();
#else
  return false;
#endif
}

bool prefers_onednn(const at::Tensor& x, const at::Tensor& weight) {
  return x.numel() * weight.size(0) >= kFewestProducts && has_onednn(x);
}

int64_t padded_rows(int64_t rows, const at::Tensor& like) {
  if (rows < kFewestPadded || !has_onednn(like)) return rows;
  return (rows + kRowUnit - 1) / kRowUnit * kRowUnit;
}

bool has_onednn_packing(const at::Tensor& like) { return has_onednn(like) && packing_works(); }

at::Tensor pack_onednn_linear(const at::Tensor& weight, int64_t rows) {
  torch::jit::Stack stack;
  stack.emplace_back(weight.contiguous());
  stack.emplace_back(rows);
  packing_operator()->callBoxed(stack);
  return std::move(stack.front()).toTensor();
}

at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return call(x, weight, bias);
}

}  // namespace img2prompt
