// What holds of every weights file that is opened.
#pragma once

#include "base/error.h"
#include "checkpoints/open.h"
#include "target.h"

namespace img2prompt::fuzz {

// Every element of a tensor lies within its bytes, which lie within a file that is mapped.
inline void check_tensor(const TensorView& view, const Checkpoint& checkpoint) {
  FUZZ_REQUIRE(view.shape.size() == view.strides.size());
  bool is_empty = false;
  uint64_t last = 0;
  for (size_t i = 0; i < view.shape.size(); ++i) {
    FUZZ_REQUIRE(view.shape[i] >= 0 && view.strides[i] >= 0);
    uint64_t reach = 0;
    is_empty = is_empty || view.shape[i] == 0;
    if (view.shape[i] < 2) continue;
    FUZZ_REQUIRE(is_empty ||
                 !__builtin_mul_overflow(static_cast<uint64_t>(view.shape[i] - 1),
                                         static_cast<uint64_t>(view.strides[i]), &reach));
    last += reach;
  }
  if (is_empty) return;
  FUZZ_REQUIRE((last + 1) * dtype_size(view.dtype) <= view.bytes.size());
  bool is_mapped = false;
  for (const auto& file : checkpoint.files)
    is_mapped = is_mapped || (view.bytes.begin() >= file->bytes().begin() &&
                              view.bytes.end() <= file->bytes().end());
  FUZZ_REQUIRE(is_mapped);
  volatile uint8_t read = view.bytes[0];
  read = view.bytes[view.bytes.size() - 1];
  (void)read;
}

inline void check_checkpoint(const std::string& path) {
  try {
    auto checkpoint = open_checkpoint(path);
    FUZZ_REQUIRE(checkpoint && checkpoint->is_unchanged());
    for (const auto& [name, view] : checkpoint->tensors) check_tensor(view, *checkpoint);
  } catch (const CheckpointError& error) {
    FUZZ_REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace img2prompt::fuzz
