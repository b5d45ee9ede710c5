// Weights in several files with an index beside them, as Hugging Face saves what is large:
// model.safetensors.index.json or pytorch_model.bin.index.json.
#pragma once

#include <functional>
#include <memory>

#include "checkpoints/tensor_table.h"

namespace img2prompt {

constexpr size_t kMaxIndexBytes = size_t{64} << 20;
constexpr size_t kMaxShards = 1000;

bool looks_like_index(ByteSpan bytes);  // JSON text

using OpenShard = std::function<std::shared_ptr<const Checkpoint>(const std::string& path)>;

// Opens the shards that the index names, which must lie in its own folder or below, and takes from
// each the tensors that the index says are there. Throws CheckpointError.
std::shared_ptr<const Checkpoint> read_sharded(std::shared_ptr<const MappedFile> index,
                                               const OpenShard& open);

}  // namespace img2prompt
