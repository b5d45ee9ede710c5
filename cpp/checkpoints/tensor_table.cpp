#include "checkpoints/tensor_table.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace img2prompt {

size_t dtype_size(DType dtype) {
  switch (dtype) {
    case DType::kF64:
    case DType::kI64:
      return 8;
    case DType::kF32:
    case DType::kI32:
      return 4;
    case DType::kF16:
    case DType::kBF16:
    case DType::kI16:
      return 2;
    case DType::kI8:
    case DType::kU8:
    case DType::kBool:
      return 1;
  }
  return 1;
}

const char* dtype_name(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return "float64";
    case DType::kF32:
      return "float32";
    case DType::kF16:
      return "float16";
    case DType::kBF16:
      return "bfloat16";
    case DType::kI64:
      return "int64";
    case DType::kI32:
      return "int32";
    case DType::kI16:
      return "int16";
    case DType::kI8:
      return "int8";
    case DType::kU8:
      return "uint8";
    case DType::kBool:
      return "bool";
  }
  return "unknown";
}

std::vector<int64_t> row_major_strides(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    if (shape[i] > 1) stride *= shape[i];
  }
  return strides;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

std::string name_text(std::string_view name) {
  constexpr size_t kLongest = 100;
  bool cut = name.size() > kLongest;
  std::string text = repair_utf8(name.substr(0, kLongest));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return "'" + text + (cut ? "...'" : "'");
}

bool Checkpoint::is_unchanged() const {
  return std::all_of(files.begin(), files.end(),
                     [](const auto& file) { return file->is_unchanged(); });
}

void check_unchanged(const Checkpoint& checkpoint) {
  if (!checkpoint.is_unchanged())
    throw_error<CheckpointError>(
        "{}: another program wrote to it or cut it short while it was in use; put the whole file "
        "in its place and call again",
        checkpoint.path);
}

}  // namespace img2prompt
