// engine/clip.h's Clip for Python.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_clip(pybind11::module_& m);

}  // namespace img2prompt
