// Finds the table of tensors in what torch.save wrote: a dict of them, or such a dict among other
// things.
#pragma once

#include "checkpoints/torch_tensor.h"

namespace img2prompt {

constexpr size_t kMaxTensors = size_t{1} << 17;
constexpr size_t kMaxTensorName = 1024;              // bytes
constexpr size_t kMaxListedText = size_t{64} << 20;  // bytes of all text lists together

// Adds a tensor under its name. Throws CheckpointError when the name is not UTF-8, longer than
// kMaxTensorName or taken, or when there are too many.
void add_tensor(Checkpoint& out, const std::string& name, TensorView view);

// Fills out.tensors and out.text_lists. Followed are the wrappers that training scripts put around
// a state dict ("state_dict", "model", ...); what else lies beside the tensors (numbers, options,
// optimizer states) is passed over. "module." before every name, as data-parallel training leaves
// it, is removed. Throws CheckpointError when there are no tensors, saying what is there instead.
void read_state_dict(const Pickle& pickle, const TorchTensors& tensors, Checkpoint& out);

}  // namespace img2prompt
