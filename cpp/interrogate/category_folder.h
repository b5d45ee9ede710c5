// The categories of the WebUI's "Interrogate CLIP": the lists of labels in a folder, each ranked on
// its own. Facts of modules/interrogate.py in AUTOMATIC1111/stable-diffusion-webui.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "interrogate/label_list.h"

namespace img2prompt {

// Every <name>.txt of the folder as a source named <name>, in the order of the file names (so
// flavors.top3.txt before flavors.txt); the WebUI takes them as the file system happens to list
// them. Throws InvalidArgument naming a folder that is not there or holds none.
std::vector<LabelSource> list_categories(const std::string& folder);

// How many labels of a category a prompt takes: the N of "<name>.topN", else 1. What follows behind
// one more dot is passed over. (Newer WebUIs look for that dot in the name without its ".txt", and
// so overlook a plain "<name>.topN.txt"; their first releases took N of it, as is meant.)
int64_t category_top(const std::string& name);

}  // namespace img2prompt
