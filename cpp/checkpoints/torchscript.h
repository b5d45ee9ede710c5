// The parameters of a TorchScript archive's module, as OpenAI published CLIP. Its code is not run.
#pragma once

#include "checkpoints/torch_tensor.h"

namespace img2prompt {

constexpr int kTorchscriptMaxDepth = 64;  // modules within modules

// Fills out.tensors: every tensor that is an attribute of the module or of a module within it,
// under the names of the attributes on the way, joined by dots. Throws CheckpointError when the
// pickle is no module, has no tensors, or nests too deep or without end.
void read_torchscript_module(const Pickle& pickle, const TorchTensors& tensors, Checkpoint& out);

}  // namespace img2prompt
