// A checkpoint as a table of named tensors whose bytes lie in mapped files. No torch here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"

namespace img2prompt {

enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };

size_t dtype_size(DType dtype);       // bytes of one element
const char* dtype_name(DType dtype);  // "float32", ...

struct TensorView {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;  // in elements; row-major unless the file says otherwise
  ByteSpan bytes;                // from the first element to the end of the last one
};

std::vector<int64_t> row_major_strides(const std::vector<int64_t>& shape);
std::string shape_text(const std::vector<int64_t>& shape);  // "[768, 512]"

// A name out of a file as a message may show it: in quotes, control characters as '?', cut at 100
// bytes.
std::string name_text(std::string_view name);

struct Checkpoint {
  std::string path;                             // as opened; for messages
  std::map<std::string, TensorView> tensors;    // by name
  std::map<std::string, std::string> metadata;  // the header's own, where the layout has one
  // Lists of texts beside the tensors, such as the tags that a tagger's outputs stand for.
  std::map<std::string, std::vector<std::string>> text_lists;
  std::vector<std::shared_ptr<const MappedFile>> files;  // keep the tensors' bytes mapped

  // Whether the files are as they were when they were opened, and all bytes read came from them.
  bool is_unchanged() const;
};

// Throws CheckpointError, saying what to do, unless the checkpoint is unchanged: what was computed
// from its tensors is worth nothing then.
void check_unchanged(const Checkpoint& checkpoint);

}  // namespace img2prompt
