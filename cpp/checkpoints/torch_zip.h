// What torch.save has written since torch 1.6: a zip archive of one pickle, data.pkl, and one entry
// for each storage; and TorchScript archives, which add code that is never looked at.
// Layout: torch/serialization.py and torch/csrc/jit/serialization of torch 2.13.
#pragma once

#include <memory>

#include "checkpoints/tensor_table.h"

namespace img2prompt {

// Throws CheckpointError "<path>: ...": a damaged or hostile archive, one that torch did not write,
// or one without tensors.
std::shared_ptr<const Checkpoint> read_torch_zip(std::shared_ptr<const MappedFile> file);

}  // namespace img2prompt
