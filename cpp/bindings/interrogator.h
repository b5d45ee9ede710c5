// Interrogator: pictures to prompts, and the list of modes.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_interrogator(pybind11::module_& m);

}  // namespace img2prompt
