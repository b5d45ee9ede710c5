// Reading and resizing pictures.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_image(pybind11::module_& m);

}  // namespace img2prompt
