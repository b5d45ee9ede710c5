// The safetensors layout: a JSON header that names every tensor, then the tensors' bytes.
// Format: https://huggingface.co/docs/safetensors (8 bytes little-endian header length, the header,
// the data; offsets count from the end of the header).
#pragma once

#include <memory>

#include "checkpoints/tensor_table.h"

namespace img2prompt {

// Limits far above any real model and far below what could exhaust memory.
constexpr size_t kSafetensorsMaxHeader = size_t{16} << 20;  // bytes
constexpr size_t kSafetensorsMaxRank = 8;                   // dimensions of a tensor

bool looks_like_safetensors(ByteSpan bytes);  // long enough to hold a header, which opens with '{'

// Throws CheckpointError "<path>: ..." unless every tensor's offsets are exactly its dtype times
// its shape, the tensors follow one another without a gap or an overlap, and together they end at
// the end of the file. Names occur once.
std::shared_ptr<const Checkpoint> read_safetensors(std::shared_ptr<const MappedFile> file);

}  // namespace img2prompt
