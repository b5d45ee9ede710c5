// Opens a weights file of any supported layout, sniffed by content: safetensors, torch.save's zip
// archive and the older format before it, TorchScript archives, and an index of several such files.
#pragma once

#include <memory>
#include <string>

#include "checkpoints/tensor_table.h"

namespace img2prompt {

// Nothing is copied: the tensors point into the mapped file. No code of the file is ever run.
// Throws CheckpointError: a missing, damaged or unsupported file, with the path and what is wrong.
std::shared_ptr<const Checkpoint> open_checkpoint(const std::string& path);

}  // namespace img2prompt
