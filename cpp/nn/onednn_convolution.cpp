#include "nn/onednn_convolution.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/conv2d.h>
#include <c10/util/Exception.h>

namespace img2prompt {
namespace {

using Stack = torch::jit::Stack;

// torch's own operators, which no C++ header declares. Called with boxed values, so that a release
// that changes their C++ types (but not their schemas) still serves.
auto find(const char* name, const char* overload) {
  return c10::Dispatcher::singleton().findSchema({name, overload});
}
using Operator = decltype(find("", ""));

const Operator& plain() {
  static const Operator found = find("mkldnn::_convolution_pointwise", "");
  return found;
}
const Operator& added() {
  static const Operator found = find("mkldnn::_convolution_pointwise", "binary");
  return found;
}
const Operator& packing() {
  static const Operator found = find("mkldnn::_reorder_convolution_weight", "");
  return found;
}

at::Tensor call(const Operator& what, Stack& stack) {
  what->callBoxed(stack);
  return std::move(stack.front()).toTensor();
}

c10::IValue optional_tensor(const at::Tensor& tensor) {
  return tensor.defined() ? c10::IValue(tensor) : c10::IValue();
}

void push_geometry(Stack& stack, int64_t padding, int64_t stride) {
  for (int64_t value : {padding, stride, int64_t{1}})  // the last: dilation
    stack.emplace_back(std::vector<int64_t>{value, value});
  stack.emplace_back(int64_t{1});  // groups
}

// The parameters of an activation that has none.
c10::IValue no_scalars() {
  return c10::impl::GenericList(c10::OptionalType::create(c10::NumberType::get()));
}

// Tried once on something small, since nothing but their names promises what the operators do.
bool works() {
  static const bool answer = [] {
    if (!at::hasMKLDNN() || !plain() || !added() || !packing()) return false;
    at::NoGradGuard no_grad;
    at::Tensor x = at::arange(2 * 3 * 8 * 6, at::kFloat).sub(100).div(99).view({2, 3, 8, 6});
    at::Tensor weight = at::arange(5 * 27, at::kFloat).sub(50).div(99).view({5, 3, 3, 3});
    at::Tensor bias = at::arange(5, at::kFloat);
    try {
      const auto packed = OnednnConvolution::pack(weight, bias, 2, 1, x.sizes());
      at::Tensor want = at::conv2d(x, weight, bias, 2, 1);
      return at::allclose(packed(x, false), want, 1e-5, 1e-5) &&
             at::allclose(packed(x, true), want.relu(), 1e-5, 1e-5) &&
             at::allclose(packed.add_relu(x, want), want.add(want).relu(), 1e-5, 1e-5);
    } catch (const c10::Error&) {
      return false;
    }
  }();
  return answer;
}

}  // namespace

bool prefers_onednn_convolution(const at::Tensor& weight) {
#if defined(__x86_64__) || defined(_M_X64)
  return weight.device().is_cpu() && weight.scalar_type() == at::kFloat &&
         at::globalContext().userEnabledMkldnn() && works();
#else
  return false;
#endif
}

OnednnConvolution OnednnConvolution::pack(const at::Tensor& weight, at::Tensor bias, int64_t stride,
                                          int64_t padding, at::IntArrayRef input) {
  Stack stack;
  stack.emplace_back(weight);
  push_geometry(stack, padding, stride);
  stack.emplace_back(input.vec());
  return {call(packing(), stack), std::move(bias), stride, padding};
}

at::Tensor OnednnConvolution::operator()(const at::Tensor& x, bool relu) const {
  Stack stack;
  stack.emplace_back(x);
  stack.emplace_back(weight);
  stack.emplace_back(optional_tensor(bias));
  push_geometry(stack, padding, stride);
  stack.emplace_back(relu ? "relu" : "none");
  stack.emplace_back(no_scalars());
  stack.emplace_back("");
  return call(plain(), stack);
}

at::Tensor OnednnConvolution::add_relu(const at::Tensor& x, const at::Tensor& other) const {
  Stack stack;
  stack.emplace_back(x);
  stack.emplace_back(other);
  stack.emplace_back(weight);
  stack.emplace_back(optional_tensor(bias));
  push_geometry(stack, padding, stride);
  stack.emplace_back("add");
  stack.emplace_back(1.0);  // times the other
  stack.emplace_back("relu");
  stack.emplace_back(no_scalars());
  stack.emplace_back(c10::IValue());
  return call(added(), stack);
}

}  // namespace img2prompt
