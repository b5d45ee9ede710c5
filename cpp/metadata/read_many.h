// Many files at once, on several threads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metadata/read.h"

namespace img2prompt {

// What read_metadata() gives for each path, in their order; nothing where it throws. `threads`
// counts the caller's own, which works too; 0 = as many as the machine runs at once.
std::vector<std::optional<Metadata>> read_metadata_many(const std::vector<std::string>& paths,
                                                        const ReadOptions& options = {},
                                                        unsigned threads = 0);

}  // namespace img2prompt
