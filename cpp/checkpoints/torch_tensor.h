// Tensors as torch writes them into a pickle: a call of a rebuilding function with a storage, an
// offset, a shape and strides.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "checkpoints/pickle.h"
#include "checkpoints/tensor_table.h"

namespace img2prompt {

constexpr size_t kTorchMaxRank = 64;  // dimensions; torch's own limit
// A view that repeats its storage (stride 0) may be larger than what lies in the file, up to this:
// whoever copies such a tensor needs the memory.
constexpr uint64_t kTorchMaxRepeatedBytes = uint64_t{64} << 20;

// A run of numbers that tensors are views of.
struct TorchStorage {
  std::string_view key;        // the name of its bytes in the file
  std::optional<DType> dtype;  // empty: untyped, `count` is in bytes
  uint64_t count = 0;          // elements
  uint64_t first = 0;  // of a view into another storage (torch 0.3 and older): its first element
  uint64_t view_count = 0;  // and how many it has; = count where it is no view

  uint64_t bytes() const { return count * (dtype ? dtype_size(*dtype) : 1); }
};

// What a persistent id stands for. Throws CheckpointError when it is no storage, or one of numbers
// that are not read (complex, quantized).
TorchStorage parse_torch_storage(const Pickle& pickle, const PickleValue& persistent,
                                 const std::string& path);

class TorchTensors {
 public:
  // The bytes of a storage: exactly storage.bytes() of them, or it throws.
  using Locate = std::function<ByteSpan(const TorchStorage& storage)>;

  // `pickle` must outlive this; `path` is for messages.
  TorchTensors(const Pickle& pickle, std::string path, Locate locate);

  bool is_tensor(const PickleValue& value) const { return call_of(value).has_value(); }

  // Requires is_tensor(value). Throws CheckpointError "<path>: '<name>' ..." unless all elements
  // lie within the storage.
  TensorView view(const PickleValue& value, std::string_view name) const;

 private:
  // A rebuilding call, unwrapped: the arguments that the three known functions share.
  struct Call {
    const PickleValue* arguments = nullptr;
    const PickleValue* dtype = nullptr;  // a global, of tensors over an untyped storage
  };
  std::optional<Call> call_of(const PickleValue& value) const;
  std::vector<int64_t> numbers(const PickleValue& tuple, std::string_view name) const;
  [[noreturn]] void fail(std::string_view name, const std::string& why) const;

  const Pickle& pickle_;
  std::string path_;
  Locate locate_;
};

}  // namespace img2prompt
