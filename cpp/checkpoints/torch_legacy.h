// What torch.save wrote before torch 1.6, and writes still when asked to: five pickles, then the
// numbers of every storage one after another.
// Layout: _legacy_save in torch/serialization.py of torch 2.13.
#pragma once

#include <memory>

#include "checkpoints/tensor_table.h"

namespace img2prompt {

bool looks_like_torch_legacy(ByteSpan bytes);  // the first pickle is the format's magic number

// Throws CheckpointError "<path>: ..." as read_torch_zip does.
std::shared_ptr<const Checkpoint> read_torch_legacy(std::shared_ptr<const MappedFile> file);

}  // namespace img2prompt
