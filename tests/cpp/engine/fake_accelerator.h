// A device for machines that have none: its operators are the CPU's. What makes it a device: its
// memory is of a set size, is counted, and cannot be touched but by its operators; tensors of both
// places cannot be mixed; and whoever asks for `device.is_cpu()` hears no.
//
// Include in one source only: it registers torch's PrivateUse1 backend.
#pragma once

#include <ATen/EmptyTensor.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/empty_strided.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>

#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fake {

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// Bytes as they are asked for, without rounding.
class Memory final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    std::lock_guard<std::mutex> lock(mutex_);
    ++allocations;
    TORCH_CHECK_WITH(OutOfMemoryError, used + int64_t(bytes) <= limit && allocations != failing,
                     "fake accelerator out of memory: ", bytes, " bytes wanted, ", used, " of ",
                     limit, " in use");
    const size_t mapped = std::max<size_t>(bytes, 1);
    void* data = mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(data != MAP_FAILED, "mmap failed");
    blocks_[data] = bytes;
    used += static_cast<int64_t>(bytes);
    most_used = std::max(most_used, used);
    return {data, data, &Memory::free, c10::Device(c10::kPrivateUse1, 0)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &Memory::free; }
  void copy_data(void*, const void*, size_t) const override {
    TORCH_CHECK(false, "not on a device");
  }

  // What the program may touch inside a kernel alone.
  void open(const at::Tensor& tensor, bool is_open) {
    const size_t bytes = std::max<size_t>(tensor.storage().nbytes(), 1);
    mprotect(tensor.storage().mutable_data(), bytes, is_open ? PROT_READ | PROT_WRITE : PROT_NONE);
  }

  // Starts counting anew, with that much in all.
  void start(int64_t bytes = kNoLimit) {
    limit = bytes;
    most_used = used;
    allocations = 0;
    failing = -1;
  }

  int64_t limit = kNoLimit, used = 0, most_used = 0;
  int64_t allocations = 0, failing = -1;  // the allocation that fails, counted from 1

 private:
  static void free(void* data);
  std::mutex mutex_;
  std::map<void*, size_t> blocks_;
};

inline Memory& memory() {
  static auto* all = new Memory;  // outlives every tensor
  return *all;
}

inline void Memory::free(void* data) {
  Memory& self = memory();
  std::lock_guard<std::mutex> lock(self.mutex_);
  auto block = self.blocks_.find(data);
  munmap(data, std::max<size_t>(block->second, 1));
  self.used -= static_cast<int64_t>(block->second);
  self.blocks_.erase(block);
}

inline bool is_here(const at::Tensor& tensor) {
  return tensor.device().type() == c10::kPrivateUse1;
}

inline at::Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> dtype,
                        std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>,
                        std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &memory(),
                                   c10::DispatchKeySet(at::DispatchKey::PrivateUse1),
                                   dtype.value_or(at::kFloat), format);
}

inline at::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                                std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                                std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, &memory(),
                                           c10::DispatchKeySet(at::DispatchKey::PrivateUse1),
                                           dtype.value_or(at::kFloat));
}

// The same bytes as a tensor of the CPU.
inline at::Tensor bytes_of(const at::Tensor& tensor) {
  if (!is_here(tensor)) return tensor;
  return at::from_blob(const_cast<void*>(tensor.const_data_ptr()), tensor.sizes(), tensor.strides(),
                       tensor.options().device(at::kCPU));
}

inline at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool) {
  for (const at::Tensor* tensor : {&from, &to})
    if (is_here(*tensor)) memory().open(*tensor, true);
  bytes_of(to).copy_(bytes_of(from));
  for (const at::Tensor* tensor : {&from, &to})
    if (is_here(*tensor)) memory().open(*tensor, false);
  return to;
}

// Tensors of the accelerator as tensors of the CPU, while a kernel runs.
class Arguments {
 public:
  ~Arguments() {
    for (const auto& [here, alias] : aliases_) memory().open(here, false);
  }
  // As an accelerator's kernel would, it refuses tensors with dimensions that lie elsewhere.
  at::Tensor alias(const at::Tensor& tensor, const std::string& op) {
    TORCH_CHECK(!tensor.defined() || is_here(tensor) || tensor.dim() == 0, op, ": a tensor is on ",
                tensor.device(), ", others are on the accelerator");
    if (!tensor.defined() || !is_here(tensor)) return tensor;
    memory().open(tensor, true);
    aliases_.emplace_back(tensor, bytes_of(tensor));
    return aliases_.back().second;
  }
  // The accelerator's tensor behind a result: an argument that was written to, or a new one.
  at::Tensor result(const at::Tensor& tensor) const {
    for (const auto& [here, alias] : aliases_)
      if (alias.is_same(tensor)) return here;
    at::Tensor fresh = at::empty_strided(tensor.sizes(), tensor.strides(),
                                         tensor.options().device(c10::kPrivateUse1));
    copy_from(tensor, fresh, false);
    return fresh;
  }

 private:
  std::vector<std::pair<at::Tensor, at::Tensor>> aliases_;  // here, on the CPU
};

inline void compute(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  Arguments arguments;
  const std::string& name = op.operator_name().name;
  const size_t count = op.schema().arguments().size();
  for (size_t i = stack->size() - count; i < stack->size(); ++i) {
    c10::IValue& value = (*stack)[i];
    if (value.isTensor()) value = arguments.alias(value.toTensor(), name);
    if (value.isDevice()) value = c10::Device(at::kCPU);
    if (!value.isTensorList()) continue;
    c10::List<at::Tensor> list;
    for (const at::Tensor& tensor : value.toTensorVector())
      list.push_back(arguments.alias(tensor, name));
    value = list;
  }
  op.callBoxed(stack);
  for (size_t i = stack->size() - op.schema().returns().size(); i < stack->size(); ++i)
    if ((*stack)[i].isTensor()) (*stack)[i] = arguments.result((*stack)[i].toTensor());
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFromBoxedFunction<&compute>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &empty_strided);
  m.impl("_copy_from", &copy_from);
  m.impl("as_strided", &at::native::as_strided_tensorimpl);
  m.impl("view", &at::native::view);
  m.impl("_reshape_alias", &at::native::_reshape_alias);
}

struct Guard final : public c10::impl::NoOpDeviceGuardImpl<c10::DeviceType::PrivateUse1> {
  c10::Device exchangeDevice(c10::Device) const override { return {c10::kPrivateUse1, 0}; }
  c10::Device getDevice() const override { return {c10::kPrivateUse1, 0}; }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

}  // namespace fake
