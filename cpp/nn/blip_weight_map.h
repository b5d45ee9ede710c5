// Salesforce's names of BLIP's tensors, as in model_base_caption_capfilt_large.pth, to the names of
// transformers' BlipForConditionalGeneration, by which the networks are built.
#pragma once

#include <memory>

#include "checkpoints/tensor_table.h"

namespace img2prompt {

// The checkpoint itself where its tensors have transformers' names already, else one of the same
// tensors renamed; those that no rule knows keep their names. Messages about what does not fit the
// model give transformers' names.
std::shared_ptr<const Checkpoint> with_transformers_blip_names(
    std::shared_ptr<const Checkpoint> checkpoint);

}  // namespace img2prompt
